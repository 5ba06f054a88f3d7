"""An MP4 of fragments, then with tables: OpenCV reads it either way."""

import cv2
import numpy as np
import pytest

from detection.sinks.mp4 import Mp4Writer, read_samples

SIZE, RATE = (64, 48), 10.0


def segment(path, levels):
    """A small video as OpenCV writes it, a shade a frame."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), RATE, SIZE)
    for level in levels:
        writer.write(np.full((SIZE[1], SIZE[0], 3), level, np.uint8))
    writer.release()
    return read_samples(path)


def shades(path):
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        read, image = capture.read()
        if not read:
            return frames, capture
        frames.append(image.mean())


@pytest.mark.parametrize("finished", [True, False], ids=["finished", "killed"])
@pytest.mark.parametrize("parts", [[1], [20], [20, 20, 5]], ids=str)
def test_every_frame_is_there(tmp_path, parts, finished):
    levels = [40 + 3 * number for number in range(sum(parts))]
    writer, start = Mp4Writer(tmp_path / "out.mp4", SIZE, RATE), 0
    for count in parts:
        writer.append(segment(tmp_path / "part.mp4", levels[start : start + count]))
        start += count
    assert writer.frames == len(levels)
    writer.finish() if finished else writer.close()
    read, capture = shades(tmp_path / "out.mp4")
    np.testing.assert_allclose(read, levels, atol=4)
    assert capture.get(cv2.CAP_PROP_FPS) == RATE
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == len(levels)


def test_a_finished_file_can_be_searched(tmp_path):
    writer = Mp4Writer(tmp_path / "out.mp4", SIZE, RATE)
    for first in (0, 20, 40):
        levels = [40 + 3 * number for number in range(first, first + 20)]
        writer.append(segment(tmp_path / "part.mp4", levels))
    writer.sync()
    writer.finish()
    capture = cv2.VideoCapture(str(tmp_path / "out.mp4"))
    for number in (47, 3, 20):
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        assert capture.read()[1].mean() == pytest.approx(40 + 3 * number, abs=4)
    content = (tmp_path / "out.mp4").read_bytes()
    # A player that walks over the boxes sees one block of data, then the tables.
    kinds, start = [], 0
    while start < len(content):
        size = int.from_bytes(content[start : start + 4], "big")
        kinds.append(content[start + 4 : start + 8])
        start += size if size != 1 else int.from_bytes(content[start + 8 : start + 16], "big")
    assert kinds == [b"ftyp", b"mdat", b"moov"]
    assert start == len(content)


@pytest.mark.parametrize("kept", [0, 30, 0.5], ids=["empty", "a few bytes", "half"])
def test_a_file_without_tables_has_no_samples(tmp_path, kept):
    segment(tmp_path / "part.mp4", [80] * 20)
    content = (tmp_path / "part.mp4").read_bytes()
    (tmp_path / "part.mp4").write_bytes(content[: int(len(content) * kept) if kept < 1 else kept])
    assert read_samples(tmp_path / "part.mp4").sizes == ()


def test_without_frames_it_is_no_video(tmp_path):
    Mp4Writer(tmp_path / "out.mp4", SIZE, RATE).finish()
    assert (tmp_path / "out.mp4").read_bytes() == b""
