"""What the options name is what results go to."""

import argparse
from pathlib import Path

import pytest

from detection.drawing import Painter
from detection.options import sink_options
from detection.sinks.csv_file import CsvFile
from detection.sinks.live_page import LivePage
from detection.sinks.snapshots import Snapshots
from detection.sinks.webhook import Webhook


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", action="append", default=[])
    parser.add_argument("--force", action="store_true")
    sink_options.add(parser)
    return parser.parse_args(list(arguments))


def test_none():
    assert sink_options.sinks(parsed(), Painter(["cup"]), ["cup"]) == []


def test_each_option_is_a_sink(tmp_path):
    options = parsed(
        *("--csv", str(tmp_path / "out.csv"), "--snapshots", str(tmp_path / "snapshots")),
        *("--webhook", "http://127.0.0.1:9/", "--output", "http://127.0.0.1:0"),
    )
    sinks = sink_options.sinks(options, Painter(["cup"]), ["cup"])
    assert [type(sink) for sink in sinks] == [LivePage, CsvFile, Snapshots, Webhook]
    for sink in sinks:
        sink.close(None)


def test_files_are_told_from_pages():
    options = parsed("--output", "out.mp4", "--output", "HTTP://localhost:80", "--output", "http")
    assert sink_options.files(options) == ["out.mp4", "http"]
    assert options.csv is None and parsed("--csv", "a").csv == Path("a")


@pytest.mark.parametrize("option", ["--cooldown", "--quota"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "much"])
def test_no_amount(option, value, capsys):
    with pytest.raises(SystemExit):
        parsed(f"{option}={value}")
    assert value in capsys.readouterr().err
