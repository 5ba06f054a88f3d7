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

    def __init__(self, start: Optional[str], on_graph: Callable[[int], None]) -> None:
        self._start, self._on_graph = start, on_graph

    def begin(self) -> None:
        """Compares the variables with the checkpoint.

        Raises:
            BadInput: the checkpoint is another model's.
        """
        variables = tf.compat.v1.global_variables()
        if self._start:
            checkpoints.check_fits(self._start, variables)
        self._on_graph(sum(v.shape.num_elements() * v.dtype.size for v in variables))


def crosses(before: int, step: int, every: int) -> bool:
    """Whether a multiple of ``every`` was reached; other hosts may have trained in between."""
    return before // every < step // every


class NanLossHook(tf.estimator.SessionRunHook):
    """Ends training on a NaN or infinite loss, before the weights of that step are saved.

    A checkpoint of the step before is removed too: its weights are what gave that loss.
    """

    def __init__(self, tensors: TrainingTensors, folder: str) -> None:
        self._tensors, self._folder = tensors, folder

    def before_run(self, run_context: Any) -> tf.estimator.SessionRunArgs:
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

    def after_run(self, run_context: Any, run_values: Any) -> None:
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
    ) -> None:
        self._tensors, self._folder, self._every = tensors, folder, every
        self._num_steps, self._batch_size = num_steps, batch_size
        self._first, self._steps, self._busy, self._flushed = 0, 0, 0.0, 0.0
        self._before = 0
        self._digest = hashlib.sha256()

    def begin(self) -> None:
        """Opens the events."""
        # The writer's own way to add a graph adds it twice, the second time as a meta graph.
        self._events = tf.compat.v1.summary.FileWriter(self._folder)
        self._events.add_graph(tf.compat.v1.get_default_graph())
        self._curves = tf.compat.v1.summary.merge_all()

    def before_run(self, run_context: Any) -> tf.estimator.SessionRunArgs:
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

    def after_run(self, run_context: Any, run_values: Any) -> None:
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

    def _log(self, step: int, loss: float, session: tf.compat.v1.Session) -> None:
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
        speeds = {"global_step/sec": rate, "images/sec": rate * self._batch_size}
        values = [
            tf.compat.v1.Summary.Value(tag=tag, simple_value=speed) for tag, speed in speeds.items()
        ]
        self._events.add_summary(tf.compat.v1.Summary(value=values), step)
        self._steps, self._busy, self._digest = 0, 0.0, hashlib.sha256()

    def _memory(self, session: tf.compat.v1.Session) -> str:
        if not self._tensors.memory:
            return ""
        used, limit = session.run(self._tensors.memory)
        return f", GPU memory {hardware.as_text(used)} of {hardware.as_text(limit)}"

    def end(self, session: tf.compat.v1.Session) -> None:
        """Writes what is still in memory."""
        self._events.flush()


class GracefulShutdownHook(tf.estimator.SessionRunHook):
    """Ends training after the step in which the job was told to stop."""

    def __init__(self, shutdown: GracefulShutdown) -> None:
        self._shutdown = shutdown

    def begin(self) -> None:
        """Checks whether that was while the graph was built.

        Raises:
            JobFailed: it was.
        """
        if self._shutdown.signal:
            raise self._shutdown.reason("before the first step")

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Ends training when the job was told to stop."""
        if self._shutdown.signal:
            log.info("%s: this was the last step", self._shutdown.signal)
            run_context.request_stop()
