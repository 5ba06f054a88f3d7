"""The order of the images, and what becomes of them, against the Object Detection API's own."""

import cv2
import numpy as np
import pytest
import tensorflow as tf
from object_detection import inputs as theirs

from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import pipeline
from helpers.tfrecords import tfrecord
from helpers.workspace import CONTAINER_CHANNEL
from trainer import input_pipeline

IMAGES = 19


@pytest.fixture
def config(small_channel):
    text = (small_channel / "pipeline.config").read_text()
    return pipeline.parse(text.replace(str(CONTAINER_CHANNEL.folder), str(small_channel)))


@pytest.fixture
def images(small_channel):
    return sorted(record.path for record in csv_table.read(small_channel / "data_train.csv"))


def order(config, count, start=0, seed=0, graph_seed=0):
    """Names of the images that come next when ``start`` were seen before."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.compat.v1.set_random_seed(graph_seed)
        dataset = input_pipeline.records(config.train_input_reader, IMAGES, seed, start)
        raw = tf.compat.v1.data.make_one_shot_iterator(dataset).get_next()
        name = tf.io.parse_single_example(
            raw, {"image/source_id": tf.io.FixedLenFeature([], tf.string)}
        )["image/source_id"]
        return [session.run(name).decode() for _ in range(count)]


@pytest.mark.parametrize("start", [0, 1, 18, 19, 20, 38, 60])
def test_a_start_in_the_middle_sees_what_comes_then(config, start):
    whole = order(config, 70)
    assert order(config, 70 - start, start, graph_seed=start) == whole[start:]


def test_every_epoch_has_each_image_once_in_an_order_of_its_own(config, images):
    flat = order(config, 4 * IMAGES)
    epochs = [flat[first : first + IMAGES] for first in range(0, len(flat), IMAGES)]
    assert [sorted(epoch) for epoch in epochs] == [images] * 4
    assert len({tuple(epoch) for epoch in epochs}) == 4


def test_another_seed_is_another_order(config):
    assert len({tuple(order(config, IMAGES, seed=seed)) for seed in range(4)}) == 4


@pytest.mark.parametrize("readers, buffer, block", [(1, 1, 1), (3, 2, 1), (2, 1000, 4)])
def test_whatever_the_reader_asks_for(config, images, readers, buffer, block):
    reader = config.train_input_reader
    reader.num_readers, reader.shuffle_buffer_size, reader.read_block_length = (
        readers,
        buffer,
        block,
    )
    whole = order(config, 2 * IMAGES)
    assert order(config, IMAGES, IMAGES) == whole[IMAGES:]
    assert sorted(whole) == sorted(images * 2)


def test_unshuffled_is_the_order_of_the_files(config, small_channel):
    config.train_input_reader.shuffle, config.train_input_reader.num_readers = False, 1
    paths = tfrecord.existing(small_channel / "train.record")
    stored = tfrecord.read(paths, label_map_file.read(small_channel / "label_map.pbtxt"))
    assert order(config, 2 * IMAGES) == 2 * [record.filename for record in stored]


def test_only_so_many_epochs_when_the_config_says_so(config):
    config.train_input_reader.num_epochs = 2
    assert len(order(config, IMAGES, IMAGES)) == IMAGES
    with pytest.raises(tf.errors.OutOfRangeError):
        order(config, IMAGES + 1, IMAGES)


def by_image(input_fn, most):
    """What a training session is given until each image has come: values by name, by image.

    It takes ``most`` batches at most: the API's own order is another at every run.
    """
    rows = {}
    with tf.Graph().as_default(), tf.Session() as session:
        iterator = tf.compat.v1.data.make_initializable_iterator(input_fn())
        tensors = iterator.get_next()
        session.run([iterator.initializer, tf.compat.v1.tables_initializer()])
        for _ in range(most):
            if len(rows) == IMAGES:
                break
            features, labels = session.run(tensors)
            for number, key in enumerate(features[theirs.HASH_KEY]):
                rows[key] = {
                    name: values[number]
                    for part in (features, labels)
                    for name, values in part.items()
                }
    return rows


def test_features_and_labels_are_the_apis_own(config):
    ours = by_image(input_pipeline.train_input_fn(config, IMAGES, 0, 0), 5)
    oracle = by_image(
        theirs.create_train_input_fn(config.train_config, config.train_input_reader, config.model),
        1000,
    )
    seen = [row.pop(input_pipeline.IMAGES) for row in ours.values()]
    assert input_pipeline.names(seen) == order(config, IMAGES)
    assert ours.keys() == oracle.keys()
    for key, row in oracle.items():
        assert ours[key].keys() == row.keys()
        for name, value in row.items():
            np.testing.assert_array_equal(ours[key][name], value, err_msg=name)


def test_images_are_those_that_cv2_resizes(config, small_channel):
    paths = tfrecord.existing(small_channel / "train.record")
    stored = tfrecord.read(paths, label_map_file.read(small_channel / "label_map.pbtxt"))
    rows = by_image(input_pipeline.train_input_fn(config, IMAGES, 0, 0), 5).values()
    names = input_pipeline.names([row[input_pipeline.IMAGES] for row in rows])
    found = {name: (row["image"] + 1) * 127.5 for name, row in zip(names, rows)}
    with tf.Graph().as_default(), tf.Session() as session:
        encoded = tf.placeholder(tf.string)
        decoded = tf.image.decode_jpeg(encoded)
        for record in stored:
            pixels = session.run(decoded, {encoded: record.encoded})
            expected = cv2.resize(pixels, pipeline.input_size(config))
            assert np.abs(found[record.filename] - expected).max() < 1.01


@pytest.mark.parametrize(
    "name, kept",
    [
        ("a.jpg", "a.jpg"),
        ("ä/ö.jpg", "ä/ö.jpg"),
        ("f/" * 99 + "a.jpg", ("f/" * 99 + "a.jpg")[-128:]),
        ("x" * 128, "x" * 128),
    ],
    ids=["short", "not ASCII", "too long", "longest"],
)
def test_names_arrive_whole_or_by_their_end(name, kept):
    with tf.Graph().as_default(), tf.Session() as session:
        encoded = input_pipeline._encoded(
            {"source_id": tf.constant(name), "filename": tf.constant("")}
        )
        other = input_pipeline._encoded(
            {"source_id": tf.constant(""), "filename": tf.constant(name)}
        )
        assert input_pipeline.names(session.run([encoded, other])) == [kept, kept]
