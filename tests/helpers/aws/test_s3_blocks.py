"""Parts of files are read in blocks, and never beyond their ends."""

import contextlib
import os

import pytest

from helpers.aws.s3_blocks import BLOCK, LargeBlocks

SIZE = 3 * BLOCK + 5  # bytes of the file


@pytest.fixture()
def content():
    return os.urandom(SIZE)


@pytest.fixture()
def counted():
    """Bytes, as the callback for progress is told them."""
    return []


@pytest.fixture()
def part(content, counted, tmp_path):
    """``part(start, size)`` opens a part of a file."""
    path = tmp_path / "file"
    path.write_bytes(content)

    with contextlib.ExitStack() as opened:

        def part(start, size):
            stream = opened.enter_context(open(str(path), "rb"))
            stream.seek(start)
            return LargeBlocks().open_file_chunk_reader_from_fileobj(
                fileobj=stream,
                chunk_size=size,
                full_file_size=SIZE,
                callbacks=[lambda bytes_transferred: counted.append(bytes_transferred)],
            )

        yield part


@pytest.mark.parametrize(
    "start, size, blocks",
    [
        (0, SIZE, [BLOCK, BLOCK, BLOCK, 5]),
        (7, BLOCK + 1, [BLOCK, 1]),
        (2 * BLOCK, SIZE, [BLOCK, 5]),
        (10, 20, [20]),
    ],
    ids=["the whole", "in the middle", "at the end", "less than a block"],
)
def test_a_reader_that_asks_for_little_gets_blocks(content, part, start, size, blocks):
    reader = part(start, size)
    read = list(iter(lambda: reader.read(8192), b""))
    assert [len(block) for block in read] == blocks
    assert b"".join(read) == content[start : start + size]


def test_it_is_read_again_from_its_start(content, part):
    reader = part(7, BLOCK + 1)
    first = reader.read(10)
    reader.seek(0)
    assert reader.read() == first + content[7 + BLOCK : 8 + BLOCK]


def test_progress_counts_only_what_is_sent(part, counted):
    reader = part(0, SIZE)
    reader.read()  # for a checksum
    reader.seek(0)
    assert counted == []
    reader.signal_transferring()
    while reader.read(1):
        pass
    assert sum(counted) == SIZE
