"""Detections leave as text, JSON, images and videos."""

import io
import json

import numpy as np
import pytest

from detection.detector import Detection
from detection.drawing import class_colours, draw
from detection.errors import InputError
from detection.images import read_image
from detection.sinks import ImageFile, ImageFolder, JsonLines, ProgressLine, TextLines
from detection.sources import Frame

CUP = Detection("cup", 0.98765432, (10.12345, 5.0, 40.6, 30.0))
BALL = Detection("ball", 0.75, (0.0, 0.0, 64.0, 48.0))
COLOURS = class_colours(["cup", "ball"])


def grey(level=128, width=64, height=48, name="one.png", number=None):
    return Frame(np.full((height, width, 3), level, np.uint8), name, number)


def test_json_lines():
    stream = io.StringIO()
    with JsonLines(stream) as sink:
        sink.write(grey(name="B\u00e4r.png"), [CUP, BALL])
        sink.write(grey(name="clip.mp4", number=7), [])
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first == {
        "source": "B\u00e4r.png",
        "frame": None,
        "width": 64,
        "height": 48,
        "detections": [
            {"label": "cup", "score": 0.987654, "box": [10.123, 5.0, 40.6, 30.0]},
            {"label": "ball", "score": 0.75, "box": [0.0, 0.0, 64.0, 48.0]},
        ],
    }
    assert second == {"source": "clip.mp4", "frame": 7, "width": 64, "height": 48, "detections": []}


@pytest.mark.parametrize(
    "frame, detections, lines",
    [
        (grey(), [], []),
        (
            grey(),
            [CUP, BALL],
            [
                "one.png: cup 0.99 from (10, 5) to (41, 30)",
                "one.png: ball 0.75 from (0, 0) to (64, 48)",
            ],
        ),
        (
            grey(name="clip.avi", number=3),
            [BALL],
            ["clip.avi frame 3: ball 0.75 from (0, 0) to (64, 48)"],
        ),
    ],
    ids=["no detections", "two detections", "video frame"],
)
def test_lines(frame, detections, lines):
    stream = io.StringIO()
    TextLines(stream).write(frame, detections)
    assert stream.getvalue().splitlines() == lines


def test_an_image_file(tmp_path):
    frame = grey()
    with ImageFile(tmp_path / "out.png", COLOURS) as sink:
        sink.write(frame, [CUP])
    assert np.array_equal(read_image(tmp_path / "out.png"), draw(frame.image, [CUP], COLOURS))


def test_a_folder_of_images(tmp_path):
    with ImageFolder(tmp_path / "new" / "out", COLOURS) as sink:
        sink.write(grey(name="a.png"), [])
        sink.write(grey(name="a.jpg"), [])
        sink.write(grey(name="my clip.mp4", number=12), [])
        sink.write(grey(name="rtsp://10.0.0.1/live", number=1), [])
    names = sorted(path.name for path in (tmp_path / "new" / "out").iterdir())
    assert names == ["a.jpg", "a.png", "live_000001.jpg", "my_clip_000012.jpg"]


def test_a_folder_where_a_file_is(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="out: .* folder"):
        ImageFolder(tmp_path / "out", COLOURS).write(grey(), [])


def test_progress():
    stream = io.StringIO()
    with ProgressLine(2, stream) as sink:
        sink.write(grey(), [CUP, BALL])
        sink.write(grey(), [])
    assert "\r2/2 images, 2 found, " in stream.getvalue()
    assert stream.getvalue().endswith("\n")
