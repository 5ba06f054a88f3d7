"""The outputs on the command line."""

import argparse

import pytest

from detection.options import output_options


@pytest.fixture()
def parser():
    parser = argparse.ArgumentParser()
    output_options.add(parser)
    return parser


def test_an_output(parser):
    options = parser.parse_args(["out.mp4", "--json"])
    assert (options.output, options.json, options.headless) == ("out.mp4", True, False)
