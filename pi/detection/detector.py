"""Finds objects in one image. Knows no camera, no file and no window.

    detector = load("model")
    for detection in detector.detect(image):
        print(detection.label, detection.score, detection.box)

Two backends run the same network: OpenCV's DNN module and TensorFlow Lite.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Optional, Sequence, Union

import cv2
import numpy as np

from .backends import selection
from .backends.backend import Backend
from .backends.model_bundle import Bundle, read_bundle
from .backends.opencv_model import OpenCvModel
from .backends.postprocessing import select
from .backends.settings import DEFAULTS, Settings
from .backends.tflite_model import RUNTIMES, SMALL_RUNTIMES, TfliteModel
from .structures import Detection

AUTO = "auto"
BACKENDS = (AUTO, "opencv", "tflite")


class Detector:
    """Resizes an image, runs a backend on it, and returns the detections.

    Attributes:
        backend: "opencv" or "tflite".
        labels: Class names in the order of their ids.
        threshold: The lowest score to report, as chosen for this model.
        input_size: Width and height of the network's input, pixels.
        threads: How many a run of the network uses.
        reason: Why this backend was chosen; empty where the user named it.
    """

    def __init__(self, bundle: Bundle, model: Backend, reason: str = "") -> None:
        self.backend = model.name
        self.labels = bundle.labels
        self.threshold = bundle.threshold
        self.input_size = (bundle.width, bundle.height)
        self.threads = model.threads
        self.reason = reason
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


def load(
    model_dir: Union[str, Path], backend: str = AUTO, settings: Settings = DEFAULTS
) -> Detector:
    """Loads a model folder.

    Args:
        model_dir: The folder with the model's files.
        backend: "opencv", "tflite", or "auto": the fastest that finds on this device what the
            model's self-test expects. TensorFlow itself runs "tflite" only where it is named.
        settings: How the backend runs.

    Returns:
        A detector, ready to run.

    Raises:
        InputError: A file is missing or damaged, or nothing installed can run it.
    """
    bundle = read_bundle(Path(model_dir))
    if backend != AUTO:
        return Detector(bundle, _opened(bundle, backend, settings, RUNTIMES))
    models: Dict[str, Backend] = {}

    def open_backend(name: str) -> selection.Detect:
        models[name] = _opened(bundle, name, settings, SMALL_RUNTIMES)
        return Detector(bundle, models[name]).detect

    choice = selection.choose(bundle, BACKENDS[1:], settings, open_backend)
    if choice.name not in models:
        open_backend(choice.name)
    return Detector(bundle, models[choice.name], choice.reason)


def _opened(bundle: Bundle, name: str, settings: Settings, runtimes: Sequence[str]) -> Backend:
    if name == TfliteModel.name:
        return TfliteModel(bundle, settings, runtimes)
    return OpenCvModel(bundle, settings)
