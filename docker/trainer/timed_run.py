"""A run that is timed and not trained: how long it would take, and how many steps end in time."""

from __future__ import annotations

from pathlib import Path

from helpers.system import files
from helpers.training import time_estimate
from helpers.training.time_estimate import Pace, Workload
from trainer import training, workload
from trainer.training import Run

_SECONDS = 60.0  # of a minute


def measure(run: Run, path: Path) -> None:
    """Times a few steps of a run, and writes what follows from them as JSON.

    Args:
        run: from step 0; ``minutes`` of its hyperparameters is the time that it may take.
        path: of the file, see :func:`outlook`.
    """
    pace, cached = training.time_steps(run)
    files.write_json(path, outlook(run, pace, cached))


def outlook(run: Run, pace: Pace, cached: bool) -> dict:
    """What a pace lets one expect of a run.

    Args:
        run: that was timed.
        pace: of its steps.
        cached: whether it keeps features of frozen layers.

    Returns:
        ``pace``; ``wanted``, the seconds of each part of the whole run; ``steps``, as many as end
        in time, all where no time is given; ``in_time``, the seconds of a run of so many.
    """
    wanted, minutes = run.hyperparameters.num_steps, run.hyperparameters.minutes

    def work(steps: int) -> Workload:
        return workload.of(run, steps, cached)

    steps = wanted
    if minutes:
        steps = time_estimate.most_steps(_SECONDS * minutes, pace, work, wanted)
    return {
        "pace": pace._asdict(),
        "steps": steps,
        "wanted": time_estimate.estimate(pace, work(wanted))._asdict(),
        "in_time": time_estimate.estimate(pace, work(steps))._asdict(),
    }
