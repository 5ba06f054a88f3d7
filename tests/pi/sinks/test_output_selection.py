"""Where the detections go, and what is never written over."""

import argparse
import contextlib

import pytest

from detection.drawing import Painter
from detection.errors import UsageError
from detection.sinks.image_sinks import ImageFile, ImageFolder
from detection.sinks.lines import JsonLines, TextLines
from detection.sinks.output_selection import check_output, choose_sinks
from detection.sinks.video_writer import VideoFile
from detection.sources.opening import open_source


@pytest.fixture()
def opened(tmp_path, make_image, make_video):
    """Opens one of the sources ``one.png``, ``folder`` and ``clip.avi``."""
    make_image(tmp_path / "one.png")
    make_image(tmp_path / "folder" / "one.png")
    make_video(tmp_path / "clip.avi", frames=2)
    with contextlib.ExitStack() as stack:
        yield lambda name: stack.enter_context(
            contextlib.closing(open_source(str(tmp_path / name)))
        )


def options(output, as_json):
    return argparse.Namespace(output=output, json=as_json, headless=True)


@pytest.mark.parametrize(
    "source, output, kind, sink",
    [
        ("one.png", "out.JPG", "image", ImageFile),
        ("one.png", "out", "folder", ImageFolder),
        ("one.png", "out.dir/", "folder", ImageFolder),
        ("folder", "out", "folder", ImageFolder),
        ("clip.avi", "out", "folder", ImageFolder),
        ("clip.avi", "out.MP4", "video", VideoFile),
    ],
)
def test_the_output_decides_the_sink(opened, tmp_path, source, output, kind, sink):
    output = f"{tmp_path}/{output}"
    assert check_output(output, opened(source)) == kind
    for as_json in (False, True):
        sinks = choose_sinks(options(output, as_json), opened(source), Painter(["cup"]))
        expected = [JsonLines, sink] if as_json else [sink]
        assert [type(chosen) for chosen in sinks] == expected


@pytest.mark.parametrize(
    "as_json, sink", [(False, TextLines), (True, JsonLines)], ids=["text", "json"]
)
def test_without_an_output_detections_are_printed(opened, as_json, sink):
    (chosen,) = choose_sinks(options(None, as_json), opened("one.png"), Painter(["cup"]))
    assert type(chosen) is sink


@pytest.mark.parametrize(
    "source, output",
    [
        ("one.png", "out.mp4"),
        ("folder", "out.png"),
        ("clip.avi", "out.png"),
        ("one.png", "out.xyz"),
        ("one.png", "http://0.0.0.0:8000"),
    ],
)
def test_an_output_that_does_not_suit_the_source(opened, source, output):
    with pytest.raises(UsageError, match="OUTPUT"):
        check_output(output, opened(source))


@pytest.mark.parametrize(
    "source, output",
    [
        ("one.png", "one.png"),
        ("one.png", "."),
        ("one.png", "./folder/../one.png"),
        ("one.png", "link.png"),
        ("folder", "folder"),
        ("folder", "folder/"),
        ("clip.avi", "clip.avi"),
    ],
)
def test_the_source_is_never_overwritten(
    run_detect, tmp_path, make_image, make_video, source, output, refused
):
    make_image(tmp_path / "one.png")
    make_image(tmp_path / "folder" / "one.png")
    make_video(tmp_path / "clip.avi", frames=2)
    (tmp_path / "link.png").symlink_to(tmp_path / "one.png")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    refused(run_detect(source, output), "overwrite", "source")
    assert {path: path.read_bytes() for path in before} == before


def test_an_output_folder_that_is_not_there(run_detect, tmp_path, make_image, refused):
    make_image(tmp_path / "one.png")
    refused(run_detect("one.png", "nowhere/out.png"), "nowhere/out.png", "make it ")
