"""Annotation formats, one file each: what they hold in, :class:`~helpers.records.ImageRecord` out."""
