"""Curves and images out of the event files of one or several runs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List

from helpers.system import files
from helpers.training import curves
from helpers.training.curves import MAPS, RunCurves
from helpers.training.event_sources import EventRun
from helpers.ui import plots, training_plots
from helpers.ui.training_plots import SMOOTHING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class TrainingCurves:
    """The curves of runs.

    Attributes:
        runs: in the order in which they were named.
    """

    runs: List[RunCurves]

    def rows(self) -> List[Dict[str, Any]]:
        """The last value of each curve of each run, and the best one of mAP."""
        return [
            {
                "run": run.run.name,
                "curve": name,
                "points": len(points),
                "step": points[-1].step,
                "value": points[-1].value,
                "best": max(point.value for point in points) if name in MAPS else None,
            }
            for run in self.runs
            for name, points in run.curves.items()
        ]

    def point_rows(self) -> List[Dict[str, Any]]:
        """Every point of every curve of every run."""
        return [
            {"run": run.run.name, "curve": name, "step": point.step, "value": point.value}
            for run in self.runs
            for name, points in run.curves.items()
            for point in points
        ]

    def notes(self) -> List[str]:
        """What is wrong with the event files or the curves, a line each."""
        return [f"{run.run.name}: {note}" for run in self.runs for note in run.notes]

    def as_text(self) -> str:
        """The last value of each curve, a line each, and what is wrong with them."""
        lines = [
            f"{row['run']}: {row['curve']} {row['value']:.4g} at step {row['step']}"
            for row in self.rows()
        ]
        return "\n".join([*lines, *self.notes()])

    def plot(self, smoothing: float = SMOOTHING) -> Figure:
        """The curves of all runs, a panel each.

        Args:
            smoothing: weight of the moving average, 0 to below 1.
        """
        title = self.runs[0].run.name if len(self.runs) == 1 else f"{len(self.runs)} runs"
        series = {run.run.name: run.curves for run in self.runs}
        return training_plots.training_curves(series, title, smoothing)

    def plot_images(self, count: int = 4) -> Figure:
        """Detections beside the ground truth, of the newest evaluation of each run.

        Args:
            count: images of each run.
        """
        return training_plots.evaluation_images(
            [
                (f"{run.run.name}, step {image.step}: detections | ground truth", image)
                for run in self.runs
                for image in run.images[:count]
            ]
        )

    def save(self, path: Path) -> Path:
        """Draws the curves into a PNG file."""
        return plots.save(self.plot(), path)

    def save_csv(self, path: Path) -> Path:
        """Writes every point into a CSV file: run, curve, step, value."""
        text = io.StringIO()
        writer = csv.DictWriter(text, ["run", "curve", "step", "value"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.point_rows())
        return files.write_text(path, text.getvalue())


def read_curves(runs: List[EventRun]) -> TrainingCurves:
    """Reads the curves worth a look.

    Args:
        runs: as of ``watch_training.watch``.

    Raises:
        MissingPart: a run has no event files.
    """
    return TrainingCurves([curves.read(run) for run in runs])
