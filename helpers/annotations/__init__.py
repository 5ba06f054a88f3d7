"""Annotations of any tool: known by sight, read as ``ImageRecord``, written again."""
