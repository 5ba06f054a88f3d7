"""Training and evaluation by the Object Detection API's own estimator."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import Callable, ContextManager, NamedTuple, Optional, Sequence, Tuple

import tensorflow as tf
from object_detection import model_hparams, model_lib

from helpers.structures.errors import BadInput
from helpers.training.hyperparameters import Hyperparameters
from trainer import checkpoints, inputs
from trainer.best import Evaluations
from trainer.cluster import Cluster
from trainer.evaluation import Evaluator, measurer
from trainer.hooks import (
    CheckpointCompatibilityHook,
    EvaluateHook,
    LogHook,
    NanLossHook,
    PrepareHook,
    SaveHook,
    StopHook,
)
from trainer.stopping import Stop
from trainer.watch import Watch, model_fn_creator, one_file

log = logging.getLogger("trainer")
_SEEDS_APART = 2**24  # of two hosts; more than a run has steps


class Run(NamedTuple):
    """What one start of a job trains or evaluates.

    Attributes:
        wanted: by the user.
        config: the ``TrainEvalPipelineConfig`` with the paths of this machine.
        config_path: where that is written.
        images: how many there are to train on.
        folder: for checkpoints and events.
        start: the checkpoint to go on from; ``None`` at the first start.
        gpus: names of those that are used.
        mixed: train at half precision where that does no harm.
        stop: whether the job was told to.
        hosts: that train together, and which of them this is.
        devices: each with a copy of the model and its part of every batch; empty for one copy.
    """

    wanted: Hyperparameters
    config: object
    config_path: Path
    images: int
    folder: str
    start: Optional[str]
    gpus: Sequence[str]
    mixed: bool
    stop: Stop
    hosts: Cluster
    devices: Tuple[str, ...] = ()


def devices(gpus: Sequence[str], hosts: Cluster, config) -> Tuple[str, ...]:
    """The GPUs that each train a copy of the model; empty for one copy.

    Args:
        gpus: names of those there are.
        hosts: several train a single copy each.
        config: a ``TrainEvalPipelineConfig``.
    """
    if len(gpus) < 2 or not hosts.is_alone:
        return ()
    if config.train_config.optimizer.use_moving_average:
        log.warning(
            "one of %d GPUs is used: TensorFlow 1.15 keeps no moving averages of several "
            "copies. Set use_moving_average: false in pipeline.config",
            len(gpus),
        )
        return ()
    return tuple(f"/gpu:{number}" for number in range(len(gpus)))


def train(run: Run, on_graph: Callable[[int], None]) -> None:
    """Trains to the step wanted and evaluates.

    Args:
        run: what to train.
        on_graph: is given the bytes of all variables, before the first step.

    Raises:
        JobFailed: the loss is no number, or the job was told to stop.
        BadInput: the checkpoint belongs to another model.
    """
    wanted, watch = run.wanted, Watch()
    step = checkpoints.step_of(run.start) if run.start else 0
    parts = _parts(run, watch, step)
    evaluator = Evaluator(parts["estimator"], parts["eval_input_fns"][0], run.folder, run.stop)
    measure = measurer(evaluator, Evaluations(run.folder), wanted.early_stopping_patience)
    # What was saved last may not have been evaluated before the job ended.
    over = bool(step) and step % wanted.eval_interval == 0 and measure(run.start)
    if not over and step < wanted.num_steps:
        hooks = [CheckpointCompatibilityHook(run.start, on_graph), *_hooks(run, watch, measure)]
        if run.gpus:  # training on the cores needs them itself: nothing is gained beside it
            hooks.append(PrepareHook(evaluator.prepare))
        with _saving(run):
            parts["estimator"].train(_train_input_fn(run, step), hooks, max_steps=wanted.num_steps)
    newest = checkpoints.newest_readable(run.folder)
    if run.stop.signal:
        raise run.stop.reason(f"at step {checkpoints.step_of(newest)} of {wanted.num_steps}")
    measure(newest)


def follow(run: Run, start: int) -> None:
    """Trains along with the master of several hosts, which keeps and measures what comes of it.

    Args:
        run: what to train.
        start: the step that the master starts from.

    Raises:
        JobFailed: the loss is no number.
    """
    watch = Watch()
    estimator = _parts(run, watch, start)["estimator"]
    with _saving(run):
        estimator.train(
            _train_input_fn(run, start),
            [NanLossHook(watch, run.folder)],
            max_steps=run.wanted.num_steps,
        )


def evaluate(run: Run) -> None:
    """Evaluates the newest checkpoint.

    Raises:
        BadInput: there is none.
    """
    if run.start is None:
        raise BadInput(f"{run.folder}: no checkpoint to evaluate. Train first.")
    parts = _parts(run, Watch(), checkpoints.step_of(run.start))
    evaluator = Evaluator(parts["estimator"], parts["eval_input_fns"][0], run.folder, run.stop)
    figures = evaluator.evaluate(run.start)
    if figures is not None:
        Evaluations(run.folder).add(run.start, figures)


def _saving(run: Run) -> ContextManager:
    """A context in which savers are made that suit the run."""
    return contextlib.nullcontext() if run.hosts.is_alone and not run.devices else one_file()


def _train_input_fn(run: Run, start: int) -> Callable:
    return inputs.train_input_fn(
        run.config, run.images, run.wanted.seed, start, run.hosts, max(1, len(run.devices))
    )


def _parts(run: Run, watch: Watch, start: int) -> dict:
    """As ``object_detection.model_lib.create_estimator_and_inputs``."""
    hparams = model_hparams.create_hparams(None)
    # What training once started from is not needed to go on, and may be gone.
    hparams.set_hparam("load_pretrained", start == 0)
    return model_lib.create_estimator_and_inputs(
        run_config=_run_config(run, start),
        hparams=hparams,
        pipeline_config_path=str(run.config_path),
        train_steps=run.wanted.num_steps,
        sample_1_of_n_eval_examples=1,
        model_fn_creator=model_fn_creator(watch, run.mixed),
    )


def _run_config(run: Run, start: int) -> tf.estimator.RunConfig:
    """How TensorFlow runs; checkpoints, log lines and curves are those of our hooks.

    The seed moves on with the start, or a run that is often interrupted would draw the same
    augmentations again and again, and so with the host; the order of the images does not
    depend on it. Among several hosts ``TF_CONFIG`` says the rest.
    """
    copies = tf.distribute.MirroredStrategy(list(run.devices)) if run.devices else None
    return tf.estimator.RunConfig(
        model_dir=run.folder,
        tf_random_seed=run.wanted.seed + start + run.hosts.index * _SEEDS_APART,
        save_checkpoints_steps=None,
        save_checkpoints_secs=None,
        log_step_count_steps=None,
        save_summary_steps=None,
        train_distribute=copies,
    )


def _hooks(run: Run, watch: Watch, measure: Callable[[str], bool]) -> list:
    """In the order in which they look at a step: nothing is saved that the guard has not seen."""
    wanted = run.wanted
    return [
        NanLossHook(watch, run.folder),
        LogHook(
            watch,
            run.folder,
            wanted.log_every,
            wanted.num_steps,
            run.config.train_config.batch_size,
        ),
        SaveHook(
            watch,
            run.folder,
            wanted.keep_checkpoint_max,
            wanted.checkpoint_interval,
            wanted.eval_interval,
        ),
        EvaluateHook(watch, run.folder, wanted.eval_interval, wanted.num_steps, measure),
        StopHook(run.stop),
    ]
