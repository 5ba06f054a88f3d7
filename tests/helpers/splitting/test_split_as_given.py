"""Divisions that data sets come with: kept, said, and not kept when told otherwise."""

import pytest
from builders import of_labels, paths, splits_of

from helpers.annotations import csv_table
from helpers.splitting.split import SplitOptions
from helpers.splitting.split_as_given import split_as_given
from helpers.splitting.split_files import split_dataset
from helpers.structures.findings import KINDS

NAMES = [f"{number:03d}.jpg" for number in range(10)]


def as_given(given, groups=None, earlier=None, count=10):
    records = of_labels(["cat"] * count)
    return split_as_given(records, given, 0, groups or {}, earlier or {})


def test_every_image_is_where_it_was_given():
    given = dict(zip(NAMES, ["train"] * 3 + ["eval"] * 5 + ["test"] * 2))
    result = as_given(given)
    assert splits_of(result) == given
    assert (result.given, result.kept, result.findings) == (10, 0, [])
    assert {share.split: share.target for share in result.shares} == {
        "train": 0.3,
        "eval": 0.5,
        "test": 0.2,
    }


def test_the_others_are_shared_out_so_and_with_their_groups():
    given = {NAMES[0]: "train", NAMES[1]: "eval"}
    result = as_given(given, {NAMES[1]: "scene", NAMES[2]: "scene"})
    splits = splits_of(result)
    assert (splits[NAMES[0]], splits[NAMES[1]], splits[NAMES[2]]) == ("train", "eval", "eval")
    assert sorted(splits.values()) == ["eval"] * 5 + ["train"] * 5 and result.given == 2


def test_a_group_in_two_splits_stays_and_is_a_finding():
    given = dict(zip(NAMES, ["train"] * 5 + ["eval"] * 5))
    result = as_given(given, {NAMES[4]: "scene", NAMES[5]: "scene", NAMES[0]: "other"})
    assert splits_of(result) == given
    [finding] = result.findings
    assert (finding.code, finding.path) == ("split-group-across", NAMES[4])
    assert NAMES[5] in finding.message


def test_an_image_that_was_elsewhere_before_moves():
    given = dict(zip(NAMES, ["train"] * 5 + ["eval"] * 5))
    earlier = {NAMES[0]: "eval", NAMES[1]: "train", "gone.jpg": "eval"}
    result = as_given(given, earlier=earlier)
    assert splits_of(result) == given and result.kept == 1
    assert [(one.code, one.path) for one in result.findings] == [("split-image-moved", NAMES[0])]


def test_a_class_without_training_is_a_finding():
    records = of_labels(["cat", "cat", "dog"])
    given = {"000.jpg": "train", "001.jpg": "eval", "002.jpg": "eval"}
    result = split_as_given(records, given, 0, {}, {})
    assert [one.code for one in result.findings] == ["split-missing-class"]


@pytest.fixture()
def divided(record):
    """Ten images in ``train`` and ``test`` folders."""
    return [
        record(f"images/{'train' if number < 7 else 'test'}/{number}.jpg", ("cat", 1, 2, 3, 4))
        for number in range(10)
    ]


def names(folder, split):
    return paths(csv_table.read(folder / f"data_{split}.csv"))


def test_folders_are_the_split_unless_told_otherwise(divided, tmp_path):
    [made] = split_dataset(divided, tmp_path)
    assert made.given == 10 and names(tmp_path, "train") == paths(divided[:7])[:7]
    assert names(tmp_path, "eval") == [f"images/test/{number}.jpg" for number in (7, 8, 9)]
    [made] = split_dataset(divided, tmp_path, SplitOptions(0.5, resplit=True, reset=True))
    assert made.given == 0 and len(made.eval) == 5


def test_a_given_test_split_is_written_and_goes_again(record, tmp_path):
    three = [record(f"{name}/a.jpg", ("cat", 1, 2, 3, 4)) for name in ("train", "valid", "test")]
    split_dataset(three, tmp_path)
    assert names(tmp_path, "test") == ["test/a.jpg"]
    split_dataset(three, tmp_path)
    split_dataset(three, tmp_path, SplitOptions(0.7, resplit=True, reset=True))
    assert not (tmp_path / "data_test.csv").exists()


def test_folds_say_that_they_do_not_keep_it(divided, tmp_path):
    made = split_dataset(divided, tmp_path, SplitOptions(folds=2))
    codes = [finding.code for finding in made[0].findings]
    assert "split-given-unused" in codes and made[0].given == 0
    assert "folds" in KINDS["split-given-unused"].remedy
