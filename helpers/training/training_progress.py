"""Training progress, read from a training log while it is being written."""

from __future__ import annotations

import re
import sys
from typing import Any, Dict, NamedTuple, Optional

from tqdm.auto import tqdm

LOSS = re.compile(r"\] loss = ([0-9.]+), step = ([0-9]+)")
RATE = re.compile(r"global_step/sec: ([0-9.]+)")
SAVED = re.compile(r"Saving checkpoints for ([0-9]+) into")
COCO = re.compile(r"Average (?:Precision|Recall) .*= *-?[0-9.]+$")
# What the trainer logs when it starts, when early stopping ends training, and when it exports.
RESUMED = re.compile(r"\] resuming from step ([0-9]+) of")
OVER = re.compile(
    r"\] (?:already trained to step |exporting \S*model\.ckpt-|.*training is over at step )([0-9]+)"
)
EXPECTED = re.compile(r"\] (expected by [0-9]+ timed steps: .*)")


class Progress(NamedTuple):
    """Where a training run is.

    Attributes:
        step: the last one logged; the very last appears with its checkpoint alone.
        loss: total loss at that step.
        steps_per_second: over the last interval; ``None`` before the first.
        over: whether training is over: all steps done, stopped early, or only an export.
    """

    step: int = 0
    loss: Optional[float] = None
    steps_per_second: Optional[float] = None
    over: bool = False

    def after(self, line: str) -> "Progress":
        """What is known after one more line of the log."""
        loss, rate, saved = LOSS.search(line), RATE.search(line), SAVED.search(line)
        resumed, over = RESUMED.search(line), OVER.search(line)
        if loss:
            return self._replace(loss=float(loss.group(1)), step=int(loss.group(2)))
        if rate:
            return self._replace(steps_per_second=float(rate.group(1)))
        step = saved or resumed
        if step:
            return self._replace(step=int(step.group(1)))
        if over:  # the exported checkpoint may be an earlier one, the best
            return self._replace(step=max(self.step, int(over.group(1))), over=True)
        return self

    def seconds_left(self, num_steps: int) -> Optional[float]:
        """Time to the last step at the present rate."""
        if not self.steps_per_second:
            return None
        return max(0, num_steps - self.step) / self.steps_per_second


class ProgressBar:
    """A bar with loss, step, images per second and time left, fed with log lines.

    A job that resumes starts at its step; one that has nothing to train says ``already trained``
    and is full. How long the job takes in all is written above it, once that is known.
    """

    def __init__(self, num_steps: int, batch_size: int) -> None:
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

    def __exit__(self, *_: Any) -> None:
        self._bar.close()

    def feed(self, line: str) -> None:
        """Takes one line of the log."""
        expected = EXPECTED.search(line)
        if expected:
            self._bar.write(expected.group(1), file=sys.stderr)
        before, self._progress = self._progress, self._progress.after(line)
        step, over = self._progress.step, self._progress.over
        if over and not before.over:
            if self._progress.loss is None:
                self._bar.set_description_str("already trained", refresh=False)
            self._bar.total = step
        if step != before.step or over != before.over:
            self._bar.n = min(step, self._bar.total)
            self._bar.set_postfix(self._numbers(), refresh=True)

    def _numbers(self) -> Dict[str, str]:
        progress = self._progress
        numbers = {} if progress.loss is None else {"loss": f"{progress.loss:.3f}"}
        left = progress.seconds_left(self._bar.total)
        if left is not None and progress.steps_per_second is not None:
            numbers["img/s"] = f"{progress.steps_per_second * self._batch_size:.1f}"
            numbers["left"] = tqdm.format_interval(left)
        return numbers
