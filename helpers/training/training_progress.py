"""Training progress, read from a training log while it is being written."""

from __future__ import annotations

import re
import sys
from typing import Any, Dict, NamedTuple, Optional

from tqdm.auto import tqdm

LOSS = re.compile(r"\] loss = ([0-9.]+), step = ([0-9]+)")
RATE = re.compile(r"global_step/sec: ([0-9.]+)")
IMAGES = re.compile(r"\] ([0-9.]+) images/s, ")
EVALUATED = re.compile(r"Saving dict for global step ([0-9]+): ")
MAP = re.compile(EVALUATED.pattern + r".*DetectionBoxes_Precision/mAP = (-?[0-9.]+)")
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
        images_per_second: over the last interval; ``None`` before the first.
        mAP: of the last evaluation, 0..1; ``None`` before the first.
        expected: how long the job takes in all and in parts, in the trainer's own words.
    """

    step: int = 0
    loss: Optional[float] = None
    steps_per_second: Optional[float] = None
    over: bool = False
    images_per_second: Optional[float] = None
    mAP: Optional[float] = None  # noqa: N815 (COCO's name)
    expected: str = ""

    def after(self, line: str) -> "Progress":
        """What is known after one more line of the log."""
        loss, rate, saved = LOSS.search(line), RATE.search(line), SAVED.search(line)
        resumed, over = RESUMED.search(line), OVER.search(line)
        measured = {name: value for name, value in _measured(line).items() if value is not None}
        if measured:
            return self._replace(**measured)
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


def _measured(line: str) -> Dict[str, Any]:
    """What a line says beside step, loss and rate; what is not in it is empty."""
    images, evaluated, expected = IMAGES.search(line), MAP.search(line), EXPECTED.search(line)
    return {
        "images_per_second": float(images.group(1)) if images else None,
        "mAP": float(evaluated.group(2)) if evaluated else None,
        "expected": expected.group(1) if expected else None,
    }


class ProgressBar:
    """A bar with loss, step, images per second and time left.

    A job that resumes starts at its step; one that has nothing to train says ``already trained``
    and is full. How long the job takes in all is written above it, once that is known.
    """

    def __init__(self, num_steps: int) -> None:
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

    def show(self, progress: Progress) -> None:
        """Takes what is known by now."""
        before, self._progress = self._progress, progress
        if progress.expected != before.expected:
            self._bar.write(progress.expected, file=sys.stderr)
        if progress.over and not before.over:
            if progress.loss is None:
                self._bar.set_description_str("already trained", refresh=False)
            self._bar.total = progress.step
        if progress.step != before.step or progress.over != before.over:
            self._bar.n = min(progress.step, self._bar.total)
            self._bar.set_postfix(self._numbers(), refresh=True)

    def _numbers(self) -> Dict[str, str]:
        progress = self._progress
        numbers = {} if progress.loss is None else {"loss": f"{progress.loss:.3f}"}
        left = progress.seconds_left(self._bar.total)
        if left is not None:
            if progress.images_per_second is not None:
                numbers["img/s"] = f"{progress.images_per_second:.1f}"
            numbers["left"] = tqdm.format_interval(left)
        return numbers
