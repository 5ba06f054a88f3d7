"""How long training will take, and the steps that end in the minutes there are."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from helpers.pipeline_config.recipe import AS_GIVEN, FREEZABLE, Setting
from helpers.steps.choose_recipe import TIME, ChosenRecipe
from helpers.steps.configure_pipeline import configure_pipeline
from helpers.steps.train import planned_hyperparameters
from helpers.training import local_job, time_estimate
from helpers.training.local_job import TrainingJob
from helpers.training.time_estimate import RunTime
from helpers.workspace import Workspace

_UP_TO_TEXTURES, _UP_TO_PARTS = FREEZABLE
LEAST_STEPS = 50  # with fewer a detector learns next to nothing
_FEW_STEPS = 200  # with fewer, it is better to train less of the network


class TimedSteps(NamedTuple):
    """What timing a few steps lets one expect.

    Attributes:
        wanted: the time of a job of all steps that are planned.
        steps: as many of them as end in time; 0 where none do.
        in_time: the time of a job of so many.
    """

    wanted: RunTime
    steps: int
    in_time: RunTime


@dataclass(frozen=True)
class PlannedTime:
    """A recipe that ends in time.

    Attributes:
        recipe: with the steps, and what is frozen, that end in the minutes wanted.
        timed: of the recipe; ``None`` where no minutes were given, so that nothing was timed.
    """

    recipe: ChosenRecipe
    timed: Optional[RunTime] = None

    def rows(self) -> List[Dict[str, Any]]:
        """The recipe's settings, for a table."""
        return self.recipe.rows()

    def as_text(self) -> str:
        """How long training is expected to take."""
        if self.timed is None:
            return "not timed, as MINUTES is 0; training says after its first steps how long it is"
        return f"expected by {time_estimate.TIMED} timed steps: {self.timed.as_text()}"


def time_steps(
    work: Workspace, hyperparameters: Mapping[str, Any], minutes: float = 0.0
) -> TimedSteps:
    """Times a few steps on the training channel, with the very input and graph of the job.

    That takes as long as a job takes to start, and the features of a few images.

    Args:
        work: says where the channels lie.
        hyperparameters: that the job will have.
        minutes: that it may take; 0 has no limit.

    Raises:
        BadInput: a hyperparameter is unknown or impossible.
        JobFailed: starts with the cause.
        MissingPart: the training channel is not complete.
    """
    values = dict(hyperparameters, mode="time", minutes=minutes)
    with tempfile.TemporaryDirectory(prefix="timing-", dir=str(work.root)) as folder:
        job = TrainingJob(Path(folder) / "job", work.training, work.checkpoint, values)
        found = local_job.time_steps(job)
    return TimedSteps(RunTime(**found["wanted"]), found["steps"], RunTime(**found["in_time"]))


def fit_to_minutes(work: Workspace, recipe: ChosenRecipe) -> PlannedTime:
    """Plans as many of a recipe's steps as end in its minutes; ``pipeline.config`` follows.

    Where those would be few, and what is frozen was left to be chosen, more layers are frozen: a
    step is faster then. Without minutes nothing is timed, and the recipe stays.

    Args:
        work: with the records and the ``pipeline.config`` of the recipe.
        recipe: of ``choose_recipe``.

    Raises:
        JobFailed: timing failed; starts with the cause.
        MissingPart: the training channel is not complete.
    """
    if not recipe.minutes:
        return PlannedTime(recipe)
    timed = _timed(work, recipe)
    if timed.steps < min(_FEW_STEPS, _steps(work)) and _may_freeze_more(recipe):
        recipe = _changed(recipe, Setting("FREEZE", _UP_TO_PARTS, "few steps fit into MINUTES"))
        _configure(work, recipe)
        timed = _timed(work, recipe)
    wanted = _steps(work)
    steps = min(wanted, max(LEAST_STEPS, timed.steps))
    if steps < wanted:
        reason = f"as many of {wanted} as end in time"
        recipe = _changed(recipe, Setting("STEPS", steps, reason))
        _configure(work, recipe)
    expected = timed.in_time if timed.steps >= steps else _timed(work, recipe).wanted
    return PlannedTime(_with_minutes(recipe, expected), expected)


def _timed(work: Workspace, recipe: ChosenRecipe) -> TimedSteps:
    return time_steps(work, planned_hyperparameters(work), recipe.minutes)


def _steps(work: Workspace) -> int:
    return planned_hyperparameters(work)["num_steps"]


def _may_freeze_more(recipe: ChosenRecipe) -> bool:
    """Whether layers were frozen by choice, and fewer than could be."""
    own = {setting.name: setting for setting in recipe.settings}.get("FREEZE")
    return own is not None and own.reason != AS_GIVEN and own.value == _UP_TO_TEXTURES


def _changed(recipe: ChosenRecipe, setting: Setting) -> ChosenRecipe:
    """A recipe with another value in one line."""
    settings = tuple(line for line in recipe.settings if line.name != setting.name)
    field = {"STEPS": "num_steps", "FREEZE": "freeze"}[setting.name]
    options = replace(recipe.options, **{field: setting.value})
    return replace(recipe, settings=(*settings, setting), options=options)


def _with_minutes(recipe: ChosenRecipe, expected: RunTime) -> ChosenRecipe:
    about = f"about {time_estimate.clock(expected.total)} by {time_estimate.TIMED} timed steps"
    if expected.total > 60 * recipe.minutes:
        about = f"not to be had: {recipe.options.num_steps} steps alone take {about}"
    minutes = Setting(TIME, recipe.minutes, about)
    return replace(recipe, settings=(*recipe.settings, minutes))


def _configure(work: Workspace, recipe: ChosenRecipe) -> None:
    start = recipe.start
    configure_pipeline(
        start.template, work.label_map, work.config, recipe.options, start.checkpoint
    )
