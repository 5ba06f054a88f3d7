"""The sources on the command line."""

import argparse

import pytest

from detection.options import source_options


@pytest.fixture()
def parser():
    parser = argparse.ArgumentParser()
    source_options.add(parser)
    return parser


def test_sources(parser):
    assert parser.parse_args(["clip.mp4", "a.jpg"]).source == ["clip.mp4", "a.jpg"]
    assert parser.parse_args([]).source == []
