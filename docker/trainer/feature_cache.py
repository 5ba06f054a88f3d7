"""The features that the frozen layers give for each training image, computed once and kept.

Training then reads batches of features and runs only the layers above: neither decoding nor the
frozen layers cost anything more. Every image is augmented a fixed number of times before; each
result is a view of it, and the epochs take turns with the views. Where augmentations only flip,
the views are all the results there are; else they are drawn. The model stays the ordinary one,
with all its layers and variables; only the tensors in which its frozen part ends are replaced.
"""

from __future__ import annotations

import functools
import logging
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

import numpy as np
import tensorflow as tf
from object_detection.core.standard_fields import InputDataFields
from object_detection.utils import variables_helper

from helpers.pipeline_config import detection_model, freezing, protos
from trainer import flips, frozen_layers, input_pipeline, run_clock

log = logging.getLogger("trainer")
IMAGE, SHAPE = InputDataFields.image, InputDataFields.true_image_shape
FEWEST_VIEWS, MOST_VIEWS = 2, 8  # one alone is an image that is never augmented otherwise
EPOCHS_A_VIEW = 4  # a view that is seen less often costs nearly what it saves
_BOUNDARY = "boundary/{}"
_BATCH = 16
_READ_AHEAD = 4
_WITHOUT_END = 2**40
Arrays = Dict[str, np.ndarray]


class FeatureCache(NamedTuple):
    """Features and labels of all views of all images.

    Attributes:
        features: arrays by name, the row ``view * images + image`` is that view of that image;
            those named ``boundary/N`` replace tensors of the graph.
        labels: the same of the labels.
        images: how many there are.
        views: of each.
        image_shape: height, width and channels of the model's input.
        seed: of the order.
        pace: seconds that a view of an image took, without the start of the session.
    """

    features: Arrays
    labels: Arrays
    images: int
    views: int
    image_shape: Tuple[int, ...]
    seed: int
    pace: float = 0.0

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return sum(
            array.nbytes for arrays in (self.features, self.labels) for array in arrays.values()
        )

    def rows(self, number: int, batch_size: int) -> np.ndarray:
        """The rows that a batch holds: a function of the seed and the batch's number alone.

        Args:
            number: of the batch, from 0.
            batch_size: images in a batch.
        """
        places = [
            divmod(place, self.images)
            for place in range(number * batch_size, (number + 1) * batch_size)
        ]
        images = [_order(self.seed, epoch, self.images)[place] for epoch, place in places]
        views = [(image + epoch) % self.views for image, (epoch, _) in zip(images, places)]
        return np.array(views) * self.images + np.array(images)


@functools.lru_cache(maxsize=8)
def _order(seed: int, epoch: int, images: int) -> np.ndarray:
    """The images in the order of an epoch, each once."""
    return np.random.RandomState([seed, epoch]).permutation(images)


def views_for(config: Any, steps: int, images: int) -> int:
    """How many views of each image are worth their time in a run: none twice where that is known.

    Args:
        config: its ``TrainEvalPipelineConfig``.
        steps: of the run.
        images: to train on.
    """
    epochs = steps * config.train_config.batch_size / images
    if epochs < FEWEST_VIEWS:
        return 1
    wanted = int(min(MOST_VIEWS, max(FEWEST_VIEWS, epochs // EPOCHS_A_VIEW)))
    return min(wanted, flips.combinations(config.train_config) or wanted)


def build(
    config: Any, images: int, views: int, seed: int, memory: int, start: Optional[str] = None
) -> Optional[FeatureCache]:
    """Computes the features of all views.

    The same config, records and seed give the same views, so that a restart goes on with them.

    Args:
        config: a ``TrainEvalPipelineConfig`` with the paths of this machine.
        images: how many the records hold.
        views: of each image.
        seed: of the augmentations and of the order.
        memory: bytes that the cache may take.
        start: the checkpoint to resume from; ``None`` takes the frozen layers from the config's
            ``fine_tune_checkpoint``.

    Returns:
        ``None`` where no layer is frozen, where a frozen one does not come from a checkpoint,
        where fake quantization measures frozen layers too, or where it would take more memory.
    """
    checkpoint = start or config.train_config.fine_tune_checkpoint
    if not checkpoint or not freezing.has_frozen_layers(config):
        return None  # without the seconds that building the model takes
    if config.HasField("graph_rewriter"):
        # Fake-quant nodes change in every step: no layer with one gives the same twice.
        log.info("features of the frozen layers are not kept: they are trained quantization-aware")
        return None
    with tf.Graph().as_default():
        iterator = tf.compat.v1.data.make_initializable_iterator(
            _views(config, images, views, seed)
        )
        features, labels = iterator.get_next()
        image = features.pop(IMAGE)
        ends = _frozen_ends(config, image, features[SHAPE])
        if not ends or not _initialized(config, checkpoint, ends):
            return None
        needed = images * views * sum(_bytes_of(tensor) for tensor in ends)
        if needed > memory:
            log.info(
                "features of the frozen layers are not kept: %d MB needed, %d MB to spare",
                needed >> 20,
                memory >> 20,
            )
            return None
        features.update({_BOUNDARY.format(at): end for at, end in enumerate(ends)})
        started = time.monotonic()
        arrays, pace = _computed(iterator.initializer, (features, labels))
        shape = tuple(image.shape.as_list()[1:])
        cache = FeatureCache(arrays[0], arrays[1], images, views, shape, seed, pace)
    log.info(
        "features of the frozen layers kept: %d images, %d views each, %d MB, %.0f s",
        images,
        views,
        cache.size >> 20,
        time.monotonic() - started,
    )
    return cache


def _views(config: Any, images: int, views: int, seed: int) -> tf.data.Dataset:
    """All images in the records' order, as often as there are views."""
    reader = protos.copy_of(config.train_input_reader)
    reader.shuffle, reader.num_epochs = False, views
    raw = input_pipeline.records(reader, images, seed, 0)
    prepare = input_pipeline.preparation(config, seed)
    each_once = views == flips.combinations(config.train_config)

    @input_pipeline.as_it_is
    def view_of(row: tf.Tensor, record: tf.Tensor) -> tuple:
        return prepare(record, row // images if each_once else None)

    # A timed run has fewer than the records hold.
    numbered = tf.data.Dataset.zip((tf.data.Dataset.range(images * views), raw))
    # One thread: which image is augmented how must not depend on which thread is faster.
    return numbered.map_with_legacy_function(view_of).batch(_BATCH).prefetch(_READ_AHEAD)


def _frozen_ends(config: Any, image: tf.Tensor, shape: tf.Tensor) -> List[tf.Tensor]:
    """Builds the model; the tensors in which its frozen part ends."""
    detection_model.build(config, is_training=True).predict(image, shape)
    return frozen_layers.boundary(image, frozen_layers.frozen_variables(config))


def _initialized(config: Any, checkpoint: str, ends: List[tf.Tensor]) -> bool:
    """Has the variables' initializers read a checkpoint; whether it has all that the ends need."""
    variables = {v.op.name: v for v in tf.compat.v1.global_variables()}
    available = variables_helper.get_variables_available_in_checkpoint(
        variables, checkpoint, include_global_step=False
    )
    tf.compat.v1.train.init_from_checkpoint(checkpoint, available)
    below = frozen_layers.variables_below(ends, frozen_layers.frozen_variables(config))
    missing = sorted(below - set(available))
    if missing:
        log.warning(
            "features of the frozen layers are not kept: %s has no %s", checkpoint, missing[0]
        )
    return not missing


def _bytes_of(tensor: tf.Tensor) -> int:
    """Of one image."""
    return int(np.prod(tensor.shape.as_list()[1:])) * tensor.dtype.size


def _computed(initializer: tf.Operation, tensors: Tuple[dict, dict]) -> Tuple[List[Arrays], float]:
    """The values of batch after batch, one below the other, and the seconds of a row."""
    batches, ages = [], []
    with tf.compat.v1.Session() as session:
        session.run(
            [
                tf.compat.v1.global_variables_initializer(),
                tf.compat.v1.tables_initializer(),
                initializer,
            ]
        )
        while True:
            try:
                batches.append(session.run(tensors))
                ages.append(run_clock.age())
            except tf.errors.OutOfRangeError:
                break
    arrays = [
        {name: np.concatenate([batch[part][name] for batch in batches]) for name in tensors[part]}
        for part in range(len(tensors))
    ]
    # The first batch waits for the session; where there is no other, its time stays unknown.
    rows = sum(len(batch[0][SHAPE]) for batch in batches[1:])
    return arrays, (ages[-1] - ages[0]) / rows if rows else 0.0


def input_fn(cache: FeatureCache, batch_size: int, start: int) -> Callable[[], tf.data.Dataset]:
    """An input function for ``Estimator.train``.

    Args:
        cache: what is read.
        batch_size: images in a batch.
        start: the step that the run starts from.

    Returns:
        A function that gives a dataset of ``(features, labels)`` as the input pipeline does, with
        the features of the frozen layers in the place of the image.
    """
    kept: Tuple[Arrays, Arrays] = (cache.features, cache.labels)
    keys = [(part, name) for part in range(2) for name in sorted(kept[part])]
    arrays = [kept[part][name] for part, name in keys]

    def read(number: np.ndarray) -> List[np.ndarray]:
        rows = cache.rows(int(number), batch_size)
        return [array[rows] for array in arrays]

    @input_pipeline.as_it_is
    def batch(number: tf.Tensor) -> Tuple[dict, dict]:
        values = tf.numpy_function(read, [number], [array.dtype for array in arrays])
        parts: Tuple[dict, dict] = ({}, {})
        for (part, name), value, array in zip(keys, values, arrays):
            value.set_shape((batch_size, *array.shape[1:]))
            parts[part][name] = value
        return parts

    def numbered() -> tf.data.Dataset:
        return tf.data.Dataset.range(start, _WITHOUT_END).map(batch).prefetch(_READ_AHEAD)

    return numbered


def trained_above(model_fn: Callable, config: Any, cache: FeatureCache) -> Callable:
    """A model function that trains on a cache's features what lies above the frozen layers.

    Args:
        model_fn: of the Object Detection API; evaluates and predicts as it is.
        config: the ``TrainEvalPipelineConfig`` of the run.
        cache: that gave the features.
    """

    def replaced(
        features: dict, labels: dict, mode: str, params: Any = None
    ) -> tf.estimator.EstimatorSpec:
        if mode != tf.estimator.ModeKeys.TRAIN:
            return model_fn(features, labels, mode, params)
        # Only its shape counts: nothing that is run reads it once the ends are replaced.
        image = tf.zeros((features[SHAPE].shape[0], *cache.image_shape))
        spec = model_fn(dict(features, **{IMAGE: image}), labels, mode, params)
        ends = frozen_layers.boundary(image, frozen_layers.frozen_variables(config))
        # As many as the cache has: where the graph has another boundary, rerouting refuses.
        count = sum(name.startswith(_BOUNDARY.format("")) for name in cache.features)
        kept = [features[_BOUNDARY.format(at)] for at in range(count)]
        tf.contrib.graph_editor.reroute_ts(kept, ends)
        return spec

    return replaced
