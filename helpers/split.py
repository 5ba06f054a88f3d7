"""Train and eval sides, by picture and never by box."""

from __future__ import annotations

import random
from typing import List, NamedTuple, Sequence

from helpers.errors import BadInput
from helpers.records import ImageRecord, class_names


class Split(NamedTuple):
    """The two sides, each sorted by path."""

    train: List[ImageRecord]
    evaluation: List[ImageRecord]


def split(records: Sequence[ImageRecord], fraction: float = 0.8, seed: int = 0) -> Split:
    """Divides pictures at random; the same records and seed give the same sides on any machine.

    Args:
        records: the data set, each picture once.
        fraction: share of the pictures that go to training, inside (0, 1).
        seed: of the random choice.

    Raises:
        BadInput: the fraction is not inside (0, 1), a picture comes twice, a side would be
            empty, or a class would be missing from training.
    """
    if not 0 < fraction < 1:
        raise BadInput.of("split", f"the fraction {fraction}", "a number between 0 and 1",
                          "0.8 puts four fifths into training.")
    ordered = sorted(records, key=lambda record: record.path)
    twice = [a.path for a, b in zip(ordered, ordered[1:]) if a.path == b.path]
    if twice:
        raise BadInput.of("split", f"{twice[0]} twice", "each picture once", "Remove one.")
    count = round(len(ordered) * fraction)
    if not 0 < count < len(ordered):
        raise BadInput.of("split", f"{len(ordered)} pictures at {fraction}",
                          "at least one picture on each side",
                          "Annotate more pictures, or choose another fraction.")
    chosen = list(range(len(ordered)))
    random.Random(seed).shuffle(chosen)
    train = [ordered[index] for index in sorted(chosen[:count])]
    evaluation = [ordered[index] for index in sorted(chosen[count:])]
    absent = sorted(set(class_names(evaluation)) - set(class_names(train)))
    if absent:
        raise BadInput.of("split", f"no picture of {absent[0]!r} in training",
                          "every class on the training side",
                          "Annotate more of it, or choose another seed.")
    return Split(train, evaluation)
