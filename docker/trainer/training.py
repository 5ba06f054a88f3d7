"""Training and evaluation by the Object Detection API's own estimator."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import Any, Callable, ContextManager, NamedTuple, Optional, Sequence, Tuple

import tensorflow as tf
from object_detection import model_hparams, model_lib

from helpers.pipeline_config import detection_model, image_resizer
from helpers.structures.errors import BadInput
from helpers.training.hyperparameters import Hyperparameters
from helpers.training.time_estimate import TIMED, WARM_UP, Pace
from trainer import checkpoints, cpu_gradients, feature_cache, hardware, input_pipeline, workload
from trainer.best_checkpoint import Evaluations
from trainer.checkpoint_hooks import EvalHook, PeriodicCheckpointHook, PrepareEvaluationHook
from trainer.cluster import Cluster
from trainer.evaluation import Evaluator, evaluate_and_keep_best
from trainer.feature_cache import FeatureCache
from trainer.graceful_shutdown import GracefulShutdown
from trainer.hooks import (
    CheckpointCompatibilityHook,
    GracefulShutdownHook,
    NanLossHook,
    TrainingLogHook,
)
from trainer.run_clock import RunClock
from trainer.training_tensors import TrainingTensors, model_fn_creator, one_file

log = logging.getLogger("trainer")
_MEMORY_SHARE = 3  # of what is free, for the features of frozen layers
_TIMED_IMAGES = 64  # of which features are computed to time them
_SEEDS_APART = 2**24  # of two hosts; more than a run has steps


class Run(NamedTuple):
    """What one start of a job trains or evaluates.

    Attributes:
        hyperparameters: of the user.
        config: the ``TrainEvalPipelineConfig`` with the paths of this machine.
        config_path: where that is written.
        images: how many there are to train on.
        folder: for checkpoints and events.
        start: the checkpoint to resume from; ``None`` at the first start.
        gpus: names of those that are used.
        mixed: mixed precision, half precision where that does no harm.
        shutdown: whether the job was told to.
        hosts: that train together, and which of them this is.
        devices: each with a copy of the model and its part of every batch; empty for one copy.
        eval_images: how many there are to evaluate on.
    """

    hyperparameters: Hyperparameters
    config: Any
    config_path: Path
    images: int
    folder: str
    start: Optional[str]
    gpus: Sequence[str]
    mixed: bool
    shutdown: GracefulShutdown
    hosts: Cluster
    devices: Tuple[str, ...] = ()
    eval_images: int = 0


def devices(gpus: Sequence[str], hosts: Cluster, config: Any) -> Tuple[str, ...]:
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


def train(run: Run, on_graph: Callable[[int], None], clock: RunClock) -> None:
    """Trains to the last step and evaluates.

    Args:
        run: what to train.
        on_graph: is given the bytes of all variables, before the first step.
        clock: counts the seconds of features and evaluations.

    Raises:
        JobFailed: NaN loss, or the job was told to stop.
        BadInput: the checkpoint belongs to another model.
    """
    hyperparameters, tensors = run.hyperparameters, TrainingTensors()
    step = checkpoints.step_of(run.start) if run.start else 0
    with clock.part("features"):
        cache = _feature_cache(run) if step < hyperparameters.num_steps else None
    parts = _parts(run, tensors, step, cache)
    evaluator = Evaluator(parts["estimator"], parts["eval_input_fns"][0], run.folder, run.shutdown)
    measure = clock.timed(
        "evaluation",
        evaluate_and_keep_best(
            evaluator, Evaluations(run.folder), hyperparameters.early_stopping_patience
        ),
    )
    _log_start(step, hyperparameters.num_steps)
    # What was saved last may not have been evaluated before the job ended.
    due = step % hyperparameters.eval_interval == 0
    over = run.start is not None and due and measure(run.start)
    if not over and step < hyperparameters.num_steps:
        hooks = [CheckpointCompatibilityHook(run.start, on_graph), *_hooks(run, tensors, measure)]
        hooks.append(workload.pace_hook(run, cache, clock, step))
        if run.gpus:  # training on the cores needs them itself: nothing is gained beside it
            hooks.append(PrepareEvaluationHook(evaluator.prepare))
        with _saving(run):
            parts["estimator"].train(
                _train_input_fn(run, step, cache), hooks, max_steps=hyperparameters.num_steps
            )
    newest = checkpoints.newest_readable(run.folder)
    if run.shutdown.signal:
        at = checkpoints.step_of(newest) if newest else step
        raise run.shutdown.reason(f"at step {at} of {hyperparameters.num_steps}")
    if newest:
        measure(newest)


def time_steps(run: Run) -> Tuple[Pace, bool]:
    """Times the first steps of a run, with its own input and graph; saves and evaluates nothing.

    Args:
        run: from step 0.

    Returns:
        The pace, and whether the run keeps features of frozen layers: here of a few images.
    """
    cache = _feature_cache(run, min(run.images, _TIMED_IMAGES))
    hook = workload.pace_hook(run, cache, RunClock())
    estimator = _parts(run, TrainingTensors(), 0, cache)["estimator"]
    estimator.train(_train_input_fn(run, 0, cache), [hook], max_steps=WARM_UP + TIMED)
    return hook.pace(), cache is not None


def _log_start(step: int, num_steps: int) -> None:
    """Says where training starts, for whoever follows the log."""
    if step >= num_steps:
        log.info("already trained to step %d of %d", step, num_steps)
    elif step:
        log.info("resuming from step %d of %d", step, num_steps)


def train_as_worker(run: Run, start: int) -> None:
    """Trains along with the chief of several hosts, which saves and evaluates.

    Args:
        run: what to train.
        start: the step that the chief starts from.

    Raises:
        JobFailed: NaN loss.
    """
    tensors = TrainingTensors()
    estimator = _parts(run, tensors, start)["estimator"]
    with _saving(run):
        estimator.train(
            _train_input_fn(run, start),
            [NanLossHook(tensors, run.folder)],
            max_steps=run.hyperparameters.num_steps,
        )


def evaluate(run: Run) -> None:
    """Evaluates the newest checkpoint.

    Raises:
        BadInput: there is none.
    """
    if run.start is None:
        raise BadInput(f"{run.folder}: no checkpoint to evaluate. Train first.")
    step = checkpoints.step_of(run.start)
    log.info("already trained to step %d of %d", step, run.hyperparameters.num_steps)
    parts = _parts(run, TrainingTensors(), step)
    evaluator = Evaluator(parts["estimator"], parts["eval_input_fns"][0], run.folder, run.shutdown)
    metrics = evaluator.evaluate(run.start)
    if metrics is not None:
        Evaluations(run.folder).add(run.start, metrics)


def _saving(run: Run) -> ContextManager:
    """A context in which savers are made that suit the run."""
    return contextlib.nullcontext() if run.hosts.is_alone and not run.devices else one_file()


def _feature_cache(run: Run, images: int = 0) -> Optional[FeatureCache]:
    """What the frozen layers give for the images, where that is worth its time on this machine.

    Args:
        run: that it is for.
        images: one view of so many stands for all, and is kept where all would be; 0 is all.
    """
    hyperparameters = run.hyperparameters
    views = feature_cache.views_for(run.config, hyperparameters.num_steps, run.images)
    if not hyperparameters.cache_features or run.gpus or not run.hosts.is_alone:
        return None
    memory = hardware.available_memory() // _MEMORY_SHARE
    if images:
        memory, views = memory * images // (run.images * views), 1
    return feature_cache.build(
        run.config, images or run.images, views, hyperparameters.seed, memory, run.start
    )


def _train_input_fn(run: Run, start: int, cache: Optional[FeatureCache] = None) -> Callable:
    if cache:
        return feature_cache.input_fn(cache, run.config.train_config.batch_size, start)
    return input_pipeline.train_input_fn(
        run.config, run.images, run.hyperparameters.seed, start, run.hosts, max(1, len(run.devices))
    )


def _parts(
    run: Run, tensors: TrainingTensors, start: int, cache: Optional[FeatureCache] = None
) -> dict:
    """As ``object_detection.model_lib.create_estimator_and_inputs``; for evaluation too."""
    image_resizer.use_half_pixel_centers()
    detection_model.repair_api()

    def adapted(model_fn: Callable) -> Callable:
        if cache:
            model_fn = feature_cache.trained_above(model_fn, run.config, cache)
        return model_fn if run.gpus else cpu_gradients.faster_gradients(model_fn)

    hparams = model_hparams.create_hparams(None)
    # What training once started from is not needed to go on, and may be gone.
    hparams.set_hparam("load_pretrained", start == 0)
    return model_lib.create_estimator_and_inputs(
        run_config=_run_config(run, start),
        hparams=hparams,
        pipeline_config_path=str(run.config_path),
        train_steps=run.hyperparameters.num_steps,
        sample_1_of_n_eval_examples=1,
        model_fn_creator=model_fn_creator(tensors, run.mixed, adapted),
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
        tf_random_seed=run.hyperparameters.seed + start + run.hosts.host_index * _SEEDS_APART,
        save_checkpoints_steps=None,
        save_checkpoints_secs=None,
        log_step_count_steps=None,
        save_summary_steps=None,
        train_distribute=copies,
    )


def _hooks(run: Run, tensors: TrainingTensors, measure: Callable[[str], bool]) -> list:
    """In the order in which they run: no step is saved whose loss was not checked."""
    hyperparameters = run.hyperparameters
    return [
        NanLossHook(tensors, run.folder),
        TrainingLogHook(
            tensors,
            run.folder,
            hyperparameters.log_every,
            hyperparameters.num_steps,
            run.config.train_config.batch_size,
        ),
        PeriodicCheckpointHook(
            tensors,
            run.folder,
            hyperparameters.keep_checkpoint_max,
            hyperparameters.checkpoint_interval,
            hyperparameters.eval_interval,
        ),
        EvalHook(
            tensors, run.folder, hyperparameters.eval_interval, hyperparameters.num_steps, measure
        ),
        GracefulShutdownHook(run.shutdown),
    ]
