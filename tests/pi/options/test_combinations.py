"""Options that do nothing are refused; those that go together are not."""

from pathlib import Path

import pytest

from detection import command_line
from detection.options import combinations


def problem(line):
    parser = command_line.make_parser("description", Path("model"))
    return combinations.problem(parser.parse_args(line.split()), parser.get_default)


@pytest.mark.parametrize(
    "line",
    [
        "photo.jpg --csv a --output b --json",
        "clip.mp4 --track --watch a.json --tiles 2x2",
        "a --output http://localhost:0 --token t",
        "a --snapshots b --quota 1 --cooldown 2",
        "a --webhook http://host --cooldown 2",
        "a --collect b --collect-limit 3",
        "a --on c d --on-frames 1 --on-cooldown 0 --on-timeout 1",
        "0 --camera-size 1x1 --camera-rate 5 --camera-format YUYV --give-up 3",
        "picamera --camera-size 1x1 --stall 3",
        "rtsp://host/a --every-frame",
        "a --backend opencv --opencv-target cpu",
        "a --threads 2 --opencv-backend opencv",
        "--self-test --backend tflite",
        "--check --watch a.json",
        "--update a --sha256 b",
        "--benchmark --json",
        "0 --benchmark --camera-size 1x1",
    ],
)
def test_what_goes_together(line):
    assert problem(line) is None


@pytest.mark.parametrize(
    "line, option, needed",
    [
        ("", "SOURCE", "--self-test"),
        ("a --update b", "SOURCE", "--update"),
        ("--check --update a", "--check", "--update"),
        ("a --benchmark --mqtt b", "--benchmark", "--mqtt"),
        ("--check --tiles 2x2", "--check", "--tiles"),
        ("--self-test --watch a.json", "--self-test", "--watch"),
        ("a --token t --output b.jpg", "--token", "--output"),
        ("a --cooldown 3", "--cooldown", "--snapshots"),
        ("a --on-frames 5", "--on-frames", "--on CLASS"),
        ("rtsp://host/a --camera-rate 5", "--camera-rate", "camera"),
        ("a --stall 3", "--stall", "stream"),
        ("a --backend coral --opencv-backend cuda", "--opencv-backend", "--backend opencv"),
    ],
)
def test_what_does_nothing(line, option, needed):
    said = problem(line)
    assert option in said and needed in said
