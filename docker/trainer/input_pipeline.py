"""The images to train on, in an order that a restart takes up where it was left.

Which image comes when is a function of the records, the seed and the step alone: every epoch
shuffles by a seed of its own, nothing in between depends on which thread is faster, and a run that
starts at step k passes over what k steps have seen. Decoding, augmentation and all that the model
is fed with are the Object Detection API's own; only ``dataset_builder.read_dataset`` is replaced,
which shuffles differently each time. What the augmentations do to an image is drawn anew.
"""

from __future__ import annotations

import contextlib
import functools
import math
from typing import Any, Callable, Iterator, List, Optional

import numpy as np
import tensorflow as tf
from object_detection import inputs
from object_detection.builders import image_resizer_builder, model_builder, preprocessor_builder
from object_detection.core.standard_fields import InputDataFields
from object_detection.data_decoders.tf_example_decoder import TfExampleDecoder
from object_detection.utils import config_util

from helpers.pipeline_config import image_resizer
from trainer import flips
from trainer.cluster import ALONE, Cluster

# The API's functions are made of graph operations already. To translate them, as TensorFlow does
# with what it maps over a data set unless told otherwise, takes half of the time to the first step.
as_it_is = tf.autograph.experimental.do_not_convert
IMAGES = "images"  # the feature with the names
NAME_BYTES = 128
_READ_AHEAD = 8 << 20
_WITHOUT_END = 2**40


def train_input_fn(
    config: Any, images: int, seed: int, start: int, hosts: Cluster = ALONE, copies: int = 1
) -> Callable[[], tf.data.Dataset]:
    """An input function for ``Estimator.train``.

    Args:
        config: the ``TrainEvalPipelineConfig`` with the paths of this machine.
        images: how many the records hold.
        seed: of the order.
        start: the step that the run starts from.
        hosts: that train together; each has its share of the images and of the steps.
        copies: of the model on this host, each of which is given its part of a batch.

    Returns:
        A function that gives a dataset of ``(features, labels)`` as
        ``object_detection.inputs.train_input`` does. The feature ``images``, uint8
        (batch, ``NAME_BYTES``), holds the names; see :func:`names`.
    """
    reader, part = config.train_input_reader, max(1, config.train_config.batch_size // copies)

    def input_fn() -> tf.data.Dataset:
        raw = records(reader, images, seed, start * part * copies // len(hosts.hosts), hosts)
        prepared = raw.map_with_legacy_function(preparation(config), tf.data.experimental.AUTOTUNE)
        batches = prepared.batch(part, drop_remainder=True)
        return batches.prefetch(reader.num_prefetch_batches)

    return input_fn


def records(
    reader: Any, images: int, seed: int, passed: int, hosts: Cluster = ALONE
) -> tf.data.Dataset:
    """Raw records, one epoch after the other.

    Args:
        reader: an ``InputReader``; its files may be patterns.
        images: how many the files hold.
        seed: of the order.
        passed: how many were seen before.
        hosts: among which every epoch is divided, and whose share it is.
    """
    files = sorted(tf.io.gfile.glob(list(reader.tf_record_input_reader.input_path)))
    each = max(1, reader.sample_1_of_n_examples)
    # Of the images, those numbered own, own + every, own + 2 * every, ... are for this host.
    every, own = each * len(hosts.hosts), each * hosts.host_index
    first, rest = divmod(passed, max(1, math.ceil((images - own) / every)))

    @as_it_is
    def epoch(number: tf.Tensor) -> tf.data.Dataset:
        # Shuffling mixes its seed with that of the graph, here the one of this small function.
        tf.compat.v1.set_random_seed(seed)
        return _epoch(reader, files, every, own, number)

    epochs = tf.data.Dataset.range(first, reader.num_epochs or _WITHOUT_END)
    return epochs.flat_map(epoch).skip(rest)


def _epoch(reader: Any, files: List[str], every: int, own: int, seed: tf.Tensor) -> tf.data.Dataset:
    names = tf.data.Dataset.from_tensor_slices(files)
    if reader.shuffle:
        names = names.shuffle(len(files), seed, reshuffle_each_iteration=False)
    # One thread reads: decoding is what takes time, and TensorFlow 1.15 crashes now and then when a
    # session closes while several read inside of `flat_map`.
    found = names.interleave(
        functools.partial(tf.data.TFRecordDataset, buffer_size=_READ_AHEAD),
        cycle_length=min(reader.num_readers, len(files)),
        block_length=reader.read_block_length,
    )
    found = found.shard(every, own) if every > 1 else found
    if reader.shuffle:
        found = found.shuffle(reader.shuffle_buffer_size, seed, reshuffle_each_iteration=False)
    return found


def preparation(config: Any, seed: Optional[int] = None) -> Callable:
    """From a raw record to features and labels, as in ``object_detection.inputs.train_input``.

    Args:
        config: the ``TrainEvalPipelineConfig`` with the paths of this machine.
        seed: of the augmentations, where one thread draws them; ``None`` is that of the run.

    Returns:
        A function of the record and, where augmentations are not to be drawn, of the number of
        the view; see :mod:`trainer.flips`.
    """
    train, reader, model = config.train_config, config.train_input_reader, config.model
    image_resizer.use_half_pixel_centers()
    resizer = config_util.get_image_resizer_config(model)
    classes = config_util.get_number_of_classes(model)
    decoder = TfExampleDecoder(
        load_instance_masks=reader.load_instance_masks,
        load_multiclass_scores=reader.load_multiclass_scores,
        instance_mask_type=reader.mask_type,
        label_map_proto_file=reader.label_map_path or None,
        use_display_name=reader.use_display_name,
        num_additional_channels=reader.num_additional_channels,
    )
    transform = functools.partial(
        inputs.transform_input_data,
        model_preprocess_fn=model_builder.build(model, is_training=True).preprocess,
        image_resizer_fn=image_resizer_builder.build(resizer),
        num_classes=classes,
        merge_multiple_boxes=train.merge_multiple_label_boxes,
        retain_original_image=train.retain_original_images,
        use_multiclass_scores=train.use_multiclass_scores,
        use_bfloat16=train.use_bfloat16,
    )

    @as_it_is
    def prepare(raw: tf.Tensor, view: Optional[tf.Tensor] = None) -> tuple:
        if seed is not None:  # the one of this small function's graph
            tf.compat.v1.set_random_seed(seed)
        decoded = decoder.decode(raw)
        drawn = map(preprocessor_builder.build, train.data_augmentation_options)
        options = list(drawn) if view is None else flips.options_of(train, view)
        augment = functools.partial(inputs.augment_input_data, data_augmentation_options=options)
        with _seeded_crops():
            augmented = transform(decoded, data_augmentation_fn=augment)
        padded = inputs.pad_input_data_to_static_shapes(
            augmented,
            max_num_boxes=reader.max_number_of_boxes,
            num_classes=classes,
            spatial_image_shape=config_util.get_spatial_image_size(resizer),
        )
        features = inputs._get_features_dict(padded)
        return dict(features, **{IMAGES: _encoded(decoded)}), inputs._get_labels_dict(padded)

    return prepare


@contextlib.contextmanager
def _seeded_crops() -> Iterator[None]:
    """Crops that are drawn inside follow the graph's seed, as everything else does that is drawn.

    TensorFlow 1.15 passes it to each random operation but to this one.
    """
    sample = tf.image.sample_distorted_bounding_box

    def seeded(*arguments: Any, **options: Any) -> Any:
        seed, more = tf.compat.v1.get_seed(None)
        return sample(*arguments, seed=seed, seed2=more, **options)

    tf.image.sample_distorted_bounding_box = seeded
    try:
        yield
    finally:
        tf.image.sample_distorted_bounding_box = sample


def _encoded(decoded: dict) -> tf.Tensor:
    """An image's name as numbers, since text cannot be copied to a GPU."""
    source, file = decoded[InputDataFields.source_id], decoded[InputDataFields.filename]
    name = tf.where(tf.equal(source, ""), file, source)
    spare = tf.maximum(tf.strings.length(name) - NAME_BYTES, 0)
    end = tf.strings.substr(name, spare, NAME_BYTES)
    return tf.compat.v2.io.decode_raw(end, tf.uint8, fixed_length=NAME_BYTES)


def names(encoded: np.ndarray) -> List[str]:
    """The names of images as a session gives them, uint8 (n, ``NAME_BYTES``)."""
    return [bytes(row).rstrip(b"\0").decode("utf-8", "replace") for row in encoded]
