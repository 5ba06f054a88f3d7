"""Splits by image: each image in exactly one, the same for the same seed; what is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import all_match, data_sets, of_labels, paths, splits_of
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.splitting.split import split
from helpers.structures.errors import BadInput

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "count, fraction, test, sizes",
    [
        (2, 0.5, 0, (1, 1, 0)),
        (10, 0.8, 0, (8, 2, 0)),
        (10, 0.75, 0, (8, 2, 0)),
        (11, 0.8, 0, (9, 2, 0)),
        (100, 0.01, 0, (1, 99, 0)),
        (3, 0.6, 0, (2, 1, 0)),
        (10, 0.8, 0.1, (8, 1, 1)),
        (1000, 0.7, 0.15, (700, 150, 150)),
        (7, 0.5, 0.3, (4, 1, 2)),
    ],
    ids=str,
)
def test_every_image_is_in_exactly_one_split(count, fraction, test, sizes):
    records = of_labels(["cat"] * count)
    result = split(records, fraction, test=test)
    assert tuple(map(len, result[:3])) == sizes
    assert (
        sorted(splits_of(result))
        == paths(records)
        == [f"{number:03d}.jpg" for number in range(count)]
    )
    assert all(paths(part) == sorted(paths(part)) for part in result[:3])
    assert (result.findings, result.kept) == ([], 0)


@settings(max_examples=60, deadline=None)
@given(data_sets(), st.sampled_from([0.5, 0.7]), st.sampled_from([0, 0.2]), st.integers(0, 9))
def test_groups_stay_whole_and_the_order_does_not_matter(data, fraction, test, seed):
    records, groups = data
    try:
        result = split(records, fraction, seed, test, groups)
    except BadInput as error:
        assert "nothing for" in str(error) or "in training" in str(error)
        return
    splits = splits_of(result)
    assert sorted(splits) == paths(records) and sum(map(len, result[:3])) == len(records)
    assert len({(group, splits[path]) for path, group in groups.items()}) == len(
        set(groups.values())
    )
    renamed = {path: f"group {number}" for path, number in reversed(list(groups.items()))}
    assert splits_of(split(records[::-1], fraction, seed, test, renamed)) == splits


def test_another_seed_splits_differently():
    records = of_labels(["cat"] * 40)
    assert paths(split(records, seed=3).train) != paths(split(records, seed=4).train)


MIXED = [
    "cat dog",
    "dog",
    "",
    "cat cat",
    "emu",
    "dog cat emu",
    "cat",
    "",
    "dog dog",
    "emu cat",
    "cat",
    "dog",
    "cat dog",
    "dog",
    "cat",
]
PROGRAM = """
import sys
from helpers.splitting import split_report
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.splitting.split import folds, split
rows = {rows!r}
records = [ImageRecord("%03d.jpg" % number, 40, 30, LabeledBoxes.from_rows(
    (label, (1, 2, 3, 4)) for label in labels.split())) for number, labels in enumerate(rows)]
groups = {{"000.jpg": "x", "009.jpg": "x"}}
for result in [split(records, 0.7, 5, 0.1, groups), *folds(records, 3, 5)]:
    print(*(record.path[1:3] for record in result.eval))
"""


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_it_splits_the_same_on_every_machine(hash_seed):
    output = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(rows=MIXED)],
        check=True,
        cwd=str(ROOT),
        env=dict(os.environ, PYTHONHASHSEED=hash_seed),
        stdout=subprocess.PIPE,
        universal_newlines=True,
    ).stdout
    assert output.splitlines() == ["05 06 11", "01 03 04 07 12", "02 05 06 08 10", "00 09 11 13 14"]


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, 80, float("nan"), float("inf")])
def test_a_fraction_outside_0_and_1_is_refused(fraction):
    with pytest.raises(BadInput, match=f"fraction {fraction}, .*0 and 1"):
        split(of_labels(["cat"] * 10), fraction)


@pytest.mark.parametrize("test", [0.3, 0.5, 1, -0.1, float("nan"), float("inf")])
def test_a_test_share_that_leaves_nothing_for_eval_is_refused(test):
    with pytest.raises(BadInput, match=f"test share {test}, .*0.3"):
        split(of_labels(["cat"] * 10), 0.7, test=test)


@pytest.mark.parametrize(
    "count, fraction, test",
    [(0, 0.8, 0), (1, 0.8, 0), (2, 0.9, 0), (10, 0.01, 0), (10, 0.8, 0.01), (2, 0.4, 0.3)],
)
def test_a_split_without_images_is_refused(count, fraction, test):
    with pytest.raises(BadInput, match=f"{count} images at {fraction}"):
        split(of_labels(["cat"] * count), fraction, test=test)


@pytest.mark.parametrize(
    "groups, earlier",
    [
        pytest.param({f"{number:03d}.jpg": 1 for number in range(10)}, {}, id="single group"),
        pytest.param(
            {}, {f"{number:03d}.jpg": "train" for number in range(10)}, id="all in training"
        ),
    ],
)
def test_images_that_cannot_be_split_are_refused(groups, earlier):
    with pytest.raises(BadInput, match="nothing .*eval, .*10 images"):
        split(of_labels(["cat"] * 10), groups=groups, earlier=earlier)


def test_two_large_groups_still_make_two_splits():
    groups = {f"{number:03d}.jpg": number < 5 for number in range(100)}
    result = split(of_labels(["cat"] * 100), 0.95, groups=groups)
    assert (len(result.train), len(result.eval)) == (95, 5)
    groups = {f"{number:03d}.jpg": number < 50 for number in range(100)}
    result = split(of_labels(["cat"] * 100), 0.95, groups=groups)
    assert (len(result.train), len(result.eval)) == (50, 50)
    assert [finding.code for finding in result.findings] == ["split-size-mismatch"] * 2


def test_an_image_given_twice_is_refused():
    with pytest.raises(BadInput, match="001.jpg twice"):
        split(of_labels(["cat"] * 4) + of_labels(["cat"] * 2)[1:])


def test_a_class_is_only_missing_from_training_if_it_was_put_elsewhere_before():
    records = of_labels(["cat"] * 9 + ["lynx"])
    assert all("009.jpg" in paths(split(records, 0.3, seed).train) for seed in range(20))
    with pytest.raises(BadInput, match="'lynx' in training"):
        split(records, 0.5, earlier={"009.jpg": "eval"})
    with pytest.raises(BadInput, match="'lynx' in training"):
        split(of_labels(["cat", "lynx"]), 0.5)


@pytest.mark.parametrize(
    "test, lacking", [(0, ["eval"]), (0.1, ["eval", "test"])], ids=["eval", "eval and test"]
)
def test_a_class_that_is_not_measured_is_a_finding(test, lacking):
    result = split(of_labels(["cat"] * 19 + ["lynx"]), 0.7, test=test)
    assert [(finding.code, finding.severity) for finding in result.findings] == [
        ("split-missing-class", "warning")
    ] * len(lacking)
    assert all_match(
        [f"'lynx' in {part}, 1 " for part in lacking],
        [finding.message for finding in result.findings],
    )
