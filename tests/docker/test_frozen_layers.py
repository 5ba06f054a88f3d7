"""The tensors in which the frozen part of a graph ends."""

import pytest
import tensorflow as tf
from object_detection.builders import model_builder

from helpers.pipeline_config import pipeline
from trainer import frozen_layers

BACKBONE = "FeatureExtractor/MobilenetV2/"
UP_TO_5 = (f"^{BACKBONE}Conv/", f"^{BACKBONE}expanded_conv/", f"^{BACKBONE}expanded_conv_[1-5]/")


def config(freeze, freeze_batch_norm=True):
    made = pipeline.read("small_ssd")
    made.model.ssd.feature_extractor.conv_hyperparams.batch_norm.train = not freeze_batch_norm
    made.train_config.freeze_variables.extend(freeze)
    return made


def ends(made):
    """Names of the operations that the boundary of a config's training graph consists of."""
    with tf.Graph().as_default():
        image = tf.zeros((2, 160, 160, 3))
        model = model_builder.build(made.model, is_training=True)
        model.predict(image, tf.constant([[160, 160, 3]] * 2))
        found = frozen_layers.boundary(image, frozen_layers.frozen_variables(made))
        return [tensor.op.name for tensor in found]


@pytest.mark.parametrize(
    "freeze, expected",
    [
        pytest.param(UP_TO_5, [f"{BACKBONE}expanded_conv_6/input"], id="lower layers"),
        pytest.param(UP_TO_5[:1], [f"{BACKBONE}expanded_conv/input"], id="first layer"),
        pytest.param((f"^{BACKBONE}expanded_conv_5/",), [], id="a layer above one that is trained"),
        pytest.param((), [], id="nothing frozen"),
    ],
)
def test_boundary(freeze, expected):
    assert ends(config(freeze)) == expected


def test_boundary_of_a_whole_backbone_has_an_end_for_each_feature_map():
    assert len(ends(config([f"^{BACKBONE}"]))) == 2 + 4  # the extra layers lie in its scope too


def test_batch_norms_that_use_the_batch_are_not_frozen():
    assert ends(config(UP_TO_5, freeze_batch_norm=False)) == [f"{BACKBONE}Conv/Conv2D"]


def test_random_operations_are_not_frozen():
    with tf.Graph().as_default():
        image = tf.zeros((1, 4, 4, 3))
        kept = image * tf.compat.v1.get_variable("kept", [])
        dropped = tf.nn.dropout(kept, rate=0.5)
        dropped * tf.compat.v1.get_variable("trained", [])
        (end,) = frozen_layers.boundary(image, ["kept"])
        assert end in (kept, dropped.op.inputs[0])


def test_an_image_that_only_trained_layers_read_has_no_boundary():
    with tf.Graph().as_default():
        image = tf.zeros((1, 4, 4, 3))
        tf.compat.v1.get_variable("kept", [])
        tf.abs(image) * tf.compat.v1.get_variable("trained", [])
        assert frozen_layers.boundary(image, ["kept"]) == []
