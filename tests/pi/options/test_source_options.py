"""The sources on the command line."""

import argparse

import pytest

from detection.options import source_options
from detection.sources.live import CameraOptions, LiveOptions


@pytest.fixture()
def parser():
    parser = argparse.ArgumentParser()
    source_options.add(parser)
    return parser


def test_sources(parser):
    assert parser.parse_args(["clip.mp4", "a.jpg"]).source == ["clip.mp4", "a.jpg"]
    assert parser.parse_args([]).source == []


def test_how_a_camera_is_read(parser):
    line = "0 --give-up 60 --stall 2 --every-frame"
    camera = "--camera-size 1280x720 --camera-rate 15 --camera-format mjpg"
    options = parser.parse_args([*line.split(), *camera.split()])
    assert source_options.live_options(options) == LiveOptions(60, 2, True)
    assert source_options.camera_options(options) == CameraOptions((1280, 720), 15, "MJPG")


def test_defaults(parser):
    options = parser.parse_args(["0"])
    assert source_options.live_options(options) == LiveOptions()
    assert source_options.camera_options(options) == CameraOptions()


@pytest.mark.parametrize(
    "argument",
    [
        "--give-up=0",
        "--give-up=nan",
        "--stall=-1",
        "--camera-rate=fast",
        "--camera-size=1280",
        "--camera-size=0x720",
        "--camera-format=JPEGS",
    ],
)
def test_what_cannot_be_asked_for(parser, argument):
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["0", argument])
    assert ended.value.code == 2
