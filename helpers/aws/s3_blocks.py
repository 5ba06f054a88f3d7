"""Files are given to the network in large blocks.

``http.client`` asks a file for 8 KiB at a time. With several threads sending, Python then spends
more time on handing these over than the network takes for them. Only its calls and those of
botocore's checksums read here, and all of them take a longer block as well.
"""

from __future__ import annotations

from typing import Any, Optional

from s3transfer.utils import OSUtils, ReadFileChunk

BLOCK = 1 << 20  # bytes


class LargeBlocks(OSUtils):  # type: ignore[misc]
    """Opens parts of files for ``s3transfer.manager.TransferManager``, its ``osutil``."""

    def open_file_chunk_reader_from_fileobj(self, *args: Any, **kwargs: Any) -> ReadFileChunk:
        """A part of an open file, as s3transfer's own, to be read in blocks."""
        return _Part(*args, enable_callbacks=False, **kwargs)


class _Part(ReadFileChunk):  # type: ignore[misc]
    def read(self, amount: Optional[int] = None) -> bytes:
        """At least a block, where the part has as much left."""
        data: bytes = super().read(amount if amount is None else max(amount, BLOCK))
        return data
