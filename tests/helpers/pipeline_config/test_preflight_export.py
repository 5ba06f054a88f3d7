"""Preflight of an export: the input size and the quantization that a run was asked for."""

import pytest
import training_channel

from helpers.pipeline_config import preflight
from helpers.pipeline_config.export_options import ExportOptions
from helpers.pipeline_config.preflight import RunSettings
from helpers.structures.errors import BadInput

QAT = RunSettings(export=ExportOptions(inference_type="QUANTIZED_UINT8"))


@pytest.mark.parametrize(
    "options, message",
    [
        pytest.param({"image_size": 300}, "160x160, expected image_size 300x300", id="image size"),
        pytest.param(
            {"image_size": "300"}, "160x160, expected image_size 300x300", id="image size as text"
        ),
        pytest.param(
            {"inference_type": "QUANTIZED_UINT8", "post_training": "int8"},
            "post_training: .*'int8' with inference_type QUANTIZED_UINT8",
            id="quantized twice",
        ),
    ],
)
def test_export_options_that_contradict_the_config_are_refused(training, options, message):
    without_tflite = RunSettings(export=ExportOptions(tflite=False, **options))
    assert preflight.check(training, None, without_tflite)
    with pytest.raises(BadInput, match=message):
        preflight.check(training, None, RunSettings(export=ExportOptions(**options)))


@pytest.mark.parametrize(
    "steps, inference_type, start_step",
    [
        (0, "QUANTIZED_UINT8", 720),
        (50, "QUANTIZED_UINT8", 40),
        (1, "QUANTIZED_UINT8", 0),
        (50, "FLOAT", None),
    ],
)
def test_the_rewriter_is_added_for_quantization_aware_training(
    training, steps, inference_type, start_step
):
    result = preflight.check(
        training, None, RunSettings(steps, export=ExportOptions(inference_type=inference_type))
    )
    assert result.qat_start_step == start_step
    assert result.config.HasField("graph_rewriter") == (start_step is not None)
    if start_step is not None:
        quantization = result.config.graph_rewriter.quantization
        assert (quantization.delay, quantization.weight_bits, quantization.activation_bits) == (
            start_step,
            8,
            8,
        )


@pytest.mark.parametrize(
    "options, calibrated",
    [
        pytest.param({"inference_type": "QUANTIZED_UINT8"}, True, id="uint8"),
        pytest.param({"inference_type": "FLOAT"}, False, id="float"),
        pytest.param({"inference_type": "QUANTIZED_UINT8", "tflite": False}, False, id="no TFLite"),
    ],
)
def test_a_uint8_model_of_frozen_layers_is_calibrated_after_training(tmp_path, options, calibrated):
    training = training_channel.write(tmp_path, freeze="expanded_conv_5")
    result = preflight.check(training, None, RunSettings(export=ExportOptions(**options)))
    assert (result.calibrated, result.qat_start_step) == (calibrated, None)
    assert not result.config.HasField("graph_rewriter")


def test_frozen_layers_are_trained_with_fake_quantization_on_request(tmp_path):
    training = training_channel.write(tmp_path, freeze="expanded_conv_5", qat=True)
    result = preflight.check(training, None, QAT)
    assert (result.calibrated, result.qat_start_step) == (False, 720)


@pytest.mark.parametrize("delay, fits", [(799, True), (900, False), (500000, False)])
def test_fake_quantization_starts_before_the_end(tmp_path, delay, fits):
    training = training_channel.write(tmp_path, qat=True)
    training_channel.change_config(
        training, "graph_rewriter { quantization { delay: %d } }" % delay
    )
    if fits:
        assert preflight.check(training, None, QAT)
    else:
        with pytest.raises(BadInput, match=f"delay of {delay} in 900 steps"):
            preflight.check(training, None, QAT)
    assert preflight.check(training, None)
