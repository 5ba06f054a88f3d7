"""The tables of a split in a folder: what an earlier one left there, and the new one.

A split is ``data_train.csv``, ``data_eval.csv`` and, where a share was asked for,
``data_test.csv``. Of folds, each is a folder with these: ``fold_1`` and so on.
"""

from __future__ import annotations

import csv
import io
import math
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.annotations import csv_table, given_split
from helpers.annotations.given_split import EVAL, SPLIT_NAMES, TEST
from helpers.splitting import grouping
from helpers.splitting.split import Split, SplitOptions, fold_names, folds, split
from helpers.splitting.split_as_given import split_as_given
from helpers.structures.dataset import ImageRecord, class_names
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.system import files
from helpers.validation import image_probe
from helpers.validation.image_probe import ImageProbe
from helpers.workspace import TrainingChannel

PathLike = Union[str, Path]
_FROM_SCRATCH = "or split everything from scratch (split --reset)."


class _Table(NamedTuple):
    """A table of an earlier split: of which fold, if any, and of which split."""

    fold: str
    split: str
    path: Path


def split_dataset(
    records: Sequence[ImageRecord],
    out: PathLike,
    options: Optional[SplitOptions] = None,
    images: Optional[PathLike] = None,
    cache: Optional[PathLike] = None,
) -> List[Split]:
    """Splits images and writes the tables; images that were split before stay where they were.

    Args:
        records: the data set.
        out: the folder for the tables.
        options: fractions, seed, folds and the earlier split; ``None`` is the default.
        images: the image folder, so that near-duplicates stay together; ``None`` compares nothing.
        cache: as for ``image_probe.probe_images``.

    Returns:
        The split, or one for each fold.

    Raises:
        BadInput: as ``split.split`` says; or a table of the earlier split cannot be read, or
            holds a test split and now there is to be none. No table is written then.
    """
    options = options or SplitOptions()
    names = fold_names(options.folds) if options.folds else [""]
    present = _tables(Path(out), bool(options.folds))
    before = _tables(Path(options.earlier or out), bool(options.folds))
    if options.earlier is not None and not before:
        raise BadInput.of(
            options.earlier,
            "no table of a split",
            "the folder of an earlier split",
            "Check the path.",
        )
    given = {} if options.resplit else given_split.given(records)
    if not (options.reset or options.test or TEST in given.values()):
        _require_no_test_split([*before, *present])
    known = {} if options.reset else _known(before, names)
    probes, notes = _probes(records, images, cache)
    groups = grouping.group(
        [record.path for record in records],
        probes,
        class_names(records),
        options.group_by,
        _most_in_a_group(len(records), options.train_share()),
    )
    if given and options.folds:
        notes.append(Finding.of("split-given-unused", "", f"{len(given)} images have a split"))
    results = _split(records, options, groups.groups, known, {} if options.folds else given)
    written = {name for result in results for name in result.by_name()}
    stale = [table for table in present if table.fold not in names or table.split not in written]
    _write({Path(out) / name: result for name, result in zip(names, results)}, stale)
    return [
        result._replace(findings=[*notes, *result.findings], rules=groups.rules)
        for result in results
    ]


def _most_in_a_group(images: int, share: float) -> int:
    """As many as training holds; a share that is none is refused when the images are split."""
    return math.ceil(images * share) if 0 < share < 1 else images


def _split(
    records: Sequence[ImageRecord],
    options: SplitOptions,
    groups: Mapping[str, str],
    earlier: Mapping[str, str],
    given: Mapping[str, str],
) -> List[Split]:
    if given:
        return [split_as_given(records, given, options.seed, groups, earlier)]
    if options.folds:
        return folds(records, options.folds, options.seed, options.test, groups, earlier)
    return [split(records, options.fraction, options.seed, options.test, groups, earlier)]


def _require_no_test_split(tables: Sequence[_Table]) -> None:
    for table in tables:
        if table.split == TEST:
            raise BadInput.of(
                table.path,
                "the test split of an earlier run",
                "a share for it",
                f"Give that share, delete the file, {_FROM_SCRATCH}",
            )


def _tables(folder: Path, with_folds: bool) -> List[_Table]:
    folders = (
        [
            path
            for path in sorted(folder.glob("fold_*"))
            if re.fullmatch("fold_[1-9][0-9]*", path.name)
        ]
        if with_folds
        else [folder]
    )
    tables = [
        _Table(path.name if with_folds else "", name, TrainingChannel(path).table(name))
        for path in folders
        for name in SPLIT_NAMES
    ]
    return [table for table in tables if table.path.is_file()]


def _known(tables: Sequence[_Table], names: Sequence[str]) -> Dict[str, str]:
    """The part where each image in these tables was: a split or, of folds, the fold.

    Another number of folds keeps nothing but the test split.
    """
    same = {table.fold for table in tables} == set(names)
    parts: Dict[str, str] = {}
    for table in reversed(tables):
        part = table.split if not table.fold or table.split == TEST else table.fold
        if table.split == TEST or same and (not table.fold or table.split == EVAL):
            parts.update(dict.fromkeys(_images(table.path), part))
    return parts


def _images(path: Path) -> List[str]:
    try:
        reader = csv.DictReader(io.StringIO(files.read_text(path)), strict=True)
        return [row["filename"] for row in reader]
    except (csv.Error, KeyError) as error:
        raise BadInput.of(
            path,
            f"no table of an earlier split ({error!r})",
            "a column filename",
            f"Delete the file, {_FROM_SCRATCH}",
        ) from error


def _probes(
    records: Sequence[ImageRecord], images: Optional[PathLike], cache: Optional[PathLike]
) -> Tuple[Dict[str, ImageProbe], List[Finding]]:
    """What tells which images belong together, and what could not be compared."""
    if images is None:
        return {}, [
            Finding.of(
                "split-near-duplicates-unchecked",
                "",
                "the image folder is not known, so near-duplicates may be in both splits",
            )
        ]
    if not Path(images).is_dir():
        raise BadInput.of(images, "no such folder", "the image folder", "Check the path.")
    probes = image_probe.probe_images([record.path for record in records], images, cache=cache)
    undecoded = sorted(path for path in probes if not probes[path].decoded)
    notes = [
        Finding.of(
            "split-near-duplicates-unchecked",
            path,
            f"{len(undecoded)} of {len(probes)} images, this one for: "
            f"{probes[path].problem or 'too many pixels'}",
        )
        for path in undecoded[:1]
    ]
    return probes, notes


def _write(splits: Mapping[Path, Split], stale: Sequence[_Table]) -> None:
    """Writes all tables or none."""
    with ExitStack() as stack:
        for folder, result in splits.items():
            for name, records in result.by_name().items():
                path = TrainingChannel(folder).table(name)
                csv_table.write(records, stack.enter_context(files.replacing(path)))
        for table in stale:
            table.path.unlink()
            if table.fold and not any(table.path.parent.iterdir()):
                table.path.parent.rmdir()
