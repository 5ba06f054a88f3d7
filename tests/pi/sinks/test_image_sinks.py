"""Detections leave as images."""

import numpy as np
import pytest
from pi_results import grey, result

from detection.drawing import Painter
from detection.errors import InputError
from detection.images import read_image
from detection.sinks.image_sinks import ImageFile, ImageFolder
from detection.structures import Detection

CUP = Detection("cup", 0.98765432, (10.12345, 5.0, 40.6, 30.0))
PAINTER = Painter(["cup", "ball"])


def names_below(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path.relative_to(folder)) for path in files)


def test_an_image_file(tmp_path):
    frame = grey()
    with ImageFile(tmp_path / "out.png", PAINTER) as sink:
        sink.write(result(frame, CUP))
    assert np.array_equal(read_image(tmp_path / "out.png"), PAINTER.paint(result(frame, CUP)))


def test_a_folder_of_images(tmp_path):
    with ImageFolder(tmp_path / "new" / "out", PAINTER) as sink:
        sink.write(result(grey(name="a.png")))
        sink.write(result(grey(name="a.jpg")))
        sink.write(result(grey(name="my clip.mp4", number=12)))
        sink.write(result(grey(name="rtsp://10.0.0.1/live", number=1)))
        sink.write(result(grey(name="/dev/video0", number=1)))
        sink.write(result(grey(name="b/a.png")))
    assert names_below(tmp_path) == [
        "new/out/a.jpg",
        "new/out/a.png",
        "new/out/b/a.png",
        "new/out/live_000001.jpg",
        "new/out/my_clip_000012.jpg",
        "new/out/video0_000001.jpg",
    ]


def test_videos_that_differ_in_their_suffix(tmp_path):
    with ImageFolder(tmp_path, PAINTER) as sink:
        for name in ("clip.mp4", "clip.avi", "clip.mp4"):
            sink.write(result(grey(name=name, number=1)))
    assert names_below(tmp_path) == ["clip_000001.jpg", "clip_avi_000001.jpg"]


@pytest.mark.parametrize(
    "name, number, written", [("a.png", None, "a.png"), ("clip.avi", 3, "clip_000003.jpg")]
)
def test_a_file_that_is_not_ours_stays(tmp_path, name, number, written):
    (tmp_path / written).write_text("mine")
    with pytest.raises(InputError, match=f"{written}: .*--force"):
        ImageFolder(tmp_path, PAINTER).write(result(grey(name=name, number=number)))
    assert (tmp_path / written).read_text() == "mine"
    ImageFolder(tmp_path, PAINTER, force=True).write(result(grey(name=name, number=number)))
    assert read_image(tmp_path / written).shape == (48, 64, 3)
    ImageFolder(tmp_path, PAINTER).write(result(grey(name=name, number=number)))


def test_a_folder_where_a_file_is(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="out: .* folder"):
        ImageFolder(tmp_path / "out", PAINTER).write(result(grey()))


def test_what_a_killed_run_has_left_is_deleted(tmp_path):
    (tmp_path / "out").mkdir()
    for name in (".a.999999999.part.png", ".b.png"):
        (tmp_path / "out" / name).write_text("half")
    ImageFolder(tmp_path / "out", PAINTER).write(result(grey(name="a.png")))
    assert names_below(tmp_path) == ["out/.b.png", "out/a.png"]
