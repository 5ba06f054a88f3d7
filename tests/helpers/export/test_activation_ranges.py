"""Ranges that are measured after training: what they are, and what they make of a graph."""

import numpy as np
import pytest

from helpers.export import activation_ranges
from helpers.export.tflite_conversion import RAW_OUTPUTS
from helpers.inference.model_folder import MEAN, STD, TFLITE_INPUT
from helpers.structures.errors import BadInput

SIZE = (8, 6)  # height, width
BOXES, SCORES = (f"{name}:0" for name in RAW_OUTPUTS[:2])
NODE = "{}_quant/FakeQuantWithMinMaxVars"
HEAD = "BoxPredictor_0/{}/act"
BOX_HEAD = "BoxPredictor_0/BoxEncodingPredictor"
FAR = -200.0  # offset of the second anchor's boxes, which are never found


def convolution(name, values, kernel, bias):
    """A layer as the API's: a convolution and a bias."""
    import tensorflow as tf

    with tf.compat.v1.variable_scope(name):
        weights = tf.compat.v1.get_variable("weights", initializer=kernel.astype(np.float32))
        biases = tf.compat.v1.get_variable("biases", initializer=np.array(bias, np.float32))
        return tf.nn.bias_add(tf.nn.conv2d(values, weights, strides=1, padding="SAME"), biases)


def detector(image, scale, logit, head):
    """A layer with a ReLU, below box offsets and scores of two anchors at each place."""
    import tensorflow as tf

    chosen = np.random.RandomState(1)
    kernels = [chosen.normal(0, scale, (3, 3, *channels)) for channels in ((3, 5), (5, 8), (5, 4))]
    features = tf.nn.relu(convolution("lower", image, kernels[0], [0.1] * 5))
    boxes = convolution(head, features, kernels[1], [0] * 4 + [FAR] * 4)
    biases = [0, logit, 0, -20]  # background and class, of each anchor
    logits = convolution("BoxPredictor_0/ClassPredictor", features, kernels[2] * 0.01, biases)
    tf.identity(tf.reshape(boxes, (1, -1, 4)), RAW_OUTPUTS[0])
    tf.identity(tf.sigmoid(tf.reshape(logits, (1, -1, 2))), RAW_OUTPUTS[1])


def frozen(scale=0.7, logit=0.0, rewritten=True, head=BOX_HEAD):
    """The detector as a ``GraphDef``, its fake-quant nodes as the rewriter initializes them."""
    import tensorflow as tf

    with tf.Graph().as_default() as graph, tf.compat.v1.Session() as session:
        detector(
            tf.compat.v1.placeholder(tf.float32, (1, *SIZE, 3), TFLITE_INPUT), scale, logit, head
        )
        if rewritten:
            tf.contrib.quantize.experimental_create_eval_graph(graph)
        session.run(tf.compat.v1.global_variables_initializer())
        return tf.compat.v1.graph_util.convert_variables_to_constants(
            session, graph.as_graph_def(), list(RAW_OUTPUTS[:2])
        )


def run(graph_def, images, names):
    """The values of tensors, each with a row for each of the images."""
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(graph_def, name="")
        rows = [
            session.run(names, {f"{TFLITE_INPUT}:0": ((image - MEAN) / STD)[None]})
            for image in images
        ]
    return [np.stack(values) for values in zip(*rows)]


@pytest.fixture(scope="module")
def images():
    chosen = np.random.RandomState(5)
    return [chosen.randint(0, 256, (*SIZE, 3)).astype(np.float32) for _ in range(4)]


@pytest.fixture(scope="module")
def graph():
    return frozen()


def test_ranges_are_the_extremes_of_the_unquantized_network(graph, images):
    tensors = {
        "lower/act": "Relu:0",
        "lower/weights": "lower/weights:0",
        HEAD.format("ClassPredictor"): "BoxPredictor_0/ClassPredictor/BiasAdd:0",
        "BoxPredictor_0/ClassPredictor/weights": "BoxPredictor_0/ClassPredictor/weights:0",
        "BoxPredictor_0/BoxEncodingPredictor/weights": (
            "BoxPredictor_0/BoxEncodingPredictor/weights:0"
        ),
    }
    ranges = activation_ranges.measured(graph, images)
    expected = run(frozen(rewritten=False), images, list(tensors.values()))
    offsets = NODE.format(HEAD.format("BoxEncodingPredictor"))
    assert sorted(ranges) == sorted([*map(NODE.format, tensors), offsets])
    for name, value in zip(tensors, expected):
        ends = min(value.min(), 0), max(value.max(), 0)
        assert ranges[NODE.format(name)] == pytest.approx(ends, rel=1e-5), name


@pytest.mark.parametrize(
    "head",
    [BOX_HEAD, "WeightSharedConvolutionalBoxPredictor_1/BoxPredictor"],
    ids=["a predictor for each layer", "a shared predictor"],
)
def test_offsets_of_boxes_that_are_never_found_do_not_count(images, head):
    (boxes,) = run(frozen(rewritten=False, head=head), images, [BOXES])
    found, others = boxes[..., ::2, :], boxes[..., 1::2, :]
    low, high = activation_ranges.measured(frozen(head=head), images)[NODE.format(f"{head}/act")]
    # A half more than those that are found have, and no more than any has.
    assert (low, high) == pytest.approx((1.5 * found.min(), found.max()), rel=1e-5)
    assert others.max() < 2 * low


def box_offset_range(graph_def, images):
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(graph_def, name="")
        return activation_ranges.box_offset_range(session, images)


def test_the_range_of_box_offsets_is_that_of_boxes_that_are_found(images):
    graph = frozen(rewritten=False)
    found = run(graph, images, [BOXES])[0][..., ::2, :]
    expected = 1.5 * found.min(), 1.5 * found.max()
    assert box_offset_range(graph, images) == pytest.approx(expected, rel=1e-5)


def test_where_no_box_is_found_no_offset_is_out_of_range(images):
    graph = frozen(logit=-20.0, rewritten=False)
    assert box_offset_range(graph, images) == (-np.inf, np.inf)


def test_where_nothing_is_found_all_offsets_count(images):
    (boxes,) = run(frozen(logit=-20.0, rewritten=False), images, [BOXES])
    ranges = activation_ranges.measured(frozen(logit=-20.0), images)
    ends = boxes.min(), boxes.max()
    name = NODE.format(HEAD.format("BoxEncodingPredictor"))
    assert ranges[name] == pytest.approx(ends, rel=1e-5)


def test_one_image_more_widens_and_never_narrows(graph, images):
    few, many = (activation_ranges.measured(graph, images[:count]) for count in (1, 4))
    assert all(many[name][0] <= few[name][0] <= few[name][1] <= many[name][1] for name in few)
    assert few != many


def test_a_calibrated_graph_does_as_the_unquantized_one(graph, images):
    calibrated = activation_ranges.calibrated(graph, images)
    trained, uncalibrated, own = (
        run(made, images, [BOXES])[0][..., ::2, :]
        for made in (frozen(rewritten=False), graph, calibrated)
    )
    spread = trained.max() - trained.min()
    assert 0 < np.abs(own - trained).max() < 0.05 * spread
    assert np.abs(uncalibrated - trained).max() > 0.2 * spread


def test_the_graph_that_was_given_stays_as_it_is(graph, images):
    before = graph.SerializeToString()
    activation_ranges.calibrated(graph, images)
    activation_ranges.without_fake_quant(graph)
    assert graph.SerializeToString() == before


def test_zero_lies_in_every_range_and_none_is_a_point(images):
    for low, high in activation_ranges.measured(frozen(scale=0.0), images).values():
        assert low <= 0 <= high and low < high


def test_calibrating_on_nothing_is_refused(graph):
    with pytest.raises(BadInput, match="train records"):
        activation_ranges.calibrated(graph, [])
