"""Divides the table into train, eval and test by image, never by box."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

from helpers.annotations import csv_table
from helpers.splitting import split_files, split_report
from helpers.splitting.split import Split, SplitOptions
from helpers.structures.dataset import box_count
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding, as_text
from helpers.workspace import TrainingChannel


@dataclass(frozen=True)
class SplitResult:
    """The split, or one for each fold.

    Attributes:
        folders: where the tables of each lie.
        splits: the records of each.
    """

    folders: List[Path]
    splits: List[Split]

    @property
    def findings(self) -> List[Finding]:
        """What is odd about the splits, each once."""
        return list(dict.fromkeys(one for split in self.splits for one in split.findings))

    def findings_as_text(self) -> str:
        """The findings, a line each."""
        return "\n".join(f"{one.severity}: {as_text(one)}" for one in self.findings)

    @property
    def kept(self) -> int:
        """Number of images that stay in the split they were in before."""
        return self.splits[0].kept

    @property
    def given(self) -> int:
        """Number of images that are where the data set itself puts them."""
        return self.splits[0].given

    def group_rows(self) -> List[Dict[str, Any]]:
        """By which rules images were kept together, for a table."""
        return [rule.as_row() for rule in self.splits[0].rules]

    def groups_as_text(self) -> str:
        """What decided beside chance: the given division, and the rules, a line each."""
        lines = [rule.as_text() for rule in self.splits[0].rules]
        if self.given:
            lines.insert(
                0,
                f"{self.given} images are in the split that the data set comes with "
                "by folders, lists or a column; to split them anew: --resplit, or RESPLIT in "
                "notebook 2",
            )
        return "\n".join(lines)

    def rows(self) -> List[Dict[str, Any]]:
        """The shares of each class, for a table; of several folds those of the first."""
        return split_report.as_rows(self.splits[0].shares)

    def shares_as_text(self) -> str:
        """The shares of each class as a text table; of several folds those of the first."""
        return "\n".join(split_report.as_lines(self.splits[0].shares))

    def as_text(self) -> str:
        """Every table with its counts and shares."""
        lines: List[str] = []
        for folder, split in zip(self.folders, self.splits):
            lines += [
                f"{TrainingChannel(folder).table(name)}: {len(records)} images, "
                f"{box_count(records)} boxes"
                for name, records in split.by_name().items()
            ]
            lines += split_report.as_lines(split.shares)
        lines += filter(None, [self.groups_as_text()])
        if self.kept and not self.given:
            lines.append(
                f"{self.kept} images stay in the split they were in; split --reset splits anew"
            )
        return "\n".join(lines)


def split_dataset(
    table: Union[str, Path],
    out: Union[str, Path],
    options: Optional[SplitOptions] = None,
    images: Union[str, Path, None] = None,
    cache: Optional[Path] = None,
) -> SplitResult:
    """Writes ``data_train.csv`` and ``data_eval.csv``; images that were split before stay.

    Args:
        table: the tidy table.
        out: the folder for the tables.
        options: how to split; ``None`` is the default.
        images: the image folder, so that near-duplicates share a split; ``None`` compares nothing.
        cache: as for ``validate_dataset.DatasetSource``.

    Raises:
        BadInput: the table cannot be split so, or would be overwritten; see
            ``split_files.split_dataset``.
    """
    options = options or SplitOptions()
    source, target = Path(table).resolve(), Path(out).resolve()
    if target in list(source.parents)[:2] and source.name.startswith("data_"):
        raise BadInput.of(
            table,
            f"a table below {out}, where a split may overwrite it",
            "another folder",
            "Choose one: split -o.",
        )
    splits = split_files.split_dataset(csv_table.read(source), out, options, images, cache)
    folders = [
        Path(out, f"fold_{number}" if options.folds else "") for number in range(1, len(splits) + 1)
    ]
    return SplitResult(folders, splits)
