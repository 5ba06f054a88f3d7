"""A data set validated: each defect has a code, a place and a remedy, and what is fine has none."""

import hashlib
import json
import re

import pytest
from builders import PLAIN, VGA, all_match, codes, probe, validated

from helpers.annotations.formats import voc
from helpers.structures import findings, findings_report
from helpers.structures.dataset import Annotations
from helpers.structures.label_map import LabelMap
from helpers.system.files import write_json
from helpers.validation import image_probe, validate


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
    assert all(image.decoded for image in probes.values())


@pytest.mark.parametrize(
    "names, expected",
    [
        pytest.param(["cat", "dog"], [], id="different"),
        pytest.param(["cat", "Cat"], ["'Cat', 'cat'"], id="case"),
        pytest.param(
            ["red panda", "red  panda", "red_panda", "Red-Panda"],
            ["'Red-Panda', 'red  panda', 'red panda', 'red_panda'"],
            id="blanks and hyphens",
        ),
        pytest.param(["red_panda", "red", "panda"], [], id="part of another"),
        pytest.param(
            ["Dog", "dog", "DOG", "cat", "CAT"],
            ["'CAT', 'cat'", "'DOG', 'Dog', 'dog'"],
            id="two groups",
        ),
        pytest.param(["Straße", "STRASSE"], ["'STRASSE', 'Straße'"], id="sharp s"),
    ],
)
def test_similar_class_names(record, names, expected):
    rows = [(name, 10 * i, 10, 10 * i + 90, 90) for i, name in enumerate(names)]
    results = validated(record("a.jpg", *rows, size=VGA))
    assert codes(results) == [("class-similar-names", "", None)] * len(expected)
    assert all_match(
        [f"^{names} differ" for names in expected], [finding.message for finding in results]
    )


@pytest.mark.parametrize(
    "name, code, expected",
    [
        pytest.param("cat", None, "", id="good"),
        pytest.param("red panda", None, "", id="blank inside"),
        pytest.param("", "class-missing", "object 2: .*blank", id="empty"),
        pytest.param(" \n", "class-missing", "blank", id="blanks alone"),
        pytest.param(" cat", "class-padded-name", "object 2: .*' cat'", id="leading blank"),
        pytest.param("cat\t", "class-padded-name", r"'cat\\t'", id="trailing tab"),
        pytest.param("\n  cat\n", "class-padded-name", r"'\\n  cat\\n'", id="line breaks around"),
        pytest.param("red\npanda", "class-padded-name", r"'red\\npanda'", id="line break inside"),
        pytest.param("c\0ow", "class-padded-name", r"'c\\x00ow'", id="NUL"),
    ],
)
def test_class_names_that_no_label_map_can_hold(record, name, code, expected):
    results = validated(record("a.jpg", PLAIN, (name, 10, 20, 110, 220), size=VGA))
    assert codes(results) == [(code, "a.jpg", 2)] * bool(code)
    assert all(
        re.search(expected, finding.message) and "\n" not in finding.message for finding in results
    )


def test_a_long_class_name_is_shortened(record):
    results = validated(record("a.jpg", PLAIN, (" " + "very " * 100, 10, 20, 10, 220), size=VGA))
    assert [finding.code for finding in results] == ["box-zero-area", "class-padded-name"]
    assert all(len(finding.message) < 200 for finding in results)


def test_classes_outside_the_label_map(record):
    label_map = LabelMap.of(["cat", "dog"])
    blank = record("a.jpg", PLAIN, (" ", 10, 20, 110, 220), size=VGA)
    assert codes(validated(blank, label_map=label_map)) == [("class-missing", "a.jpg", 2)]
    records = [
        record("a.jpg", PLAIN, ("dgo", 10, 20, 110, 220), size=VGA),
        record("b.jpg", ("dog ", 10, 20, 110, 220), ("zebra", 10, 20, 90, 90), size=VGA),
    ]
    assert codes(validated(*records)) == [("class-padded-name", "b.jpg", 1)]
    results = validated(*records, label_map=label_map)
    assert codes(results) == [
        ("class-unknown", "", None),
        ("class-unknown", "a.jpg", 2),
        ("class-padded-name", "b.jpg", 1),
        ("class-unknown", "b.jpg", 2),
    ]
    assert all_match(
        [
            r": 'dgo' \(1\), 'zebra' \(1\)$",
            "^object 2: .*'dgo' .*'dog'$",
            "^object 2: .*'zebra' [^']*$",
        ],
        [finding.message for finding in results if finding.code == "class-unknown"],
    )


def test_a_column_of_anything_but_classes(record):
    """A hundred names are listed, a thousand are counted; nor is it guessed what each should be."""
    rows = [(f"dog {number:04}", 10, number, 110, 400) for number in range(300)]
    results = validated(
        record("a.jpg", *rows, size=VGA), label_map=LabelMap.of(["dog 0000", "cat"])
    )
    unknown = [finding.message for finding in results if finding.code == "class-unknown"]
    assert len(unknown) == 300 and unknown[0].endswith("'dog 0100' (1), and 199 more")
    assert not any("is it" in message for message in unknown)


@pytest.mark.parametrize(
    "min_boxes, label_map, expected",
    [
        pytest.param(0, None, [], id="no bound"),
        pytest.param(1, None, [], id="1"),
        pytest.param(2, None, ["^1 box .*'dog', .*2$"], id="2"),
        pytest.param(3, None, ["^1 box .*'dog', .*3$", "^2 boxes .*'cat', .*3$"], id="3"),
        pytest.param(
            2,
            ["cat", "dog", "emu"],
            ["^0 boxes .*'emu', .*2$", "^1 box .*'dog', .*2$"],
            id="class without boxes",
        ),
    ],
)
def test_classes_with_few_examples(record, min_boxes, label_map, expected):
    records = [
        record("a.jpg", PLAIN, ("dog", 9, 9, 99, 99), size=VGA),
        record("b.jpg", (" cat", 9, 9, 99, 99), size=VGA),
    ]
    results = validated(
        *records, min_boxes=min_boxes, label_map=label_map and LabelMap.of(label_map)
    )
    results = [finding for finding in results if finding.code != "class-padded-name"]
    assert {(finding.path, finding.code) for finding in results} <= {("", "class-few-examples")}
    assert all_match(expected, [finding.message for finding in results])


def test_findings_of_the_reader_are_among_them_in_order(record):
    read = [
        findings.Finding.of("image-without-annotation", "c.jpg", "no XML mentions it"),
        findings.Finding.of("annotation-broken-file", "a.xml", "no XML"),
    ]
    image = record("b.jpg", ("cat", 5, 5, 5, 9), size=VGA)
    results = validate.validate(Annotations([image], read), {"b.jpg": probe(VGA, "L")}, min_boxes=2)
    assert codes(results) == [
        ("class-few-examples", "", None),
        ("annotation-broken-file", "a.xml", None),
        ("image-grayscale", "b.jpg", None),
        ("box-zero-area", "b.jpg", 1),
        ("image-without-annotation", "c.jpg", None),
    ]
    assert [finding.path for finding in findings.errors_among(results)] == ["a.xml", "b.jpg"]
    assert len(read) == 2 and image.objects.boxes.tolist() == [[5, 5, 5, 9]]


def test_the_report_holds_every_finding(tmp_path, record):
    results = validated(
        record("a.jpg", ("cat", 5, 5, 5, 9), size=VGA),
        min_boxes=1,
        probes={"a.jpg": probe((300, 200))},
    )
    rows = json.loads(
        write_json(tmp_path / "findings.json", findings_report.as_dicts(results)).read_text()
    )
    assert (
        rows == [dict(finding._asdict(), title=finding.title) for finding in results]
        and len(rows) == 2
    )
    assert sorted(rows[0]) == ["code", "message", "object", "path", "remedy", "severity", "title"]
    assert [row["object"] for row in findings_report.as_rows(results)] == ["", 1]


def test_real_photos_have_only_findings_that_are_true(raccoon):
    annotations = voc.read(raccoon / "annotations", raccoon / "images")
    names = [image.path for image in annotations.records]
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
    for finding in results:
        by_kind.setdefault(finding.code, []).append(finding.path)
    near = by_kind.pop("image-near-duplicate")
    assert by_kind == {
        "image-grayscale": ["raccoon-150.jpg", "raccoon-152.jpg", "raccoon-161.jpg"],
        "image-duplicate": sorted(copies),
    }
    assert "raccoon-52.jpg" in near and twins.issuperset(near)
    assert not findings.errors_among(results)
