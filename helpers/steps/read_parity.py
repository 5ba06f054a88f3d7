"""What the parity check at the end of the training found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence

from helpers.export import parity
from helpers.inference.model_folder import ModelFolder
from helpers.system import files, text_table

COLUMNS = ("mAP", "mAP50", "mAP75", "AR100", "ms_per_image")


def metrics_rows(metrics: Dict[str, Any]) -> List[Dict[str, Any]]:
    """The metrics of each backend, without those of single classes.

    Args:
        metrics: with ``backends``, as in ``metrics.json`` and ``export.json``.
    """
    return [
        {"backend": name, **{column: values[column] for column in COLUMNS}}
        for name, values in metrics["backends"].items()
    ]


def metrics_as_text(metrics: Dict[str, Any]) -> str:
    """The metrics of each backend as a text table; see :func:`metrics_rows`."""
    rows: List[Sequence[Any]] = [("backend", *COLUMNS)]
    for row in metrics_rows(metrics):
        rows.append(tuple("-" if value is None else value for value in row.values()))
    return "\n".join(text_table.lines(rows, "<>", (11, 12, 12, 12, 12, 12)))


@dataclass(frozen=True)
class ParityReport:
    """How the exported models compare with the trained one on the same pixels.

    Attributes:
        report: what ``export.json`` holds.
    """

    report: Dict[str, Any]

    def rows(self) -> List[Dict[str, Any]]:
        """One row for each backend that is compared with TensorFlow, for a table."""
        return [
            {"backend": name, **values["same_pixels"]}
            for name, values in self.report["backends"].items()
            if name != parity.REFERENCE
        ]

    def as_text(self) -> str:
        """The metrics of each backend as a text table."""
        return metrics_as_text(self.report)


def read_parity(graph: Path) -> ParityReport:
    """What the parity check at the end of the training found.

    Args:
        graph: the folder of the exported model.
    """
    return ParityReport(files.read_json(ModelFolder.at(graph).report))
