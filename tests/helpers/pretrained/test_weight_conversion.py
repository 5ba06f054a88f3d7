"""Names and shapes of weights in files of other runtimes; whole models: test_converted_weights."""

import json

import numpy as np
import pytest

from helpers.pretrained import weight_conversion, weight_packages
from helpers.pretrained.weight_packages import FROZEN_GRAPH, TFJS, TFLITE
from helpers.structures.errors import BadInput

LAYER = "FeatureExtractor/MobilenetV2/Conv"
DEPTHWISE = "FeatureExtractor/MobilenetV2/expanded_conv/depthwise"


def package(form):
    return weight_packages.PACKAGES["coco"]._replace(form=form)


def tfjs(**tensors):
    """``model.json`` and two shards that are cut in the middle of a tensor."""
    manifest = [
        {"name": name.replace("__", "/"), "shape": list(value.shape), "dtype": "float32"}
        for name, value in tensors.items()
    ]
    data = b"".join(value.astype("<f4").tobytes() for value in tensors.values())
    model = {"modelTopology": {}, "weightsManifest": [{"weights": manifest}]}
    return [json.dumps(model).encode(), data[:6], data[6:]]


def test_tfjs_layers_with_and_without_their_scale():
    kernel = np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2)
    deep = np.arange(8, dtype=np.float32).reshape(2, 2, 2, 1)
    pair = np.array([3, 4], np.float32)
    prefix, depthwise = LAYER.replace("/", "__"), DEPTHWISE.replace("/", "__")
    contents = tfjs(
        **{
            f"{prefix}__Conv2D__merged_input": kernel,
            f"{prefix}__BatchNorm__batchnorm__sub": pair,
            f"{depthwise}__depthwise_weights": deep,
            f"{depthwise}__BatchNorm__batchnorm__mul": pair + 1,
            f"{depthwise}__BatchNorm__batchnorm__sub": pair + 2,
            "BoxPredictor_0__ClassPredictor__biases": pair,
            "Preprocessor__mul__x": pair,
        }
    )
    stored = weight_conversion.read(package(TFJS), contents)
    assert sorted(stored.variables) == [
        "BoxPredictor_0/ClassPredictor/biases",
        f"{LAYER}/weights",
        f"{DEPTHWISE}/depthwise_weights",
    ]
    np.testing.assert_array_equal(stored.variables[f"{LAYER}/weights"], kernel)
    assert stored.folded[LAYER].scale is None
    np.testing.assert_array_equal(stored.folded[LAYER].offset, pair)
    np.testing.assert_array_equal(stored.folded[DEPTHWISE].scale, pair + 1)
    np.testing.assert_array_equal(stored.folded[DEPTHWISE].offset, pair + 2)


def test_a_frozen_graph_keeps_its_batch_norms():
    import tensorflow as tf

    names = [f"{LAYER}/weights", f"{LAYER}/BatchNorm/gamma", f"{LAYER}/BatchNorm/moving_mean"]
    with tf.Graph().as_default() as graph:
        for number, name in enumerate([*names, f"{LAYER}/BatchNorm/Const", "Postprocessor/scale"]):
            tf.constant(np.full(2, number, np.float32), name=name)
        content = graph.as_graph_def().SerializeToString()
    stored = weight_conversion.read(package(FROZEN_GRAPH), [content])
    assert {name: value[0] for name, value in stored.variables.items()} == dict(
        zip(names, range(3))
    )
    assert stored.folded == {}


@pytest.mark.parametrize(
    "form, contents",
    [
        (TFLITE, [b"no model"]),
        (TFJS, [b"{}", b""]),
        (TFJS, [b"not json", b""]),
        (TFJS, [*tfjs(a=np.zeros(3)), b"more"]),
        (TFJS, tfjs(a=np.zeros(3))[:2]),
        (FROZEN_GRAPH, [b"\xff no graph"]),
    ],
    ids=["tflite", "empty json", "no json", "bytes left over", "bytes missing", "frozen graph"],
)
def test_what_cannot_be_read_is_bad_input(form, contents):
    with pytest.raises(BadInput, match="be read"):
        weight_conversion.read(package(form), contents)
