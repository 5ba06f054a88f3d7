"""The weights of a detector in a file of another runtime, by the names of its variables.

The names are those of the Object Detection API and slim: all three forms were made from a graph of
that API and still say where each tensor comes from.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import numpy as np

from helpers.pretrained.weight_packages import FROZEN_GRAPH, TFJS, TFLITE, WeightPackage
from helpers.structures.errors import BadInput

_NORM = "/BatchNorm/FusedBatchNormV3"
_MERGED, _FACTOR, _OFFSET = "/Conv2D/merged_input", "/BatchNorm/batchnorm/mul", "/batchnorm/sub"
_DTYPES = {"float32": np.dtype("<f4"), "int32": np.dtype("<i4")}


class FoldedNorm(NamedTuple):
    """What is left of a batch norm once it is folded: ``y = scale * conv(x, kernel) + offset``.

    Attributes:
        offset: float32 (channels,).
        scale: float32 (channels,); ``None`` where the kernel was multiplied by it.
    """

    offset: np.ndarray
    scale: Optional[np.ndarray] = None


class StoredWeights(NamedTuple):
    """The weights of a file.

    Attributes:
        variables: float32 by name. Of a layer with a folded batch norm the kernel alone.
        folded: the folded batch norms by the name of their layer.
    """

    variables: Dict[str, np.ndarray]
    folded: Dict[str, FoldedNorm]


def read(package: WeightPackage, contents: List[bytes]) -> StoredWeights:
    """The weights of a package's files.

    Args:
        package: of ``weight_packages.PACKAGES``.
        contents: of its files, in their order.

    Raises:
        BadInput: a file does not have the form that it should have.
    """
    readers: Dict[str, Callable[[List[bytes]], StoredWeights]] = {
        TFLITE: _from_tflite,
        TFJS: _from_tfjs,
        FROZEN_GRAPH: _from_frozen_graph,
    }
    try:
        return readers[package.form](contents)
    except (ValueError, KeyError) as error:
        raise BadInput.of(
            package.title,
            f"weights that cannot be read ({error})",
            f"a {package.form} model of the Object Detection API",
            "Report this.",
        ) from error


def _from_tflite(contents: List[bytes]) -> StoredWeights:
    """Half-precision tensors; kernels are [out, y, x, in], depthwise ones [1, y, x, channels]."""
    variables: Dict[str, np.ndarray] = {}
    folded: Dict[str, FoldedNorm] = {}
    for name, half in _half_tensors(contents[0]):
        value = half.astype(np.float32)
        if name.endswith("/Conv2D"):
            variables[_scope(name, "/Conv2D") + "/weights"] = value.transpose(1, 2, 3, 0)
        elif name.endswith("/BiasAdd"):
            variables[_scope(name, "/BiasAdd") + "/biases"] = value
        elif name.endswith(_NORM) and value.ndim == 4:
            variables[_scope(name, _NORM) + "/depthwise_weights"] = value[0, ..., np.newaxis]
        elif name.endswith(_NORM):
            folded[_scope(name, _NORM)] = FoldedNorm(value)
        else:
            raise ValueError(f"the tensor {name}")
    return StoredWeights(variables, folded)


def _half_tensors(content: bytes) -> List[Any]:
    """Name and values of every float16 tensor; of merged names the first one counts."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"  # TensorFlow 1.15 takes models from memory but
        path.write_bytes(content)  # does not keep the bytes alive.
        interpreter = tf.lite.Interpreter(str(path))
        interpreter.allocate_tensors()
        return [
            (tensor["name"].split(";")[0], interpreter.get_tensor(tensor["index"]))
            for tensor in interpreter.get_tensor_details()
            if tensor["dtype"] == np.float16
        ]


def _scope(name: str, ending: str) -> str:
    return name[: -len(ending)]


def _from_tfjs(contents: List[bytes]) -> StoredWeights:
    """Constants of a graph; a depthwise layer's scale stands beside its kernel."""
    constants = tfjs_constants(contents)
    variables: Dict[str, np.ndarray] = {}
    offsets: Dict[str, np.ndarray] = {}
    scales: Dict[str, np.ndarray] = {}
    for name, value in constants.items():
        if name.endswith(_MERGED):
            variables[_scope(name, _MERGED) + "/weights"] = value
        elif name.endswith(_FACTOR):
            scales[_scope(name, _FACTOR)] = value
        elif name.endswith("/BatchNorm" + _OFFSET):
            offsets[_scope(name, "/BatchNorm" + _OFFSET)] = value
        elif _is_variable(name):
            variables[name] = value
    folded = {layer: FoldedNorm(offsets[layer], scales.get(layer)) for layer in sorted(offsets)}
    return StoredWeights(variables, folded)


def tfjs_constants(contents: List[bytes]) -> Dict[str, np.ndarray]:
    """The constants of a TensorFlow.js graph model.

    Args:
        contents: of ``model.json`` and the shards, in the order that it names them in.
    """
    (group,) = json.loads(contents[0].decode("utf-8"))["weightsManifest"]
    data, start, constants = b"".join(contents[1:]), 0, {}
    for entry in group["weights"]:
        dtype = _DTYPES[entry["dtype"]]
        count = int(np.prod(entry["shape"], dtype=np.int64))
        value = np.frombuffer(data, dtype, count, start).reshape(entry["shape"])
        constants[entry["name"]] = value
        start += value.nbytes
    if start != len(data):
        raise ValueError(f"{len(data)} bytes where {start} are named")
    return constants


def _from_frozen_graph(contents: List[bytes]) -> StoredWeights:
    """Constants that were variables, batch norms and all."""
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(contents[0])
    except DecodeError as error:
        raise ValueError(str(error)) from error
    variables = {
        node.name: tf.make_ndarray(node.attr["value"].tensor)
        for node in graph.node
        if node.op == "Const" and _is_variable(node.name)
    }
    return StoredWeights(variables, {})


def _is_variable(name: str) -> bool:
    """Whether a constant's name is that of a variable of the extractor or the predictors."""
    scope, _, last = name.rpartition("/")
    if not scope.startswith(("FeatureExtractor/", "BoxPredictor_")):
        return False
    if scope.endswith("/BatchNorm"):
        return last in ("gamma", "beta", "moving_mean", "moving_variance")
    return last in ("weights", "depthwise_weights", "biases")
