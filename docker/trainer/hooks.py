"""What happens after each step, in the order that ``training`` lists the hooks in."""

from __future__ import annotations

import datetime
import hashlib
import logging
import os
import time
from typing import Any, Callable, Optional

import numpy as np
import tensorflow as tf

from helpers.structures.errors import JobFailed
from trainer import checkpoints, hardware, input_pipeline
from trainer.graceful_shutdown import GracefulShutdown
from trainer.training_tensors import TrainingTensors

log = logging.getLogger("trainer")
_FLUSH_SECONDS = 2.0
_DIGITS = 12  # of a digest


class CheckpointCompatibilityHook(tf.estimator.SessionRunHook):
    """Checks before the first step that the checkpoint belongs to the graph.

    Args:
        start: the checkpoint that training resumes from; ``None`` at the first start.
        on_graph: is given the bytes of all variables.
    """

    def __init__(self, start: Optional[str], on_graph: Callable[[int], None]):
        self._start, self._on_graph = start, on_graph

    def begin(self):
        """Compares the variables with the checkpoint.

        Raises:
            BadInput: the checkpoint is another model's.
        """
        variables = tf.compat.v1.global_variables()
        if self._start:
            checkpoints.check_fits(self._start, variables)
        self._on_graph(sum(v.shape.num_elements() * v.dtype.size for v in variables))


class PrepareEvaluationHook(tf.estimator.SessionRunHook):
    """Starts something in the background once the first step is done."""

    def __init__(self, prepare: Callable[[], Any]):
        self._prepare = prepare

    def after_run(self, run_context, run_values):
        """Starts it; later calls do nothing."""
        self._prepare()


def crosses(before: int, step: int, every: int) -> bool:
    """Whether a multiple of ``every`` was reached; other hosts may have trained in between."""
    return before // every < step // every


class NanLossHook(tf.estimator.SessionRunHook):
    """Ends training on a NaN or infinite loss, before the weights of that step are saved.

    A checkpoint of the step before is removed too: its weights are what gave that loss.
    """

    def __init__(self, tensors: TrainingTensors, folder: str):
        self._tensors, self._folder = tensors, folder

    def before_run(self, run_context):
        """Fetches what a message would name."""
        tensors = self._tensors
        return tf.estimator.SessionRunArgs(
            {
                "loss": tensors.loss,
                "step": tensors.step,
                "rate": tensors.rate,
                "images": tensors.images,
            }
        )

    def after_run(self, run_context, run_values):
        """Checks the loss.

        Raises:
            JobFailed: names step, learning rate and images.
        """
        results = run_values.results
        if np.all(np.isfinite(results["loss"])):
            return
        step = int(results["step"][0])
        checkpoints.remove(os.path.join(self._folder, f"{checkpoints.NAME}-{step - 1}"))
        images = [name for encoded in results["images"] for name in input_pipeline.names(encoded)]
        raise JobFailed(
            f"the loss is {results['loss'][0]} at step {step}, at a learning rate of "
            f"{results['rate'][0]:.3g}, on the images "
            f"{', '.join(images)}. Lower learning_rate, or check these images and their "
            "boxes; training resumes from the checkpoint before."
        )


class TrainingLogHook(tf.estimator.SessionRunHook):
    """Writes the log line that people's metric definitions look for, and more numbers below it.

    The model's curves go to the events with it. They are fetched at every step:
    TensorFlow would prepare the graph for steps with them and for those without, 3 s each.

    The digest of the images is of all since the line before it or since the start, so that two
    runs on the same images log the same.

    Args:
        tensors: what to report.
        folder: of the events.
        every: steps between lines; the first step is logged too.
        num_steps: of the whole run.
        batch_size: images in a batch.
    """

    def __init__(
        self, tensors: TrainingTensors, folder: str, every: int, num_steps: int, batch_size: int
    ):
        self._tensors, self._folder, self._every = tensors, folder, every
        self._num_steps, self._batch_size = num_steps, batch_size
        self._first, self._steps, self._busy, self._flushed = 0, 0, 0.0, 0.0
        self._before = 0
        self._digest = hashlib.sha256()

    def begin(self):
        """Opens the events."""
        self._events = tf.compat.v1.summary.FileWriterCache.get(self._folder)
        self._curves = tf.compat.v1.summary.merge_all()

    def before_run(self, run_context):
        """Starts the clock: saving and evaluating are not training."""
        self._started = time.perf_counter()
        return tf.estimator.SessionRunArgs(
            {
                "step": self._tensors.step,
                "loss": self._tensors.loss,
                "images": self._tensors.images,
                "curves": self._curves,
            }
        )

    def after_run(self, run_context, run_values):
        """Counts the step, and logs when it is time."""
        results = run_values.results
        step = int(results["step"][0])
        self._busy += time.perf_counter() - self._started
        self._first = self._first or step
        self._steps += 1
        for images in results["images"]:
            self._digest.update(images.tobytes())
        before, self._before = self._before or step - 1, step
        due = crosses(before, step, self._every) or step == self._num_steps
        if due:
            self._log(step, float(np.mean(results["loss"])), run_context.session)
        elif self._first == step:
            log.info("loss = %.5f, step = %d", np.mean(results["loss"]), step)
        if due or self._first == step:
            self._events.add_summary(results["curves"], step)
        if time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self._events.flush()
            self._flushed = time.monotonic()

    def _log(self, step: int, loss: float, session) -> None:
        rate = self._steps / self._busy
        took = "" if step == self._first else f" ({self._busy:.3f} sec)"
        log.info("loss = %.5f, step = %d%s", loss, step, took)
        log.info("global_step/sec: %.5g", rate)
        left = datetime.timedelta(seconds=round((self._num_steps - step) / rate))
        log.info(
            "%.1f images/s, %s left%s; images of steps %d to %d: %s",
            rate * self._batch_size,
            left,
            self._memory(session),
            step - self._steps + 1,
            step,
            self._digest.hexdigest()[:_DIGITS],
        )
        self._events.add_summary(
            tf.compat.v1.Summary(
                value=[tf.compat.v1.Summary.Value(tag="global_step/sec", simple_value=rate)]
            ),
            step,
        )
        self._steps, self._busy, self._digest = 0, 0.0, hashlib.sha256()

    def _memory(self, session) -> str:
        if not self._tensors.memory:
            return ""
        used, limit = session.run(self._tensors.memory)
        return f", GPU memory {hardware.as_text(used)} of {hardware.as_text(limit)}"

    def end(self, session):
        """Writes what is still in memory."""
        self._events.flush()


class PeriodicCheckpointHook(tf.estimator.SessionRunHook):
    """Saves a checkpoint at intervals and at the end, whatever ended the run.

    TensorFlow's own also writes the graph with each: seconds and megabytes that nothing reads.

    Args:
        tensors: has the saver, and tells the step.
        folder: of the checkpoints.
        keep: how many of the newest are kept.
        every: steps between two checkpoints, for each reason to have them.
    """

    def __init__(self, tensors: TrainingTensors, folder: str, keep: int, *every: int):
        self._tensors, self._folder, self._keep, self._every = tensors, folder, keep, every
        self._step = self._saved = 0

    def after_create_session(self, session, coord):
        """Sets up the saver; what was restored need not be saved."""
        # The API's model function brings a saver of its own, which would always keep five.
        self._tensors.saver.saver_def.max_to_keep = self._keep
        self._step = self._saved = session.run(tf.compat.v1.train.get_global_step())

    def before_run(self, run_context):
        """Fetches the step."""
        return tf.estimator.SessionRunArgs(self._tensors.step[0])

    def after_run(self, run_context, run_values):
        """Saves when it is time."""
        before, self._step = self._step, int(run_values.results)
        if any(crosses(before, self._step, every) for every in self._every):
            self._save(run_context.session)

    def end(self, session):
        """Saves what came after the last checkpoint."""
        if self._step > self._saved:
            self._save(session)

    def _save(self, session) -> None:
        prefix = os.path.join(self._folder, checkpoints.NAME)
        log.info("Saving checkpoints for %d into %s.", self._step, prefix)
        saver = self._tensors.saver
        if saver is None:
            raise RuntimeError("no saver: the hook runs without a model")
        saver.save(session, prefix, global_step=self._step, write_meta_graph=False)
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
    ):
        self._tensors, self._folder, self._every = tensors, folder, every
        self._num_steps, self._measure, self._before = num_steps, measure, 0

    def before_run(self, run_context):
        """Fetches the step."""
        return tf.estimator.SessionRunArgs(self._tensors.step[0])

    def after_run(self, run_context, run_values):
        """Evaluates when it is time."""
        step = int(run_values.results)
        before, self._before = self._before or step - 1, step
        if (
            crosses(before, step, self._every)
            and step < self._num_steps
            and self._measure(os.path.join(self._folder, f"{checkpoints.NAME}-{step}"))
        ):
            run_context.request_stop()


class GracefulShutdownHook(tf.estimator.SessionRunHook):
    """Ends training after the step in which the job was told to stop."""

    def __init__(self, shutdown: GracefulShutdown):
        self._shutdown = shutdown

    def begin(self):
        """Checks whether that was while the graph was built.

        Raises:
            JobFailed: it was.
        """
        if self._shutdown.signal:
            raise self._shutdown.reason("before the first step")

    def after_run(self, run_context, run_values):
        """Ends training when the job was told to stop."""
        if self._shutdown.signal:
            log.info("%s: this was the last step", self._shutdown.signal)
            run_context.request_stop()
