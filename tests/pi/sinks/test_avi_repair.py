"""An AVI that was broken off gets its index and length."""

import cv2
import numpy as np
import pytest

from detection.sinks.avi_repair import repair


@pytest.fixture()
def broken(tmp_path):
    """An AVI of 60 shades as a killed process leaves it: no sizes, no index, half a frame."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10.0, (64, 48))
    for number in range(60):
        writer.write(np.full((48, 64, 3), 40 + 3 * number, np.uint8))
    writer.release()
    content = bytearray(path.read_bytes())
    data = content.find(b"movi")
    content[data - 4 : data] = bytes(4)
    content[4:8] = bytes(4)
    index = content.find(b"idx1")
    for chunk, field in ((b"avih", 16), (b"strh", 32)):
        start = content.find(chunk) + 8 + field
        content[start : start + 4] = bytes(4)
    path.write_bytes(bytes(content[: index - 100]))
    return path


def test_every_whole_frame_can_be_found(broken):
    assert cv2.VideoCapture(str(broken)).get(cv2.CAP_PROP_FRAME_COUNT) == 0
    assert repair(broken) == 59
    capture = cv2.VideoCapture(str(broken))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 59
    for number in (58, 0, 31):
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        assert capture.read()[1].mean() == pytest.approx(40 + 3 * number, abs=4)


def test_a_repaired_one_stays(broken):
    repair(broken)
    once = broken.read_bytes()
    assert repair(broken) == 59
    assert broken.read_bytes() == once


@pytest.mark.parametrize("content", [b"RIFF", b"text" * 99], ids=["cut in its header", "no AVI"])
def test_without_a_header_it_stays(tmp_path, content):
    (tmp_path / "a.avi").write_bytes(content)
    assert repair(tmp_path / "a.avi") == 0
    assert (tmp_path / "a.avi").read_bytes() == content
