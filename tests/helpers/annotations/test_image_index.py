"""An annotation finds its image, and never one in another place."""

import pytest

from helpers.annotations.image_index import ImageIndex
from helpers.structures.errors import BadInput


def test_images_are_listed_sorted_without_hidden_and_other_files(tmp_path):
    for name in ("b.JPG", "a.png", "sub/c.jpeg", ".cache/d.jpg", "._e.jpg", "f.xml", "g.jpg.bak"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert ImageIndex(tmp_path).paths == ["a.png", "b.JPG", "sub/c.jpeg"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(BadInput, match="nowhere: no such"):
        ImageIndex(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "images, stem, names, expected",
    [
        pytest.param("a.jpg b.jpg", "a", [], "a.jpg", id="by stem"),
        pytest.param("a.jpg b.jpg", "a", ["b.jpg"], "a.jpg", id="stem before name"),
        pytest.param("A.JPG", "a", [], "A.JPG", id="stem in other case"),
        pytest.param("a.jpg", "A", ["A.jpeg"], "a.jpg", id="stem and name in other case"),
        pytest.param("a.jpg", "x", ["a.jpg"], "a.jpg", id="by name"),
        pytest.param("a.jpg", "x", ["A.Jpg"], "a.jpg", id="name in other case"),
        pytest.param("a.jpg", "x", ["a"], "a.jpg", id="name without suffix"),
        pytest.param("a.jpg", "x", ["", r"C:\Users\me\photos\a.jpg"], "a.jpg", id="Windows path"),
        pytest.param("a.jpg", "x", ["", "/home/me/photos/a.jpg"], "a.jpg", id="POSIX path"),
        pytest.param(
            "a.jpg", "x", ["y.jpg", "/home/me/a.png"], "a.jpg", id="path with another suffix"
        ),
        pytest.param("sub/a.jpg", "a", [], "sub/a.jpg", id="in a subfolder"),
        pytest.param("a.jpg a.png", "a", ["a.png"], "a.png", id="name decides"),
        pytest.param("a.jpg", "1a2b3c4d-a", ["y.jpg"], "a.jpg", id="stem of an upload"),
        pytest.param("a.jpg", "x", ["y%20z/a.jpg"], "a.jpg", id="address"),
        pytest.param("one/a.jpg two/a.jpg", "1a2b3c4d-a", [], None, id="an upload of two images"),
        pytest.param("a.jpg", "x", [], None, id="no match"),
        pytest.param("a.jpg", "x", ["y.jpg", "", "/z.jpg"], None, id="no match among names"),
        pytest.param("img.v2.jpg", "img.v2", [], "img.v2.jpg", id="dot in the stem"),
        pytest.param("", "a", ["a.jpg"], None, id="no images"),
    ],
)
def test_which_image_a_stem_and_names_mean(tmp_path, images, stem, names, expected):
    for name in images.split():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    fits = ImageIndex(tmp_path).by_stem(stem, names)
    assert fits == ([expected] if expected else [])


@pytest.mark.parametrize(
    "images, stem, names",
    [
        ("a.jpg a.png", "a", []),
        ("one/a.jpg two/a.jpg", "a", ["a.jpg"]),
        ("one/a.jpg two/a.jpg", "x", ["a.jpg"]),
    ],
    ids=["two suffixes", "two folders by stem", "two folders by name"],
)
def test_two_images_that_fit_equally_well_are_both_given(tmp_path, images, stem, names):
    for name in images.split():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert ImageIndex(tmp_path).by_stem(stem, names) == sorted(images.split())


@pytest.mark.parametrize("name", ["../secret.jpg", "{outside}/secret.jpg", r"..\secret.jpg"])
def test_nothing_outside_the_folder_is_found(tmp_path, name):
    (tmp_path / "secret.jpg").write_bytes(b"")
    (tmp_path / "img").mkdir()
    assert ImageIndex(tmp_path / "img").by_stem("x", [name.format(outside=tmp_path)]) == []


@pytest.mark.parametrize(
    "images, name, expected, leaves",
    [
        pytest.param("a.jpg sub/a.jpg", "a.jpg", "a.jpg", False, id="path"),
        pytest.param("a.jpg sub/a.jpg", "sub/a.jpg", "sub/a.jpg", False, id="path in a subfolder"),
        pytest.param("a.jpg sub/a.jpg", r"sub\a.jpg", "sub/a.jpg", False, id="backslash"),
        pytest.param("a.jpg b.jpg", "../img/b.jpg", "b.jpg", True, id="out and back in"),
        pytest.param("a.jpg b.jpg", "{root}/b.jpg", "b.jpg", False, id="absolute in the folder"),
        pytest.param("a.jpg b.jpg", "/home/me/b.jpg", "b.jpg", True, id="absolute elsewhere"),
        pytest.param("a.jpg b.jpg", r"C:\photos\b.jpg", "b.jpg", True, id="Windows path"),
        pytest.param("a.jpg b.jpg", "../../b.jpg", "b.jpg", True, id="out of the folder"),
        pytest.param("a.jpg b.jpg", "s3://bucket/photos/b.jpg", "b.jpg", False, id="S3 URI"),
        pytest.param(
            "a.jpg ä.jpg",
            "https://host/%C3%A4.jpg?size=large",
            "ä.jpg",
            False,
            id="URL with escapes",
        ),
        pytest.param("a.jpg", "A", "a.jpg", False, id="stem in other case"),
        pytest.param("a.jpg", "a.png", "a.jpg", False, id="another suffix"),
        pytest.param(
            "one/a.jpg two/a.jpg", "two/a.png", "two/a.jpg", False, id="folder and another suffix"
        ),
        pytest.param(
            "one/a.jpg two/a.jpg", "elsewhere/a.jpg", "one/a.jpg two/a.jpg", False, id="two fit"
        ),
        pytest.param("A.jpg", "sub/A.jpg", "A.jpg", False, id="another folder"),
        pytest.param("a.jpg", "b.jpg", "", False, id="no match"),
        pytest.param("", "a.jpg", "", False, id="no images"),
    ],
)
def test_which_image_a_path_means(tmp_path, images, name, expected, leaves):
    root = tmp_path / "img"
    root.mkdir()
    for image in images.split():
        (root / image).parent.mkdir(exist_ok=True)
        (root / image).write_bytes(b"")
    index, source = ImageIndex(root), tmp_path / "annotations" / "coco.json"
    name = name.format(root=root.resolve())
    assert index.by_path(name, source) == expected.split()
    assert index.leaves(name, source) == leaves


def test_of_several_that_fit_the_one_beside_the_annotation_is_meant(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpg").write_bytes(b"")
    index = ImageIndex(tmp_path)
    assert index.by_stem("a", beside="two") == ["two/a.jpg"]
    assert index.by_path("a.jpg", tmp_path / "two" / "coco.json") == ["two/a.jpg"]


def test_names_that_fit_loosely_are_remembered(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"")
    images = ImageIndex(tmp_path)
    assert images.renamed() == [] and images.by_path("a.jpg", tmp_path / "x.csv") == ["a.jpg"]
    assert images.renamed() == []
    assert images.by_path("1a2b3c4d-a.jpg", tmp_path / "x.csv") == ["a.jpg"]
    assert images.loosely == {"1a2b3c4d-a.jpg": "a.jpg"}
    assert [one.code for one in images.renamed()] == ["annotation-image-renamed"]


def test_two_images_that_nearly_fit_are_told(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpg").write_bytes(b"")
    images = ImageIndex(tmp_path)
    assert images.by_path("1a2b3c4d-a.jpg", tmp_path / "x.csv") == []
    assert images.near("1a2b3c4d-a.jpg").endswith("one/a.jpg or two/a.jpg")
    assert images.near("zebra.png") == ""
