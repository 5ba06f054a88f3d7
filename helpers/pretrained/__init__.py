"""Pretrained weights: which there are, where they come from, and their conversion."""
