"""Images divided into parts: whole groups, earlier parts kept, the same on every machine."""

from fractions import Fraction

import pytest
from builders import paths, record

from helpers.splitting.partition import by_path, partition
from helpers.structures.errors import BadInput

HALVES = {"train": Fraction(1, 2), "eval": Fraction(1, 2)}
THIRDS = {name: Fraction(1, 3) for name in ("fold_1", "fold_2", "fold_3")}


def cats(count):
    return [record(f"{number:02d}.jpg", ("cat", 1, 2, 3, 4)) for number in range(count)]


def part_of(divided):
    return {image.path: name for name, images in divided.parts.items() for image in images}


@pytest.mark.parametrize(
    "count, targets, sizes",
    [(2, HALVES, [1, 1]), (9, THIRDS, [3, 3, 3]), (8, {**HALVES, "test": Fraction(0)}, [4, 4, 0])],
    ids=["halves", "thirds", "empty part"],
)
def test_each_image_is_in_one_part_and_parts_are_sorted(count, targets, sizes):
    images = cats(count)
    divided = partition(images[::-1], targets, 0, {}, {}, "")
    assert list(divided.parts) == list(targets) and (divided.moved, divided.kept) == ([], 0)
    assert [len(part) for part in divided.parts.values()] == sizes
    assert sorted(part_of(divided)) == paths(images)
    assert all(paths(part) == sorted(paths(part)) for part in divided.parts.values())


@pytest.mark.parametrize("seed", range(5))
def test_groups_and_earlier_parts_stay(seed):
    earlier = {"00.jpg": "eval", "01.jpg": "train", "02.jpg": "train", "09.jpg": "fold_7"}
    groups = {"02.jpg": 1, "03.jpg": 1, "00.jpg": 2, "01.jpg": 2}
    divided = partition(cats(10), HALVES, seed, groups, earlier, "")
    parts = part_of(divided)
    assert parts["02.jpg"] == parts["03.jpg"] == parts["00.jpg"] == parts["01.jpg"] == "train"
    assert [(finding.code, finding.path) for finding in divided.moved] == [
        ("split-image-moved", "00.jpg")
    ]
    assert divided.kept == 2


def test_the_seed_chooses_and_the_order_does_not():
    results = [part_of(partition(cats(20), HALVES, seed, {}, {}, "")) for seed in range(3)]
    assert results[0] == part_of(partition(cats(20)[::-1], HALVES, 0, {}, {}, ""))
    assert results[0] != results[1] != results[2]


def test_only_a_part_for_training_gets_every_class():
    images = cats(9) + [record("lynx.jpg", ("lynx", 1, 2, 3, 4))]
    targets = {"train": Fraction(1, 5), "eval": Fraction(4, 5)}
    for seed in range(5):
        assert part_of(partition(images, targets, seed, {}, {}, ""))["lynx.jpg"] == "train"


@pytest.mark.parametrize(
    "images, groups, expected",
    [
        (cats(1), {}, "1 images at 0.5"),
        ([], {}, "0 images at 0.5"),
        (cats(4) + cats(1), {}, "00.jpg twice"),
        (cats(4), {f"{number:02d}.jpg": 0 for number in range(4)}, "nothing .*eval, "),
    ],
    ids=["single image", "no image", "image twice", "single group"],
)
def test_what_cannot_be_divided_is_refused(images, groups, expected):
    with pytest.raises(BadInput, match=expected):
        partition(images, HALVES, 0, groups, {}, "at 0.5")


def test_by_path_sorts_a_copy():
    images = cats(3)[::-1]
    assert paths(by_path(images)) == ["00.jpg", "01.jpg", "02.jpg"]
    assert images[0].path == "02.jpg" and by_path([]) == []
