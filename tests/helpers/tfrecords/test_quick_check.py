"""Problems that the first and the last record of each file show; TensorFlow wrote them."""

import re

import pytest
from plain_records import example, write

from helpers.structures.label_map import LabelMap
from helpers.tfrecords import quick_check

TWO = LabelMap.of(["cat", "dog"])


def test_images_of_all_files_are_counted(tmp_path):
    paths = [
        write(tmp_path / f"train.record-0000{number}-of-00003", *[example([1], [b"cat"])] * n)
        for number, n in enumerate((3, 0, 4))
    ]
    assert quick_check.count(tmp_path / "train.record", paths, TWO) == (7, [])


@pytest.mark.parametrize(
    "raws, message",
    [
        ([], "train.record: found no image, expected at least one"),
        ([example(), b"\xff\xff"], "found bytes that are no tf.train.Example"),
        ([b""], "a record without a name: found no image/encoded; no image/source_id, expected"),
        ([example(encoded=None)], "found no image/encoded, expected a record that the trainer"),
        (
            [example([1], [b"cat"]), example([0])],
            "train.record, a.jpg: found box 1: the id 0 is not",
        ),
        ([example([3]), example()], "found box 1: the id 3 is not in the label map, expected"),
        ([example([1, 2], [b"cat", b"cat"])], "found box 2: the id 2, 'dog' in the label map, for"),
        ([example([1], [b"owl"])], "found box 1: the class 'owl' is not in the label map"),
        ([example(encoded=[b"no image"])], "bytes that are no image"),
        ([example([1], **{"object/bbox/xmin": [0.7]})], "has no area"),
    ],
)
def test_records_that_training_cannot_use(tmp_path, raws, message):
    path = write(tmp_path / "train.record", *raws)
    _, (problem,) = quick_check.count(path, [path], TWO)
    assert re.search(message, str(problem))


@pytest.mark.parametrize(
    "raws",
    [
        [example()],
        [example([2, 1], [b"dog", b"cat"])],
        [example([1, 2])],
        [example([1]), b"what lies between is not looked at", example([2])],
    ],
)
def test_records_that_training_can_use(tmp_path, raws):
    path = write(tmp_path / "train.record", *raws)
    assert quick_check.count(path, [path], TWO) == (len(raws), [])
    assert quick_check.count(path, [path], None) == (len(raws), [])


@pytest.mark.parametrize(
    "names",
    [
        ["train.record", "train.record-00000-of-00002", "train.record-00001-of-00002"],
        ["train.record-00000-of-00002"],
        ["train.record-00001-of-00002"],
        [
            "train.record-00000-of-00001",
            "train.record-00000-of-00002",
            "train.record-00001-of-00002",
        ],
    ],
)
def test_files_of_two_sets_or_of_half_a_set(tmp_path, names):
    paths = [write(tmp_path / name, example()) for name in names]
    _, (problem,) = quick_check.count(tmp_path / "train.record", paths, TWO)
    assert re.search(rf"train.record: found the files {names[0]}.*Delete them", str(problem))


def test_no_file_at_all(tmp_path):
    assert quick_check.count(tmp_path / "train.record", [], TWO)[0] == 0
    _, (problem,) = quick_check.count(tmp_path / "train.record", [], TWO)
    assert "train.record: no such records. Write the records again" in str(problem)


def test_the_problems_of_every_file_are_named(tmp_path):
    paths = [
        write(tmp_path / f"train.record-0000{number}-of-00002", example([3])) for number in (0, 1)
    ]
    paths[1].write_bytes(paths[1].read_bytes()[:9])
    number, problems = quick_check.count(tmp_path / "train.record", paths, TWO)
    assert number == 0
    assert "the id 3 is not" in str(problems[0]) and "cut or broken" in str(problems[1])
