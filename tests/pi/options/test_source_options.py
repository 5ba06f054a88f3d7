"""The source on the command line."""

import argparse

import pytest

from detection.options import source_options


@pytest.fixture()
def parser():
    parser = argparse.ArgumentParser()
    source_options.add(parser)
    return parser


def test_a_source(parser):
    assert parser.parse_args(["clip.mp4"]).source == "clip.mp4"
    assert parser.parse_args([]).source is None
