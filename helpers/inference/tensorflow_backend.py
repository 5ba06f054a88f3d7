"""The frozen graph in TensorFlow 1.15: the reference for the other backends."""

from __future__ import annotations

from pathlib import Path
from typing import Union

import numpy as np

from helpers.inference import model_folder
from helpers.inference.backend import Backend, RawDetections, check_rgb, raw_detections, undecodable
from helpers.inference.model_folder import ModelFolder
from helpers.structures.label_map import LabelMap

# What the API's loop over the images of a batch gives.
_RESIZED = "Preprocessor/map/TensorArrayStack/TensorArrayGatherV3:0"


class TensorFlowBackend(Backend):
    """The frozen graph in TensorFlow, with its own decoder.

    The graph has a resizer too. It samples where ``cv2.resize`` does and keeps fractions of grey
    levels, which a model that has learned little takes for a difference, so that images are resized
    as for the other backends, and :meth:`resized_by_graph` shows what the graph's gives.

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
            self._session = tf.Session(graph=graph)

    def decode(self, data: bytes, where: Union[str, Path] = "image") -> np.ndarray:
        """As ``Backend.decode``, with TensorFlow's decoder."""
        try:
            return self._session.run(self._decoded, {self._data: data})
        except self._tf.errors.InvalidArgumentError as error:
            raise undecodable(where) from error

    def resized_by_graph(self, image: np.ndarray) -> np.ndarray:
        """What the graph's own resizer makes of an image.

        Args:
            image: RGB uint8 (h, w, 3).

        Returns:
            RGB float32 (height, width, 3) of the model's input, grey levels 0..255, not rounded.
        """
        check_rgb(image)
        return self._session.run(_RESIZED, {"image_tensor:0": image[None]})[0]

    def _run(self, pixels: np.ndarray) -> RawDetections:
        outputs = self._session.run(
            ["detection_boxes:0", "detection_classes:0", "detection_scores:0", "num_detections:0"],
            {"image_tensor:0": pixels[None]},
        )
        return raw_detections(*(output[0] for output in outputs))
