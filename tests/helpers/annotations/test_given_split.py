"""The division that a data set comes with: by names of folders and files, and by a column."""

import pytest

from helpers.annotations import csv_table, given_split
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "name, split",
    [
        ("train", "train"),
        ("TRAIN", "train"),
        ("training", "train"),
        ("train2017", "train"),
        ("train_labels", "train"),
        ("images_train", "train"),
        ("valid", "eval"),
        ("val", "eval"),
        ("validation", "eval"),
        ("dev", "eval"),
        ("instances_val2017", "eval"),
        ("test", "test"),
        ("test-images", "test"),
        ("trainer", ""),
        ("latest", ""),
        ("testimonials", ""),
        ("trains", ""),
        ("images", ""),
        ("UNASSIGNED", ""),
        ("", ""),
    ],
)
def test_a_name_says_which_split(name, split):
    assert given_split.split_named(name) == split


def test_a_path_without_its_splits():
    assert given_split.without_splits("images/train/cam/a.jpg") == "images/cam/a.jpg"
    assert given_split.without_splits("train.jpg") == "train.jpg"


@pytest.mark.parametrize(
    "paths, expected",
    [
        pytest.param(
            ["train/a.jpg", "valid/b.jpg", "test/c.jpg"],
            {"train/a.jpg": "train", "valid/b.jpg": "eval", "test/c.jpg": "test"},
            id="Roboflow",
        ),
        pytest.param(
            ["images/train/a.jpg", "images/test/b.jpg"],
            {"images/train/a.jpg": "train", "images/test/b.jpg": "eval"},
            id="test is what is left to validate on",
        ),
        pytest.param(
            ["train/a.jpg", "val/b.jpg", "more/c.jpg"],
            {"train/a.jpg": "train", "val/b.jpg": "eval"},
            id="some images are in no split",
        ),
        pytest.param(["train/a.jpg", "car/b.jpg"], {}, id="a folder of locomotives"),
        pytest.param(["test/a.jpg", "val/b.jpg"], {}, id="nothing to train on"),
        pytest.param(["train/a.jpg", "train/b.jpg"], {}, id="train alone"),
        pytest.param(["train.jpg", "test.jpg"], {}, id="names of images"),
        pytest.param([], {}, id="no image"),
    ],
)
def test_folders_divide_a_data_set(record, paths, expected):
    assert given_split.given([record(path) for path in paths]) == expected


def test_a_column_goes_before_folders(record):
    records = [
        record("train/a.jpg", extra={"split": "TEST"}),
        record("train/b.jpg", extra={"split": "UNASSIGNED"}),
        record("c.jpg", extra={"split": "VALIDATION"}),
    ]
    assert given_split.given(records) == {
        "train/a.jpg": "test",
        "train/b.jpg": "train",
        "c.jpg": "eval",
    }


@pytest.mark.parametrize(
    "sources, expected",
    [
        pytest.param(
            {"a.jpg": "x/train_labels.csv", "b.jpg": "x/test_labels.csv"},
            ["train", "test", None],
            id="tables",
        ),
        pytest.param(
            {"a.jpg": "test/y/train/a.txt", "b.jpg": "test/y/val/b.txt", "c.jpg": "test/y/c.txt"},
            ["train", "eval", None],
            id="folders",
        ),
        pytest.param(
            {"a.jpg": "y/train/_annotations.coco.json", "b.jpg": "y/valid/_annotations.coco.json"},
            ["train", "eval", None],
            id="Roboflow",
        ),
        pytest.param({"a.jpg": "train.csv", "b.jpg": "more.csv"}, [None] * 3, id="no division"),
        pytest.param({}, [None] * 3, id="no source"),
    ],
)
def test_annotation_files_divide_a_data_set(record, sources, expected):
    records = [record(path) for path in ("a.jpg", "b.jpg", "c.jpg")]
    made = given_split.of_sources(records, sources)
    assert [one.extra.get("split") for one in made] == expected
    assert [one.path for one in made] == [one.path for one in records]


def test_an_annotation_named_as_its_image_says_nothing(record):
    records = [record("train.jpg"), record("test.jpg")]
    sources = {"train.jpg": "y/train.xml", "test.jpg": "y/test.xml"}
    assert given_split.given(given_split.of_sources(records, sources)) == {}


def test_the_table_keeps_it(tmp_path, record):
    records = [
        record("a.jpg", ("cat", 1, 2, 20, 25), truncated=[True], extra={"split": "train"}),
        record("b.jpg", extra={"split": "test"}),
        record("c.jpg"),
    ]
    path = csv_table.write(records, tmp_path / "data.csv")
    assert [line.split(",")[-1] for line in path.read_text().splitlines()] == [
        "split",
        "train",
        "test",
        "",
    ]
    assert [one.extra for one in csv_table.read(path)] == [
        {"split": "train"},
        {"split": "test"},
        {},
    ]


def test_an_image_is_in_one_split(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(
        "filename,width,height,class,xmin,ymin,xmax,ymax,split\n"
        "a.jpg,40,30,cat,1,2,20,25,train\na.jpg,40,30,cat,1,2,20,25,test\n"
    )
    with pytest.raises(BadInput, match="line 3: .*a.jpg.*train.*test"):
        csv_table.read(path)
