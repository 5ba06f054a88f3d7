"""Lower layers that keep what the checkpoint has."""

import re

import pytest
import ssd_architectures
import two_stage_model

from helpers.pipeline_config import detection_model, freezing, pipeline
from helpers.structures.errors import BadInput

SCOPE = "^FeatureExtractor/MobilenetV2/"


def frozen(config):
    return list(config.train_config.freeze_variables)


@pytest.mark.parametrize(
    "layer, count",
    [("Conv", 1), ("expanded_conv", 2), ("expanded_conv_5", 7), ("Conv_1", 19), ("none", 0)],
)
def test_with_frozen_lists_the_layers_up_to_one(layer, count):
    config = pipeline.read("ssd_mobilenet_v2")
    made = freezing.with_frozen(config, layer)
    assert len(frozen(made)) == count and frozen(config) == []
    assert made.model.ssd.freeze_batchnorm == (layer != "none")
    assert freezing.frozen_up_to(made) == layer and freezing.frozen_up_to(config) == "none"
    if count:
        assert frozen(made)[0] == f"{SCOPE}Conv/" and frozen(made)[-1] == f"{SCOPE}{layer}/"


@pytest.mark.parametrize(
    "layer, expected", [("expanded_conv", True), ("none", False)], ids=["some", "none"]
)
def test_has_frozen_layers(layer, expected):
    made = freezing.with_frozen(pipeline.read("ssd_mobilenet_v2"), layer)
    assert freezing.has_frozen_layers(made) == expected


def test_layers_outside_of_those_that_are_trained_are_frozen():
    config = pipeline.read("ssd_mobilenet_v2")
    config.train_config.update_trainable_variables.append("BoxPredictor_")
    assert freezing.has_frozen_layers(config)


def test_a_layer_is_not_taken_for_one_whose_name_it_begins():
    assert f"{SCOPE}expanded_conv/" in frozen(
        freezing.with_frozen(pipeline.read("ssd_mobilenet_v2"), "expanded_conv")
    )


def batches_normalized(config):
    """Of each batch norm of the training graph, whether it goes by the batch."""
    tf = pytest.importorskip("tensorflow")
    width, height = pipeline.input_size(config)
    with tf.Graph().as_default() as graph:
        model = detection_model.build(config, is_training=True)
        model.predict(tf.zeros([1, height, width, 3]), None)
        return [
            operation.get_attr("is_training")
            for operation in graph.get_operations()
            if operation.type.startswith("FusedBatchNorm")
        ]


@pytest.mark.parametrize("name", sorted(ssd_architectures.ALL))
def test_all_batch_norms_are_frozen_and_trained_again(name):
    """Those above the backbone, too: evaluation would not find what they learned."""
    config = ssd_architectures.config(name)
    config.model.ssd.freeze_batchnorm = True
    made = freezing.with_frozen(config, freezing.layers(config)[3])
    by_hand = freezing.with_frozen_batch_norms(config)
    count = len(batches_normalized(config))
    assert count > 20 and batches_normalized(made) == batches_normalized(by_hand) == [False] * count
    assert batches_normalized(freezing.with_frozen(made, "none")) == [True] * count


def test_a_config_without_a_predictor_is_not_where_it_fails():
    config = pipeline.read("ssd_mobilenet_v2_transfer")
    config.model.ssd.ClearField("box_predictor")
    extractor = freezing.with_frozen(config, "none").model.ssd.feature_extractor
    assert extractor.conv_hyperparams.batch_norm.train


def test_batch_norms_stay_as_they_are_where_none_is_frozen():
    config = pipeline.read("ssd_mobilenet_v2")
    assert freezing.with_frozen_batch_norms(config) == config


def test_an_extractor_with_batch_norms_of_its_own_freezes_those():
    made = freezing.with_frozen(pipeline.read("small_ssd"), "expanded_conv_5")
    assert not made.model.ssd.feature_extractor.conv_hyperparams.batch_norm.train
    trained = freezing.with_frozen(made, "none")
    assert trained.model.ssd.feature_extractor.conv_hyperparams.batch_norm.train


def test_training_all_again_leaves_nothing_frozen():
    config = pipeline.read("ssd_mobilenet_v2_transfer")
    assert config.model.ssd.freeze_batchnorm
    made = freezing.with_frozen(freezing.with_frozen(config, "expanded_conv_5"), "none")
    assert frozen(made) == [] and not made.model.ssd.freeze_batchnorm


@pytest.mark.parametrize(
    "layer",
    ["", "expanded_conv_17", "BoxPredictor_0"],
    ids=["empty", "beyond the last", "predictor"],
)
def test_an_unknown_layer_is_refused(layer):
    with pytest.raises(BadInput, match="expanded_conv_12") as refused:
        freezing.with_frozen(pipeline.read("ssd_mobilenet_v2"), layer)
    assert repr(layer) in str(refused.value)


@pytest.mark.parametrize("name", sorted(ssd_architectures.ALL))
def test_each_layer_has_variables_and_no_layer_above_is_frozen(name):
    """Against the names that the Object Detection API gives the variables, in their order."""
    tf = pytest.importorskip("tensorflow")
    config = ssd_architectures.config(name)
    width, height = pipeline.input_size(config)
    with tf.Graph().as_default():
        model = detection_model.build(config, is_training=True)
        model.predict(tf.zeros([1, height, width, 3]), None)
        names = [variable.op.name for variable in tf.compat.v1.trainable_variables()]
    count = 0
    for layer in freezing.layers(config):
        patterns = frozen(freezing.with_frozen(config, layer))
        matched = [any(re.match(pattern, name) for pattern in patterns) for name in names]
        assert sum(matched) > count and matched == sorted(matched, reverse=True), layer
        count = sum(matched)


def test_an_extractor_whose_layers_are_not_known_is_refused():
    config = pipeline.read("ssd_mobilenet_v2")
    config.model.ssd.feature_extractor.type = "ssd_pnasnet"
    with pytest.raises(BadInput, match="ssd_pnasnet"):
        freezing.with_frozen(config, "Conv")
    assert frozen(freezing.with_frozen(config, "none")) == []


def test_a_faster_rcnn_trains_all_and_keeps_its_batch_norms():
    config = two_stage_model.config()
    assert freezing.with_frozen(config, "none") == config
    assert freezing.with_frozen_batch_norms(config) == config
    with pytest.raises(BadInput, match="faster_rcnn_resnet50"):
        freezing.with_frozen(config, "block1")
