"""Finds objects in one image. Knows no camera, no file and no window.

    detector = load("model")
    for detection in detector.detect(image):
        print(detection.label, detection.score, detection.box)

Two backends run the same network: OpenCV's DNN module and TensorFlow Lite.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import List, Optional, Union

import cv2
import numpy as np

from .backends.backend import Backend, NoRuntime
from .backends.model_bundle import TFLITE, Bundle, read_bundle
from .backends.opencv_model import OpenCvModel
from .backends.postprocessing import select
from .backends.tflite_model import SMALL_RUNTIMES, TfliteModel
from .structures import Detection

_LOG = logging.getLogger(__name__)

BACKENDS = ("auto", "opencv", "tflite")


class Detector:
    """Resizes an image, runs a backend on it, and returns the detections.

    Attributes:
        backend: "opencv" or "tflite".
        labels: Class names in the order of their ids.
        threshold: The lowest score to report, as chosen for this model.
    """

    def __init__(self, bundle: Bundle, model: Backend) -> None:
        self.backend = model.name
        self.labels = bundle.labels
        self.threshold = bundle.threshold
        self._bundle = bundle
        self._model = model

    def detect(self, image: np.ndarray, threshold: Optional[float] = None) -> List[Detection]:
        """Finds objects in an image.

        Args:
            image: RGB uint8, (h, w, 3), any size.
            threshold: The lowest score to report, 0..1; None takes the model's own.

        Returns:
            The detections, highest score first.

        Raises:
            InputError: The model cannot be run, or gives a class that labels.txt lacks.
        """
        # It samples at the centers of pixels, as the model was trained through.
        pixels = cv2.resize(image, (self._bundle.width, self._bundle.height))
        classes, scores, boxes = self._model.run(pixels)
        size = (image.shape[1], image.shape[0])
        lowest = self.threshold if threshold is None else threshold
        return select(self._bundle, classes, scores, boxes, size, lowest)


def load(model_dir: Union[str, Path], backend: str = "auto") -> Detector:
    """Loads a model folder.

    Args:
        model_dir: The folder with the model's files.
        backend: "opencv", "tflite", or "auto": TensorFlow Lite, the faster one, where the model
            has ``detect.tflite`` and a small runtime is installed, else OpenCV.

    Returns:
        A detector, ready to run.

    Raises:
        InputError: A file is missing or damaged, or nothing installed can run it.
    """
    bundle = read_bundle(Path(model_dir))
    if backend == "tflite":
        return Detector(bundle, TfliteModel(bundle))
    if backend == "auto" and TFLITE in bundle.files:
        try:
            return Detector(bundle, TfliteModel(bundle, SMALL_RUNTIMES))
        except NoRuntime as error:
            _LOG.info("OpenCV runs the model: %s", error)
    return Detector(bundle, OpenCvModel(bundle))
