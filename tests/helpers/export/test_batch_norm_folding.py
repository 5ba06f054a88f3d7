"""Batch norms that go into the convolutions before them, and those that cannot."""

import numpy as np
import pytest

from helpers.export import batch_norm_folding

tf = pytest.importorskip("tensorflow")
CHANNELS = 4
IMAGE, OUTPUT = "image", "output"


def constant(name, shape, low=-1.0, high=1.0):
    """Numbers as freezing leaves them, read through an identity."""
    seed = sum(map(ord, name))
    values = np.random.RandomState(seed).uniform(low, high, shape).astype(np.float32)
    return tf.identity(tf.constant(values, name=name), name=f"{name}/read")


def batch_norm(values, name, is_training=False):
    factor, offset, mean = (
        constant(f"{name}/{part}", [CHANNELS]) for part in ("gamma", "beta", "mean")
    )
    variance = constant(f"{name}/variance", [CHANNELS], 0.1, 3.0)
    if is_training:
        mean = variance = None
    normed, *_ = tf.compat.v1.nn.fused_batch_norm(
        values, factor, offset, mean, variance, epsilon=0.01, is_training=is_training, name=name
    )
    return normed


def convolution(image, weights=None):
    weights = constant("weights", (3, 3, 3, CHANNELS)) if weights is None else weights
    return tf.nn.conv2d(image, weights, 1, "SAME")


def depthwise(image):
    return tf.nn.depthwise_conv2d(image, constant("weights", (3, 3, 1, 4)), [1, 1, 1, 1], "SAME")


def two_that_share_weights(image):
    weights = constant("weights", (3, 3, 3, CHANNELS))
    return sum(batch_norm(convolution(image, weights), name) for name in ("first", "second"))


def also_used_unnormed(image):
    values = convolution(image)
    return batch_norm(values, "norm") + values


# What is built of an image of some channels, and how many batch norms stay.
GRAPHS = {
    "convolution": (3, lambda image: batch_norm(convolution(image), "norm"), 0),
    "depthwise, four channels of one": (1, lambda image: batch_norm(depthwise(image), "norm"), 0),
    "two layers": (
        3,
        lambda image: batch_norm(
            tf.nn.conv2d(
                tf.nn.relu6(batch_norm(convolution(image), "norm")),
                constant("upper", (1, 1, CHANNELS, CHANNELS)),
                1,
                "VALID",
            ),
            "upper_norm",
        ),
        0,
    ),
    "shared weights": (3, two_that_share_weights, 2),
    "values used unnormed": (3, also_used_unnormed, 1),
    "no convolution": (CHANNELS, lambda image: batch_norm(tf.nn.relu(image), "norm"), 1),
    "training": (3, lambda image: batch_norm(convolution(image), "norm", True), 1),
}


def built(name):
    channels, build, _ = GRAPHS[name]
    with tf.Graph().as_default() as graph:
        image = tf.compat.v1.placeholder(tf.float32, (1, 5, 7, channels), IMAGE)
        tf.identity(build(image), OUTPUT)
        tf.constant(0.0, name="dead")
    return graph.as_graph_def()


def run(graph_def, channels):
    image = np.random.RandomState(3).normal(size=(1, 5, 7, channels))
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(graph_def, name="")
        return session.run(f"{OUTPUT}:0", {f"{IMAGE}:0": image})


def norms(graph_def):
    return [node.name for node in graph_def.node if "FusedBatchNorm" in node.op]


@pytest.mark.parametrize("name", list(GRAPHS))
def test_results_stay_and_batch_norms_go_where_they_can(name):
    channels, _, kept = GRAPHS[name]
    graph_def = built(name)
    folded = batch_norm_folding.folded(graph_def, [OUTPUT])
    assert (len(norms(graph_def)) > kept) == (kept == 0)
    assert len(norms(folded)) == kept
    np.testing.assert_allclose(run(folded, channels), run(graph_def, channels), rtol=0, atol=2e-6)


def test_the_batch_norms_name_stays_and_what_nothing_needs_goes():
    folded = batch_norm_folding.folded(built("convolution"), [OUTPUT])
    operations = {node.name: node.op for node in folded.node}
    assert operations["norm"] == "BiasAdd"
    assert not {"dead", "norm/gamma", "norm/mean", "norm/variance/read"} & set(operations)


def test_the_graph_that_was_given_stays_as_it_is():
    graph_def = built("two layers")
    before = graph_def.SerializeToString(deterministic=True)
    batch_norm_folding.folded(graph_def, [OUTPUT])
    assert graph_def.SerializeToString(deterministic=True) == before
