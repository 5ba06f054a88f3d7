"""Quantized TensorFlow Lite models: calibration images, and how their cost is judged."""

import re

import cv2
import numpy as np
import pytest
import tiny_model

from helpers.export import quantization
from helpers.pipeline_config import freezing, schedule


@pytest.mark.parametrize(
    "own, warned, failed",
    [
        (0.60, False, False),
        (0.50, False, False),
        (0.48, False, False),
        (0.47, True, False),
        (0.40, True, False),
        (0.39, True, True),
        (0.0, True, True),
    ],
)
def test_a_drop_is_judged(own, warned, failed):
    cost = quantization.cost("weights", 0.5, own, tiny_model.config(), 200)
    assert (bool(cost.warning), cost.failed) == (warned, failed)
    assert cost.drop == pytest.approx(0.5 - own)


@pytest.mark.parametrize(
    "kind, images, reason, absent",
    [
        pytest.param("uint8", 60, "180 of 900 steps", "chance", id="uint8"),
        pytest.param("uint8", 12, "12 images", "train images", id="uint8, few images"),
        pytest.param("weights", 60, "inference_type QUANTIZED_UINT8", "train images", id="weights"),
        pytest.param("int8", 60, "train images", "steps", id="int8"),
    ],
)
def test_reasons_fit_the_kind(kind, images, reason, absent):
    config = schedule.with_qat(tiny_model.config())
    warning = quantization.cost(kind, 0.5, 0.45, config, images).warning
    assert reason in warning and absent not in warning
    assert re.search(rf"tflite \({kind}\) .*0\.4500, .*0\.5000", warning)


def test_a_calibrated_uint8_model_is_told_of_its_images_and_of_qat():
    warning = quantization.cost("uint8", 0.5, 0.45, tiny_model.config(), 60).warning
    assert "train images" in warning and "--qat" in warning and "steps" not in warning


def test_frozen_layers_have_to_be_trained_for_their_weights_to_adapt():
    config = freezing.with_frozen(tiny_model.config(), "expanded_conv_5")
    for kind in ("uint8", "weights", "int8"):
        assert "--freeze none" in quantization.cost(kind, 0.5, 0.45, config, 60).warning
    assert "--freeze" not in quantization.cost("int8", 0.5, 0.45, tiny_model.config(), 60).warning


@pytest.mark.parametrize(
    "kind, changes, expected",
    [
        pytest.param("float", "", False, id="float"),
        pytest.param("weights", "", False, id="weights"),
        pytest.param("int8", "", True, id="int8"),
        pytest.param("uint8", "", True, id="uint8"),
        pytest.param("uint8", tiny_model.REWRITER, False, id="uint8, QAT"),
    ],
)
def test_is_calibrated(kind, changes, expected):
    config = tiny_model.config(changes)
    assert quantization.is_calibrated(kind, config) == expected
    assert ("max_calibration_images" in quantization.description(kind, config)) == expected


@pytest.mark.parametrize(
    "changes, expected",
    [
        pytest.param("", "calibrated", id="calibrated"),
        pytest.param(tiny_model.REWRITER, "from step 0", id="QAT"),
    ],
)
def test_the_cost_of_8_bits_as_text(changes, expected):
    tflite = quantization.description("uint8", tiny_model.config(changes))
    assert quantization.cost_as_text(tflite) == ""  # before the parity check
    measured = dict(tflite, mAP=0.627, float_mAP=0.632, drop=0.005)
    text = quantization.cost_as_text(measured)
    assert expected in text and all(number in text for number in ("0.6270", "0.6320", " -0.5 "))
    assert quantization.cost_as_text({"kind": "float"}) == quantization.cost_as_text({}) == ""


@pytest.mark.parametrize(
    "variables, expected",
    [
        pytest.param([], False, id="no variables"),
        pytest.param(["conv/weights", "conv/act_quantized/max"], False, id="similar name"),
        pytest.param(["conv/weights", "conv/act_quant/max"], True, id="activations"),
        pytest.param(["conv/weights_quant/min"], True, id="weights"),
        pytest.param(["fake_quantization_step"], True, id="step"),
        pytest.param(["conv/fake_quantization_step"], False, id="step of a layer"),
    ],
)
def test_fake_quant_nodes_are_recognized(variables, expected):
    assert quantization.has_fake_quant(variables) == expected


def test_calibration_images_are_those_that_training_sees(sample_folder, tmp_path):
    import tensorflow as tf

    records = tiny_model.records(sample_folder / "img", tmp_path, count=4)
    calibration = list(quantization.calibration_images(records, tiny_model.LABELS, 96, 80))
    assert [(image.shape, image.dtype) for image in calibration] == [((80, 96, 3), np.float32)] * 4
    with tf.Graph().as_default(), tf.Session() as session:
        encoded = tf.placeholder(tf.string)
        decoded = tf.image.decode_jpeg(encoded, 3, dct_method="INTEGER_ACCURATE")
        images = [
            session.run(decoded, {encoded: path.read_bytes()})
            for path in sorted((sample_folder / "img").iterdir())[:4]
        ]
    expected = [cv2.resize(image, (96, 80)).astype(np.float32) for image in images]
    # The records are shuffled.
    assert all(any(np.abs(image - other).max() < 3 for other in expected) for image in calibration)
