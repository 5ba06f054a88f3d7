"""What is done with detections, on the command line."""

import argparse
from pathlib import Path

import pytest

from detection.options import watch_options
from detection.tiling import AUTO


@pytest.fixture()
def parser():
    parser = argparse.ArgumentParser()
    watch_options.add(parser)
    return parser


def test_nothing_is_watched_by_itself(parser):
    given = vars(parser.parse_args([]))
    assert {name for name, value in given.items() if value} == {
        "on_frames",
        "on_cooldown",
        "on_timeout",
        "collect_limit",
    }


def test_a_watch_file(parser):
    given = parser.parse_args(["--watch", "a.json", "--track"])
    assert (given.watch, given.track) == (Path("a.json"), True)


@pytest.mark.parametrize("text, grid", [("auto", AUTO), ("3x2", (3, 2))], ids=["auto", "3x2"])
def test_tiles(parser, text, grid):
    assert parser.parse_args(["--tiles", text]).tiles == grid


@pytest.mark.parametrize("text", ["3", "0x2", "17x1", "axb", "-1x2"])
def test_tiles_that_are_none(parser, text, capsys):
    with pytest.raises(SystemExit):
        parser.parse_args([f"--tiles={text}"])
    assert text in capsys.readouterr().err


def test_actions(parser):
    given = parser.parse_args(["--on", "cat", "a b", "--on", "dog", "c", "--on-frames", "5"])
    assert given.on == [["cat", "a b"], ["dog", "c"]]
    assert (given.on_frames, given.on_cooldown) == (5, 10.0)


@pytest.mark.parametrize(
    "option", ["--on-frames=0", "--on-frames=x", "--on-cooldown=-1", "--on-timeout=nan"]
)
def test_settings_of_actions_that_are_none(parser, option, capsys):
    with pytest.raises(SystemExit):
        parser.parse_args([option])
    assert option.split("=")[0] in capsys.readouterr().err
