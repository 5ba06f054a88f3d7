"""Classes renamed, merged and left out while reading; what is not in the data is refused."""

import pytest
from builders import all_match, rows_of, validated

from helpers.structures.dataset import Annotations
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.validation import class_map
from helpers.validation.repair import repair

A, B = (1, 2, 20, 25), (3, 4, 30, 28)


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("", {}, id="empty"),
        pytest.param(
            "kitten=cat, background=", {"kitten": "cat", "background": ""}, id="merged, left out"
        ),
        pytest.param(" big cat = cat ,", {"big cat": "cat"}, id="blanks and a last comma"),
        pytest.param('{"a, b": "c=d"}', {"a, b": "c=d"}, id="JSON"),
        pytest.param({"kitten": "cat"}, {"kitten": "cat"}, id="names"),
    ],
)
def test_a_map_is_text_json_or_names(text, expected):
    assert class_map.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("cat", id="no sign"),
        pytest.param("a=b=c", id="two signs"),
        pytest.param("=cat", id="no class"),
        pytest.param("a=b, a=c", id="twice"),
        pytest.param('{"a": 1}', id="a number"),
        pytest.param('{"a"', id="broken JSON"),
        pytest.param('{"a": "b", "a": "c"}', id="twice in JSON"),
    ],
)
def test_what_is_no_map_is_refused(text):
    with pytest.raises(BadInput, match="OLD=NEW"):
        class_map.parse(text)


def mapped(records, text, findings=()):
    return class_map.apply(Annotations(list(records), list(findings)), class_map.parse(text))


@pytest.mark.parametrize(
    "text, expected, told",
    [
        pytest.param("kitten=cat", [("cat", *A), ("cat", *B)], ["kitten.*cat.*1"], id="merge"),
        pytest.param("kitten=fox", [("cat", *A), ("fox", *B)], ["1 box.*kitten.*fox"], id="rename"),
        pytest.param(
            "kitten=cat, cat=kitten",
            [("kitten", *A), ("cat", *B)],
            ["cat.*kitten", "kitten.*cat"],
            id="swap",
        ),
        pytest.param("cat=", [("kitten", *B)], ["1 box.*cat.*left out"], id="leave out"),
        pytest.param("cat=cat, *=", [("cat", *A)], ["kitten.*left out"], id="leave out all others"),
        pytest.param("*=animal", [("animal", *A), ("animal", *B)], ["cat", "kitten"], id="one"),
        pytest.param("cat=cat", [("cat", *A), ("kitten", *B)], [], id="as it was"),
    ],
)  # fmt: skip
def test_classes_are_renamed_merged_and_left_out(record, text, expected, told):
    before = record("a.jpg", ("cat", *A), ("kitten", *B), difficult=[True, False])
    result = mapped([before], text)
    assert rows_of(result.records[0]) == expected
    assert [one.code for one in result.findings] == ["class-mapped"] * len(told)
    assert all_match(told, [one.message for one in result.findings])
    assert rows_of(before) == [("cat", *A), ("kitten", *B)]
    flags = result.records[0].objects.flags("difficult").tolist()
    assert flags == [tuple(row[1:]) == A for row in expected]


def test_an_image_without_its_objects_stays(record):
    result = mapped([record("a.jpg", ("cat", *A)), record("b.jpg", ("dog", *A))], "dog=")
    assert [(one.path, len(one.objects)) for one in result.records] == [("a.jpg", 1), ("b.jpg", 0)]


def test_blanks_around_a_name_do_not_hide_it(record):
    result = mapped([record("a.jpg", (" cat ", *A), ("dog ", *A))], "cat=lynx")
    assert result.records[0].objects.labels == ("lynx", "dog ")


def test_findings_follow_their_objects(record):
    findings = [
        Finding.of("box-invalid", "a.jpg", "object 1", 1),
        Finding.of("box-from-shape", "a.jpg", "object 3", 3),
        Finding.of("image-corrupt", "a.jpg", "half of it"),
        Finding.of("box-invalid", "gone.jpg", "object 2", 2),
    ]
    before = record("a.jpg", ("dog", *A), ("cat", *A), ("cat", *B))
    result = mapped([before], "dog=", findings)
    assert [(one.path, one.object, one.code) for one in result.findings[:-1]] == [
        ("a.jpg", 2, "box-from-shape"),
        ("a.jpg", None, "image-corrupt"),
        ("gone.jpg", 2, "box-invalid"),
    ]


def test_what_is_wrong_after_mapping_is_dropped_by_its_new_number(record):
    before = record("a.jpg", ("dog", 5, 5, 5, 9), ("cat", *A), ("cat", 7, 7, 7, 9))
    result = mapped([before], "dog=")
    findings = validated(*result.records, read=result.findings)
    assert [one.object for one in findings if one.code == "box-zero-area"] == [2]
    [left] = repair(result.records, findings, policy="drop").records
    assert rows_of(left) == [("cat", *A)]


@pytest.mark.parametrize(
    "text, parts",
    [
        pytest.param("kiten=cat", ["'kiten'", "is it 'kitten'", "'cat' (1)"], id="a slip"),
        pytest.param("zebra=", ["'zebra'", "'kitten' (1)"], id="not there"),
        pytest.param("cat=, kitten=", ["every class"], id="nothing left"),
        pytest.param("*=", ["every class"], id="nothing left at all"),
    ],
)
def test_what_cannot_be_mapped_is_refused_with_the_classes_there_are(record, text, parts):
    with pytest.raises(BadInput) as error:
        mapped([record("a.jpg", ("cat", *A), ("kitten", *B))], text)
    assert all(part in str(error.value) for part in parts)
