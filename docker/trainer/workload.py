"""How much a run does, and the hook that tells from its first steps how long that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from helpers.training.time_estimate import Workload
from trainer import feature_cache
from trainer.feature_cache import FeatureCache
from trainer.run_clock import PaceHook, RunClock

if TYPE_CHECKING:
    from trainer.training import Run


def of(run: Run, steps: int, cached: bool) -> Workload:
    """What a run of so many steps does.

    Args:
        run: that it is like.
        steps: of training.
        cached: whether the features of frozen layers are kept.
    """
    planned = run.hyperparameters._replace(num_steps=max(1, steps))
    views = feature_cache.views_for(run.config, planned.num_steps, run.images) if cached else 0
    evaluations = (planned.num_steps - 1) // planned.eval_interval + 1
    return Workload(steps, views * run.images, run.eval_images, evaluations)


def pace_hook(run: Run, cache: Optional[FeatureCache], clock: RunClock, done: int = 0) -> PaceHook:
    """The hook that times the first steps of a run.

    Args:
        run: that is timed.
        cache: the features of its frozen layers, where they are kept.
        clock: of the job.
        done: the step that this start begins from.
    """
    whole = of(run, run.hyperparameters.num_steps, cache is not None)
    kept = cache.images * cache.views if cache else 0
    left = whole._replace(steps=whole.steps - done)
    pace = cache.pace if cache else 0.0
    return PaceHook(clock, pace, kept, left, run.config.train_config.batch_size)
