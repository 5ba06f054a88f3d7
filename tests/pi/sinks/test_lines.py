"""Detections leave as lines of text and JSON."""

import io
import json

import pytest
from pi_results import grey, result

from detection.sinks.lines import JsonLines, ProgressLine, TextLines
from detection.sinks.record import record
from detection.structures import Detection, Result

CUP = Detection("cup", 0.98765432, (10.12345, 5.0, 40.6, 30.0))
BALL = Detection("ball", 0.75, (0.0, 0.0, 64.0, 48.0))


def test_json_lines():
    stream = io.StringIO()
    with JsonLines(stream) as sink:
        sink.write(result(grey(name="B\u00e4r.png"), CUP, BALL))
        sink.write(result(grey(name="clip.mp4", number=7)))
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["source"], first["frame"]) == ("B\u00e4r.png", None)
    assert first == record(result(grey(name="B\u00e4r.png"), CUP, BALL))
    assert (second["source"], second["frame"], second["detections"]) == ("clip.mp4", 7, [])


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
        (grey(), [BALL._replace(track=7)], ["one.png: ball #7 0.75 from (0, 0) to (64, 48)"]),
    ],
    ids=["no detections", "two detections", "video frame", "tracked"],
)
def test_lines(frame, detections, lines):
    stream = io.StringIO()
    TextLines(stream).write(result(frame, *detections))
    assert stream.getvalue().splitlines() == lines


def test_counts_are_the_last_lines():
    stream = io.StringIO()
    with TextLines(stream) as sink:
        for crossed in (1, 2):
            sink.write(Result(grey(), (), {"door": {"in": crossed, "out": 0}}))
    assert stream.getvalue() == "door: in 2, out 0\n"


@pytest.mark.parametrize("kind", [JsonLines, TextLines])
def test_a_reader_has_a_frame_before_the_next(kind, tmp_path):
    path = tmp_path / "lines"
    with path.open("w") as stream:
        sink = kind(stream)
        for number in (1, 2):
            sink.write(result(grey(name="clip.mp4", number=number), CUP))
            assert len(path.read_text().splitlines()) == number


def test_progress():
    stream = io.StringIO()
    with ProgressLine(2, stream) as sink:
        sink.write(result(grey(), CUP, BALL))
        sink.write(result(grey()))
    assert "\r2/2 images, 2 found, " in stream.getvalue()
    assert stream.getvalue().endswith("\n")
