"""Two sides, by picture: every picture on exactly one, the same ones for the same seed."""

import pytest

from helpers.errors import BadInput
from helpers.split import split


@pytest.fixture()
def records(record):
    """Builds records of one box each, named by number."""

    def of(count, classes="cat"):
        names = classes.split()
        return [record(f"{number:03d}.jpg", (names[number % len(names)], 1, 2, 3, 4))
                for number in range(count)]

    return of


def paths(side):
    return [record.path for record in side]


@pytest.mark.parametrize("count, fraction, train", [
    (2, 0.5, 1), (10, 0.8, 8), (10, 0.75, 8), (11, 0.8, 9), (100, 0.01, 1), (3, 0.6, 2),
])
def test_every_picture_is_on_exactly_one_side(records, count, fraction, train):
    given = records(count)
    sides = split(given, fraction)
    assert (len(sides.train), len(sides.evaluation)) == (train, count - train)
    assert sorted(paths(sides.train) + paths(sides.evaluation)) == paths(given)
    assert paths(sides.train) == sorted(paths(sides.train))
    assert paths(given) == [f"{number:03d}.jpg" for number in range(count)]


def test_the_same_seed_divides_alike_whatever_the_order(records):
    given = records(40)
    first = split(given, seed=3)
    again = split(list(reversed(given)), seed=3)
    assert paths(first.train) == paths(again.train)
    assert paths(first.train) != paths(split(given, seed=4).train)


def test_it_divides_like_this_on_every_machine(records):
    assert paths(split(records(10), 0.7, seed=0).evaluation) == ["000.jpg", "006.jpg", "009.jpg"]


def test_pictures_without_boxes_are_divided_too(record, records):
    given = records(6) + [record(f"empty{number}.jpg") for number in range(6)]
    sides = split(given, 0.5)
    assert len(sides.train) == len(sides.evaluation) == 6


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, 80, float("nan"), float("inf")])
def test_a_fraction_outside_0_and_1_is_refused(records, fraction):
    with pytest.raises(BadInput, match="the fraction .*, expected a number between 0 and 1"):
        split(records(10), fraction)


@pytest.mark.parametrize("count, fraction", [(0, 0.8), (1, 0.8), (2, 0.9), (10, 0.01)])
def test_a_side_without_pictures_is_refused(records, count, fraction):
    with pytest.raises(BadInput, match=f"{count} pictures at {fraction}, expected at least one"):
        split(records(count), fraction)


def test_a_picture_given_twice_is_refused(records):
    with pytest.raises(BadInput, match="found 001.jpg twice"):
        split(records(4) + records(2)[1:])


def test_a_class_that_training_would_never_see_is_refused(record, records):
    given = records(9) + [record("rare.jpg", ("lynx", 1, 2, 3, 4))]
    outcomes = set()
    for seed in range(20):
        try:
            assert "rare.jpg" in paths(split(given, 0.5, seed).train)
            outcomes.add("in training")
        except BadInput as problem:
            assert "no picture of 'lynx' in training" in str(problem)
            outcomes.add("refused")
    assert outcomes == {"in training", "refused"}
