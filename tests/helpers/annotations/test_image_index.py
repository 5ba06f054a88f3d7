"""Headers tell what the bytes are, and an annotation finds its image and never another place."""

import pytest

from helpers.annotations.image_index import ImageFolder, header
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "name, mode, kind, orientation, expected, upright",
    [
        ("a.jpg", "RGB", None, None, ("JPEG", "RGB", 40, 30, 1), (40, 30)),
        ("a.png", "RGBA", None, None, ("PNG", "RGBA", 40, 30, 1), (40, 30)),
        ("png.jpg", "RGB", "PNG", None, ("PNG", "RGB", 40, 30, 1), (40, 30)),
        ("a.JPEG", "CMYK", None, None, ("JPEG", "CMYK", 40, 30, 1), (40, 30)),
        ("a.tif", "I;16", "TIFF", None, ("TIFF", "I;16", 40, 30, 1), (40, 30)),
        ("a.jpg", "RGB", None, 3, ("JPEG", "RGB", 40, 30, 3), (40, 30)),
        ("a.jpg", "RGB", None, 6, ("JPEG", "RGB", 40, 30, 6), (30, 40)),
        ("a.jpg", "RGB", None, 8, ("JPEG", "RGB", 40, 30, 8), (30, 40)),
        ("a.jpg", "RGB", None, 99, ("JPEG", "RGB", 40, 30, 1), (40, 30)),
    ],
)
def test_what_the_first_bytes_tell(
    tmp_path, paint, name, mode, kind, orientation, expected, upright
):
    found = header(paint(tmp_path / name, (40, 30), mode, kind, orientation))
    assert (tuple(found), found.upright) == (expected, upright)


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "a.jpg: no such image"),
        (b"", "a.jpg: found 0 bytes"),
        (b"not an image", "a.jpg: found 12 bytes that are no readable image"),
        (b"\xff\xd8\xff\xe0", "a.jpg: found 4 bytes"),
    ],
)
def test_what_is_no_image_is_named(tmp_path, content, message):
    if content is not None:
        (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(BadInput, match=message):
        header(tmp_path / "a.jpg")


def test_images_are_listed_sorted_without_hidden_and_other_files(tmp_path):
    for name in ("b.JPG", "a.png", "sub/c.jpeg", ".cache/d.jpg", "._e.jpg", "f.xml", "g.jpg.bak"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert ImageFolder(tmp_path).paths == ["a.png", "b.JPG", "sub/c.jpeg"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(BadInput, match="nowhere: no such folder of images"):
        ImageFolder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "images, stem, names, expected",
    [
        ("a.jpg b.jpg", "a", [], "a.jpg"),
        ("a.jpg b.jpg", "a", ["b.jpg"], "a.jpg"),
        ("A.JPG", "a", [], "A.JPG"),
        ("a.jpg", "A", ["A.jpeg"], "a.jpg"),
        ("a.jpg", "x", ["a.jpg"], "a.jpg"),
        ("a.jpg", "x", ["A.Jpg"], "a.jpg"),
        ("a.jpg", "x", ["a"], "a.jpg"),
        ("a.jpg", "x", ["", r"C:\Users\me\photos\a.jpg"], "a.jpg"),
        ("a.jpg", "x", ["", "/home/me/photos/a.jpg"], "a.jpg"),
        ("a.jpg", "x", ["y.jpg", "/home/me/a.png"], "a.jpg"),
        ("sub/a.jpg", "a", [], "sub/a.jpg"),
        ("a.jpg a.png", "a", ["a.png"], "a.png"),
        ("a.jpg", "x", [], None),
        ("a.jpg", "x", ["y.jpg", "", "/z.jpg"], None),
        ("img.v2.jpg", "img.v2", [], "img.v2.jpg"),
        ("", "a", ["a.jpg"], None),
    ],
)
def test_which_image_is_meant(tmp_path, images, stem, names, expected):
    for name in images.split():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert ImageFolder(tmp_path).find(stem, names) == expected


@pytest.mark.parametrize(
    "images, stem, names",
    [
        ("a.jpg a.png", "a", []),
        ("one/a.jpg two/a.jpg", "a", ["a.jpg"]),
        ("one/a.jpg two/a.jpg", "x", ["a.jpg"]),
    ],
)
def test_two_that_fit_are_both_named(tmp_path, images, stem, names):
    for name in images.split():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    first, second = sorted(images.split())
    with pytest.raises(BadInput, match=f"two images, {first} and {second}"):
        ImageFolder(tmp_path).find(stem, names)


@pytest.mark.parametrize("name", ["../secret.jpg", "{outside}/secret.jpg", r"..\secret.jpg"])
def test_nothing_outside_the_folder_is_found(tmp_path, name):
    (tmp_path / "secret.jpg").write_bytes(b"")
    (tmp_path / "img").mkdir()
    assert ImageFolder(tmp_path / "img").find("x", [name.format(outside=tmp_path)]) is None
