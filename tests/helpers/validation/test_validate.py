"""A data set validated: each defect has a code, a place and a remedy, and what is fine has none."""

import hashlib
import json

import pytest
from builders import places, probe, validated

from helpers.annotations import voc
from helpers.structures import findings
from helpers.structures.dataset import Annotations
from helpers.structures.label_map import LabelMap
from helpers.system.files import write_json
from helpers.validation import image_probe, validate

VGA = (640, 480)


# A box of which nothing can be said, and which is none of x, y, width, height on its image.
PLAIN = ("cat", 400, 300, 500, 400)


def test_a_good_data_set_has_no_findings(tmp_path, paint, record):
    paint(tmp_path / "a.jpg", (200, 100))
    paint(tmp_path / "b.png", (100, 200))
    probes = image_probe.probe_images(["a.jpg", "b.png"], tmp_path)
    results = validated(
        record("a.jpg", ("cat", 10, 20, 90, 90), size=(200, 100)),
        record("b.png", size=(100, 200)),
        probes=probes,
    )
    assert results == [] == validated()
    assert all(one.decoded for one in probes.values())


@pytest.mark.parametrize(
    "names, expected",
    [
        (["cat", "dog"], []),
        (["cat", "Cat"], ["'Cat', 'cat'"]),
        (
            ["red panda", "red  panda", "red_panda", "Red-Panda"],
            ["'Red-Panda', 'red  panda', 'red panda', 'red_panda'"],
        ),
        (["red_panda", "red", "panda"], []),
        (["Dog", "dog", "DOG", "cat", "CAT"], ["'CAT', 'cat'", "'DOG', 'Dog', 'dog'"]),
        (["Straße", "STRASSE"], ["'STRASSE', 'Straße'"]),
    ],
    ids=str,
)
def test_similar_class_names(record, names, expected):
    rows = [(name, 10 * i, 10, 10 * i + 90, 90) for i, name in enumerate(names)]
    results = validated(record("a.jpg", *rows, size=VGA))
    assert places(results) == [("", None, "class-similar-names")] * len(expected)
    assert [one.message for one in results] == [
        f"{names} differ only by case, blanks, hyphens or underscores" for names in expected
    ]


@pytest.mark.parametrize(
    "name, code, said",
    [
        ("cat", None, ""),
        ("red panda", None, ""),
        ("", "class-missing", "object 2: the class name is blank"),
        (" \n", "class-missing", "blank"),
        (
            " cat",
            "class-padded-name",
            "object 2: blanks around or line breaks in the class name ' cat'",
        ),
        ("cat\t", "class-padded-name", r"'cat\t'"),
        ("\n  cat\n", "class-padded-name", r"'\n  cat\n'"),
        ("red\npanda", "class-padded-name", r"'red\npanda'"),
        ("c\0ow", "class-padded-name", r"'c\x00ow'"),
    ],
)
def test_class_names_that_no_label_map_can_hold(record, name, code, said):
    results = validated(record("a.jpg", PLAIN, (name, 10, 20, 110, 220), size=VGA))
    assert places(results) == [("a.jpg", 2, code)] * bool(code)
    assert all(said in one.message and "\n" not in one.message for one in results)


def test_a_long_class_name_is_shortened(record):
    results = validated(record("a.jpg", PLAIN, (" " + "very " * 100, 10, 20, 10, 220), size=VGA))
    assert [one.code for one in results] == ["box-zero-area", "class-padded-name"]
    assert all(len(one.message) < 200 for one in results)


def test_classes_outside_the_label_map(record):
    label_map = LabelMap.of(["cat", "dog"])
    blank = record("a.jpg", PLAIN, (" ", 10, 20, 110, 220), size=VGA)
    assert places(validated(blank, label_map=label_map)) == [("a.jpg", 2, "class-missing")]
    records = [
        record("a.jpg", PLAIN, ("dgo", 10, 20, 110, 220), size=VGA),
        record("b.jpg", ("dog ", 10, 20, 110, 220), ("zebra", 10, 20, 90, 90), size=VGA),
    ]
    assert places(validated(*records)) == [("b.jpg", 1, "class-padded-name")]
    results = validated(*records, label_map=label_map)
    assert places(results) == [
        ("", None, "class-unknown"),
        ("a.jpg", 2, "class-unknown"),
        ("b.jpg", 1, "class-padded-name"),
        ("b.jpg", 2, "class-unknown"),
    ]
    assert [one.message for one in results if one.code == "class-unknown"] == [
        "classes that are not in the label map, with their boxes: 'dgo' (1), 'zebra' (1)",
        "object 2: the class 'dgo' is not in the label map; is it 'dog'",
        "object 2: the class 'zebra' is not in the label map",
    ]


def test_a_column_of_anything_but_classes(record):
    """A hundred names are listed, a thousand are counted; nor is it guessed what each should be."""
    rows = [(f"dog {number:04}", 10, number, 110, 400) for number in range(300)]
    results = validated(
        record("a.jpg", *rows, size=VGA), label_map=LabelMap.of(["dog 0000", "cat"])
    )
    unknown = [one.message for one in results if one.code == "class-unknown"]
    assert len(unknown) == 300 and unknown[0].endswith("'dog 0100' (1), and 199 more")
    assert not any("is it" in message for message in unknown)


@pytest.mark.parametrize(
    "min_boxes, label_map, expected",
    [
        (0, None, []),
        (1, None, []),
        (2, None, ["1 box of the class 'dog', fewer than 2"]),
        (
            3,
            None,
            ["1 box of the class 'dog', fewer than 3", "2 boxes of the class 'cat', fewer than 3"],
        ),
        (
            2,
            ["cat", "dog", "emu"],
            ["0 boxes of the class 'emu', fewer than 2", "1 box of the class 'dog', fewer than 2"],
        ),
    ],
    ids=str,
)
def test_classes_with_few_examples(record, min_boxes, label_map, expected):
    records = [
        record("a.jpg", PLAIN, ("dog", 9, 9, 99, 99), size=VGA),
        record("b.jpg", (" cat", 9, 9, 99, 99), size=VGA),
    ]
    results = validated(
        *records, min_boxes=min_boxes, label_map=label_map and LabelMap.of(label_map)
    )
    results = [one for one in results if one.code != "class-padded-name"]
    assert {(one.path, one.code) for one in results} <= {("", "class-few-examples")}
    assert [one.message for one in results] == expected


def test_findings_of_the_reader_are_among_them_in_order(record):
    read = [
        findings.Finding.of("image-without-annotation", "c.jpg", "no XML mentions it"),
        findings.Finding.of("annotation-broken-file", "a.xml", "no XML"),
    ]
    one = record("b.jpg", ("cat", 5, 5, 5, 9), size=VGA)
    results = validate.validate(Annotations([one], read), {"b.jpg": probe(VGA, "L")}, min_boxes=2)
    assert places(results) == [
        ("", None, "class-few-examples"),
        ("a.xml", None, "annotation-broken-file"),
        ("b.jpg", None, "image-grayscale"),
        ("b.jpg", 1, "box-zero-area"),
        ("c.jpg", None, "image-without-annotation"),
    ]
    assert [one.path for one in findings.errors_among(results)] == ["a.xml", "b.jpg"]
    assert len(read) == 2 and one.objects.boxes.tolist() == [[5, 5, 5, 9]]


def test_the_report_holds_every_finding(tmp_path, record):
    results = validated(
        record("a.jpg", ("cat", 5, 5, 5, 9), size=VGA),
        min_boxes=1,
        probes={"a.jpg": probe((300, 200))},
    )
    rows = json.loads(
        write_json(tmp_path / "findings.json", findings.as_dicts(results)).read_text()
    )
    assert rows == [dict(one._asdict(), title=one.title) for one in results] and len(rows) == 2
    assert sorted(rows[0]) == ["code", "message", "object", "path", "remedy", "severity", "title"]
    assert [row["object"] for row in findings.as_rows(results)] == ["", 1]


def test_real_photos_have_only_findings_that_are_true(raccoon):
    annotations = voc.read(raccoon / "annotations", raccoon / "images")
    names = [one.path for one in annotations.records]
    results = validate.validate(annotations, image_probe.probe_images(names, raccoon / "images"))
    by_content = {}
    for name in names:
        digest = hashlib.md5((raccoon / "images" / name).read_bytes()).hexdigest()
        by_content.setdefault(digest, []).append(name)
    copies = [name for same in by_content.values() for name in same[1:]]
    assert len(copies) == 4
    # Seen by eye: one photo in other colours, cut otherwise, with a caption, and a moment later.
    twins = {"raccoon-45.jpg", "raccoon-52.jpg", "raccoon-85.jpg", "raccoon-199.jpg"}
    by_kind = {}
    for one in results:
        by_kind.setdefault(one.code, []).append(one.path)
    near = by_kind.pop("image-near-duplicate")
    assert by_kind == {
        "image-grayscale": ["raccoon-150.jpg", "raccoon-152.jpg", "raccoon-161.jpg"],
        "image-duplicate": sorted(copies),
    }
    assert "raccoon-52.jpg" in near and twins.issuperset(near)
    assert not findings.errors_among(results)
