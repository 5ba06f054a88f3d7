"""Classes are shared out as the images are: close to the target shares, and closer than chance."""

import itertools
from fractions import Fraction
from random import Random
from statistics import mean

import pytest
from builders import of_labels
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from helpers.splitting import split_report
from helpers.splitting.split import split
from helpers.structures.dataset import class_names


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
        pytest.param(
            ["cat " * 8] + ["cat"] * 8,
            0.5,
            {"(images)": (5, 4), "cat": (5, 11)},
            id="crowded image",
        ),
        pytest.param(
            ["cat dog"] * 8 + ["cat", "dog"],
            0.8,
            {"(images)": (8, 2), "cat": (7, 2), "dog": (7, 2)},
            id="pairs",
        ),
        pytest.param(
            ["cat"] * 8 + [""] * 4,
            0.75,
            {"(images)": (9, 3), "cat": (6, 2), "(without a box)": (3, 1)},
            id="without boxes",
        ),
        pytest.param(
            ["cat"] * 9 + ["lynx"],
            0.3,
            {"(images)": (3, 7), "cat": (2, 7), "lynx": (1, 0)},
            id="rare class",
        ),
        pytest.param(
            ["cat"] * 8 + ["lynx"] * 2,
            0.8,
            {"(images)": (8, 2), "cat": (6, 2), "lynx": (2, 0)},
            id="two of a class",
        ),
    ],
)
def test_shares_that_can_be_told_by_hand(labels, fraction, expected):
    result = split(of_labels(labels), fraction)
    numbers = {}
    for share in result.shares:
        numbers.setdefault(share.name, []).append(share.number)
    assert {name: tuple(counts) for name, counts in numbers.items()} == expected


def many(random, count=60):
    """Records with boxes of five classes, some of them rare, some images crowded."""
    return of_labels(
        " ".join(random.choices("abcde", [16, 8, 4, 2, 1], k=random.choice([0, 1, 1, 2, 3, 12])))
        for _ in range(count)
    )


def test_it_is_closer_than_chance():
    stratified, random_splits = [], []
    for seed in range(20):
        random = Random(seed)
        records = many(random)
        result = split(records, 0.8, seed)
        stratified.append(mean(share.off for share in result.shares))
        random.shuffle(records)
        by_chance = split_report.of(
            {"train": records[:48], "eval": records[48:]},
            {"train": Fraction(4, 5), "eval": Fraction(1, 5)},
        )
        random_splits.append(mean(share.off for share in by_chance))
    assert mean(stratified) < mean(random_splits) / 3
    assert all(off < by_chance for off, by_chance in zip(stratified, random_splits))


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
                "eval": [record for number, record in enumerate(records) if number not in chosen],
            }
            for chosen in itertools.combinations(range(len(records)), size)
        ]
        possible = sorted(
            squares(split_report.of(choice, targets))
            for choice in splits
            if set(class_names(choice["train"])) == names
        )
        reached = squares(split(records, Fraction(2, 3)).shares)
        best_found += reached < possible[0] + 1e-9
        assert reached <= possible[len(possible) // 4] + 1e-9
    assert best_found >= 36
