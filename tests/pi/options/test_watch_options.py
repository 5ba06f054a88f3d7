"""What is done with detections, on the command line."""

import argparse
from pathlib import Path

import pytest

from detection.options import watch_options


@pytest.fixture()
def parser():
    parser = argparse.ArgumentParser()
    watch_options.add(parser)
    return parser


def test_nothing_is_watched_by_itself(parser):
    assert vars(parser.parse_args([])) == {"watch": None, "check": False, "track": False}


def test_a_watch_file(parser):
    given = parser.parse_args(["--watch", "a.json", "--track"])
    assert (given.watch, given.track) == (Path("a.json"), True)
