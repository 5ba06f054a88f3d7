"""What is known of a training job while it runs: the same wherever it runs.

The trainer's log says nearly all of it, whether it is read from a process, a container or
CloudWatch; who runs the job adds its status, links, and why it failed. Statuses have SageMaker's
words everywhere.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from helpers.training.curves import MAP, MAP_50
from helpers.training.event_reader import Point
from helpers.training.time_estimate import clock
from helpers.training.training_progress import EVALUATED, Progress, ProgressBar
from helpers.training.training_progress import LOSS as LOSS_LINE

RUNNING, STOPPING = "InProgress", "Stopping"
COMPLETED, FAILED, STOPPED = "Completed", "Failed", "Stopped"
ENDED = (COMPLETED, FAILED, STOPPED)
LINES = 12  # of the log that are kept
LOSS = "loss"

_MAP_50 = re.compile(r"DetectionBoxes_Precision/mAP@\.50IOU = (-?[0-9.]+)")
_EXPORTING = re.compile(r"\] exporting ")
_FAILURE = re.compile(r"^the job failed: (.*)")


@dataclass(frozen=True)
class JobStatus:
    """A job at one moment.

    Attributes:
        name: of the job.
        where: it runs: ``here``, ``docker``, ``local`` or ``sagemaker``.
        steps: of training in all; 0 where that is not known.
        status: ``InProgress``, ``Stopping``, ``Completed``, ``Failed`` or ``Stopped``.
        secondary: what it is doing, as ``Downloading`` or ``Training``.
        progress: step, loss, rate and mAP by the log.
        curves: loss and mAP over the steps, by the names of :mod:`curves`.
        lines: the last ones of the log.
        failure: why it failed, in one line; empty while it did not.
        links: to the job, its log and the like, by their title.
        notes: what cannot be shown, and why.
    """

    name: str
    where: str
    steps: int
    status: str = RUNNING
    secondary: str = "Starting"
    progress: Progress = Progress()
    curves: Mapping[str, Tuple[Point, ...]] = field(default_factory=dict)
    lines: Tuple[str, ...] = ()
    failure: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    notes: Tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.status in ENDED

    @property
    def doing(self) -> str:
        """Status and secondary status, as ``InProgress, Training``."""
        both = (self.status, self.secondary)
        return self.status if self.secondary in ("", self.status) else ", ".join(both)

    @property
    def done(self) -> float:
        """The share of the steps that are done, 0..1."""
        if self.progress.over:
            return 1.0
        return min(1.0, self.progress.step / self.steps) if self.steps else 0.0

    def numbers(self) -> Dict[str, str]:
        """Step, loss, mAP, images per second and time left, as text; only what is known."""
        progress = self.progress
        left = progress.seconds_left(self.steps) if self.steps and not progress.over else None
        known = {
            "step": f"{progress.step} of {self.steps}" if self.steps else f"{progress.step}",
            "loss": _as_text(progress.loss, ".4g"),
            "mAP": _as_text(progress.mAP, ".3f"),
            "images/s": _as_text(progress.images_per_second, ".1f"),
            "left": "" if left is None or self.is_over else clock(left),
        }
        return {name: text for name, text in known.items() if text}

    def as_text(self) -> str:
        """One line, and a second one for why it failed."""
        numbers = ", ".join(f"{name} {text}" for name, text in self.numbers().items())
        line = f"{self.name} ({self.where}): {self.doing}; {numbers}"
        return "\n".join(filter(None, [line, self.failure]))


def _as_text(value: Optional[float], form: str) -> str:
    return "" if value is None else format(value, form)


Show = Callable[[JobStatus], Any]


@contextlib.contextmanager
def progress_bar(steps: int) -> Iterator[Show]:
    """Shows a job as a bar on standard error.

    Args:
        steps: of training in all.
    """
    with ProgressBar(steps) as bar:
        yield lambda status: bar.show(status.progress)


class JobWatch:
    """Follows one job, and shows each change.

    Args:
        status: the job at the beginning.
        show: is given the job after each change.

    Attributes:
        status: the job now.
    """

    def __init__(self, status: JobStatus, show: Show) -> None:
        self.status, self._show = status, show
        self._curves: Dict[str, List[Point]] = {LOSS: [], MAP: [], MAP_50: []}

    def feed(self, *lines: str) -> None:
        """Takes lines of the trainer's log."""
        if not lines:
            return
        for line in lines:
            self._take(line.rstrip())
        kept = (*self.status.lines, *(line.rstrip() for line in lines if line.strip()))
        curves = {name: tuple(points) for name, points in self._curves.items() if points}
        self.update(lines=kept[-LINES:], curves=curves)

    def update(self, **changes: Any) -> None:
        """Takes what others know of the job.

        Args:
            changes: attributes of :class:`JobStatus`.
        """
        self.status = replace(self.status, **changes)
        self._show(self.status)

    def end(self, status: str, failure: str = "") -> None:
        """The last change.

        Args:
            status: ``Completed``, ``Failed`` or ``Stopped``.
            failure: why it failed; only the first line is kept.
        """
        self.update(status=status, secondary=status, failure=first_line(failure))

    def _take(self, line: str) -> None:
        progress = self.status.progress.after(line)
        changes: Dict[str, Any] = {"progress": progress}
        evaluated, failure = EVALUATED.search(line), _FAILURE.search(line)
        if progress.loss is not None and LOSS_LINE.search(line):
            self._add(LOSS, Point(progress.step, progress.loss))
            changes["secondary"] = "Training"
        if evaluated and progress.mAP is not None and progress.mAP >= 0:
            step, at_50 = int(evaluated.group(1)), _MAP_50.search(line)
            self._add(MAP, Point(step, progress.mAP))
            if at_50:
                self._add(MAP_50, Point(step, float(at_50.group(1))))
        if _EXPORTING.search(line):
            changes["secondary"] = "Exporting"
        if failure:
            changes["failure"] = failure.group(1)
        self.status = replace(self.status, **changes)

    def _add(self, curve: str, point: Point) -> None:
        """A step that is trained again takes the place of the later ones."""
        points = self._curves[curve]
        while points and points[-1].step >= point.step:
            points.pop()
        points.append(point)


def first_line(text: str) -> str:
    """The cause of a failure without what follows it."""
    return text.strip().splitlines()[0] if text.strip() else ""
