"""Features of frozen layers that are kept: the same training, without the layers below."""

import numpy as np
import pytest
import tensorflow as tf
from object_detection import model_hparams, model_lib
from object_detection.builders import model_builder
from object_detection.utils import config_util
from test_frozen_layers import UP_TO_5
from tiny_model import checkpoint

from helpers.pipeline_config import pipeline, schedule
from helpers.workspace import CONTAINER_CHANNEL
from trainer import feature_cache, input_pipeline

IMAGES, BATCH, PLENTY = 19, 4, 1 << 30
FLIP = "random_horizontal_flip"


@pytest.fixture(scope="module")
def made(small_channel, tmp_path_factory):
    """A config that freezes the lower layers, and a checkpoint of random weights to start from."""
    text = (small_channel / "pipeline.config").read_text()
    config = pipeline.parse(text.replace(str(CONTAINER_CHANNEL.folder), str(small_channel)))
    config.model.ssd.feature_extractor.type = "ssd_mobilenet_v2"
    config.model.ssd.feature_extractor.conv_hyperparams.batch_norm.train = False
    train = config.train_config
    train.batch_size = BATCH
    train.freeze_variables.extend(UP_TO_5)
    del train.data_augmentation_options[:]
    train.fine_tune_checkpoint = checkpoint(config, tmp_path_factory.mktemp("start"))
    train.from_detection_checkpoint = train.load_all_detection_checkpoint_vars = True
    return config


@pytest.fixture(scope="module")
def cache(made):
    return feature_cache.build(made, IMAGES, 2, 5, PLENTY)


def with_augmentation(config, name):
    changed = pipeline.parse(pipeline.text_of(config))
    getattr(changed.train_config.data_augmentation_options.add(), name).SetInParent()
    return changed


def step(config, batch, adapted=lambda model_fn: model_fn):
    """Loss and trained variables after one step of training on a batch."""
    configs = config_util.create_configs_from_pipeline_proto(config)
    hparams = model_hparams.create_hparams(None)
    with tf.Graph().as_default():
        tf.compat.v1.set_random_seed(1)
        tf.compat.v1.train.create_global_step()

        def build(is_training, **options):
            return model_builder.build(configs["model"], is_training=is_training, **options)

        model_fn = adapted(model_lib.create_model_fn(build, configs, hparams))
        features, labels = (
            {name: tf.constant(value) for name, value in part.items()} for part in batch
        )
        spec = model_fn(features, labels, tf.estimator.ModeKeys.TRAIN, None)
        trained = {v.op.name: v for v in tf.compat.v1.trainable_variables()}
        with tf.compat.v1.Session() as session:
            session.run(tf.compat.v1.global_variables_initializer())
            loss = session.run(spec.loss)
            session.run(spec.train_op)
            return loss, session.run(trained)


def first_batch(dataset):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        iterator = tf.compat.v1.data.make_initializable_iterator(dataset())
        session.run([iterator.initializer, tf.compat.v1.tables_initializer()])
        return session.run(iterator.get_next())


def from_images(config):
    """The first batch of the images in the records' order."""

    def dataset():
        reader = pipeline.parse(pipeline.text_of(config)).train_input_reader
        reader.shuffle = False
        raw = input_pipeline.records(reader, IMAGES, 0, 0)
        return raw.map_with_legacy_function(input_pipeline.preparation(config)).batch(BATCH)

    return first_batch(dataset)


def test_a_step_on_features_is_the_step_on_images(made, cache):
    rows = slice(0, BATCH)
    kept = tuple({name: part[name][rows] for name in part} for part in cache[:2])
    loss, variables = step(made, from_images(made))
    on_features, same = step(
        made, kept, lambda model_fn: feature_cache.trained_above(model_fn, made, cache)
    )
    assert on_features == pytest.approx(loss, rel=1e-5)
    assert sorted(same) == sorted(variables)
    for name, value in variables.items():
        np.testing.assert_allclose(same[name], value, atol=1e-5, err_msg=name)


def test_a_graph_with_another_boundary_is_not_trained_on_nothing(made, cache):
    """The image of a graph whose frozen layers are replaced is black."""
    trained = pipeline.parse(pipeline.text_of(made))
    del trained.train_config.freeze_variables[:]
    kept = tuple({name: part[name][:BATCH] for name in part} for part in cache[:2])
    with pytest.raises(ValueError, match="1 != 0"):
        step(trained, kept, lambda model_fn: feature_cache.trained_above(model_fn, trained, cache))


def test_the_images_themselves_are_not_kept(cache):
    assert feature_cache.IMAGE not in cache.features
    assert [name for name in cache.features if name.startswith("boundary")] == ["boundary/0"]


def test_the_same_seed_gives_the_same_views(made):
    changed = with_augmentation(made, "ssd_random_crop")
    first, again = (feature_cache.build(changed, IMAGES, 2, 5, PLENTY) for _ in range(2))
    for part in range(2):
        assert sorted(first[part]) == sorted(again[part])
        for name, value in first[part].items():
            np.testing.assert_array_equal(again[part][name], value, err_msg=name)
    boxes = first.labels["groundtruth_boxes"].reshape(2, IMAGES, -1)
    assert not np.array_equal(boxes[0], boxes[1])  # the second view is cropped elsewhere


def test_each_image_is_kept_once_as_it_is_and_once_flipped(made, cache):
    flipped = feature_cache.build(with_augmentation(made, FLIP), IMAGES, 2, 5, PLENTY)
    as_it_is, other = flipped.labels["groundtruth_boxes"].reshape(2, IMAGES, -1, 4)
    np.testing.assert_array_equal(as_it_is, cache.labels["groundtruth_boxes"][:IMAGES])
    counts = flipped.labels["num_groundtruth_boxes"].reshape(2, IMAGES)
    assert counts.sum() > 2 * IMAGES
    for count, boxes, mirrored in zip(counts[0], as_it_is, other):
        y_min, x_min, y_max, x_max = boxes[:count].T
        expected = np.stack([y_min, 1 - x_max, y_max, 1 - x_min], 1)
        np.testing.assert_allclose(mirrored[:count], expected, atol=1e-6)


def test_more_than_the_memory_is_not_kept(made):
    assert feature_cache.build(made, IMAGES, 1, 0, memory=1000) is None


def test_nothing_frozen_is_nothing_kept(made):
    trained = pipeline.parse(pipeline.text_of(made))
    del trained.train_config.freeze_variables[:]
    assert feature_cache.build(trained, IMAGES, 1, 0, PLENTY) is None


def test_fake_quantization_runs_the_frozen_layers_too(made):
    """Or their ranges would never be measured, and the graph would have another boundary."""
    quantized = schedule.with_qat(pipeline.parse(pipeline.text_of(made)))
    assert feature_cache.build(quantized, IMAGES, 1, 0, PLENTY) is None


def test_frozen_layers_that_no_checkpoint_gives_are_not_kept(made, tmp_path):
    """They start at random, and otherwise in every graph."""
    scratch = pipeline.parse(pipeline.text_of(made))
    scratch.train_config.fine_tune_checkpoint = ""
    assert feature_cache.build(scratch, IMAGES, 1, 0, PLENTY) is None
    wider = pipeline.parse(pipeline.text_of(made))
    wider.model.ssd.feature_extractor.depth_multiplier = 0.5
    wider.train_config.fine_tune_checkpoint = checkpoint(wider, tmp_path)
    wider.model.ssd.feature_extractor.depth_multiplier = 0.35
    assert feature_cache.build(wider, IMAGES, 1, 0, PLENTY) is None


def test_resuming_takes_the_frozen_layers_from_the_jobs_own_checkpoint(made, cache, tmp_path):
    other = checkpoint(made, tmp_path, seed=8)
    resumed = feature_cache.build(made, IMAGES, 1, 5, PLENTY, start=other)
    assert not np.allclose(resumed.features["boundary/0"], cache.features["boundary/0"][:IMAGES])


def test_every_epoch_has_each_image_once_and_takes_turns_with_the_views(cache):
    rows = np.concatenate([cache.rows(number, IMAGES) for number in range(4)])
    views, images = np.divmod(rows.reshape(4, IMAGES), IMAGES)
    assert [sorted(epoch) for epoch in images] == [list(range(IMAGES))] * 4
    by_image = np.array([view[np.argsort(image)] for view, image in zip(views, images)])
    assert (by_image[1:] != by_image[:-1]).all()


def test_a_start_in_the_middle_reads_the_batches_that_come_then(cache):
    name = "groundtruth_boxes"
    whole = cache.labels[name][cache.rows(7, BATCH)]
    features, labels = first_batch(feature_cache.input_fn(cache, BATCH, 7))
    np.testing.assert_array_equal(labels[name], whole)
    np.testing.assert_array_equal(
        features["boundary/0"], cache.features["boundary/0"][cache.rows(7, BATCH)]
    )


@pytest.mark.parametrize(
    "steps, drawn, flipped",
    [(10, 1, 1), (100, 2, 2), (300, 3, 2), (2000, 8, 2)],
    ids=["half an epoch", "five epochs", "fifteen", "a hundred"],
)
def test_views(made, steps, drawn, flipped):
    """No more than there are different ones."""
    images = 160 * BATCH // 8
    assert feature_cache.views_for(made, steps, images) == 1
    cropped = with_augmentation(made, "ssd_random_crop")
    assert feature_cache.views_for(cropped, steps, images) == drawn
    assert feature_cache.views_for(with_augmentation(made, FLIP), steps, images) == flipped
