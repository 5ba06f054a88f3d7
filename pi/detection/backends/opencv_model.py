"""Runs the frozen graph in OpenCV's DNN module."""

from __future__ import annotations

from pathlib import Path
from typing import Tuple

import cv2
import numpy as np

from ..device.silence_stderr import silence_stderr
from ..errors import InputError, one_line
from .backend import Backend
from .model_bundle import GRAPH, TEXT_GRAPH, Bundle
from .opencv_backends import preferred
from .settings import DEFAULTS, Settings

_OLDEST = (4, 5)  # that is tested


class OpenCvModel(Backend):
    """``frozen_inference_graph.pb``, read by way of ``cvgraph.pbtxt``."""

    name = "opencv"

    def __init__(self, bundle: Bundle, settings: Settings = DEFAULTS) -> None:
        """Loads the model.

        Args:
            bundle: The model folder.
            settings: Threads, and what OpenCV computes with; its threads are those of all that
                OpenCV does in this process.

        Raises:
            InputError: A file is missing from the bundle, OpenCV cannot read the two, or this
                build cannot compute with what was asked for.
        """
        self.threads = settings.thread_count()
        backend, target = preferred(settings)
        self._text_graph = bundle.path(TEXT_GRAPH, "OpenCV needs it; export the model again")
        graph = bundle.path(GRAPH, "OpenCV needs it; export the model again")
        try:
            # Its protobuf reader also prints on standard error what the exception says.
            with silence_stderr():
                self._net = cv2.dnn.readNetFromTensorflow(str(graph), str(self._text_graph))
        except cv2.error as error:
            raise self._unusable(error) from None
        self._net.setPreferableBackend(backend)
        self._net.setPreferableTarget(target)
        cv2.setNumThreads(self.threads)

    def run(self, pixels: np.ndarray) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Runs the network on one resized image.

        Args:
            pixels: RGB uint8, (height, width, 3); the graph normalizes them itself.

        Returns:
            Classes counted from 0 (n,), scores (n,), and relative corner points
            ``[x_min, y_min, x_max, y_max]`` (n, 4).

        Raises:
            InputError: OpenCV cannot run the network.
        """
        try:
            self._net.setInput(cv2.dnn.blobFromImage(pixels))
            output = np.asarray(self._net.forward())
        except cv2.error as error:
            raise self._unusable(error) from None
        return decode(output, self._text_graph)

    def _unusable(self, error: cv2.error) -> InputError:
        version = tuple(map(int, cv2.__version__.split(".")[:2]))
        newer = "take OpenCV 4.5 or newer, or " if version < _OLDEST else ""
        return InputError(
            f"{self._text_graph}: OpenCV {cv2.__version__} cannot run {GRAPH} with it"
            f" ({one_line(error)}); {newer}export the model again"
        )


def decode(output: np.ndarray, text_graph: Path) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Reads the output of OpenCV's DetectionOutput layer.

    Args:
        output: (1, 1, n, 7), rows of image id, class from 1, score, and relative corner points
            x_min, y_min, x_max, y_max. A run without detections gives one row of zeros.
        text_graph: Where the graph came from, for the message.

    Returns:
        Classes counted from 0 (n,), scores (n,), relative corner points (n, 4).

    Raises:
        InputError: The output has another shape.
    """
    if output.ndim != 4 or output.shape[:2] != (1, 1) or output.shape[3] != 7:
        raise InputError(
            f"{text_graph}: the graph gives {output.shape}, expected (1, 1, n, 7);"
            " export the model again"
        )
    rows = output[0, 0]
    rows = rows[rows[:, 1] > 0]
    return rows[:, 1].astype(int) - 1, rows[:, 2], rows[:, 3:]
