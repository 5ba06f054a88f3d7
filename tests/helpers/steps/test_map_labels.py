"""The label map as a step."""

import pytest

from helpers.annotations import csv_table
from helpers.steps.map_labels import map_labels, read_label_map
from helpers.structures.errors import BadInput


def test_ids_count_from_one_in_order_of_the_names(many, tmp_path):
    table = csv_table.write(many[1], tmp_path / "data.csv")
    mapped = map_labels(table, tmp_path / "map", labels=tmp_path / "labels.txt")
    assert mapped.rows() == [{"id": 1, "class": "cat"}] and mapped.as_text() == "1 cat"
    assert read_label_map(tmp_path / "map").names == mapped.label_map.names == ("cat",)
    assert (tmp_path / "labels.txt").read_text() == "cat\n"


@pytest.mark.parametrize(
    "reset, expected, warned",
    [(False, ("dog", "cat"), True), (True, ("cat",), False)],
    ids=["kept", "reset"],
)
def test_names_by_line_and_ids_of_before(reset, expected, warned, tmp_path):
    (tmp_path / "names.txt").write_text("dog\n")
    map_labels(tmp_path / "names.txt", tmp_path / "map", names_only=True)
    (tmp_path / "names.txt").write_text("dog\ncat\n" if not reset else "cat\n")
    mapped = map_labels(tmp_path / "names.txt", tmp_path / "map", names_only=True, reset=reset)
    assert mapped.label_map.names == expected
    (tmp_path / "names.txt").write_text("cat\n")
    mapped = map_labels(tmp_path / "names.txt", tmp_path / "map", names_only=True)
    assert bool(mapped.warnings) == warned


def test_a_map_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(BadInput, match="none"):
        read_label_map(tmp_path / "none")
