"""The tables of a split in a folder: what an earlier one left there, and the new one.

A split is ``data_train.csv``, ``data_eval.csv`` and, where a share was asked for,
``data_test.csv``. Of folds, each is a folder with these: ``fold_1`` and so on.
"""

from __future__ import annotations

import csv
import io
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.annotations import csv_table
from helpers.splitting import split as splitting
from helpers.splitting.split import EVAL, SIDES, TEST, Split
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.system import files
from helpers.validation import image_probe, near_duplicates
from helpers.workspace import TrainingChannel

PathLike = Union[str, Path]
_AFRESH = "or divide everything afresh (--reset)."


class _Table(NamedTuple):
    """A table of an earlier split: of which fold, if any, and of which side."""

    fold: str
    side: str
    path: Path


def divide(
    records: Sequence[ImageRecord],
    out: PathLike,
    fraction: float = 0.8,
    seed: int = 0,
    test: float = 0.0,
    folds: int = 0,
    images: Optional[PathLike] = None,
    earlier: Optional[PathLike] = None,
    reset: bool = False,
    cache: Optional[PathLike] = None,
) -> List[Split]:
    """Divides images and writes the tables; those divided before stay where they were.

    Args:
        records: the data set.
        out: the folder for the tables.
        fraction: share of the images for training; of no meaning to folds.
        seed: of the random choice.
        test: share of the images for the test side; 0 makes none.
        folds: how many; 0 makes one split.
        images: the image folder, so that near-duplicates stay together; ``None`` compares nothing.
        earlier: the folder of the earlier split; ``None`` means ``out``.
        reset: forget the earlier split and divide everything afresh.
        cache: as for ``looks.look_at``.

    Returns:
        The split, or one for each fold.

    Raises:
        BadInput: as ``split.split`` says; or a table of the earlier split cannot be read, or is
            that of a test side and now there is to be none. No table is written then.
    """
    names = splitting.fold_names(folds) if folds else [""]
    there = _tables(Path(out), bool(folds))
    before = there if earlier is None else _tables(Path(earlier), bool(folds))
    if earlier is not None and not before:
        raise BadInput.of(
            earlier, "no table of a split", "the folder of an earlier split", "Check the path."
        )
    known = {} if reset else _known(before, names)
    stale = [one for one in there if one.fold not in names or one.side == TEST and not test]
    for one in () if reset or test else (*before, *there):
        if one.side == TEST:
            raise BadInput.of(
                one.path,
                "the test side of an earlier split",
                "a share for it",
                f"Give that share, delete the file, {_AFRESH}",
            )
    groups, notes = _groups(records, images, cache)
    made = (
        splitting.folds(records, folds, seed, test, groups, known)
        if folds
        else [splitting.split(records, fraction, seed, test, groups, known)]
    )
    _write({Path(out) / name: one for name, one in zip(names, made)}, stale)
    return [one._replace(findings=[*notes, *one.findings]) for one in made]


def path_of(folder: PathLike, side: str) -> Path:
    """Where the table of a side lies."""
    return TrainingChannel(Path(folder)).table(side)


def _tables(folder: Path, folds: bool) -> List[_Table]:
    below = (
        [
            place
            for place in sorted(folder.glob("fold_*"))
            if re.fullmatch("fold_[1-9][0-9]*", place.name)
        ]
        if folds
        else [folder]
    )
    return [
        _Table(place.name if folds else "", side, path_of(place, side))
        for place in below
        for side in SIDES
        if path_of(place, side).is_file()
    ]


def _known(tables: Sequence[_Table], names: Sequence[str]) -> Dict[str, str]:
    """Where the images in these tables were, in the words of ``split.split`` or ``split.folds``.

    Another number of folds leaves nothing but the test side where it was.
    """
    same = {one.fold for one in tables} == set(names)
    where: Dict[str, str] = {}
    for one in reversed(tables):
        part = one.side if not one.fold or one.side == TEST else one.fold
        if one.side == TEST or same and (not one.fold or one.side == EVAL):
            where.update(dict.fromkeys(_images(one.path), part))
    return where


def _images(path: Path) -> List[str]:
    try:
        reader = csv.DictReader(io.StringIO(files.read_text(path)), strict=True)
        return [row["filename"] for row in reader]
    except (csv.Error, KeyError) as error:
        raise BadInput.of(
            path,
            f"no table of an earlier split ({error!r})",
            "a column filename",
            f"Delete the file, {_AFRESH}",
        ) from error


def _groups(
    records: Sequence[ImageRecord], images: Optional[PathLike], cache: Optional[PathLike]
) -> Tuple[Dict[str, str], List[Finding]]:
    if images is None:
        return {}, [
            Finding.of(
                "split-near-duplicates-unchecked",
                "",
                "the image folder is not known, so near-duplicates may be on both sides",
            )
        ]
    if not Path(images).is_dir():
        raise BadInput.of(images, "no such folder", "the image folder", "Check the path.")
    seen = image_probe.look_at([record.path for record in records], images, cache=cache)
    blind = sorted(path for path in seen if not seen[path].decoded)
    notes = (
        [
            Finding.of(
                "split-near-duplicates-unchecked",
                blind[0],
                f"{len(blind)} of {len(seen)} images, this one for: "
                f"{seen[blind[0]].problem or 'too many pixels'}",
            )
        ]
        if blind
        else []
    )
    return near_duplicates.groups(seen), notes


def _write(made: Dict[Path, Split], stale: Sequence[_Table]) -> None:
    """Writes all tables or none."""
    with ExitStack() as stack:
        for folder, one in made.items():
            for side, records in one.sides().items():
                csv_table.write(
                    records, stack.enter_context(files.replacing(path_of(folder, side)))
                )
        for one in stale:
            one.path.unlink()
            if one.fold and not any(one.path.parent.iterdir()):
                one.path.parent.rmdir()
