"""The TensorFlow Lite model in the interpreter that TensorFlow 1.15 ships with."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from helpers.inference.backend import Backend, RawDetections, raw_detections
from helpers.inference.model_folder import (
    MEAN,
    STD,
    TFLITE,
    TFLITE_FLOAT,
    TFLITE_OUTPUTS,
    ModelFolder,
)
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap


class TFLiteBackend(Backend):
    """The TensorFlow Lite model of any kind, with its post-processing inside.

    Args:
        model: the exported model.
        label_map: the names of the class ids.
    """

    name = "tflite"
    file = TFLITE

    def __init__(self, model: ModelFolder, label_map: LabelMap):
        self._path = model.require(self.file)
        self._interpreter = _interpreter(self._path)
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = _outputs(self._path, self._interpreter.get_output_details())
        _, height, width, _ = self._input["shape"]
        super().__init__(int(width), int(height), label_map)

    def _run(self, pixels: np.ndarray) -> List[RawDetections]:
        return [self._run_one(image) for image in pixels]

    def _run_one(self, pixels: np.ndarray) -> RawDetections:
        takes_floats = self._input["dtype"] == np.float32
        values = normalized(pixels) if takes_floats else pixels
        self._interpreter.set_tensor(self._input["index"], values[None])
        try:
            self._interpreter.invoke()
        except RuntimeError as error:  # such as its check that boxes have a width and a height
            raise BadInput.of(
                self._path,
                f"a model that fails on an image ({error})",
                "detections on every image",
                "Models that have learned little give boxes without width or height, which "
                "TensorFlow Lite refuses: train longer.",
            ) from error
        raw = raw_detections(*(self._interpreter.get_tensor(index)[0] for index in self._outputs))
        return raw._replace(class_ids=raw.class_ids + 1)  # TensorFlow Lite counts from 0


class FloatTFLiteBackend(TFLiteBackend):
    """The float model beside a quantized one; it serves comparisons and is never shipped.

    Args:
        model: the exported model.
        label_map: the names of the class ids.
    """

    name = "tflite_float"
    file = TFLITE_FLOAT


def normalized(pixels: np.ndarray) -> np.ndarray:
    """Grey levels 0..255 as a model with float input takes them, float32 -1..1."""
    return (pixels.astype(np.float32) - np.float32(MEAN)) / np.float32(STD)


def _interpreter(path: Path) -> Any:
    import tensorflow as tf

    try:
        interpreter = tf.lite.Interpreter(model_path=str(path))
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise BadInput.of(
            path,
            f"what TensorFlow Lite cannot load ({error})",
            "a model",
            "Export the model again.",
        ) from error
    return interpreter


def _outputs(path: Path, details: Sequence[Dict[str, Any]]) -> Tuple[int, ...]:
    """The indices of boxes, classes, scores and count among a model's outputs."""
    index_of = {detail["name"]: detail["index"] for detail in details}
    missing = [name for name in TFLITE_OUTPUTS if name not in index_of]
    if missing:
        raise BadInput.of(
            path,
            f"outputs {sorted(index_of)}",
            f"{list(TFLITE_OUTPUTS)}",
            "Only a detector with its post-processing inside serves: export again.",
        )
    return tuple(index_of[name] for name in TFLITE_OUTPUTS)
