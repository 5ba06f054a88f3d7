"""A result as one object."""

import datetime

import pytest
from pi_results import grey

from detection.sinks.record import iso_time, record
from detection.structures import Detection, Result


def test_a_video_frame():
    frame = grey(name="clip.mp4", number=7)._replace(time=1e9 + 0.25, stream_time=0.24)
    found = (Detection("cup", 0.98765432, (10.12345, 5.0, 40.6, 30.0), 3, ("lawn",)),)
    counts = {"door": {"in": 2, "out": 1}}
    row = record(Result(frame, found, counts))
    moment = datetime.datetime.fromisoformat(row.pop("time"))
    assert moment.timestamp() == 1e9 + 0.25
    assert moment.utcoffset() is not None
    assert row == {
        "source": "clip.mp4",
        "frame": 7,
        "stream_time": 0.24,
        "width": 64,
        "height": 48,
        "detections": [
            {
                "label": "cup",
                "score": 0.987654,
                "box": [10.123, 5.0, 40.6, 30.0],
                "track": 3,
                "zones": ["lawn"],
            }
        ],
        "counts": counts,
    }


def test_an_image_without_detections():
    row = record(Result(grey(), ()))
    assert (row["frame"], row["stream_time"], row["detections"]) == (None, None, [])
    assert "counts" not in row


@pytest.mark.parametrize("seconds", [0.0, 1e9, 1.9e9 + 0.5], ids=str)
def test_times_come_back(seconds):
    assert datetime.datetime.fromisoformat(iso_time(seconds)).timestamp() == seconds
