"""Train, eval and test sides: by image and never by box, every class in its share.

Images without a box are shared out as if they were one more class. Each side gets its share of
all images to the image, as far as images that stay together allow; within that, every class
comes as close to its share as it can. No file is opened here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from fractions import Fraction
from typing import Dict, Hashable, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from helpers.splitting import split_report as sharing
from helpers.splitting.class_counts import whole_sizes
from helpers.splitting.split_report import Share
from helpers.splitting.stratify import share_out
from helpers.structures.dataset import ImageRecord, class_names
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding

TRAIN, EVAL, TEST = SIDES = ("train", "eval", "test")


class Split(NamedTuple):
    """The sides, each sorted by path.

    Attributes:
        train: to learn from.
        evaluation: to measure on while choosing a model; never trained on.
        test: to measure on at the very end; empty unless a share was asked for.
        shares: of each class on each side, see ``shares.of``.
        findings: classes that a side lacks, and what else is odd.
        kept: how many images are where an earlier split had them.
    """

    train: List[ImageRecord]
    evaluation: List[ImageRecord]
    test: Sequence[ImageRecord] = ()
    shares: Sequence[Share] = ()
    findings: Sequence[Finding] = ()
    kept: int = 0

    def sides(self) -> Dict[str, Sequence[ImageRecord]]:
        """The sides that there are, by name."""
        return {side: records for side, records in zip(SIDES, self[:3]) if records}


class _Divided(NamedTuple):
    """Parts by name, what had to leave its earlier one, and how many images did not."""

    parts: Dict[str, List[ImageRecord]]
    moved: List[Finding]
    kept: int


def split(
    records: Sequence[ImageRecord],
    fraction: float = 0.8,
    seed: int = 0,
    test: float = 0.0,
    groups: Optional[Mapping[str, Hashable]] = None,
    earlier: Optional[Mapping[str, str]] = None,
) -> Split:
    """Divides images; the same records and seed give the same sides on any machine.

    Args:
        records: the data set, each image once.
        fraction: share of the images that go to training, inside (0, 1).
        seed: of the random choice.
        test: share of the images for the test side, inside [0, 1); eval gets what is left.
        groups: images, by path, with the same value stay on one side; others are on their own.
        earlier: the side, of ``SIDES``, where an image was before and stays. Where images that
            stay together were on several, all go to the first of these.

    Raises:
        BadInput: a share is not inside its bounds, an image comes twice, a side would be empty,
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
    held = _test_share(test, 1 - exact)
    wanted = {TRAIN: exact, EVAL: 1 - exact - held, TEST: held}
    divided = _divide(records, wanted, seed, groups or {}, earlier or {}, f"at {fraction}")
    made = _reported(divided.parts, wanted, divided)
    absent = sorted(set(class_names(records)) - set(class_names(made.train)))
    if absent:
        raise BadInput.of(
            "split",
            f"no image of {absent[0]!r} in training",
            "every class on the training side",
            "Annotate more of it, or divide everything afresh.",
        )
    return made


def folds(
    records: Sequence[ImageRecord],
    count: int,
    seed: int = 0,
    test: float = 0.0,
    groups: Optional[Mapping[str, Hashable]] = None,
    earlier: Optional[Mapping[str, str]] = None,
) -> List[Split]:
    """Divides images so that each is in eval in one of the folds and in training in the others.

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
    held = _test_share(test, Fraction(1))
    names, one = fold_names(count), (1 - held) / count
    divided = _divide(
        records,
        {**dict.fromkeys(names, one), TEST: held},
        seed,
        groups or {},
        earlier or {},
        f"in {count} folds",
    )
    wanted, made = {TRAIN: one * (count - 1), EVAL: one, TEST: held}, []
    for name in names:
        others = [record for other in names if other != name for record in divided.parts[other]]
        made.append(
            _reported(
                {TRAIN: _by_path(others), EVAL: divided.parts[name], TEST: divided.parts[TEST]},
                wanted,
                divided,
                name,
            )
        )
    return made


def fold_names(count: int) -> List[str]:
    """The names of so many folds."""
    return [f"fold_{number}" for number in range(1, count + 1)]


def _test_share(test: float, most: Fraction) -> Fraction:
    if not 0 <= test < 1 or Fraction(str(test)) >= most:
        raise BadInput.of(
            "split",
            f"the test share {test}",
            f"a number from 0 to below {float(most):g}, so that something is left for eval",
            "0 makes no test side.",
        )
    return Fraction(str(test))


def _divide(
    records: Sequence[ImageRecord],
    wanted: Mapping[str, Fraction],
    seed: int,
    groups: Mapping[str, Hashable],
    earlier: Mapping[str, str],
    how: str,
) -> _Divided:
    ordered = _by_path(records)
    twice = [a.path for a, b in zip(ordered, ordered[1:]) if a.path == b.path]
    if twice:
        raise BadInput.of("split", f"{twice[0]} twice", "each image once", "Remove one.")
    names = [name for name, share in wanted.items() if share]
    shares = [wanted[name] for name in names]
    if 0 in whole_sizes(len(ordered), shares):
        raise BadInput.of(
            "split",
            f"{len(ordered)} images {how}",
            "at least one image on each side",
            "Annotate more images, or choose another fraction.",
        )
    together = _together(ordered, seed, groups)
    placed = [
        min(
            (
                names.index(earlier[record.path])
                for record in group
                if earlier.get(record.path) in names
            ),
            default=-1,
        )
        for group in together
    ]
    chosen = share_out(
        [_amounts(group) for group in together],
        [len(group) for group in together],
        shares,
        placed,
        complete=TRAIN in wanted,
    )
    where = {record.path: names[part] for group, part in zip(together, chosen) for record in group}
    parts: Dict[str, List[ImageRecord]] = {name: [] for name in wanted}
    for record in ordered:
        parts[where[record.path]].append(record)
    for name in names:
        if not parts[name]:
            raise BadInput.of(
                "split",
                f"nothing for {name}, since {len(ordered)} images stay "
                f"together in {len(together)} groups or where they were",
                "at least one image on each side",
                "Add images of other scenes, or divide everything afresh.",
            )
    return _Divided(
        parts,
        *_compared(
            where, {path: side for path, side in earlier.items() if path in where and side in names}
        ),
    )


def _compared(where: Mapping[str, str], earlier: Mapping[str, str]) -> Tuple[List[Finding], int]:
    """What had to leave its earlier side, and how many did not."""
    moved = [
        Finding.of(
            "split-image-moved",
            path,
            f"from {earlier[path]} to {where[path]}, where images are that it stays together with",
        )
        for path in sorted(earlier)
        if earlier[path] != where[path]
    ]
    return moved, len(earlier) - len(moved)


def _reported(
    parts: Mapping[str, List[ImageRecord]],
    wanted: Mapping[str, Fraction],
    divided: _Divided,
    fold: str = "",
) -> Split:
    shares = sharing.of({side: parts[side] for side in SIDES if wanted[side]}, wanted)
    return Split(
        parts[TRAIN],
        parts[EVAL],
        parts[TEST],
        shares,
        divided.moved + sharing.findings(shares, fold),
        divided.kept,
    )


def _together(
    ordered: Sequence[ImageRecord], seed: int, groups: Mapping[str, Hashable]
) -> List[List[ImageRecord]]:
    """Images that stay together, in an order that hangs on the seed and their first alone."""
    members: Dict[Tuple[bool, Hashable], List[ImageRecord]] = {}
    for record in ordered:
        grouped = record.path in groups
        members.setdefault((grouped, groups[record.path] if grouped else record.path), []).append(
            record
        )
    return sorted(members.values(), key=lambda group: _lot(seed, group[0].path))


def _lot(seed: int, path: str) -> Tuple[bytes, str]:
    text = f"{seed} {path}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).digest(), path


def _amounts(group: Sequence[ImageRecord]) -> Mapping[str, int]:
    """Boxes of each class, and under an empty name the images without any."""
    amounts = Counter(label for record in group for label in record.objects.labels)
    bare = sum(not len(record.objects) for record in group)
    return {**amounts, "": bare} if bare else amounts


def _by_path(records: Iterable[ImageRecord]) -> List[ImageRecord]:
    return sorted(records, key=lambda record: record.path)
