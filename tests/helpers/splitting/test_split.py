"""Splits by image: each image in exactly one, the same for the same seed, classes stratified."""

import itertools
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from random import Random
from statistics import mean

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from helpers.splitting import split_report
from helpers.splitting.split import fold_names, folds, split
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord, class_names
from helpers.structures.errors import BadInput

ROOT = Path(__file__).resolve().parents[3]
BOX = (1, 2, 3, 4)


def of_labels(rows):
    """Records named by number that have these classes, given as words."""
    return [
        ImageRecord(
            f"{number:03d}.jpg",
            40,
            30,
            LabeledBoxes.from_rows((label, BOX) for label in labels.split()),
        )
        for number, labels in enumerate(rows)
    ]


def paths(part):
    return [record.path for record in part]


def splits_of(result):
    return {path: split for split, records in result.by_name().items() for path in paths(records)}


@st.composite
def data_sets(draw):
    """Records with up to three boxes of four classes, and some that stay together."""
    rows = draw(st.lists(st.lists(st.sampled_from("abcd"), max_size=3), min_size=12, max_size=40))
    records = of_labels(map(" ".join, rows))
    numbers = draw(st.lists(st.integers(0, 60), min_size=len(rows), max_size=len(rows)))
    return records, {record.path: number for record, number in zip(records, numbers) if number < 30}


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
    given = of_labels(["cat"] * count)
    result = split(given, fraction, test=test)
    assert tuple(map(len, result[:3])) == sizes
    assert (
        sorted(splits_of(result))
        == paths(given)
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
    except BadInput as problem:
        assert "nothing for" in str(problem) or "in training" in str(problem)
        return
    splits = splits_of(result)
    assert sorted(splits) == paths(records) and sum(map(len, result[:3])) == len(records)
    assert len({(group, splits[path]) for path, group in groups.items()}) == len(
        set(groups.values())
    )
    renamed = {path: f"group {number}" for path, number in reversed(list(groups.items()))}
    assert splits_of(split(records[::-1], fraction, seed, test, renamed)) == splits


def test_another_seed_splits_differently():
    given = of_labels(["cat"] * 40)
    assert paths(split(given, seed=3).train) != paths(split(given, seed=4).train)


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
HOW = """
import sys
from helpers.splitting import split_report
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.splitting.split import folds, split
rows = {rows!r}
records = [ImageRecord("%03d.jpg" % number, 40, 30, LabeledBoxes.from_rows(
    (label, (1, 2, 3, 4)) for label in labels.split())) for number, labels in enumerate(rows)]
groups = {{"000.jpg": "x", "009.jpg": "x"}}
for one in [split(records, 0.7, 5, 0.1, groups), *folds(records, 3, 5)]:
    print(*(record.path[1:3] for record in one.eval))
"""


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_it_splits_the_same_on_every_machine(hash_seed):
    said = subprocess.run(
        [sys.executable, "-c", HOW.format(rows=MIXED)],
        check=True,
        cwd=str(ROOT),
        env=dict(os.environ, PYTHONHASHSEED=hash_seed),
        stdout=subprocess.PIPE,
        universal_newlines=True,
    ).stdout
    assert said.splitlines() == ["05 06 11", "01 03 04 07 12", "02 05 06 08 10", "00 09 11 13 14"]


def least_squares(counts, fraction, size):
    """How far off classes are at best where each image has one box: no class hangs on another."""
    best = {0: 0.0}  # by images in training
    for count in counts:
        grown = {}
        for (total, off), number in itertools.product(best.items(), range(1, count + 1)):
            more = off + 2 * (number / count - fraction) ** 2
            grown[total + number] = min(more, grown.get(total + number, more))
        best = grown
    return best[size]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 25), min_size=2, max_size=6),
    st.sampled_from([0.5, 0.6, 0.8]),
    st.integers(0, 9),
)
@example([4, 4, 13], 0.6, 0)
def test_with_one_box_an_image_nothing_is_closer(counts, fraction, seed):
    labels = [f"c{number}" for number, count in enumerate(counts) for _ in range(count)]
    assume(len(labels) > max(9, 2 * len(counts)))
    result = split(of_labels(labels), fraction, seed)
    size = len(result.train)
    assert abs(size - fraction * len(labels)) <= 0.5
    assert squares(result.shares) == pytest.approx(least_squares(counts, fraction, size), abs=1e-9)


def squares(result):
    """How far off classes are, all together."""
    return sum(share.off**2 for share in result if share.name != split_report.IMAGES)


@pytest.mark.parametrize(
    "labels, fraction, expected",
    [
        # Eight boxes on one image are nearer to half of all without four others than with three.
        (["cat " * 8] + ["cat"] * 8, 0.5, {"(images)": (5, 4), "cat": (5, 11)}),
        (["cat dog"] * 8 + ["cat", "dog"], 0.8, {"(images)": (8, 2), "cat": (7, 2), "dog": (7, 2)}),
        (
            ["cat"] * 8 + [""] * 4,
            0.75,
            {"(images)": (9, 3), "cat": (6, 2), "(without a box)": (3, 1)},
        ),
        (["cat"] * 9 + ["lynx"], 0.3, {"(images)": (3, 7), "cat": (2, 7), "lynx": (1, 0)}),
        (["cat"] * 8 + ["lynx"] * 2, 0.8, {"(images)": (8, 2), "cat": (6, 2), "lynx": (2, 0)}),
    ],
    ids=["crowded image", "pairs", "without boxes", "rare", "two of a class"],
)
def test_shares_that_can_be_told_by_hand(labels, fraction, expected):
    result = split(of_labels(labels), fraction)
    got = {}
    for share in result.shares:
        got.setdefault(share.name, []).append(share.number)
    assert {name: tuple(counts) for name, counts in got.items()} == expected


def many(random, count=60):
    """Records with boxes of five classes, some of them rare, some images crowded."""
    return of_labels(
        " ".join(random.choices("abcde", [16, 8, 4, 2, 1], k=random.choice([0, 1, 1, 2, 3, 12])))
        for _ in range(count)
    )


def test_it_is_closer_than_chance():
    ours, theirs = [], []
    for seed in range(20):
        random = Random(seed)
        records = many(random)
        result = split(records, 0.8, seed)
        ours.append(mean(share.off for share in result.shares))
        random.shuffle(records)
        by_chance = split_report.of(
            {"train": records[:48], "eval": records[48:]},
            {"train": Fraction(4, 5), "eval": Fraction(1, 5)},
        )
        theirs.append(mean(share.off for share in by_chance))
    assert mean(ours) < mean(theirs) / 3
    assert all(mine < other for mine, other in zip(ours, theirs))


def test_on_few_images_it_is_next_to_the_best_there_is():
    best_found = 0
    for seed in range(40):
        records = [record for record in many(Random(seed), 9) if len(record.objects)]
        fraction = Fraction(2, 3)
        size = round(len(records) * fraction)
        targets = {"train": fraction, "eval": 1 - fraction}
        names = set(class_names(records))
        splits = [
            {
                "train": [records[number] for number in chosen],
                "eval": [one for number, one in enumerate(records) if number not in chosen],
            }
            for chosen in itertools.combinations(range(len(records)), size)
        ]
        every = sorted(
            squares(split_report.of(one, targets))
            for one in splits
            if set(class_names(one["train"])) == names
        )
        got = squares(split(records, Fraction(2, 3)).shares)
        best_found += got < every[0] + 1e-9
        assert got <= every[len(every) // 4] + 1e-9
    assert best_found >= 36


@settings(max_examples=60, deadline=None)
@given(data_sets(), st.sampled_from([0.5, 0.7]), st.sampled_from([0, 0.2]), st.data())
def test_images_stay_where_they_were_when_others_come_and_go(data, fraction, test, choice):
    records, groups = data
    former = choice.draw(st.lists(st.sampled_from(records), min_size=12, unique=True))
    try:
        earlier = splits_of(split(former, fraction, 1, test, groups))
        gone = choice.draw(st.lists(st.sampled_from(former), max_size=3))
        now = [record for record in records if record not in gone]
        result = split(now, fraction, 2, test, groups, earlier)
    except BadInput as problem:
        assert any(words in str(problem) for words in ("nothing for", "in training", "one image"))
        return
    splits = splits_of(result)
    assert sorted(splits) == paths(now)
    kept = {path: part for path, part in earlier.items() if path in splits}
    assert {path: splits[path] for path in kept} == kept and result.kept == len(kept)
    followed = {groups[path]: part for path, part in kept.items() if path in groups}
    for path in splits:
        assert splits[path] == followed.get(groups.get(path), splits[path])


def test_new_images_fill_up_what_a_split_lacks():
    records = of_labels(["cat"] * 40)
    earlier = {record.path: "train" for record in records[:30]}
    result = split(records, 0.75, earlier=earlier)
    assert paths(result.train) == paths(records[:30]) and result.kept == 30


def test_near_duplicates_that_were_apart_meet_in_the_first_of_their_splits():
    records = of_labels(["cat"] * 8)
    earlier = dict(zip(paths(records), ["train", "eval", "eval", "test"] * 2))
    result = split(
        records,
        0.25,
        test=0.25,
        groups={"000.jpg": 1, "001.jpg": 1, "002.jpg": 2, "003.jpg": 2},
        earlier=earlier,
    )
    splits = splits_of(result)
    assert (splits["001.jpg"], splits["003.jpg"], result.kept) == ("train", "eval", 6)
    assert {path: part for path, part in earlier.items() if path > "004.jpg"} == {
        path: part for path, part in splits.items() if path > "004.jpg"
    }
    moved = [one for one in result.findings if one.code == "split-image-moved"]
    assert [(one.path, one.message.split(",")[0]) for one in moved] == [
        ("001.jpg", "from eval to train"),
        ("003.jpg", "from test to eval"),
    ]


def test_names_that_are_no_split_are_ignored():
    records = of_labels(["cat"] * 4)
    result = split(records, 0.5, earlier={"000.jpg": "test", "001.jpg": "fold_1", "z.jpg": "train"})
    assert (len(result.train), result.kept, result.findings) == (2, 0, [])


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, 80, float("nan"), float("inf")])
def test_a_fraction_outside_0_and_1_is_refused(fraction):
    with pytest.raises(BadInput, match="the fraction .*, expected a number between 0 and 1"):
        split(of_labels(["cat"] * 10), fraction)


@pytest.mark.parametrize("test", [0.3, 0.5, 1, -0.1, float("nan"), float("inf")])
def test_a_test_share_that_leaves_nothing_for_eval_is_refused(test):
    with pytest.raises(BadInput, match="the test share .*, expected a number from 0 to below 0.3"):
        split(of_labels(["cat"] * 10), 0.7, test=test)


@pytest.mark.parametrize(
    "count, fraction, test",
    [(0, 0.8, 0), (1, 0.8, 0), (2, 0.9, 0), (10, 0.01, 0), (10, 0.8, 0.01), (2, 0.4, 0.3)],
)
def test_a_split_without_images_is_refused(count, fraction, test):
    with pytest.raises(BadInput, match=f"{count} images at {fraction}, expected at least one"):
        split(of_labels(["cat"] * count), fraction, test=test)


@pytest.mark.parametrize(
    "groups, earlier",
    [
        ({f"{number:03d}.jpg": 1 for number in range(10)}, {}),
        ({}, {f"{number:03d}.jpg": "train" for number in range(10)}),
    ],
    ids=["one group", "all in training"],
)
def test_images_that_cannot_be_split_are_refused(groups, earlier):
    with pytest.raises(BadInput, match="nothing for eval, since 10 images stay together in"):
        split(of_labels(["cat"] * 10), groups=groups, earlier=earlier)


def test_two_large_groups_still_make_two_splits():
    groups = {f"{number:03d}.jpg": number < 5 for number in range(100)}
    result = split(of_labels(["cat"] * 100), 0.95, groups=groups)
    assert (len(result.train), len(result.eval)) == (95, 5)
    groups = {f"{number:03d}.jpg": number < 50 for number in range(100)}
    result = split(of_labels(["cat"] * 100), 0.95, groups=groups)
    assert (len(result.train), len(result.eval)) == (50, 50)
    assert [one.code for one in result.findings] == ["split-size-mismatch"] * 2


def test_an_image_given_twice_is_refused():
    with pytest.raises(BadInput, match="found 001.jpg twice"):
        split(of_labels(["cat"] * 4) + of_labels(["cat"] * 2)[1:])


def test_a_class_is_only_missing_from_training_if_it_was_put_elsewhere_before():
    records = of_labels(["cat"] * 9 + ["lynx"])
    assert all("009.jpg" in paths(split(records, 0.3, seed).train) for seed in range(20))
    with pytest.raises(BadInput, match="no image of 'lynx' in training, expected every class"):
        split(records, 0.5, earlier={"009.jpg": "eval"})
    with pytest.raises(BadInput, match="no image of 'lynx' in training"):
        split(of_labels(["cat", "lynx"]), 0.5)


@pytest.mark.parametrize(
    "test, lacking", [(0, ["eval"]), (0.1, ["eval", "test"])], ids=["eval", "eval and test"]
)
def test_a_class_that_is_not_measured_is_a_finding(test, lacking):
    result = split(of_labels(["cat"] * 19 + ["lynx"]), 0.7, test=test)
    assert [(one.code, one.severity, one.message) for one in result.findings] == [
        ("split-missing-class", "warning", f"no box of the class 'lynx' in {part}, 1 in all")
        for part in lacking
    ]


@settings(max_examples=60, deadline=None)
@given(data_sets(), st.integers(2, 4), st.sampled_from([0, 0.25]), st.integers(0, 9))
def test_each_image_is_in_eval_in_one_fold_and_in_training_in_the_others(data, count, test, seed):
    records, groups = data
    try:
        result = folds(records, count, seed, test, groups)
    except BadInput as problem:
        assert "nothing for" in str(problem)
        return
    tested = paths(result[0].test)
    assert sorted(tested + [path for one in result for path in paths(one.eval)]) == paths(records)
    for one in result:
        assert sorted(splits_of(one)) == paths(records) and paths(one.test) == tested
        splits = splits_of(one)
        assert len({(group, splits[path]) for path, group in groups.items()}) == len(
            set(groups.values())
        )
    earlier = {
        path: name for name, one in zip(fold_names(count), result) for path in paths(one.eval)
    }
    again = folds(
        records, count, seed + 1, test, groups, {**earlier, **dict.fromkeys(tested, "test")}
    )
    assert list(map(splits_of, again)) == list(map(splits_of, result))


def test_what_a_fold_lacks_is_a_finding_and_no_error():
    result = folds(of_labels(["cat"] * 8 + ["lynx"]), 3)
    splits = [(one.message.split(", ")[0]) for fold in result for one in fold.findings]
    holder = next(
        number for number, one in enumerate(result, start=1) if "008.jpg" in paths(one.eval)
    )
    assert splits == [
        f"no box of the class 'lynx' in {'train' if number == holder else 'eval'} of fold_{number}"
        for number in (1, 2, 3)
    ]


@pytest.mark.parametrize("count", [-1, 0, 1])
def test_fewer_than_two_folds_are_refused(count):
    with pytest.raises(BadInput, match=f"{count} folds, expected two or more"):
        folds(of_labels(["cat"] * 10), count)
