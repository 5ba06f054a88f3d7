"""Hooks that save checkpoints and evaluate them."""

from __future__ import annotations

import logging
import os
from typing import Any, Callable

import tensorflow as tf

from trainer import checkpoints
from trainer.hooks import crosses
from trainer.training_tensors import TrainingTensors

log = logging.getLogger("trainer")


class PrepareEvaluationHook(tf.estimator.SessionRunHook):
    """Starts something in the background once the first step is done."""

    def __init__(self, prepare: Callable[[], Any]) -> None:
        self._prepare = prepare

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Starts it; later calls do nothing."""
        self._prepare()


class PeriodicCheckpointHook(tf.estimator.SessionRunHook):
    """Saves a checkpoint at intervals and at the end, whatever ended the run.

    TensorFlow's own also writes the graph with each: seconds and megabytes that nothing reads.

    Args:
        tensors: has the saver, and tells the step.
        folder: of the checkpoints.
        keep: how many of the newest are kept.
        every: steps between two checkpoints, for each reason to have them.
    """

    def __init__(self, tensors: TrainingTensors, folder: str, keep: int, *every: int) -> None:
        self._tensors, self._folder, self._keep, self._every = tensors, folder, keep, every
        self._step = self._saved = 0

    def after_create_session(self, session: tf.compat.v1.Session, coord: Any) -> None:
        """Sets up the saver; what was restored need not be saved."""
        # The API's model function brings a saver of its own, which would always keep five.
        self._saver().saver_def.max_to_keep = self._keep
        self._step = self._saved = session.run(tf.compat.v1.train.get_global_step())

    def before_run(self, run_context: Any) -> tf.estimator.SessionRunArgs:
        """Fetches the step."""
        return tf.estimator.SessionRunArgs(self._tensors.step[0])

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Saves when it is time."""
        before, self._step = self._step, int(run_values.results)
        if any(crosses(before, self._step, every) for every in self._every):
            self._save(run_context.session)

    def end(self, session: tf.compat.v1.Session) -> None:
        """Saves what came after the last checkpoint."""
        if self._step > self._saved:
            self._save(session)

    def _saver(self) -> tf.compat.v1.train.Saver:
        if self._tensors.saver is None:
            raise RuntimeError("no saver: the hook runs without a model")
        return self._tensors.saver

    def _save(self, session: tf.compat.v1.Session) -> None:
        prefix = os.path.join(self._folder, checkpoints.NAME)
        log.info("Saving checkpoints for %d into %s.", self._step, prefix)
        self._saver().save(session, prefix, global_step=self._step, write_meta_graph=False)
        self._saved = self._step


class EvalHook(tf.estimator.SessionRunHook):
    """Evaluates at intervals the checkpoint that the hook before it has saved.

    Args:
        tensors: tells the step.
        folder: of the checkpoints.
        every: steps between evaluations.
        num_steps: of the whole run; its end is evaluated after it.
        measure: evaluates a checkpoint by its prefix, unless that was done before, and tells
            whether training is over.
    """

    def __init__(
        self,
        tensors: TrainingTensors,
        folder: str,
        every: int,
        num_steps: int,
        measure: Callable[[str], bool],
    ) -> None:
        self._tensors, self._folder, self._every = tensors, folder, every
        self._num_steps, self._measure, self._before = num_steps, measure, 0

    def before_run(self, run_context: Any) -> tf.estimator.SessionRunArgs:
        """Fetches the step."""
        return tf.estimator.SessionRunArgs(self._tensors.step[0])

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Evaluates when it is time."""
        step = int(run_values.results)
        before, self._before = self._before or step - 1, step
        if (
            crosses(before, step, self._every)
            and step < self._num_steps
            and self._measure(os.path.join(self._folder, f"{checkpoints.NAME}-{step}"))
        ):
            run_context.request_stop()
