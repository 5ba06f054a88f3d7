"""What all architectures read of a frozen graph and write into a text graph."""

import numpy as np
import pytest

from helpers.export import graph_nodes
from helpers.structures.errors import BadInput

tf = pytest.importorskip("tensorflow")


def nodes(*rows):
    """``NodeDef`` by name, of (name, operation, sources)."""
    graph = tf.compat.v1.GraphDef()
    for name, operation, sources in rows:
        graph.node.add(name=name, op=operation, input=sources)
    return {node.name: node for node in graph.node}


CHAIN = (
    ("image", "Placeholder", []),
    ("kernel", "Const", []),
    ("kernel/read", "Identity", ["kernel"]),
    ("first", "Conv2D", ["image:0", "kernel/read", "^init"]),
    ("second", "Relu6", ["first"]),
    ("third", "Add", ["second", "first"]),
)


def test_sources_are_seen_through_identities():
    assert graph_nodes.sources(nodes(*CHAIN), "first") == ["image", "kernel"]


def test_what_lies_between_comes_in_the_order_of_execution():
    found = graph_nodes.between(nodes(*CHAIN), ["third"], lambda name: name == "image")
    assert found == (["first", "second", "third"], ["image"])


@pytest.mark.parametrize(
    "row, part",
    [
        pytest.param(("third", "Where", ["second"]), "Where", id="control flow"),
        pytest.param(("third", "Add", ["second", "gone"]), "gone", id="a missing node"),
    ],
)
def test_what_opencv_cannot_hold_is_refused(row, part):
    with pytest.raises(BadInput, match=part):
        graph_nodes.between(nodes(*CHAIN[:-1], row), ["third"], lambda name: name == "image")


@pytest.mark.parametrize(
    "values, kind",
    [
        pytest.param(np.array([[1, -2], [3, 4]], np.int32), tf.int32, id="whole numbers"),
        pytest.param(np.float32(0.5), tf.float32, id="one number"),
        pytest.param(np.arange(6.0).reshape(1, 2, 3), tf.float32, id="three axes"),
    ],
)
def test_a_constant_holds_its_values(values, kind):
    graph = tf.compat.v1.GraphDef()
    graph_nodes.add_constant(graph, "constant", values)
    (node,) = graph.node
    assert node.attr["dtype"].type == kind.as_datatype_enum
    np.testing.assert_array_equal(tf.make_ndarray(node.attr["value"].tensor), values)
