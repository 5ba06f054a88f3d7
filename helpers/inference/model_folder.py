"""The folder of an exported model: what its files are called, and what its input is.

========================================  ===================================================
``frozen_inference_graph.pb``             for TensorFlow, and the weights for OpenCV
``cvgraph.pbtxt``                         the structure for OpenCV
``detect.tflite``                         for TensorFlow Lite, where it was made
``detect_float.tflite``                   the float model beside a quantized one; never shipped
``label_map.pbtxt``, ``labels.txt``       the classes, as ids and as lines
``pipeline.config``                       what the model was trained with
``hyperparameters.json``                  of the job, written by the trainer
``export.json``                           the input, how the backends compare, and checksums
========================================  ===================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Tuple, Union

from helpers.pipeline_config import pipeline, two_stage
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files

FROZEN_GRAPH = "frozen_inference_graph.pb"
TEXT_GRAPH = "cvgraph.pbtxt"
TFLITE = "detect.tflite"
TFLITE_FLOAT = "detect_float.tflite"
LABEL_MAP = "label_map.pbtxt"
LABELS = "labels.txt"
CONFIG = "pipeline.config"
HYPERPARAMETERS = "hyperparameters.json"
REPORT = "export.json"

TFLITE_INPUT = "normalized_input_image_tensor"
TFLITE_OUTPUTS = (
    "TFLite_Detection_PostProcess",
    "TFLite_Detection_PostProcess:1",
    "TFLite_Detection_PostProcess:2",
    "TFLite_Detection_PostProcess:3",
)
MEAN = STD = 127.5
RESIZE = "bilinear-half-pixel-centers"  # as ``cv2.resize`` does by default
FORMER_RESIZE = "tf1-bilinear"  # of exports that do not say; 0.1.0 sampled at pixel corners


@dataclass(frozen=True)
class ModelFolder:
    """An exported model on disk.

    Attributes:
        folder: holds the files.
    """

    folder: Path

    @classmethod
    def at(cls, folder: Union[str, Path]) -> ModelFolder:
        """The model in a folder."""
        return cls(Path(folder))

    @property
    def frozen_graph(self) -> Path:
        """For TensorFlow, and the weights for OpenCV."""
        return self.folder / FROZEN_GRAPH

    @property
    def text_graph(self) -> Path:
        """The structure for OpenCV."""
        return self.folder / TEXT_GRAPH

    @property
    def tflite(self) -> Path:
        """For TensorFlow Lite."""
        return self.folder / TFLITE

    @property
    def tflite_float(self) -> Path:
        """The float model beside a quantized one."""
        return self.folder / TFLITE_FLOAT

    @property
    def label_map(self) -> Path:
        """The classes with their ids."""
        return self.folder / LABEL_MAP

    @property
    def labels(self) -> Path:
        """The class names, one a line."""
        return self.folder / LABELS

    @property
    def config(self) -> Path:
        """What the model was trained with."""
        return self.folder / CONFIG

    @property
    def hyperparameters(self) -> Path:
        """Of the job that trained the model."""
        return self.folder / HYPERPARAMETERS

    @property
    def report(self) -> Path:
        """The input, and how the backends compare."""
        return self.folder / REPORT

    def backends(self) -> List[str]:
        """The backends that can run this model, TensorFlow first."""
        return ["tensorflow", "opencv"] + (["tflite"] if self.tflite.exists() else [])

    def require(self, name: str) -> Path:
        """The path of a file in the folder.

        Raises:
            MissingPart: there is no such file.
        """
        path = self.folder / name
        if not path.is_file():
            raise MissingPart(
                f"{path}: no such file. Export the model first: python -m helpers export"
            )
        return path

    def require_sampling(self) -> Dict[str, Any]:
        """What ``export.json`` holds, of a model that samples as backends and device do.

        Raises:
            BadInput: the model was exported when graphs sampled at the corners of pixels.
            MissingPart: the folder has no ``export.json``.
        """
        report: Dict[str, Any] = files.read_json(self.require(REPORT))
        found = report.get("input", {}).get("resize", FORMER_RESIZE)
        if found != RESIZE:
            raise BadInput.of(
                self.report,
                f"a model that resizes images by {found}",
                RESIZE,
                "Its checkpoint serves: export it again with python -m helpers export.",
            )
        return report

    def input_size(self) -> Tuple[int, int]:
        """Width and height of the model's input, pixels.

        Raises:
            MissingPart: the folder has no ``pipeline.config``.
        """
        return pipeline.input_size(pipeline.read(self.require(CONFIG)))


def input_spec(config: Any) -> Dict[str, Any]:
    """How an image becomes the model's input: ``(resized RGB - mean) / std``.

    A graph normalizes by itself; ``mean`` and ``std`` are those of TensorFlow Lite's float input.
    A two-stage detector has none: 0 and 1, raw pixels.

    Args:
        config: the ``TrainEvalPipelineConfig`` the model was trained with.

    Returns:
        ``width`` and ``height`` in pixels, ``mean`` and ``std`` in grey levels, ``resize``.
    """
    width, height = pipeline.input_size(config)
    two_stages = config.model.WhichOneof("model") == two_stage.KIND
    mean, std = (0.0, 1.0) if two_stages else (MEAN, STD)
    return {"width": width, "height": height, "mean": mean, "std": std, "resize": RESIZE}


def load_frozen_graph(path: Union[str, Path]) -> Any:
    """Reads ``frozen_inference_graph.pb`` into a ``tf.GraphDef``.

    Raises:
        BadInput: the file holds no detector.
    """
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    graph_def = tf.GraphDef()
    try:
        graph_def.ParseFromString(Path(path).read_bytes())
    except DecodeError:
        graph_def.Clear()
    if "detection_boxes" not in {node.name for node in graph_def.node}:
        raise BadInput.of(
            path,
            "no detector",
            "a frozen graph of the Object Detection API",
            "Export the model again.",
        )
    return graph_def
