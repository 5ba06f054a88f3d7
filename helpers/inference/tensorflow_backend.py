"""The frozen graph in TensorFlow 1.15: the reference for the other backends."""

from __future__ import annotations

from pathlib import Path
from typing import Union

import numpy as np

from helpers.inference import model_folder
from helpers.inference.backend import Backend, RawDetections, check_rgb, raw_detections, undecodable
from helpers.inference.model_folder import ModelFolder
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap


class TensorFlowBackend(Backend):
    """The frozen graph in TensorFlow, with its own decoder and the resizer inside the graph.

    TensorFlow's decoder takes a faster cosine transform unless told otherwise, and nobody else
    does. Its pixels are up to 15 grey levels off, enough to move the mAP of a small eval split by
    two points, which would then look like a fault of the other backends.

    Args:
        model: the exported model.
        label_map: the names of the class ids.
    """

    name = "tensorflow"

    def __init__(self, model: ModelFolder, label_map: LabelMap):
        import tensorflow as tf

        super().__init__(*model.input_size(), label_map)
        self._tf = tf
        graph_def = model_folder.load_frozen_graph(model.require(model_folder.FROZEN_GRAPH))
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(graph_def, name="")
            self._data = tf.placeholder(tf.string, [], name="image_bytes")
            # Despite its name it decodes PNG as well.
            self._decoded = tf.image.decode_jpeg(
                self._data, channels=3, dct_method="INTEGER_ACCURATE"
            )
            self._image = tf.placeholder(tf.uint8, [None, None, 3], name="image")
            resized = tf.image.resize_bilinear(self._image[None], [self.height, self.width])
            self._resized = tf.cast(tf.round(resized[0]), tf.uint8)
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
        return self._labeled(image.shape, self._run(image))

    def _run(self, pixels: np.ndarray) -> RawDetections:
        outputs = self._session.run(
            ["detection_boxes:0", "detection_classes:0", "detection_scores:0", "num_detections:0"],
            {"image_tensor:0": pixels[None]},
        )
        return raw_detections(*(output[0] for output in outputs))
