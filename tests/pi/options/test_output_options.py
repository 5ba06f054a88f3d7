"""The outputs on the command line."""

import argparse

import pytest

from detection.options import output_options


@pytest.fixture()
def parser():
    parser = argparse.ArgumentParser()
    output_options.add(parser)
    return parser


def test_outputs(parser):
    arguments = ["--output", "out.mp4", "--json", "--output", "frames", "--force"]
    options = parser.parse_args(arguments)
    assert options.output == ["out.mp4", "frames"]
    assert (options.force, options.json, options.headless) == (True, True, False)


def test_no_output(parser):
    options = parser.parse_args([])
    assert (options.output, options.force) == ([], False)
