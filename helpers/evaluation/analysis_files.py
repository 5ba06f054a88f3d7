"""Analyses as files that other programs read: one JSON file, and a CSV file for each table."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, Mapping, Sequence, Union

from helpers.evaluation.analysis import Analysis
from helpers.evaluation.label_errors import LabelErrors
from helpers.system import files

ANALYSIS, TABLES = "analysis.json", "tables"


def write(
    analyses: Mapping[str, Analysis], label_errors: LabelErrors, folder: Union[str, Path]
) -> None:
    """Writes ``analysis.json``, ``tables/BACKEND-TABLE.csv`` and ``tables/label_errors.csv``.

    Older tables are removed.

    Args:
        analyses: by backend.
        label_errors: places where the annotation is probably wrong.
        folder: to write into.
    """
    folder = Path(folder)
    files.write_json(
        folder / ANALYSIS,
        {
            "backends": {name: analysis.as_dict() for name, analysis in analyses.items()},
            "label_errors": label_errors.as_dict(),
        },
    )
    for path in sorted((folder / TABLES).glob("*.csv")):
        path.unlink()
    for name, analysis in analyses.items():
        for table, rows in analysis.tables().items():
            files.write_text(folder / TABLES / f"{name}-{table}.csv", as_csv(rows))
    files.write_text(folder / TABLES / "label_errors.csv", as_csv(label_errors.rows()))


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table as CSV, its header from the first row; what cannot be measured is empty.

    Args:
        rows: by column name, all with the same columns.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
