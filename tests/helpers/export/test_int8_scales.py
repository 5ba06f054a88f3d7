"""An int8 model's scales: what fast kernels and 32 bits ask of them, and what is found by it."""

import int8_detector
import numpy as np
import pytest
from int8_detector import box_offsets

from helpers.export import int8_scales
from helpers.export.tflite_file import CONV_2D, DEPTHWISE_CONV_2D, TFLiteFile
from helpers.structures.errors import JobFailed

BOX_RANGE = (-8.0, 10.0)
SMALLEST_RATIO = 2.0**-32  # of a product's scale to the output's, for XNNPACK


@pytest.fixture(scope="module")
def repaired(int8_models):
    return int8_scales.repaired(int8_models.quantized, int8_models.floating, BOX_RANGE)


def convolutions(content):
    """Input, weights, offsets and output of each."""
    model = TFLiteFile(content)
    return [
        [model.tensors[index] for index in (*operator.inputs, *operator.outputs)]
        for operator in model.operators
        if operator.code in (CONV_2D, DEPTHWISE_CONV_2D)
    ]


def smallest_ratio(content):
    return min(
        (weights.scale * values.scale / output.scale).min()
        for values, weights, _, output in convolutions(content)
    )


def largest_offset(content):
    return max(
        np.abs(offsets.data.view(np.int32).astype(float)).max()
        for _, _, offsets, _ in convolutions(content)
    )


def test_xnnpack_takes_every_convolution(int8_models, repaired):
    assert smallest_ratio(int8_models.quantized) < SMALLEST_RATIO
    assert smallest_ratio(repaired) > SMALLEST_RATIO


def test_no_offset_is_cut_off(int8_models, repaired):
    assert largest_offset(int8_models.quantized) == 2**31 - 1
    assert largest_offset(repaired) <= 2**30


def test_boxes_are_those_of_the_float_model(int8_models, repaired):
    for image in int8_models.images:
        trained = box_offsets(int8_models.floating, image)
        spread = trained.max() - trained.min()
        as_converted = np.abs(box_offsets(int8_models.quantized, image) - trained).max()
        own = np.abs(box_offsets(repaired, image) - trained).max()
        assert own < 0.05 * spread < 0.1 * spread < as_converted


def box_ranges(content):
    """Smallest and largest value of whatever holds box offsets, of two anchors or of one."""
    return [
        (np.array([-128, 127]) - tensor.zero_point[0]) * tensor.scale[0]
        for tensor in TFLiteFile(content).tensors
        if tensor.shape[-1:] in ((4,), (8,)) and len(tensor.scale) == 1 and not len(tensor.data)
    ]


def test_offsets_of_boxes_that_are_never_found_take_no_range(int8_models, repaired):
    before, after = box_ranges(int8_models.quantized), box_ranges(repaired)
    assert max(high for _, high in before) > int8_detector.FAR
    assert len(after) == len(before) > 2
    for (low, high), (own_low, own_high) in zip(before, after):
        expected = max(low, BOX_RANGE[0]), min(high, BOX_RANGE[1])
        assert (own_low, own_high) == pytest.approx(expected, abs=0.1)


def test_channels_that_are_alive_stay_as_they_are(int8_models, repaired):
    before, after = convolutions(int8_models.quantized), convolutions(repaired)
    raised = [
        np.flatnonzero(own[1].scale != was[1].scale).tolist() for was, own in zip(before, after)
    ]
    dead = [[int8_detector.DEAD[layer]] for layer in ("plain", "depthwise")]
    assert raised == dead + [[]] * (len(raised) - 2)
    plain = [kernel[1].data.reshape(kernel[1].shape) for kernel in (before[0], after[0])]
    same = [np.array_equal(*channel) for channel in zip(*plain)]
    assert same == [number != int8_detector.DEAD["plain"] for number in range(len(same))]


def test_an_infinite_range_leaves_the_boxes_theirs(int8_models):
    unlimited = int8_scales.repaired(int8_models.quantized, int8_models.floating, (-np.inf, np.inf))
    outputs = [
        [output.scale[0] for *_, output in convolutions(one)]
        for one in (int8_models.quantized, unlimited)
    ]
    assert outputs[0] == pytest.approx(outputs[1], rel=1e-6)


def test_models_of_two_graphs_are_refused(int8_models):
    with pytest.raises(JobFailed, match=r"\b7 conv.*\b1;"):
        int8_scales.repaired(int8_models.quantized, int8_detector.one_convolution(), BOX_RANGE)
