"""Sides by image: each image on exactly one, the same for the same seed, classes shared."""

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


def paths(side):
    return [record.path for record in side]


def where(made):
    return {path: side for side, records in made.sides().items() for path in paths(records)}


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
)
def test_every_image_is_on_exactly_one_side(count, fraction, test, sizes):
    given = of_labels(["cat"] * count)
    made = split(given, fraction, test=test)
    assert tuple(map(len, made[:3])) == sizes
    assert sorted(where(made)) == paths(given) == [f"{number:03d}.jpg" for number in range(count)]
    assert all(paths(side) == sorted(paths(side)) for side in made[:3])
    assert (made.findings, made.kept) == ([], 0)


@settings(max_examples=60, deadline=None)
@given(data_sets(), st.sampled_from([0.5, 0.7]), st.sampled_from([0, 0.2]), st.integers(0, 9))
def test_groups_are_divided_whole_and_alike_whatever_the_order(data, fraction, test, seed):
    records, groups = data
    try:
        made = split(records, fraction, seed, test, groups)
    except BadInput as problem:
        assert "nothing for" in str(problem) or "in training" in str(problem)
        return
    sides = where(made)
    assert sorted(sides) == paths(records) and sum(map(len, made[:3])) == len(records)
    assert len({(group, sides[path]) for path, group in groups.items()}) == len(
        set(groups.values())
    )
    renamed = {path: f"group {number}" for path, number in reversed(list(groups.items()))}
    assert where(split(records[::-1], fraction, seed, test, renamed)) == sides


def test_another_seed_divides_otherwise():
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
    print(*(record.path[1:3] for record in one.evaluation))
"""


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_it_divides_like_this_on_every_machine(hash_seed):
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
    made = split(of_labels(labels), fraction, seed)
    size = len(made.train)
    assert abs(size - fraction * len(labels)) <= 0.5
    assert squares(made.shares) == pytest.approx(least_squares(counts, fraction, size), abs=1e-9)


def squares(made):
    """How far off classes are, all together."""
    return sum(share.off**2 for share in made if share.name != split_report.IMAGES)


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
)
def test_shares_that_can_be_told_by_hand(labels, fraction, expected):
    made = split(of_labels(labels), fraction)
    got = {}
    for share in made.shares:
        got.setdefault(share.name, []).append(share.count)
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
        made = split(records, 0.8, seed)
        ours.append(mean(share.off for share in made.shares))
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
        wanted = {"train": fraction, "eval": 1 - fraction}
        names = set(class_names(records))
        sides = [
            {
                "train": [records[number] for number in chosen],
                "eval": [one for number, one in enumerate(records) if number not in chosen],
            }
            for chosen in itertools.combinations(range(len(records)), size)
        ]
        every = sorted(
            squares(split_report.of(one, wanted))
            for one in sides
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
        earlier = where(split(former, fraction, 1, test, groups))
        gone = choice.draw(st.lists(st.sampled_from(former), max_size=3))
        now = [record for record in records if record not in gone]
        made = split(now, fraction, 2, test, groups, earlier)
    except BadInput as problem:
        assert any(words in str(problem) for words in ("nothing for", "in training", "one image"))
        return
    sides = where(made)
    assert sorted(sides) == paths(now)
    kept = {path: side for path, side in earlier.items() if path in sides}
    assert {path: sides[path] for path in kept} == kept and made.kept == len(kept)
    followed = {groups[path]: side for path, side in kept.items() if path in groups}
    for path in sides:
        assert sides[path] == followed.get(groups.get(path), sides[path])


def test_new_images_fill_up_what_a_side_lacks():
    records = of_labels(["cat"] * 40)
    earlier = {record.path: "train" for record in records[:30]}
    made = split(records, 0.75, earlier=earlier)
    assert paths(made.train) == paths(records[:30]) and made.kept == 30


def test_images_alike_that_were_apart_meet_on_the_first_of_their_sides():
    records = of_labels(["cat"] * 8)
    earlier = dict(zip(paths(records), ["train", "eval", "eval", "test"] * 2))
    made = split(
        records,
        0.25,
        test=0.25,
        groups={"000.jpg": 1, "001.jpg": 1, "002.jpg": 2, "003.jpg": 2},
        earlier=earlier,
    )
    sides = where(made)
    assert (sides["001.jpg"], sides["003.jpg"], made.kept) == ("train", "eval", 6)
    assert {path: side for path, side in earlier.items() if path > "004.jpg"} == {
        path: side for path, side in sides.items() if path > "004.jpg"
    }
    moved = [one for one in made.findings if one.code == "split-image-moved"]
    assert [(one.path, one.message.split(",")[0]) for one in moved] == [
        ("001.jpg", "from eval to train"),
        ("003.jpg", "from test to eval"),
    ]


def test_words_that_are_no_side_are_passed_over():
    records = of_labels(["cat"] * 4)
    made = split(records, 0.5, earlier={"000.jpg": "test", "001.jpg": "fold_1", "z.jpg": "train"})
    assert (len(made.train), made.kept, made.findings) == (2, 0, [])


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
def test_a_side_without_images_is_refused(count, fraction, test):
    with pytest.raises(BadInput, match=f"{count} images at {fraction}, expected at least one"):
        split(of_labels(["cat"] * count), fraction, test=test)


@pytest.mark.parametrize(
    "groups, earlier",
    [
        ({f"{number:03d}.jpg": 1 for number in range(10)}, {}),
        ({}, {f"{number:03d}.jpg": "train" for number in range(10)}),
    ],
)
def test_images_that_cannot_be_divided_are_refused(groups, earlier):
    with pytest.raises(BadInput, match="nothing for eval, since 10 images stay together in"):
        split(of_labels(["cat"] * 10), groups=groups, earlier=earlier)


def test_two_large_groups_still_make_two_sides():
    groups = {f"{number:03d}.jpg": number < 5 for number in range(100)}
    made = split(of_labels(["cat"] * 100), 0.95, groups=groups)
    assert (len(made.train), len(made.evaluation)) == (95, 5)
    groups = {f"{number:03d}.jpg": number < 50 for number in range(100)}
    made = split(of_labels(["cat"] * 100), 0.95, groups=groups)
    assert (len(made.train), len(made.evaluation)) == (50, 50)
    assert [one.code for one in made.findings] == ["split-size-mismatch"] * 2


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


@pytest.mark.parametrize("test, lacking", [(0, ["eval"]), (0.1, ["eval", "test"])])
def test_a_class_that_is_not_measured_is_a_finding(test, lacking):
    made = split(of_labels(["cat"] * 19 + ["lynx"]), 0.7, test=test)
    assert [(one.code, one.severity, one.message) for one in made.findings] == [
        ("split-missing-class", "warning", f"no box of the class 'lynx' in {side}, 1 in all")
        for side in lacking
    ]


@settings(max_examples=60, deadline=None)
@given(data_sets(), st.integers(2, 4), st.sampled_from([0, 0.25]), st.integers(0, 9))
def test_each_image_is_in_eval_in_one_fold_and_in_training_in_the_others(data, count, test, seed):
    records, groups = data
    try:
        made = folds(records, count, seed, test, groups)
    except BadInput as problem:
        assert "nothing for" in str(problem)
        return
    tested = paths(made[0].test)
    assert sorted(tested + [path for one in made for path in paths(one.evaluation)]) == paths(
        records
    )
    for one in made:
        assert sorted(where(one)) == paths(records) and paths(one.test) == tested
        sides = where(one)
        assert len({(group, sides[path]) for path, group in groups.items()}) == len(
            set(groups.values())
        )
    earlier = {
        path: name for name, one in zip(fold_names(count), made) for path in paths(one.evaluation)
    }
    again = folds(
        records, count, seed + 1, test, groups, {**earlier, **dict.fromkeys(tested, "test")}
    )
    assert list(map(where, again)) == list(map(where, made))


def test_what_a_fold_lacks_is_a_finding_and_no_error():
    made = folds(of_labels(["cat"] * 8 + ["lynx"]), 3)
    sides = [(one.message.split(", ")[0]) for fold in made for one in fold.findings]
    held = next(
        number for number, one in enumerate(made, start=1) if "008.jpg" in paths(one.evaluation)
    )
    assert sides == [
        f"no box of the class 'lynx' in {'train' if number == held else 'eval'} of fold_{number}"
        for number in (1, 2, 3)
    ]


@pytest.mark.parametrize("count", [-1, 0, 1])
def test_fewer_than_two_folds_are_refused(count):
    with pytest.raises(BadInput, match=f"{count} folds, expected two or more"):
        folds(of_labels(["cat"] * 10), count)
