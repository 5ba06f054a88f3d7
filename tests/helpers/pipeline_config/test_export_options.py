"""How a kind of TensorFlow Lite model is asked for."""

import pytest

from helpers.export import quantization
from helpers.pipeline_config import export_options
from helpers.pipeline_config.export_options import ExportOptions
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "inference_type, post_training, kind",
    [
        ("FLOAT", "none", "float"),
        ("FLOAT", "weights", "weights"),
        ("FLOAT", "int8", "int8"),
        ("QUANTIZED_UINT8", "none", "uint8"),
    ],
)
def test_two_hyperparameters_name_a_kind(inference_type, post_training, kind):
    options = ExportOptions(inference_type=inference_type, post_training=post_training)
    assert export_options.kind(inference_type, post_training) == options.kind == kind
    assert kind in export_options.KINDS and quantization.DESCRIPTIONS[kind]


@pytest.mark.parametrize(
    "inference_type, post_training, message",
    [
        pytest.param(
            "UINT8",
            "none",
            "inference_type: .*'UINT8', expected FLOAT or QUANTIZED_UINT8",
            id="unknown inference_type",
        ),
        pytest.param(
            "FLOAT",
            "int4",
            "post_training: .*'int4', expected none, weights or int8",
            id="unknown post_training",
        ),
        pytest.param(
            "QUANTIZED_UINT8",
            "weights",
            "post_training: .*'weights' with inference_type QUANTIZED_UINT8",
            id="quantized twice",
        ),
    ],
)
def test_unknown_values_and_double_quantization_are_refused(inference_type, post_training, message):
    with pytest.raises(BadInput, match=message):
        export_options.kind(inference_type, post_training)


@pytest.mark.parametrize(
    "options, kind, qat",
    [
        pytest.param(ExportOptions(), "float", False, id="default"),
        pytest.param(ExportOptions(tflite=False), None, False, id="no TFLite"),
        pytest.param(ExportOptions(inference_type="QUANTIZED_UINT8"), "uint8", True, id="QAT"),
        pytest.param(
            ExportOptions(tflite=False, inference_type="nonsense"), None, False, id="ignored"
        ),
        pytest.param(ExportOptions(post_training="int8"), "int8", False, id="post-training"),
    ],
)
def test_without_tflite_the_other_options_are_ignored(options, kind, qat):
    assert (options.kind, options.qat) == (kind, qat)
