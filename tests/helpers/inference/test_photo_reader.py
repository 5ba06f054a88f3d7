"""Photos for a backend: upright, small enough, in order, and each error with its photo."""

import numpy as np
import pytest
from PIL import Image

from helpers.inference import photo_reader
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "size, orientation, shape, full",
    [
        ((320, 240), None, (240, 320, 3), (320, 240)),
        ((3200, 2400), None, (600, 800, 3), (3200, 2400)),  # a quarter is enough
        ((320, 240), 6, (320, 240, 3), (240, 320)),
        ((3200, 2400), 6, (800, 600, 3), (2400, 3200)),
    ],
    ids=["small", "large", "turned", "large-turned"],
)
def test_a_photo_is_upright_and_no_larger_than_needed(
    tmp_path, paint, size, orientation, shape, full
):
    paint(tmp_path / "a.jpg", size, orientation=orientation)
    photo = photo_reader.read(tmp_path / "a.jpg", (600, 600))
    assert photo.pixels.shape == shape and photo.pixels.dtype == np.uint8
    assert (photo.width, photo.height) == full
    whole = LabeledBoxes.from_rows([("cat", [0, 0, shape[1], shape[0]])])
    assert photo.in_full_size(whole).boxes.tolist() == [[0, 0, *full]]


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_every_photo_is_rgb(tmp_path, mode):
    Image.new(mode, (20, 10)).save(str(tmp_path / "a.png"))
    assert photo_reader.read(tmp_path / "a.png", (600, 600)).pixels.shape == (10, 20, 3)


def test_photos_come_in_order_and_errors_beside_them(tmp_path, paint):
    paths = [tmp_path / f"{number:02d}.png" for number in range(40)]
    for number, path in enumerate(paths):
        paint(path, (20 + number, 10))
    paths[7].write_bytes(b"no image")
    paths[8].write_bytes(paths[9].read_bytes()[:-30])  # cut off
    read = list(photo_reader.read_ahead(paths, (600, 600)))
    assert [path for path, _ in read] == paths
    assert [number for number, (_, one) in enumerate(read) if isinstance(one, BadInput)] == [7, 8]
    assert all(path.name in str(one) for path, one in read if isinstance(one, BadInput))
    assert [one.width for _, one in read[9:]] == list(range(29, 60))


def test_too_many_pixels_are_not_tried(tmp_path, paint, monkeypatch):
    paint(tmp_path / "a.jpg", (320, 240))
    monkeypatch.setattr(photo_reader, "MAX_PIXELS", 320 * 240 - 1)
    with pytest.raises(BadInput, match="320x240"):
        photo_reader.read(tmp_path / "a.jpg", (600, 600))
