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
    "raws, expected",
    [
        pytest.param([], "train.record: .*no image, ", id="no records"),
        pytest.param([example(), b"\xff\xff"], "train.record: .*tf.train.Example", id="no Example"),
        pytest.param([b""], "name: .*no image/encoded; no image/source_id", id="empty record"),
        pytest.param([example(encoded=None)], "a.jpg: .*no image/encoded, ", id="no image"),
        pytest.param(
            [example([1], [b"cat"]), example([0])],
            "train.record, a.jpg: .*box 1: .*id 0 ",
            id="id 0",
        ),
        pytest.param([example([3]), example()], "box 1: .*id 3 .*label map", id="unknown id"),
        pytest.param(
            [example([1, 2], [b"cat", b"cat"])],
            "box 2: .*id 2, 'dog' .*'cat'",
            id="id of another class",
        ),
        pytest.param([example([1], [b"owl"])], "box 1: .*'owl' .*label map", id="unknown class"),
        pytest.param(
            [example(encoded=[b"no image"])], "a.jpg: .*no image, ", id="no readable image"
        ),
        pytest.param(
            [example([1], **{"object/bbox/xmin": [0.7]})], "box 1: .*no area", id="box without area"
        ),
    ],
)
def test_records_that_training_cannot_use(tmp_path, raws, expected):
    path = write(tmp_path / "train.record", *raws)
    _, (problem,) = quick_check.count(path, [path], TWO)
    assert re.search(expected, str(problem))


@pytest.mark.parametrize(
    "raws",
    [
        pytest.param([example()], id="no objects"),
        pytest.param([example([2, 1], [b"dog", b"cat"])], id="names"),
        pytest.param([example([1, 2])], id="ids"),
        pytest.param(
            [example([1]), b"what lies between is not looked at", example([2])],
            id="bad record between",
        ),
    ],
)
def test_records_that_training_can_use(tmp_path, raws):
    path = write(tmp_path / "train.record", *raws)
    assert quick_check.count(path, [path], TWO) == (len(raws), [])
    assert quick_check.count(path, [path], None) == (len(raws), [])


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(
            ["train.record", "train.record-00000-of-00002", "train.record-00001-of-00002"],
            id="file and shards",
        ),
        pytest.param(["train.record-00000-of-00002"], id="first shard alone"),
        pytest.param(["train.record-00001-of-00002"], id="last shard alone"),
        pytest.param(
            [
                "train.record-00000-of-00001",
                "train.record-00000-of-00002",
                "train.record-00001-of-00002",
            ],
            id="two numbers of shards",
        ),
    ],
)
def test_files_of_two_sets_or_of_half_a_set(tmp_path, names):
    paths = [write(tmp_path / name, example()) for name in names]
    _, (problem,) = quick_check.count(tmp_path / "train.record", paths, TWO)
    assert re.search(f"train.record: .*files {names[0]}.*Delete", str(problem))


def test_no_file_at_all(tmp_path):
    assert quick_check.count(tmp_path / "train.record", [], TWO)[0] == 0
    _, (problem,) = quick_check.count(tmp_path / "train.record", [], TWO)
    assert "train.record: no such" in str(problem) and "helpers tfrecord" in str(problem)


def test_the_problems_of_every_file_are_named(tmp_path):
    paths = [
        write(tmp_path / f"train.record-0000{number}-of-00002", example([3])) for number in (0, 1)
    ]
    paths[1].write_bytes(paths[1].read_bytes()[:9])
    number, problems = quick_check.count(tmp_path / "train.record", paths, TWO)
    assert number == 0
    assert "id 3 " in str(problems[0]) and "byte 0" in str(problems[1])
