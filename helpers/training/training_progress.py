"""What a training log tells while it is being written."""

from __future__ import annotations

import re
from typing import Dict, NamedTuple, Optional

from tqdm.auto import tqdm

LOSS = re.compile(r"\] loss = ([0-9.]+), step = ([0-9]+)")
RATE = re.compile(r"global_step/sec: ([0-9.]+)")
SAVED = re.compile(r"Saving checkpoints for ([0-9]+) into")
COCO = re.compile(r"Average (?:Precision|Recall) .*= *-?[0-9.]+$")


class Progress(NamedTuple):
    """Where a training run is.

    Attributes:
        step: the last one logged; the very last is told by its checkpoint alone.
        loss: total loss at that step.
        steps_per_second: over the last interval; ``None`` before the first.
    """

    step: int = 0
    loss: Optional[float] = None
    steps_per_second: Optional[float] = None

    def after(self, line: str) -> "Progress":
        """What is known after one more line of the log."""
        loss, rate, saved = LOSS.search(line), RATE.search(line), SAVED.search(line)
        if loss:
            return self._replace(loss=float(loss.group(1)), step=int(loss.group(2)))
        if rate:
            return self._replace(steps_per_second=float(rate.group(1)))
        if saved:
            return self._replace(step=int(saved.group(1)))
        return self

    def seconds_left(self, num_steps: int) -> Optional[float]:
        """Time to the last step at the present rate."""
        if not self.steps_per_second:
            return None
        return max(0, num_steps - self.step) / self.steps_per_second


class ProgressBar:
    """A bar with loss, step, images per second and time left, fed with log lines."""

    def __init__(self, num_steps: int, batch_size: int):
        self._batch_size = batch_size
        self._progress = Progress()
        self._bar = tqdm(
            total=num_steps,
            desc="training",
            unit="step",
            mininterval=0,
            disable=None,
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} steps{postfix}",
        )

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(self, *_) -> None:
        self._bar.close()

    def feed(self, line: str) -> None:
        """Takes one line of the log."""
        before, self._progress = self._progress, self._progress.after(line)
        if self._progress.step != before.step:
            self._bar.n = min(self._progress.step, self._bar.total)
            self._bar.set_postfix(self._figures(), refresh=True)

    def _figures(self) -> Dict[str, str]:
        loss = self._progress.loss
        figures = {} if loss is None else {"loss": f"{loss:.3f}"}
        left = self._progress.seconds_left(self._bar.total)
        if left is not None:
            figures["img/s"] = f"{self._progress.steps_per_second * self._batch_size:.1f}"
            figures["left"] = tqdm.format_interval(left)
        return figures
