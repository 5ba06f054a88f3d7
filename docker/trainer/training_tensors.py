"""Tensors of the training graph that hooks read, and the API's model function that records them."""

from __future__ import annotations

import contextlib
import re
from typing import Any, Callable, Iterator, List, Optional

import tensorflow as tf
from object_detection import model_lib
from object_detection.builders import optimizer_builder

from helpers.pipeline_config import protos
from trainer.input_pipeline import IMAGES, as_it_is

# As the evaluation names them; of the copies of a model in one graph, those of the first.
_PART_OF_LOSS = re.compile(
    r"(?:.*/)?(Loss/(?:BoxClassifierLoss/|RPNLoss/)?(?:classification|localization)_loss)"
)


class TrainingTensors:
    """Tensors of the training graph, one of each for every copy of the model in it.

    Attributes:
        loss: total loss.
        step: the global step once the weights are updated.
        rate: learning rate.
        images: encoded names of the images.
        memory: bytes of GPU memory at the most so far, and in all; empty without a GPU.
        saver: of all variables; ``None`` before there is a model.
    """

    def __init__(self) -> None:
        self.loss: List[tf.Tensor] = []
        self.step: List[tf.Tensor] = []
        self.rate: List[tf.Tensor] = []
        self.images: List[tf.Tensor] = []
        self.memory: List[tf.Tensor] = []
        self.saver: Optional[tf.compat.v1.train.Saver] = None

    def add(self, features: dict, spec: tf.estimator.EstimatorSpec) -> None:
        """Takes the tensors of one copy of the model."""
        if not self.loss:
            _summarize_parts_of_loss()
        with tf.control_dependencies([spec.train_op]):
            self.step.append(tf.identity(tf.compat.v1.train.get_global_step().read_value()))
        self.saver = self.saver or spec.scaffold.saver
        self.loss.append(spec.loss)
        self.images.append(features[IMAGES])
        self.rate += _learning_rates()
        if not self.memory and tf.config.experimental.list_physical_devices("GPU"):
            with tf.device("/gpu:0"):
                self.memory += [
                    tf.contrib.memory_stats.MaxBytesInUse(),
                    tf.contrib.memory_stats.BytesLimit(),
                ]


def _summarize_parts_of_loss() -> None:
    """Sends the parts of the loss to the events, where the API sends their sum alone."""
    for operation in tf.compat.v1.get_default_graph().get_operations():
        part = _PART_OF_LOSS.fullmatch(operation.name)
        if part:
            tf.compat.v1.summary.scalar(part.group(1), operation.outputs[0])


def _learning_rates() -> List[tf.Tensor]:
    """What the API's model function writes to the events under that name."""
    summaries = tf.compat.v1.get_collection(tf.compat.v1.GraphKeys.SUMMARIES)
    return [one.op.inputs[1] for one in summaries if one.op.name.startswith("learning_rate")][-1:]


def model_fn_creator(
    tensors: TrainingTensors, mixed: bool, adapted: Callable[[Callable], Callable] = as_it_is
) -> Callable:
    """In the place of ``model_lib.create_model_fn``: the same, and its tensors are recorded.

    Args:
        tensors: is given the tensors.
        mixed: train at half precision where that does no harm.
        adapted: gives the model function to use in the place of the API's; the default is that.
    """

    def create(*arguments: Any, **options: Any) -> Callable:
        model_fn = adapted(as_it_is(model_lib.create_model_fn(*arguments, **options)))

        def watched(
            features: Any, labels: Any, mode: str, params: Any = None
        ) -> tf.estimator.EstimatorSpec:
            training = mode == tf.estimator.ModeKeys.TRAIN
            with _scaled_loss() if mixed and training else contextlib.nullcontext():
                spec = model_fn(features, labels, mode, params)
            if training:
                tensors.add(features, spec)
            return spec

        return watched

    return create


@contextlib.contextmanager
def _scaled_loss() -> Iterator[None]:
    """Optimizers that are built inside scale the loss, so that small gradients survive.

    The model function builds its optimizer itself and takes none from outside.
    """
    build = optimizer_builder.build

    def scaled(config: Any, *arguments: Any, **options: Any) -> tuple:
        plain = protos.copy_of(config)
        plain.use_moving_average = False  # the scaled one goes inside of the one that averages
        optimizer, summaries = build(plain, *arguments, **options)
        optimizer = tf.compat.v1.train.experimental.enable_mixed_precision_graph_rewrite(optimizer)
        if config.use_moving_average:
            optimizer = tf.contrib.opt.MovingAverageOptimizer(
                optimizer, average_decay=config.moving_average_decay
            )
        return optimizer, summaries

    optimizer_builder.build = scaled
    try:
        yield
    finally:
        optimizer_builder.build = build


@contextlib.contextmanager
def one_file() -> Iterator[None]:
    """Savers that are made inside write one file, here, of variables that may lie elsewhere.

    The API's own has every host write its variables to its own disk, and cannot be made in one of
    several copies of the model: there it is built later, when the copies are joined.
    """
    saver = tf.train.Saver

    def unsharded(**_: Any) -> tf.compat.v1.train.Saver:
        return saver(save_relative_paths=True, defer_build=tf.distribute.has_strategy())

    tf.train.Saver = unsharded
    try:
        yield
    finally:
        tf.train.Saver = saver
