"""Evaluation beside training: one graph and one session, whatever the number of evaluations."""

from __future__ import annotations

import logging
import os
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Dict, NamedTuple, Optional

import tensorflow as tf

from trainer import checkpoints, input_pipeline
from trainer.best_checkpoint import Evaluations
from trainer.graceful_shutdown import GracefulShutdown

log = logging.getLogger("trainer")
EVENTS = "eval_0"  # where TensorFlow's estimator puts them as well


class _Built(NamedTuple):
    """What an evaluation runs: a session, its saver, and the operations."""

    session: tf.compat.v1.Session
    saver: tf.compat.v1.train.Saver
    initial: list
    updates: list
    values: Dict[str, tf.Tensor]


class Evaluator:
    """Measures checkpoints on the eval records.

    The graph is built in the background, while training runs.

    Args:
        estimator: has the model function.
        input_fn: gives the eval records once.
        folder: of the checkpoints.
        shutdown: ends an evaluation early.
    """

    def __init__(
        self,
        estimator: tf.estimator.Estimator,
        input_fn: Callable,
        folder: str,
        shutdown: GracefulShutdown,
    ) -> None:
        self._estimator, self._input_fn = estimator, input_fn
        self._folder, self._shutdown = folder, shutdown
        self._pool = ThreadPoolExecutor(1)
        self._building: Optional[Future] = None
        self._events: Optional[tf.compat.v1.summary.FileWriter] = None

    def prepare(self) -> Future:
        """Starts to build, once; returns what will be built."""
        self._building = self._building or self._pool.submit(self._build)
        return self._building

    def _build(self) -> _Built:
        with tf.Graph().as_default() as graph:
            tf.compat.v1.train.create_global_step()
            iterator = tf.compat.v1.data.make_initializable_iterator(
                input_pipeline.as_it_is(self._input_fn)()
            )
            features, labels = iterator.get_next()
            spec = self._estimator.model_fn(
                features, labels, tf.estimator.ModeKeys.EVAL, self._estimator.config
            )
            metrics = dict(spec.eval_metric_ops, loss=tf.compat.v1.metrics.mean(spec.loss))
            initial = [
                tf.compat.v1.local_variables_initializer(),
                tf.compat.v1.tables_initializer(),
                iterator.initializer,
            ]
            session = tf.compat.v1.Session(
                graph=graph, config=self._estimator.config.session_config
            )
        return _Built(
            session,
            spec.scaffold.saver,
            initial,
            [metrics[name][1] for name in sorted(metrics)],
            {name: metrics[name][0] for name in sorted(metrics)},
        )

    def evaluate(self, checkpoint: str) -> Optional[Dict[str, Any]]:
        """Prints COCO's summary of a checkpoint, and writes its metrics to the events.

        Args:
            checkpoint: its prefix.

        Returns:
            The metrics by their TensorBoard names; ``None`` when told to stop before the end.
        """
        built = self.prepare().result()
        built.saver.restore(built.session, checkpoint)
        built.session.run(built.initial)
        try:
            while not self._shutdown.signal:
                built.session.run(built.updates)
            return None
        except tf.errors.OutOfRangeError:
            metrics = built.session.run(built.values)
        sys.stdout.flush()  # where pycocotools prints its summary
        self._write(checkpoints.step_of(checkpoint), metrics)
        return metrics

    def _write(self, step: int, metrics: Dict[str, Any]) -> None:
        summary, texts = tf.compat.v1.Summary(), []
        for name, value in metrics.items():
            if isinstance(value, bytes):  # images, as a summary of their own
                for number, image in enumerate(tf.compat.v1.Summary.FromString(value).value):
                    image.tag = f"{name}/{number}"
                    summary.value.add().CopyFrom(image)
            else:
                summary.value.add(tag=name, simple_value=float(value))
                texts.append(f"{name} = {value:.5f}")
        log.info("Saving dict for global step %d: %s", step, ", ".join(texts))
        # TensorFlow's cache of writers would add a graph to each: seconds, and nothing new to see.
        self._events = self._events or tf.compat.v1.summary.FileWriter(
            os.path.join(self._folder, EVENTS)
        )
        self._events.add_summary(summary, step)
        self._events.flush()


def evaluate_and_keep_best(
    evaluator: Evaluator, evaluations: Evaluations, patience: int
) -> Callable[[str], bool]:
    """A function that evaluates a checkpoint, keeps the best, and tells whether to end training.

    Args:
        evaluator: measures.
        evaluations: so far.
        patience: evaluations without a better mAP; 0 has no end.
    """

    def measure(checkpoint: str) -> bool:
        step = checkpoints.step_of(checkpoint)
        if not evaluations.has(step):
            metrics = evaluator.evaluate(checkpoint)
            if metrics is None:
                return False
            evaluations.add(checkpoint, metrics)
            log.info("best so far: mAP %(mAP).4f at step %(step)d", evaluations.best)
        over = evaluations.is_over(patience)
        if over:
            log.info(
                "no better mAP in %d evaluations: training is over at step %d",
                evaluations.since_best(),
                step,
            )
        return over

    return measure
