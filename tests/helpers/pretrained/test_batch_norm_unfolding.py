"""Unfolded or measured again, a detector finds the same; training starts near to that."""

import numpy as np
import pytest
import tiny_model

from helpers.pretrained import batch_norm_unfolding, detector_session
from helpers.pretrained.weight_conversion import FoldedNorm, StoredWeights

EPSILON = 0.001


@pytest.fixture(scope="module")
def images():
    width, height = tiny_model.SIZE
    smooth = np.random.RandomState(3).randint(0, 255, (10, height // 8, width // 8, 3), np.uint8)
    return smooth.repeat(8, axis=1).repeat(8, axis=2)


def folded(values, keep_scale):
    """The network as it is stored elsewhere: batch norms folded, some with their scale beside."""
    variables = {name: value for name, value in values.items() if "/BatchNorm/" not in name}
    norms = {}
    for name in [name for name in values if name.endswith("/BatchNorm/gamma")]:
        layer = name[: -len("/BatchNorm/gamma")]
        norm = {
            kind: values[f"{layer}/BatchNorm/{kind}"]
            for kind in ("gamma", "beta", "moving_mean", "moving_variance")
        }
        scale = norm["gamma"] / np.sqrt(norm["moving_variance"] + EPSILON)
        offset = norm["beta"] - scale * norm["moving_mean"]
        depthwise = f"{layer}/depthwise_weights" in values
        if depthwise and keep_scale:
            norms[layer] = FoldedNorm(offset, scale)
            continue
        kernel = f"{layer}/depthwise_weights" if depthwise else f"{layer}/weights"
        variables[kernel] = values[kernel] * (scale[:, np.newaxis] if depthwise else scale)
        norms[layer] = FoldedNorm(offset)
    return StoredWeights(variables, norms)


def predictions(config, values, images):
    with detector_session.loaded(config, values) as detector:
        outputs = detector.session.run(detector.outputs, {detector.images: images})
    return outputs["class_predictions_with_background"]


def training_predictions(config, values, images):
    """The same of a graph whose batch norms normalize by the batch."""
    import tensorflow as tf
    from object_detection.builders import model_builder

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        model = model_builder.build(config.model, is_training=True)
        outputs = model.predict(*model.preprocess(tf.constant(images, tf.float32)))
        variables = tf.compat.v1.global_variables()
        feed = {variable.initializer.inputs[1]: values[variable.op.name] for variable in variables}
        session.run([variable.initializer for variable in variables], feed)
        return session.run(outputs["class_predictions_with_background"])


@pytest.mark.parametrize("keep_scale", [False, True], ids=["folded", "scales of depthwise kept"])
def test_unfolding_changes_nothing_in_inference(config, values, images, keep_scale):
    counted = []
    stored = folded(values, keep_scale)
    made = batch_norm_unfolding.unfolded(config, stored, images, counted.append)
    assert sum(counted) == len(images)
    expected = predictions(config, values, images)
    assert np.abs(predictions(config, made, images) - expected).max() < 2e-3 * expected.std()


def test_training_starts_where_inference_is_on_the_measured_images(config, values, images):
    batch = images[:8]
    expected = predictions(config, values, batch)
    measured = batch_norm_unfolding.unfolded(config, folded(values, True), batch)
    again = training_predictions(config, measured, batch)
    unmeasured = training_predictions(config, values, batch)
    assert np.abs(again - expected).max() < 0.05 * expected.std()
    assert np.abs(unmeasured - expected).max() > 0.5 * expected.std()


def test_filters_get_their_usual_length(config, values, images):
    layer = "FeatureExtractor/MobilenetV2/Conv"
    made = batch_norm_unfolding.unfolded(config, folded(values, False), images)
    length = np.sqrt(np.square(made[f"{layer}/weights"]).sum(axis=(0, 1, 2)))
    np.testing.assert_allclose(length, 2.19, rtol=1e-4)


def test_without_folded_norms_the_values_stay(config, values):
    stored = StoredWeights(values, {})
    assert batch_norm_unfolding.unfolded(config, stored, np.zeros((0, 1, 1, 3))) == values


def test_batches_of_different_size_are_joined_by_their_shares():
    data = np.random.RandomState(1).rand(50, 3) * 7
    parts = [(len(part), part.mean(0), part.var(0)) for part in (data[:8], data[8:30], data[30:])]
    joined = batch_norm_unfolding._moments(parts)
    np.testing.assert_allclose(joined.mean, data.mean(0))
    np.testing.assert_allclose(joined.variance, data.var(0))
