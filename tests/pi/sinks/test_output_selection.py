"""Where the detections go, and what is never written over."""

import argparse
import contextlib

import pytest

from detection.drawing import Painter
from detection.errors import InputError, UsageError
from detection.sinks.image_sinks import ImageFile, ImageFolder
from detection.sinks.lines import JsonLines, TextLines
from detection.sinks.output_selection import check_outputs, choose_sinks
from detection.sinks.video_writer import VideoFile
from detection.sources.opening import open_sources


@pytest.fixture()
def opened(tmp_path, make_image, make_video):
    """Opens some of the sources ``one.png``, ``folder`` and ``clip.avi``."""
    make_image(tmp_path / "one.png")
    make_image(tmp_path / "folder" / "two.png")
    make_video(tmp_path / "clip.avi", frames=2)
    with contextlib.ExitStack() as stack:

        def open_them(*names):
            source = open_sources([str(tmp_path / name) for name in names])
            return stack.enter_context(contextlib.closing(source))

        yield open_them


def sinks_of(source, outputs, as_json):
    options = argparse.Namespace(json=as_json, headless=True)
    chosen = choose_sinks(
        check_outputs(outputs, source, force=False), options, source, Painter(["cup"])
    )
    return [type(sink) for sink in chosen]


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
    (checked,) = check_outputs([output], opened(source), force=False)
    assert checked.kind == kind
    assert sinks_of(opened(source), [output], as_json=False) == [sink]
    assert sinks_of(opened(source), [output], as_json=True) == [JsonLines, sink]


def test_several_outputs(opened, tmp_path):
    outputs = [f"{tmp_path}/out", f"{tmp_path}/out.mp4"]
    assert sinks_of(opened("clip.avi"), outputs, as_json=False) == [ImageFolder, VideoFile]
    with pytest.raises(UsageError, match="twice"):
        check_outputs(outputs[:1] * 2, opened("clip.avi"), force=False)


@pytest.mark.parametrize(
    "as_json, sink", [(False, TextLines), (True, JsonLines)], ids=["text", "json"]
)
def test_without_an_output_detections_are_printed(opened, as_json, sink):
    assert sinks_of(opened("one.png"), [], as_json) == [sink]


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
        check_outputs([output], opened(source), force=False)


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
@pytest.mark.parametrize("option", ["--headless", "--force"])
def test_the_source_is_never_overwritten(
    run_detect, tmp_path, make_image, make_video, source, output, option, refused
):
    make_image(tmp_path / "one.png")
    make_image(tmp_path / "folder" / "one.png")
    make_video(tmp_path / "clip.avi", frames=2)
    (tmp_path / "link.png").symlink_to(tmp_path / "one.png")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    refused(run_detect(source, "--output", output, option), "overwrite", "source")
    assert {path: path.read_bytes() for path in before} == before


def test_an_output_folder_that_is_not_there(run_detect, tmp_path, make_image, refused):
    make_image(tmp_path / "one.png")
    refused(run_detect("one.png", "nowhere/out.png"), "nowhere/out.png", "make it ")


@pytest.mark.parametrize("output", ["out.mp4", "out.png"])
def test_several_files_go_into_a_folder(opened, tmp_path, output):
    source = opened("one.png", "clip.avi")
    with pytest.raises(UsageError, match=f"{output}.* folder"):
        check_outputs([f"{tmp_path}/{output}"], source, force=False)
    assert sinks_of(source, [f"{tmp_path}/out"], as_json=False) == [ImageFolder]


@pytest.mark.parametrize(
    "sources, existing, output",
    [
        (["one.png"], "mine.png", "mine.png"),
        (["clip.avi"], "mine.mp4", "mine.mp4"),
        (["one.png", "folder"], "mine/two.png", "mine"),
    ],
    ids=["image", "video", "image in a folder"],
)
def test_what_is_not_ours_is_not_written_over(opened, tmp_path, sources, existing, output):
    path = tmp_path / existing
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    with pytest.raises(InputError, match=f"{existing}: .*--force"):
        check_outputs([str(tmp_path / output)], opened(*sources), force=False)
    (checked,) = check_outputs([str(tmp_path / output)], opened(*sources), force=True)
    assert checked.force
