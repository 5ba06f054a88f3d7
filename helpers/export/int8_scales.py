"""Scales of an int8 model that keep its results and let fast kernels have it.

TensorFlow 1.15's converter gives each channel of a convolution the scale of its largest weight.
A channel that training left for dead, with weights near 0 and only its offset alive, then has a
scale near 0, and the offset, which is counted in steps of that scale, no longer fits 32 bits: it is
cut off, and the model finds something else. XNNPACK, whose int8 kernels are the fast ones, refuses
such a convolution (a scale below 2^-32 of the output's), and the model falls apart into pieces with
slow operators in between. Here each scale is at least such that the offset fits and XNNPACK takes
it; weights that small change no output by as much as a step of it.

Box offsets get a range of their own: one scale serves those of all anchors, and where no object
ever matched an anchor, a network may give it any (see :mod:`helpers.export.activation_ranges`).
"""

from __future__ import annotations

from typing import List, NamedTuple, Tuple

import numpy as np

from helpers.export import tflite_file
from helpers.export.tflite_file import Operator, Tensor, TFLiteFile
from helpers.structures.errors import JobFailed

_SAME_VALUES = (
    tflite_file.DEQUANTIZE,
    tflite_file.RESHAPE,
    tflite_file.SQUEEZE,
    tflite_file.CONCATENATION,
    tflite_file.QUANTIZE,
)
_LARGEST_OFFSET = 2.0**30  # in steps, half of what 32 bits hold: the sum of products comes on top
_SMALLEST_STEP = 2.0**-24  # of a product, in steps of the output
_LOWEST, _HIGHEST = -128, 127


class _Convolution(NamedTuple):
    """Which axis of its weights counts the channels, and the tensors of a convolution."""

    channel_axis: int
    input: Tensor
    weights: Tensor
    offsets: Tensor
    output: Tensor


def repaired(quantized: bytes, floating: bytes, box_range: Tuple[float, float]) -> bytes:
    """An int8 model with scales that serve.

    Args:
        quantized: the int8 model, as converted.
        floating: the float model of the same graph.
        box_range: smallest and largest box offset that counts, zero in between.

    Raises:
        JobFailed: the two are not of one graph.
    """
    model, trained = TFLiteFile(quantized), TFLiteFile(floating)
    _limit_boxes(model, *box_range)
    own, floats = _convolutions(model), _convolutions(trained)
    if [one.weights.shape for one in own] != [one.weights.shape for one in floats]:
        raise JobFailed(
            f"the int8 TensorFlow Lite model has {len(own)} convolutions, the float one "
            f"{len(floats)}; expected the same ones. Export without post_training int8."
        )
    for convolution, as_trained in zip(own, floats):
        _raise_scales(convolution, as_trained)
    return bytes(model.content)


def _convolutions(model: TFLiteFile) -> List[_Convolution]:
    return [
        _Convolution(
            0 if operator.code == tflite_file.CONV_2D else 3,
            *(model.tensors[index] for index in (*operator.inputs, *operator.outputs)),
        )
        for operator in model.operators
        if operator.code in (tflite_file.CONV_2D, tflite_file.DEPTHWISE_CONV_2D)
    ]


def _raise_scales(convolution: _Convolution, as_trained: _Convolution) -> None:
    """Quantizes the channels anew whose scale is too small."""
    weights, offsets = as_trained.weights.data.view(np.float32), _floats(as_trained.offsets)
    of_input = float(convolution.input.scale[0])
    of_output = float(convolution.output.scale[0])
    smallest = np.maximum(_SMALLEST_STEP * of_output, np.abs(offsets) / _LARGEST_OFFSET) / of_input
    raised = convolution.weights.scale < smallest
    scale = smallest[raised].astype(np.float32)
    by_channel = _by_channel(convolution.weights.data.view(np.int8), convolution)
    trained = _by_channel(weights, convolution)[raised]
    by_channel[raised] = np.round(trained / scale.reshape(-1, 1, 1, 1))
    convolution.weights.scale[raised] = scale
    convolution.offsets.scale[raised] = scale * np.float32(of_input)
    steps = offsets[raised] / convolution.offsets.scale[raised]
    convolution.offsets.data.view(np.int32)[raised] = np.round(steps)


def _by_channel(values: np.ndarray, convolution: _Convolution) -> np.ndarray:
    """Weights as a view whose first axis is that of the channels."""
    shaped = values.reshape(convolution.weights.shape)
    return np.moveaxis(shaped, convolution.channel_axis, 0)


def _floats(tensor: Tensor) -> np.ndarray:
    return tensor.data.view(np.float32).astype(np.float64)


def _limit_boxes(model: TFLiteFile, lowest: float, highest: float) -> None:
    """Gives everything that holds box offsets one range, no wider than it was."""
    for tensor in _box_offsets(model):
        scale, zero_point = float(tensor.scale[0]), int(tensor.zero_point[0])
        low = max(lowest, (_LOWEST - zero_point) * scale)
        high = min(highest, (_HIGHEST - zero_point) * scale)
        tensor.scale[0] = (high - low) / (_HIGHEST - _LOWEST)
        tensor.zero_point[0] = round(_LOWEST - low / tensor.scale[0])


def _box_offsets(model: TFLiteFile) -> List[Tensor]:
    """The quantized tensors from the convolutions that predict box offsets to the last one."""
    producers = {index: operator for operator in model.operators for index in operator.outputs}
    found, waiting = {}, [_post_processing(model).inputs[0]]
    while waiting:
        index = waiting.pop()
        if len(model.tensors[index].scale):
            found[index] = model.tensors[index]
        if producers[index].code in _SAME_VALUES:
            waiting += [one for one in producers[index].inputs if one in producers]
    return list(found.values())


def _post_processing(model: TFLiteFile) -> Operator:
    (operator,) = (one for one in model.operators if one.code == tflite_file.CUSTOM)
    return operator
