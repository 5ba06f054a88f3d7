"""What a record keeps for the format it was read from: names, ids, classes."""

import pytest

from helpers.annotations import round_trip
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "stored, path, others, written",
    [
        pytest.param(
            "c.jpg", "train/c.jpg", [], "c.jpg", id="beside the image"
        ),  # as the file beside the image has it
        pytest.param("x/c.jpg", "train/c.jpg", [], "x/c.jpg", id="another folder"),
        pytest.param(None, "train/c.jpg", [], "train/c.jpg", id="none stored"),
        pytest.param(["c.jpg"], "train/c.jpg", [], "train/c.jpg", id="not text"),
        pytest.param("c.png", "c.jpg", [], "c.jpg", id="another suffix"),
        pytest.param(
            "c.jpg",
            "train/c.jpg",
            [("c.jpg", None)],
            "train/c.jpg",
            id="another image at that name",
        ),
        pytest.param(
            "c.jpg",
            "train/c.jpg",
            [("val/c.jpg", "c.jpg")],
            "train/c.jpg",
            id="two images of one stored name",
        ),
        pytest.param(
            "c.jpg", "train/c.jpg", [("val/d.jpg", "d.jpg")], "c.jpg", id="other stored names"
        ),
    ],
)
def test_stored_names_are_kept_where_they_lead_to_one_image(record, stored, path, others, written):
    records = [record(name) for name, _ in [(path, stored), *others]]
    names = round_trip.file_names(records, [stored, *(name for _, name in others)])
    assert names[0] == written


@pytest.mark.parametrize(
    "stored, expected",
    [
        ([], []),
        ([7, "a", 9], [7, "a", 9]),
        ([None, 1, None], [2, 1, 3]),
        ([4, 4, 1], [4, 2, 1]),
        ([True, 1.5, [2]], [1, 2, 3]),
    ],
    ids=["nothing", "all kept", "gaps filled", "duplicate", "no ids"],
)
def test_ids_are_kept_or_free_numbers(stored, expected):
    assert round_trip.kept_or_free(stored) == expected


@pytest.mark.parametrize(
    "tables, labels, expected",
    [
        ([], ["cat", "dog"], {"1": "cat", "2": "dog"}),
        ([[("7", "cat")]], ["cat", "dog"], {"7": "cat", "1": "dog"}),
        ([[("1", "cat")], [("1", "dog")]], ["cat"], {"1": "cat", "2": "dog"}),
        ([[("1", "cat"), ("5", "cat")]], ["cat"], {"1": "cat", "5": "cat"}),
    ],
    ids=["no table", "ids stay", "clashing ids", "two ids of a class"],
)
def test_classes_keep_their_ids_where_they_are_free(tables, labels, expected):
    ids = round_trip.ClassIds(tables, labels, first=1)
    assert ids.names == expected
    assert [expected[ids.id_of(label, "")] for label in labels] == labels


def test_an_object_keeps_its_own_id_of_several():
    ids = round_trip.ClassIds([[("1", "cat"), ("5", "cat")]], [], first=1)
    assert [ids.id_of("cat", stored) for stored in ("5", "1", "9")] == ["5", "1", "1"]


def test_entries_of_a_whole_file_are_kept_once(record):
    records = [
        record(f"{number}.jpg", extra={"coco": {"whole": whole}} if whole else {})
        for number, whole in enumerate([{"info": 1}, None, {"info": 2}, {"info": 1}])
    ]
    assert round_trip.wholes(records, "coco") == [{"info": 1}, {"info": 2}]
    assert round_trip.wholes(records, "via") == []


def test_each_image_has_a_file_of_its_own_in_its_subfolder(tmp_path, record):
    places = round_trip.own_files([record("a.jpg"), record("sub/b.c.png")], tmp_path, ".json")
    assert places == [tmp_path / "a.json", tmp_path / "sub" / "b.c.json"]
    with pytest.raises(BadInput, match="a.json.*a.jpg.*a.png"):
        round_trip.own_files([record("a.jpg"), record("a.png")], tmp_path, ".json")
