"""TensorFlow 1.15: the frozen graph, the reference for the other backends, or a checkpoint.

A checkpoint needs no export: the graph is built from the config beside it, as the export builds it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, Tuple, Union

import numpy as np

from helpers.inference import checkpoint_files, detection_graph, model_folder
from helpers.inference.backend import Backend, RawDetections, check_rgb, raw_detections, undecodable
from helpers.inference.model_folder import ModelFolder
from helpers.pipeline_config import pipeline
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap

# What the API's loop over the images of a batch gives.
_RESIZED = "Preprocessor/map/TensorArrayStack/TensorArrayGatherV3:0"
_OUTPUTS = ("detection_boxes:0", "detection_classes:0", "detection_scores:0", "num_detections:0")
_CANDIDATES = ("raw_detection_boxes:0", "raw_detection_scores:0")
MAX_BATCH, BATCH_PIXELS = 16, 1 << 20  # more at once is no faster, and takes memory


class SessionBackend(Backend):
    """A detector's graph in a TensorFlow session, with TensorFlow's decoder.

    The graph has a resizer too. It samples where ``cv2.resize`` does and keeps fractions of grey
    levels, which a model that has learned little takes for a difference, so that images are resized
    as for the other backends, and :meth:`resized_by_graph` shows what the graph's gives.

    TensorFlow's decoder takes a faster cosine transform unless told otherwise, and nobody else
    does. Its pixels are up to 15 grey levels off, enough to move the mAP of a small eval split by
    two points, which would then look like a fault of the other backends.

    Args:
        graph_def: the detector with its weights as constants.
        size: width and height of the model's input, pixels.
        label_map: the names of the class ids.
    """

    def __init__(self, graph_def: Any, size: Tuple[int, int], label_map: LabelMap):
        import tensorflow as tf

        super().__init__(*size, label_map)
        self.batch_size = max(1, min(MAX_BATCH, BATCH_PIXELS // (self.width * self.height)))
        self._tf = tf
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

    def candidates(self, pixels: np.ndarray, min_score: float) -> LabeledBoxes:
        """What non-maximum suppression chooses from on one image.

        Args:
            pixels: RGB uint8 (height, width, 3) of the model's input.
            min_score: the lowest that counts.

        Returns:
            One for each box and class of at least that score, in pixels of that input; boxes may
            reach beyond it.
        """
        outputs = self._session.run(_CANDIDATES, {"image_tensor:0": pixels[None]})
        boxes_rel_yxyx, scores = (values[0] for values in outputs)
        numbers, class_ids = np.nonzero(scores[:, 1:] >= min_score)  # the first is the background
        limits = np.array([self.width, self.height, self.width, self.height], np.float32)
        return LabeledBoxes(
            boxes_rel_yxyx[numbers][:, [1, 0, 3, 2]] * limits,
            tuple(map(self._label_map.name_of, (class_ids + 1).tolist())),
            scores[numbers, class_ids + 1],
        )

    def _run(self, pixels: np.ndarray) -> List[RawDetections]:
        outputs = self._session.run(_OUTPUTS, {"image_tensor:0": pixels})
        return [raw_detections(*values) for values in zip(*outputs)]


class TensorFlowBackend(SessionBackend):
    """The frozen graph.

    Args:
        model: the exported model.
        label_map: the names of the class ids.
    """

    name = "tensorflow"

    def __init__(self, model: ModelFolder, label_map: LabelMap):
        graph_def = model_folder.load_frozen_graph(model.require(model_folder.FROZEN_GRAPH))
        super().__init__(graph_def, model.input_size(), label_map)


class CheckpointBackend(SessionBackend):
    """A checkpoint, without an export.

    Args:
        path: a job folder or the prefix of a checkpoint, as for :func:`checkpoint_files.find`.
        label_map: the names of the class ids.

    Raises:
        BadInput: the checkpoint does not fit the config beside it.
        MissingPart: there is no checkpoint, or no config.
    """

    name = "checkpoint"

    def __init__(self, path: Union[str, Path], label_map: LabelMap):
        import tensorflow as tf

        files = checkpoint_files.find(path)
        config = pipeline.read(files.config)
        checkpoint_files.require_classes(files, config, label_map)
        with tf.Graph().as_default(), tf.Session() as session:
            outputs = detection_graph.build(config)
            graph_def = detection_graph.frozen(session, config, str(files.prefix), outputs)
        super().__init__(graph_def, pipeline.input_size(config), label_map)
