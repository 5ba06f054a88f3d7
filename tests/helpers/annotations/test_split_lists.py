"""Lists beside the annotations that divide a data set."""

import pytest

from helpers.annotations import split_lists
from helpers.structures.dataset import Annotations

NAMES = ["a.jpg", "b.jpg", "c c.jpg", "d.jpg"]


@pytest.fixture()
def folder(tmp_path):
    """A data set with four images in ``images/`` and lists that a test writes."""
    for name in NAMES:
        (tmp_path / "images").mkdir(exist_ok=True)
        (tmp_path / "images" / name).write_bytes(b"")
    (tmp_path / "labels").mkdir()

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_yaml", ".yaml")
            path = path if path.suffix else path.with_suffix(".txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param(
            {"ImageSets__Main__train": "a\nb\n", "ImageSets__Main__val": "c c\n"},
            {"a.jpg": "train", "b.jpg": "train", "c c.jpg": "eval"},
            id="Pascal VOC",
        ),
        pytest.param(
            {"train": "./images/a.jpg\n\n", "test": "/else/images/c c.jpg\nd.jpg 1\nx.jpg\n"},
            {"a.jpg": "train", "c c.jpg": "test", "d.jpg": "test"},
            id="YOLO",
        ),
        pytest.param(
            {
                "data_yaml": "train: lists/one.txt\nval: lists/two.txt\n",
                "lists__one": "a.jpg",
                "lists__two": "b.jpg\na.jpg",
            },
            {"a.jpg": "train", "b.jpg": "eval"},
            id="data.yaml, an image in both",
        ),  # fmt: skip
        pytest.param({"train": "a.jpg"}, {}, id="train alone"),
        pytest.param({"data_yaml": "names: [cat]\n"}, {}, id="no splits in data.yaml"),
        pytest.param(
            {"data_yaml": "train: [\n", "train": "a.jpg", "val": "b.jpg"},
            {"a.jpg": "train", "b.jpg": "eval"},
            id="broken data.yaml",
        ),  # fmt: skip
        pytest.param({}, {}, id="no list"),
    ],
)
def test_lists_divide_images(folder, files, expected):
    root = folder(**files)
    assert split_lists.listed(root / "labels", root / "images") == expected
    assert split_lists.listed(root, root / "images") == expected


def test_folders_of_data_yaml_divide_images(folder):
    root = folder(data_yaml="train: ../images/one\nval: images/two\n")
    for name in ("one/a.jpg", "two/b.jpg"):
        path = root / "images" / name
        path.parent.mkdir()
        path.write_bytes(b"")
    expected = {"one/a.jpg": "train", "two/b.jpg": "eval"}
    assert split_lists.listed(root / "labels", root / "images") == expected


def test_what_a_record_says_of_itself_stays(folder, record):
    root = folder(train="a.jpg", val="b.jpg")
    records = [record("a.jpg", extra={"split": "test"}), record("b.jpg"), record("d.jpg")]
    made = split_lists.apply(Annotations(records, []), root / "labels", root / "images").records
    assert [one.extra for one in made] == [{"split": "test"}, {"split": "eval"}, {}]
