"""Finds objects in one image. Knows no camera, no file and no window.

    detector = load("model")
    for detection in detector.detect(image):
        print(detection.label, detection.score, detection.box)

Two backends run the same network: OpenCV's DNN module and TensorFlow Lite.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import List, NamedTuple, Optional, Tuple, Union

import cv2
import numpy as np

from .errors import InputError
from .model_bundle import LABELS, TFLITE, Bundle, read_bundle
from .opencv_model import OpenCvModel
from .tflite_model import SMALL_RUNTIMES, NoRuntime, TfliteModel

_LOG = logging.getLogger(__name__)

BACKENDS = ("auto", "opencv", "tflite")


class Detection(NamedTuple):
    """A detected object.

    Attributes:
        label: Class name.
        score: Confidence, 0..1.
        box: Corner points ``(x_min, y_min, x_max, y_max)`` in pixels of the image given, inside
            it, origin top left.
    """

    label: str
    score: float
    box: Tuple[float, float, float, float]


class Detector:
    """Resizes an image, runs a backend on it, and returns the detections.

    Attributes:
        backend: "opencv" or "tflite".
        labels: Class names in the order of their ids.
        threshold: The lowest score to report, as chosen for this model.
    """

    def __init__(self, bundle: Bundle, model: Union[OpenCvModel, TfliteModel]) -> None:
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


def select(
    bundle: Bundle,
    classes: np.ndarray,
    scores: np.ndarray,
    boxes_rel_xyxy: np.ndarray,
    size: Tuple[int, int],
    threshold: float,
) -> List[Detection]:
    """Turns a network's output into detections in pixels.

    Args:
        bundle: The model; its labels name the classes.
        classes: Counted from 0, (n,).
        scores: 0..1, (n,).
        boxes_rel_xyxy: ``[x_min, y_min, x_max, y_max]``, 0..1 of the image's size, (n, 4); they
            may reach outside it (TensorFlow Lite does not clip).
        size: Width and height of the image, pixels.
        threshold: The lowest score to keep.

    Returns:
        Detections inside the image, highest score first; those with no area left are dropped.

    Raises:
        InputError: A class has no name.
    """
    limits = np.array([size[0], size[1]] * 2, np.float64)
    boxes = np.clip(np.asarray(boxes_rel_xyxy, np.float64) * limits, 0, limits)
    detections = []
    for index in np.argsort(-scores, kind="stable"):
        x_min, y_min, x_max, y_max = (float(value) for value in boxes[index])
        if scores[index] >= threshold and x_min < x_max and y_min < y_max:
            label = _label(bundle, int(classes[index]))
            detections.append(Detection(label, float(scores[index]), (x_min, y_min, x_max, y_max)))
    return detections


def _label(bundle: Bundle, number: int) -> str:
    if not 0 <= number < len(bundle.labels):
        raise InputError(
            f"{bundle.folder / LABELS}: {len(bundle.labels)} class names, the model found class"
            f" {number + 1}; labels and model belong to different trainings, copy both again"
        )
    return bundle.labels[number]
