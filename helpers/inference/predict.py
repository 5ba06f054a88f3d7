"""One way to ask a model for boxes, whether TensorFlow, OpenCV or TensorFlow Lite runs it.

Every backend resizes as the models were trained (:mod:`helpers.inference.resize`) and decodes JPEG
with the accurate cosine transform, so that on an image of any size they give the same detections.

Images are expected upright, as the records hold them: OpenCV follows an EXIF orientation when
it decodes, TensorFlow does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Sequence, Tuple, Union

import numpy as np

from helpers.export import export, frozen_ssd
from helpers.inference.backend import Backend, check_rgb, undecodable
from helpers.pipeline_config import pipeline
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap

BACKENDS = ("tensorflow", "opencv", "tflite")


class TensorFlowBackend(Backend):
    """The frozen graph in TensorFlow 1.15, with its own decoder and the resizer inside the graph.

    TensorFlow's decoder takes a faster cosine transform unless told otherwise, and nobody else
    does. Its pixels are up to 15 grey levels off, enough to move the mAP of a small eval split by
    two points, which would then look like a fault of the other backends.

    Args:
        graph_folder: what ``export`` wrote.
        label_map: the names of the class ids.
    """

    name = "tensorflow"

    def __init__(self, graph_folder: Path, label_map: LabelMap):
        import tensorflow as tf

        super().__init__(*_configured_size(graph_folder), label_map)
        self._tf = tf
        graph_def = frozen_ssd.load(_present(graph_folder, export.FROZEN_GRAPH))
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(graph_def, name="")
            self._data = tf.placeholder(tf.string, [], name="image_bytes")
            # Despite its name it decodes PNG as well.
            self._decoded = tf.image.decode_jpeg(
                self._data, channels=3, dct_method="INTEGER_ACCURATE"
            )
            self._image = tf.placeholder(tf.uint8, [None, None, 3], name="image")
            small = tf.image.resize_bilinear(self._image[None], [self.height, self.width])
            self._resized = tf.cast(tf.round(small[0]), tf.uint8)
            self._session = tf.Session(graph=graph)

    def decode(self, data: bytes, where: Union[str, Path] = "image") -> np.ndarray:
        """As ``Backend.decode``, with TensorFlow's decoder."""
        try:
            return self._session.run(self._decoded, {self._data: data})
        except self._tf.errors.InvalidArgumentError as error:
            raise undecodable(where) from error

    def resize(self, image: np.ndarray) -> np.ndarray:
        """As ``Backend.resize``, by TensorFlow, rounded; inside the graph nothing is rounded."""
        return self._session.run(self._resized, {self._image: image})

    def detect(self, image: np.ndarray) -> LabeledBoxes:
        """As ``Backend.detect``; the graph resizes."""
        check_rgb(image)
        return self._labelled(image.shape, *self._run(image))

    def _run(self, pixels):
        outputs = self._session.run(
            ["detection_boxes:0", "detection_classes:0", "detection_scores:0", "num_detections:0"],
            {"image_tensor:0": pixels[None]},
        )
        return _counted(*(output[0] for output in outputs))


class OpenCVBackend(Backend):
    """The frozen graph in ``cv2.dnn`` with the text graph generated for it.

    Args:
        graph_folder: what ``export`` wrote.
        label_map: the names of the class ids.
    """

    name = "opencv"

    def __init__(self, graph_folder: Path, label_map: LabelMap):
        import cv2

        super().__init__(*_configured_size(graph_folder), label_map)
        self._cv2 = cv2
        paths = [_present(graph_folder, name) for name in (export.FROZEN_GRAPH, export.TEXT_GRAPH)]
        try:
            self._net = cv2.dnn.readNetFromTensorflow(*map(str, paths))
        except cv2.error as error:
            raise BadInput.of(
                paths[1],
                f"what OpenCV {cv2.__version__} cannot load ({error})",
                "the text graph of the frozen graph beside it",
                "Export the model again.",
            ) from error

    def _run(self, pixels):
        self._net.setInput(self._cv2.dnn.blobFromImage(_normalised(pixels)))
        rows = self._net.forward().reshape(-1, 7)
        # Without any detection OpenCV gives one row of zeros: class 0, the background.
        rows = rows[rows[:, 1] > 0]
        return rows[:, 3:7], rows[:, 1], rows[:, 2]


class TFLiteBackend(Backend):
    """The TensorFlow Lite model of any kind, with its post-processing inside.

    Args:
        graph_folder: what ``export`` wrote.
        label_map: the names of the class ids.
    """

    name = "tflite"
    file = export.TFLITE

    def __init__(self, graph_folder: Path, label_map: LabelMap):
        import tensorflow as tf

        path = _present(graph_folder, self.file)
        try:
            self._interpreter = tf.lite.Interpreter(model_path=str(path))
            self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise BadInput.of(
                path,
                f"what TensorFlow Lite cannot load ({error})",
                "a model",
                "Export the model again.",
            ) from error
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = _tflite_outputs(path, self._interpreter.get_output_details())
        _, height, width, _ = self._input["shape"]
        super().__init__(int(width), int(height), label_map)

    def _run(self, pixels):
        takes_floats = self._input["dtype"] == np.float32
        values = _normalised(pixels) if takes_floats else np.rint(pixels).astype(np.uint8)
        self._interpreter.set_tensor(self._input["index"], values[None])
        self._interpreter.invoke()
        boxes_rel, from_zero, scores = _counted(
            *(self._interpreter.get_tensor(index)[0] for index in self._outputs)
        )
        return boxes_rel, from_zero + 1, scores


class FloatTFLiteBackend(TFLiteBackend):
    """The float model that lies beside one of eight bits; it is compared with and never shipped.

    Args:
        graph_folder: what ``export`` wrote.
        label_map: the names of the class ids.
    """

    name = "tflite_float"
    file = export.TFLITE_FLOAT


def open_backend(name: str, graph_folder: Union[str, Path], label_map: LabelMap) -> Backend:
    """Loads an exported model.

    Args:
        name: one of ``BACKENDS``, or ``tflite_float``.
        graph_folder: what ``export`` wrote.
        label_map: the names of the class ids, in the order the model was trained with.

    Raises:
        BadInput: there is no such backend, or a file does not load.
        MissingPart: a file of the model is not there.
    """
    kinds = {
        kind.name: kind
        for kind in (TensorFlowBackend, OpenCVBackend, TFLiteBackend, FloatTFLiteBackend)
    }
    if name not in kinds:
        raise BadInput.of("backend", repr(name), f"one of {list(BACKENDS)}", "Choose one of them.")
    return kinds[name](Path(graph_folder), label_map)


def _counted(
    boxes_rel_yxyx: np.ndarray, class_ids: np.ndarray, scores: np.ndarray, count: float
) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of outputs of a fixed length those that were found, boxes as ``Backend`` has them."""
    kept = slice(0, int(count))
    return boxes_rel_yxyx[kept][:, [1, 0, 3, 2]], class_ids[kept], scores[kept]


def _normalised(pixels: np.ndarray) -> np.ndarray:
    return (pixels.astype(np.float32) - np.float32(export.MEAN)) / np.float32(export.STD)


def _configured_size(graph_folder: Path) -> Tuple[int, int]:
    return pipeline.input_size(pipeline.read(_present(graph_folder, export.CONFIG)))


def _tflite_outputs(path: Path, details: Sequence[Dict]) -> Tuple[int, ...]:
    index_of = {detail["name"]: detail["index"] for detail in details}
    missing = [name for name in export.TFLITE_OUTPUTS if name not in index_of]
    if missing:
        raise BadInput.of(
            path,
            f"outputs {sorted(index_of)}",
            f"{list(export.TFLITE_OUTPUTS)}",
            "Only a detector with its post-processing inside serves: export again.",
        )
    return tuple(index_of[name] for name in export.TFLITE_OUTPUTS)


def _present(graph_folder: Path, name: str) -> Path:
    path = graph_folder / name
    if not path.is_file():
        raise MissingPart(f"{path}: no such file. Export the model first: python -m helpers export")
    return path
