"""The frozen graph in OpenCV's DNN module."""

from __future__ import annotations

from typing import List

import numpy as np

from helpers.inference.backend import Backend, RawDetections
from helpers.inference.model_folder import FROZEN_GRAPH, TEXT_GRAPH, ModelFolder
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap


class OpenCVBackend(Backend):
    """The frozen graph in ``cv2.dnn`` with the text graph generated for it.

    Args:
        model: the exported model.
        label_map: the names of the class ids.
    """

    name = "opencv"

    def __init__(self, model: ModelFolder, label_map: LabelMap):
        import cv2

        super().__init__(*model.input_size(), label_map)
        self._cv2 = cv2
        weights, text_graph = model.require(FROZEN_GRAPH), model.require(TEXT_GRAPH)
        try:
            self._net = cv2.dnn.readNetFromTensorflow(str(weights), str(text_graph))
        except cv2.error as error:
            raise BadInput.of(
                text_graph,
                f"what OpenCV {cv2.__version__} cannot load ({error})",
                "the text graph of the frozen graph beside it",
                "Export the model again.",
            ) from error

    def _run(self, pixels: np.ndarray) -> List[RawDetections]:
        return [self._run_one(image) for image in pixels]

    def _run_one(self, image: np.ndarray) -> RawDetections:
        self._net.setInput(self._cv2.dnn.blobFromImage(image))
        rows = self._net.forward().reshape(-1, 7)
        # Without any detection OpenCV gives one row of zeros: class 0, the background.
        rows = rows[rows[:, 1] > 0]
        return RawDetections(rows[:, 3:7], rows[:, 1], rows[:, 2])
