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
    names = sorted(path.name for path in (tmp_path / "new" / "out").iterdir())
    assert names == ["a.jpg", "a.png", "live_000001.jpg", "my_clip_000012.jpg"]


def test_a_folder_where_a_file_is(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="out: .* folder"):
        ImageFolder(tmp_path / "out", PAINTER).write(result(grey()))
