"""Models that the API builds and cannot run under Python 3 do run."""

import numpy as np
import pytest
import ssd_architectures
import tiny_model
from tiny_model import ANCHORS

from helpers.pipeline_config import detection_model, pipeline

tf = pytest.importorskip("tensorflow")


def test_a_pooling_pyramid_runs():
    config = ssd_architectures.config("ssd_mobilenet_v1_ppn")
    width, height = pipeline.input_size(config)
    with tf.Graph().as_default():
        model = detection_model.build(config, is_training=False)
        predicted = model.predict(tf.zeros([1, height, width, 3]), None)
    sizes = [features.shape.as_list()[1:3] for features in predicted["feature_maps"]]
    assert sizes == [[6, 6], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]]


def test_anchors_with_strides_of_their_own_are_built():
    strides = 6 * "height_stride: 24 width_stride: 24 "
    generator = detection_model.anchor_generator(tiny_model.config(ANCHORS % strides))
    assert generator.num_anchors_per_location() == [6] * 6


@pytest.mark.parametrize(
    "options, times",
    [({"scale": 2}, (2, 2)), ({"height_scale": 3, "width_scale": 1}, (3, 1))],
    ids=["both", "each"],
)
def test_upsampling_repeats_each_value(options, times):
    """As ``numpy.repeat``, and as the API's own function, which the repair replaces."""
    from object_detection.utils import ops

    detection_model.repair_api()
    values = np.random.RandomState(1).rand(2, 3, 4, 5).astype(np.float32)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        upsampled = session.run(ops.nearest_neighbor_upsampling(tf.constant(values), **options))
    np.testing.assert_array_equal(upsampled, values.repeat(times[0], 1).repeat(times[1], 2))


def test_the_repair_is_done_once():
    from object_detection.models import feature_map_generators

    detection_model.repair_api()
    once = feature_map_generators.pooling_pyramid_feature_maps
    detection_model.repair_api()
    assert feature_map_generators.pooling_pyramid_feature_maps is once
