"""Protocol buffers of the Object Detection API: every change is made to a copy."""

from __future__ import annotations

from typing import TypeVar

Message = TypeVar("Message")


def copy_of(message: Message) -> Message:
    """A copy of a protocol buffer that can be changed."""
    copied = type(message)()
    copied.CopyFrom(message)  # type: ignore[attr-defined]
    return copied
