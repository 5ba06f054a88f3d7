"""What is in a TensorFlow Lite file, as TensorFlow's own interpreter has it."""

import numpy as np
import pytest

from helpers.export import tflite_file
from helpers.export.tflite_file import TFLiteFile


@pytest.mark.parametrize("kind", ["floating", "quantized"])
def test_tensors_are_those_of_the_interpreter(int8_models, kind):
    import tensorflow as tf

    content = getattr(int8_models, kind)
    interpreter = tf.lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    tensors = TFLiteFile(content).tensors
    for details in interpreter.get_tensor_details()[: len(tensors)]:
        tensor = tensors[details["index"]]
        assert tensor.name == details["name"]
        if len(tensor.data):
            values = interpreter.get_tensor(details["index"])
            assert tensor.data.tobytes() == values.tobytes()
            assert tensor.shape == values.shape
        if len(tensor.scale) == 1:
            assert (tensor.scale[0], tensor.zero_point[0]) == details["quantization"]


def test_operators_lead_from_the_image_to_the_detections(int8_models):
    model = TFLiteFile(int8_models.floating)
    codes = [operator.code for operator in model.operators]
    assert codes[:2] == [tflite_file.CONV_2D, tflite_file.DEPTHWISE_CONV_2D]
    assert codes[-1] == tflite_file.CUSTOM
    first, last = model.operators[0], model.operators[-1]
    assert model.tensors[first.inputs[0]].name == "normalized_input_image_tensor"
    assert first.outputs[0] == model.operators[1].inputs[0]
    assert len(last.outputs) == 4


def test_each_channel_of_a_kernel_has_a_scale(int8_models):
    model = TFLiteFile(int8_models.quantized)
    kernels = [tensor for tensor in model.tensors if len(tensor.scale) > 1 and tensor.shape[1:]]
    assert kernels
    assert all(len(kernel.scale) in (kernel.shape[0], kernel.shape[3]) for kernel in kernels)


def test_numbers_are_changed_in_place(int8_models):
    model = TFLiteFile(int8_models.quantized)
    kernel = next(tensor for tensor in model.tensors if len(tensor.scale) > 1 and len(tensor.data))
    kernel.scale[:] = 0.5
    kernel.data[:] = 7
    (own,) = (one for one in TFLiteFile(bytes(model.content)).tensors if one.name == kernel.name)
    assert set(own.scale) == {0.5} and set(own.data) == {7}
    assert len(model.content) == len(int8_models.quantized)
    assert bytes(model.content) != int8_models.quantized


def test_the_content_that_was_given_stays_as_it_is(int8_models):
    before = np.frombuffer(int8_models.quantized, np.uint8).copy()
    for tensor in TFLiteFile(int8_models.quantized).tensors:
        tensor.scale[:] = 0
    assert np.array_equal(np.frombuffer(int8_models.quantized, np.uint8), before)
