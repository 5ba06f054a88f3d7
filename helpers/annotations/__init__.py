"""Annotation formats, one file each: what they hold in, ``ImageRecord`` out."""
