"""Data sets with one thing wrong each, and the findings about them."""
