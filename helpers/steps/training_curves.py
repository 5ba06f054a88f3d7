"""Loss and mAP from the event files of a job, and TensorBoard on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List

from helpers.structures.errors import MissingPart
from helpers.training import tensorboard
from helpers.training.job_layout import JobLayout
from helpers.training.tensorboard import Point
from helpers.ui import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class TrainingCurves:
    """The scalars of a job.

    Attributes:
        folder: of the event files.
        curves: points by name, in the order of the steps.
    """

    folder: Path
    curves: Dict[str, List[Point]]

    def rows(self) -> List[Dict[str, Any]]:
        """The last value of each curve, for a table."""
        return [
            {"curve": name, "step": points[-1].step, "value": points[-1].value}
            for name, points in self.curves.items()
        ]

    def as_text(self) -> str:
        """The last value of each curve, a line each."""
        return "\n".join(
            f"{row['curve']}: {row['value']:.4g} at step {row['step']}" for row in self.rows()
        )

    def plot(self, title: str = "training") -> Figure:
        """The curves above each other, as a matplotlib figure."""
        return plots.curves(self.curves, title)

    def save(self, path: Path) -> Path:
        """Draws the curves into a PNG file."""
        return plots.save(self.plot(), path)


def read_curves(job: Path) -> TrainingCurves:
    """Reads the curves worth a first look.

    Args:
        job: the job's folder, as ``work/jobs/NAME``.

    Raises:
        MissingPart: the job has no event files.
    """
    folder = JobLayout(job).checkpoints
    if not folder.is_dir():
        raise MissingPart(f"{folder}: the job's events are gone. Run notebook 04_train again.")
    return TrainingCurves(folder, tensorboard.headline(tensorboard.scalars(folder)))


def start_tensorboard(curves: TrainingCurves, port: int = 0) -> tensorboard.TensorBoard:
    """TensorBoard in the background; ``url`` says where, ``stop()`` ends it.

    Args:
        curves: of the job.
        port: 0 takes any free one.

    Raises:
        MissingPart: TensorBoard did not start; the message names its log.
    """
    return tensorboard.TensorBoard(curves.folder, curves.folder.parent / "tensorboard.log", port)
