"""A header tells what the bytes are, and how to turn the image upright."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from helpers.annotations.image_header import (
    capture_of,
    header,
    opened,
    size_upright,
    turned_upright,
)
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "name, mode, kind, orientation, expected, upright",
    [
        pytest.param("a.jpg", "RGB", None, None, ("JPEG", "RGB", 40, 30, 1), (40, 30), id="JPEG"),
        pytest.param("a.png", "RGBA", None, None, ("PNG", "RGBA", 40, 30, 1), (40, 30), id="PNG"),
        pytest.param(
            "png.jpg", "RGB", "PNG", None, ("PNG", "RGB", 40, 30, 1), (40, 30), id="PNG called jpg"
        ),
        pytest.param(
            "a.JPEG", "CMYK", None, None, ("JPEG", "CMYK", 40, 30, 1), (40, 30), id="CMYK"
        ),
        pytest.param(
            "a.tif", "I;16", "TIFF", None, ("TIFF", "I;16", 40, 30, 1), (40, 30), id="16-bit TIFF"
        ),
        pytest.param("a.jpg", "RGB", None, 3, ("JPEG", "RGB", 40, 30, 3), (40, 30), id="EXIF 3"),
        pytest.param("a.jpg", "RGB", None, 6, ("JPEG", "RGB", 40, 30, 6), (30, 40), id="EXIF 6"),
        pytest.param("a.jpg", "RGB", None, 8, ("JPEG", "RGB", 40, 30, 8), (30, 40), id="EXIF 8"),
        pytest.param("a.jpg", "RGB", None, 99, ("JPEG", "RGB", 40, 30, 1), (40, 30), id="EXIF 99"),
    ],
)
def test_the_header_has_format_mode_size_and_orientation(
    tmp_path, paint, name, mode, kind, orientation, expected, upright
):
    actual = header(paint(tmp_path / name, (40, 30), mode, kind, orientation))
    assert (tuple(actual), actual.upright) == (expected, upright)


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "a.jpg: no such"),
        (b"", "a.jpg.* 0 bytes"),
        (b"not an image", "a.jpg.* 12 bytes.*readable"),
        (b"\xff\xd8\xff\xe0", "a.jpg.* 4 bytes"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a.jpg.*Git LFS"),
    ],
    ids=["missing", "empty", "text", "cut off", "Git LFS pointer"],
)
def test_a_file_that_is_no_image_is_named(tmp_path, content, message):
    if content is not None:
        (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(BadInput, match=message):
        header(tmp_path / "a.jpg")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_is_what_pillow_makes_of_it(tmp_path, paint, orientation):
    path = paint(tmp_path / "a.png", (40, 30), orientation=orientation)
    with Image.open(str(path)) as image:
        expected = ImageOps.exif_transpose(image)
        upright = turned_upright(image, header(path).orientation)
    assert upright.size == expected.size == header(path).upright
    assert size_upright(*upright.size, orientation) == (40, 30)
    np.testing.assert_array_equal(np.asarray(upright), np.asarray(expected))


@pytest.mark.parametrize(
    "orientation, size, expected",
    [
        (1, (40, 30), 1),
        (3, (40, 30), 3),
        (6, (30, 40), 6),
        (6, (40, 30), 1),
        (6, (41, 30), None),
        (1, (30, 40), None),
    ],
    ids=["none", "upside down", "on its side", "as stored", "another size", "other way round"],
)
def test_what_to_undo_follows_from_the_size_that_boxes_were_drawn_on(
    tmp_path, paint, orientation, size, expected
):
    path = paint(tmp_path / "a.jpg", (40, 30), orientation=orientation)
    assert header(path).orientation_of(*size) == expected


def test_a_damaged_block_of_exif_has_no_time(tmp_path, recwarn):
    exif = Image.Exif()
    exif[0x0110], exif[0x8769] = "EOS 5D", {0x9003: "2020:01:31 12:59:59"}
    content = exif.tobytes()
    place = content.index(b"\x87\x69") + 8
    damaged = content[:place] + b"\xff\xff\xff\xf0" + content[place + 4 :]
    for number, written in enumerate((content, damaged)):
        Image.new("RGB", (40, 30)).save(str(tmp_path / f"{number}.jpg"), exif=written)
    with opened(str(tmp_path / "0.jpg")) as image:
        assert capture_of(image) == ("EOS 5D", "2020:01:31 12:59:59")
    with opened(str(tmp_path / "1.jpg")) as image:
        assert capture_of(image) == ("EOS 5D", "")
    assert not recwarn.list
