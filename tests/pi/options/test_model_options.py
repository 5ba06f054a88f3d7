"""The model on the command line."""

import argparse
from pathlib import Path

import pytest

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
