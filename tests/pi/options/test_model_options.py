"""The model on the command line."""

import argparse
from pathlib import Path

import pytest

from detection.backends.settings import DEFAULTS, Settings
from detection.options import model_options


@pytest.fixture()
def parser():
    parser = argparse.ArgumentParser()
    model_options.add(parser, Path("model"))
    return parser


@pytest.mark.parametrize("score", ["-0.1", "1.5", "high"])
def test_a_threshold_that_is_none(parser, score):
    with pytest.raises(SystemExit):
        parser.parse_args(["--threshold", score])


def test_a_threshold(parser):
    assert parser.parse_args(["--threshold", "0.25"]).threshold == 0.25
    assert parser.parse_args([]).threshold is None


@pytest.mark.parametrize("threads", ["0", "-1", "257", "2.5", "many"])
def test_threads_that_cannot_be(parser, threads):
    with pytest.raises(SystemExit):
        parser.parse_args(["--threads", threads])


@pytest.mark.parametrize(
    "arguments, expected",
    [
        pytest.param([], DEFAULTS, id="nothing"),
        pytest.param(["--threads", "3"], Settings(threads=3), id="threads"),
        pytest.param(
            ["--opencv-backend", "openvino", "--opencv-target", "opencl"],
            Settings(None, "openvino", "opencl"),
            id="OpenCV",
        ),
    ],
)
def test_settings(parser, arguments, expected):
    assert model_options.settings(parser.parse_args(arguments)) == expected
