"""How long a training job takes in all, from its first steps.

What can be timed early is: the start, the features of frozen layers where they are kept, building
the graph, and a step. What comes after the last step, evaluation and export, builds graphs of the
same model again and runs every eval image through them: both are estimated in multiples of what
was timed, so that a slow machine is slow there too. The multiples fit the logs of two jobs on two
cores (SSD MobileNet v2 at 300x300 on kept features, 40 and 128 eval images). With the real mean of
a step they predict, for five other jobs, ``small_ssd`` among them, 0.92 to 1.14 of the real time.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple

WARM_UP, TIMED = 3, 10  # steps: what was read ahead while the graph was built is used up first
_PARITY_IMAGES = 500  # at most, of the export's comparison of the backends
_EVALUATION_GRAPH, _EXPORT_GRAPHS = 0.4, 0.7  # of the time of the graph with its first step
_EVALUATED, _COMPARED = 1.1, 4.4  # of the time of one image in a batch, forwards


class Pace(NamedTuple):
    """What was timed, all in seconds.

    Attributes:
        start: from the start of the process to the first work on images or on the graph.
        view: of one view of an image through the frozen layers; 0 where no features are kept.
        setup: the graph, the session and the first step.
        step: one of the steps after it.
        image: one image forwards through the network, in a batch.
    """

    start: float
    view: float
    setup: float
    step: float
    image: float


class Workload(NamedTuple):
    """How much is to be done.

    Attributes:
        steps: of training.
        views: of all images, whose features are kept; 0 where none are.
        eval_images: in the eval split.
        evaluations: while and after training.
    """

    steps: int
    views: int
    eval_images: int
    evaluations: int = 1


class RunTime(NamedTuple):
    """Seconds that each part of a job takes.

    Attributes:
        start: until it works on images, and the graph with its first step.
        features: of the frozen layers, kept.
        steps: of training.
        evaluation: all of them.
        export: with the comparison of the backends.
    """

    start: float
    features: float
    steps: float
    evaluation: float
    export: float

    @property
    def total(self) -> float:
        """Seconds in all."""
        return sum(self)

    def rows(self) -> List[Dict[str, Any]]:
        """The parts and their sum, for a table."""
        parts = {**self._asdict(), "in all": self.total}
        return [{"part": part, "time": clock(seconds)} for part, seconds in parts.items()]

    def as_text(self) -> str:
        """One line, as in ``3:20 in all: start 0:20, features 0:09, ...``."""
        parts = ", ".join(f"{part} {clock(seconds)}" for part, seconds in self._asdict().items())
        return f"{clock(self.total)} in all: {parts}"


def clock(seconds: float) -> str:
    """Seconds for people, as ``3:20`` or ``1:03:20``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def estimate(pace: Pace, work: Workload) -> RunTime:
    """How long a job takes.

    Args:
        pace: as timed.
        work: what it does.
    """
    compared = min(work.eval_images, _PARITY_IMAGES)
    return RunTime(
        start=pace.start + pace.setup,
        features=pace.view * work.views,
        steps=pace.step * max(0, work.steps - 1),
        evaluation=_EVALUATION_GRAPH * pace.setup
        + _EVALUATED * work.evaluations * work.eval_images * pace.image,
        export=_EXPORT_GRAPHS * pace.setup + _COMPARED * compared * pace.image,
    )


def most_steps(seconds: float, pace: Pace, work_of: Callable[[int], Workload], most: int) -> int:
    """The largest number of steps with which a job ends in time; 0 where none does.

    Args:
        seconds: that it may take in all.
        pace: as timed.
        work_of: what a job of so many steps does; more steps are never less work.
        most: the number of steps that is wanted.
    """
    below, above = 0, most + 1
    while above - below > 1:
        middle = (below + above) // 2
        if estimate(pace, work_of(middle)).total <= seconds:
            below = middle
        else:
            above = middle
    return below
