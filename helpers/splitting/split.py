"""Train, eval and test splits: by image and never by box, every class in its share.

No file is opened here; :mod:`helpers.splitting.split_files` reads and writes the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Dict, Hashable, List, Mapping, NamedTuple, Optional, Sequence

from helpers.annotations.given_split import EVAL, SPLIT_NAMES, TEST, TRAIN
from helpers.splitting import grouping, split_report
from helpers.splitting.grouping import GroupRule
from helpers.splitting.partition import Partition, by_path, partition
from helpers.splitting.split_report import Share
from helpers.structures.dataset import ImageRecord, class_names
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding


@dataclass(frozen=True)
class SplitOptions:
    """How a data set is split.

    Attributes:
        fraction: share of the images that go to training, inside (0, 1); folds ignore it.
        seed: of the random choice.
        test: share of the images for the test split, inside [0, 1); 0 makes none. Eval gets what
            is left.
        folds: how many, each image in eval in one of them; 0 makes one split.
        earlier: the folder of an earlier split to keep; ``None`` is the output folder.
        reset: forget the earlier split and split everything from scratch.
        group_by: which images share a split: ``auto`` for those that ``grouping`` finds, ``none``
            for near-duplicates alone, or a regular expression in its place.
        resplit: split anew what comes divided into train, eval and test.
    """

    fraction: float = 0.8
    seed: int = 0
    test: float = 0.0
    folds: int = 0
    earlier: Optional[Path] = None
    reset: bool = False
    group_by: str = grouping.AUTO
    resplit: bool = False

    def train_share(self) -> float:
        """The share of all images that goes to training."""
        if self.folds:
            return (1 - self.test) * (self.folds - 1) / self.folds
        return self.fraction


class Split(NamedTuple):
    """A split data set; each part is sorted by path.

    Attributes:
        train: to learn from.
        eval: to measure on while choosing a model; never trained on.
        test: to measure on at the very end; empty unless a share was asked for.
        shares: of each class in each split, see ``split_report.of``.
        findings: classes that a split lacks, and what else is odd.
        kept: how many images are where an earlier split had them.
        rules: by which rules images were kept together.
        given: how many images are where the data set itself puts them.
    """

    train: List[ImageRecord]
    eval: List[ImageRecord]
    test: Sequence[ImageRecord] = ()
    shares: Sequence[Share] = ()
    findings: Sequence[Finding] = ()
    kept: int = 0
    rules: Sequence[GroupRule] = ()
    given: int = 0

    def by_name(self) -> Dict[str, Sequence[ImageRecord]]:
        """The images of each split that has any, by the name of the split."""
        return {split: records for split, records in zip(SPLIT_NAMES, self[:3]) if records}


def split(
    records: Sequence[ImageRecord],
    fraction: float = 0.8,
    seed: int = 0,
    test: float = 0.0,
    groups: Optional[Mapping[str, Hashable]] = None,
    earlier: Optional[Mapping[str, str]] = None,
) -> Split:
    """Splits images; the same records and seed give the same splits on any machine.

    Args:
        records: the data set, each image once.
        fraction: as in ``SplitOptions``, like the next two.
        seed: of the random choice.
        test: share of the images for the test split.
        groups: images, by path, with the same value stay in one split; others are on their own.
        earlier: the split, of ``SPLIT_NAMES``, where an image was before and stays. Where images
            that stay together were in several, all go to the first of these.

    Raises:
        BadInput: a share is not inside its bounds, an image comes twice, a split would be empty,
            or a class would be missing from training.
    """
    if not 0 < fraction < 1:
        raise BadInput.of(
            "split",
            f"the fraction {fraction}",
            "a number between 0 and 1",
            "0.8 puts four fifths into training.",
        )
    exact = Fraction(str(fraction))
    test_share = _test_share(test, 1 - exact)
    targets = {TRAIN: exact, EVAL: 1 - exact - test_share, TEST: test_share}
    divided = partition(records, targets, seed, groups or {}, earlier or {}, f"at {fraction}")
    result = reported(divided.parts, targets, divided)
    _require_classes_in_training(records, result.train)
    return result


def folds(
    records: Sequence[ImageRecord],
    count: int,
    seed: int = 0,
    test: float = 0.0,
    groups: Optional[Mapping[str, Hashable]] = None,
    earlier: Optional[Mapping[str, str]] = None,
) -> List[Split]:
    """Splits images so that each is in eval in one of the folds and in training in the others.

    What training lacks in a fold is a finding here: a class on one image is missing there once.

    Args:
        records: the data set, each image once.
        count: number of folds.
        seed: of the random choice.
        test: as for :func:`split`; these images are the same in every fold.
        groups: as for :func:`split`.
        earlier: of ``fold_names``, the fold that had an image in eval before; or ``TEST``.

    Raises:
        BadInput: as for :func:`split`, or there are not at least two folds.
    """
    if count < 2:
        raise BadInput.of("split", f"{count} folds", "two or more", "5 and 10 are usual.")
    test_share = _test_share(test, Fraction(1))
    names, fold_share = fold_names(count), (1 - test_share) / count
    fold_targets = {**dict.fromkeys(names, fold_share), TEST: test_share}
    divided = partition(
        records, fold_targets, seed, groups or {}, earlier or {}, f"in {count} folds"
    )
    targets = {TRAIN: fold_share * (count - 1), EVAL: fold_share, TEST: test_share}
    return [_fold(name, names, targets, divided) for name in names]


def fold_names(count: int) -> List[str]:
    """The names of so many folds."""
    return [f"fold_{number}" for number in range(1, count + 1)]


def _fold(
    name: str, names: Sequence[str], targets: Mapping[str, Fraction], divided: Partition
) -> Split:
    others = [record for other in names if other != name for record in divided.parts[other]]
    parts = {TRAIN: by_path(others), EVAL: divided.parts[name], TEST: divided.parts[TEST]}
    return reported(parts, targets, divided, name)


def _test_share(test: float, most: Fraction) -> Fraction:
    if not 0 <= test < 1 or Fraction(str(test)) >= most:
        raise BadInput.of(
            "split",
            f"the test share {test}",
            f"a number from 0 to below {float(most):g}, so that something is left for eval",
            "0 makes no test split.",
        )
    return Fraction(str(test))


def _require_classes_in_training(
    records: Sequence[ImageRecord], train: Sequence[ImageRecord]
) -> None:
    absent = sorted(set(class_names(records)) - set(class_names(train)))
    if absent:
        raise BadInput.of(
            "split",
            f"no image of {absent[0]!r} in training",
            "every class in training",
            "Annotate more of it, or split again from scratch.",
        )


def reported(
    parts: Mapping[str, List[ImageRecord]],
    targets: Mapping[str, Fraction],
    divided: Partition,
    fold: str = "",
) -> Split:
    """The split of these parts, with its shares and what is odd about them.

    Args:
        parts: the images of each of ``SPLIT_NAMES``.
        targets: the share that each should have.
        divided: what became of an earlier split.
        fold: its name, where this is the split of a fold.
    """
    shares = split_report.of(
        {split: parts[split] for split in SPLIT_NAMES if targets[split]}, targets
    )
    return Split(
        parts[TRAIN],
        parts[EVAL],
        parts[TEST],
        shares,
        divided.moved + split_report.findings(shares, fold),
        divided.kept,
    )
