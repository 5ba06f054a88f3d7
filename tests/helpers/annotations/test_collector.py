"""Records and findings while a data set is read."""

import pytest
from builders import codes, record

from helpers.annotations.collector import Collector
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "name, expected, findings",
    [
        ("a.jpg", "a.jpg", []),
        ("b", "sub/b.jpg", []),
        ("/elsewhere/a.jpg", "a.jpg", [("annotation-path-outside-folder", "coco.json", None)]),
        ("c.jpg", None, [("annotation-without-image", "coco.json", None)]),
        ("d.png", None, [("annotation-ambiguous-image", "coco.json", None)]),
    ],
    ids=["path", "stem", "outside", "no image", "two images"],
)
def test_an_image_is_found_or_a_finding_says_why_not(images, paint, name, expected, findings):
    for folder in ("one", "two"):
        paint(images / folder / "d.jpg")
    collector = Collector(images)
    assert collector.find(images.parent / "coco.json", "images[0]", name) == expected
    assert codes(collector.findings) == findings


@pytest.mark.parametrize(
    "place, names, expected, findings",
    [
        ("ann/a.json", [], "a.jpg", []),
        ("ann/x.json", ["a.jpg"], "a.jpg", []),
        ("ann/x.json", ["", "../img/sub/b.jpg"], "sub/b.jpg", []),
        ("ann/one/d.json", ["d.png"], "one/d.png", []),
        ("img/two/d.json", [], "two/d.png", []),
        ("ann/d.json", [], None, [("annotation-ambiguous-image", "d.json", None)]),
        ("ann/x.json", ["y.jpg"], None, [("annotation-without-image", "x.json", None)]),
    ],
    ids=["stem", "named", "path", "subfolder", "beside", "two images", "no image"],
)
def test_a_file_about_one_image_finds_it(images, paint, place, names, expected, findings):
    for folder in ("one", "two"):
        paint(images / folder / "d.png")
    collector = Collector(images)
    within = [images, images.parent / "ann"]
    assert collector.find_own(images.parent / place, names, within) == expected
    assert codes(collector.findings) == findings


def test_names_that_fit_loosely_are_one_finding(images):
    collector = Collector(images)
    for name in ("90fbb0c7-a.jpg", "90fbb0c7-b.jpg"):
        image = collector.find(images.parent / "coco.json", "images[0]", name)
        collector.claim(name, image)
    assert codes(collector.annotations().findings) == [("annotation-image-renamed", "a.jpg", None)]
    assert "2 names" in collector.findings[0].message


def test_a_near_miss_names_the_image(images):
    collector = Collector(images)
    assert collector.find(images.parent / "coco.json", "images[0]", "aa.jpg") is None
    assert collector.findings[0].message.endswith("a.jpg")


def test_a_division_by_annotation_files_is_kept(images, record):
    collector = Collector(images)
    for name, source in (("a.jpg", "train.csv"), ("sub/b.jpg", "test.csv")):
        collector.find(images.parent / source, "line 2", name)
        collector.add(record(name))
    assert [one.extra for one in collector.annotations().records] == [
        {"split": "train"},
        {"split": "test"},
    ]


def test_an_image_is_annotated_once(images):
    collector = Collector(images)
    assert collector.claim("line 1", "a.jpg") and collector.claim("line 1", "a.jpg")
    assert not collector.claim("line 2", "a.jpg")
    assert codes(collector.findings) == [("annotation-duplicate", "a.jpg", None)]


@pytest.mark.parametrize(
    "declared, expected",
    [((640, "480"), (640, 480)), ((None, None), (30, 40)), ((0, 480), (30, 40))],
    ids=["declared", "from the header, upright", "not a length"],
)
def test_the_size_is_declared_or_in_the_header(images, paint, declared, expected):
    paint(images / "a.jpg", (40, 30), orientation=6)
    collector = Collector(images)
    assert collector.size("a.jpg", *declared) == expected
    assert collector.findings == []


def test_an_unreadable_image_without_a_declared_size_is_a_finding(images):
    (images / "a.jpg").write_bytes(b"no image")
    collector = Collector(images)
    assert collector.size("a.jpg", None, None) is None
    assert codes(collector.findings) == [("image-unreadable", "a.jpg", None)]


def test_a_finding_about_an_object_names_its_number_and_class(images):
    collector = Collector(images)
    collector.noting("a.jpg", "coco.json", 2, "cat")("box-invalid", "no numbers")
    (finding,) = collector.findings
    assert (finding.code, finding.path, finding.object) == ("box-invalid", "a.jpg", 2)
    assert "coco.json" in finding.message and "cat" in finding.message


def test_records_are_sorted_and_images_without_annotation_are_findings(images, paint):
    paint(images / "c.jpg")
    collector = Collector(images)
    for name in ("sub/b.jpg", "a.jpg"):
        assert collector.claim("line 1", name)
        collector.add(record(name))
    annotations = collector.annotations()
    assert [image.path for image in annotations.records] == ["a.jpg", "sub/b.jpg"]
    assert codes(annotations.findings) == [("image-without-annotation", "c.jpg", None)]


def test_a_missing_image_folder_is_named(tmp_path):
    with pytest.raises(BadInput, match="nowhere"):
        Collector(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "image, size, expected",
    [
        ("a.jpg", (), ("a.jpg", (40, 30))),
        ("a.jpg", (64, "48"), ("a.jpg", (64, 48))),
        ("sub/b.jpg", (), None),
        (None, (), None),
    ],
    ids=["header", "declared", "annotated before", "not found"],
)
def test_an_image_is_taken_once_with_its_size(images, image, size, expected):
    collector = Collector(images)
    assert collector.claim("coco.json, images[0]", "sub/b.jpg")
    assert collector.take("coco.json, images[1]", image, *size) == expected
    assert len(collector.findings) == (image == "sub/b.jpg")
