"""What was written is on the disk every two seconds, and an interruption doubles nothing."""

import struct

import cv2
import numpy as np
import pytest

from detection.sinks import segmented_writer
from detection.sinks.leftovers import has_frame
from detection.sinks.segmented_writer import SegmentedWriter, SyncedWriter

MP4V, MJPG = cv2.VideoWriter_fourcc(*"mp4v"), cv2.VideoWriter_fourcc(*"MJPG")


def shade(number):
    return np.full((48, 64, 3), 40 + 3 * number, np.uint8)


def boxes(path):
    """The kinds of the boxes of an MP4, in order; of a size of 1, the size follows the kind."""
    data, kinds, start = path.read_bytes(), [], 0
    while start < len(data):
        size, kind = struct.unpack(">I4s", data[start : start + 8])
        kinds.append(kind.decode())
        start += size if size != 1 else struct.unpack(">Q", data[start + 8 : start + 16])[0]
    return kinds


def test_all_but_the_last_seconds_can_be_read_while_it_is_written(tmp_path):
    path = tmp_path / "out.mp4"
    writer = SegmentedWriter(path, MP4V, 10.0, (64, 48))
    for number in range(45):
        writer.write(shade(number))
    writer._storing.result()
    assert has_frame(path, 40) and not has_frame(path, 41)
    assert "moof" in boxes(path)
    writer.close()
    assert boxes(path) == ["ftyp", "mdat", "moov"]  # no fragments, which some players cannot seek
    assert has_frame(path, 45)
    assert list(tmp_path.iterdir()) == [path]


def test_a_segment_that_is_ended_twice_is_stored_once(tmp_path, monkeypatch):
    """As a signal between its two steps has it."""
    writer = SegmentedWriter(tmp_path / "out.mp4", MP4V, 10.0, (64, 48))
    for number in range(15):
        writer.write(shade(number))
    segment = writer._segment
    writer._end_segment()
    writer._segment, writer._number = segment, 0
    writer.close()
    assert has_frame(tmp_path / "out.mp4", 15) and not has_frame(tmp_path / "out.mp4", 16)


def test_a_segment_that_lost_frames_is_an_error(tmp_path, monkeypatch):
    writer = SegmentedWriter(tmp_path / "out.mp4", MP4V, 10.0, (64, 48))
    writer.write(shade(1))
    writer._frames += 1
    with pytest.raises(OSError):
        writer.close()


def test_an_avi_is_synced_every_two_seconds(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(segmented_writer.os, "fsync", synced.append)
    writer = SyncedWriter(tmp_path / "out.avi", MJPG, 10.0, (64, 48))
    for number in range(45):
        writer.write(shade(number))
    writer.close()
    assert len(synced) == 2
    assert has_frame(tmp_path / "out.avi", 45)


@pytest.mark.parametrize("kind, codec", [(SegmentedWriter, MP4V), (SyncedWriter, MJPG)])
def test_a_folder_that_is_not_there(tmp_path, kind, codec):
    with pytest.raises(OSError):
        kind(tmp_path / "nowhere" / "out", codec, 10.0, (64, 48))


def test_each_segment_of_an_mp4_is_synced_and_so_is_its_end(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(segmented_writer.os, "fsync", synced.append)
    writer = SegmentedWriter(tmp_path / "out.mp4", MP4V, 10.0, (64, 48))
    for number in range(45):
        writer.write(shade(number))
    writer._storing.result()
    assert len(synced) == 2
    writer.close()
    # The last segment, the tables, and then the header that lets them be found.
    assert len(synced) == 5
