"""The fingerprint of a split data set, and its counts."""

import pytest

from helpers.annotations import csv_table
from helpers.export.data_facts import data_facts
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord

BOX = [1, 2, 30, 40]


@pytest.fixture()
def tables(tmp_path):
    def record(name, *labels):
        return ImageRecord(name, 64, 64, LabeledBoxes.from_rows([(one, BOX) for one in labels]))

    train = [record("a.jpg", "cat", "dog", "cat"), record("b.jpg")]
    return [
        csv_table.write(train, tmp_path / "data_train.csv"),
        csv_table.write([record("c.jpg", "dog")], tmp_path / "data_eval.csv"),
    ]


def test_counts_of_each_split(tables):
    assert data_facts(tables)["splits"] == {
        "eval": {"images": 1, "boxes": 1, "classes": {"dog": 1}},
        "train": {"images": 2, "boxes": 3, "classes": {"cat": 2, "dog": 1}},
    }


def test_the_fingerprint_is_that_of_names_and_content(tables):
    first = data_facts(tables)["sha256"]
    assert len(first) == 64 and data_facts(tables[::-1])["sha256"] == first
    content = [path.read_bytes() for path in tables]
    for path, other in zip(tables, content[::-1]):
        path.write_bytes(other)
    swapped = data_facts(tables)["sha256"]
    tables[0].write_bytes(content[0])
    assert len({first, swapped, data_facts(tables)["sha256"]}) == 3


def test_no_tables():
    assert data_facts([])["splits"] == {}
