"""A bar that counts the bytes that all threads of a transfer have moved."""

from __future__ import annotations

import threading
from typing import Any

from tqdm.auto import tqdm


class ByteBar:
    """Counts bytes; less where a part is moved again. A context manager that ends the bar.

    A subscriber of s3transfer, which calls ``on_progress`` by name.

    Args:
        description: before the bar.
        size: bytes in all.
    """

    def __init__(self, description: str, size: int) -> None:
        self._bar = tqdm(total=size, desc=description, unit="B", unit_scale=True, disable=None)
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Counts bytes, from any thread."""
        with self._lock:
            self._bar.update(count)

    def on_progress(self, bytes_transferred: int, **_: Any) -> None:
        """Counts bytes of one of s3transfer's files."""
        self.add(bytes_transferred)

    def __enter__(self) -> ByteBar:
        return self

    def __exit__(self, *_: Any) -> None:
        self._bar.close()
