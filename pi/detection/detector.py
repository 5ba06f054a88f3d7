"""Finds objects in one image. Knows no camera, no file and no window.

    detector = load("model")
    for detection in detector.detect(image):
        print(detection.label, detection.score, detection.box)

Three backends run the same network: OpenCV's DNN module, TensorFlow Lite, and TensorFlow Lite on a
Coral accelerator.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Union

import numpy as np

from .backends import selection
from .backends.backend import Backend, Outputs
from .backends.model_bundle import EDGE_TPU, Bundle, read_bundle
from .backends.opencv_model import OpenCvModel
from .backends.postprocessing import select
from .backends.settings import DEFAULTS, Settings
from .backends.tflite_model import RUNTIMES, SMALL_RUNTIMES, TfliteModel
from .images import resized
from .structures import Detection

AUTO = "auto"
_CORAL = "coral"
BACKENDS = (AUTO, "opencv", "tflite", _CORAL)


class Detector:
    """Resizes an image, runs a backend on it, and returns the detections.

    Attributes:
        backend: "opencv", "tflite" or "coral".
        labels: Class names in the order of their ids.
        threshold: The lowest score to report, as chosen for this model.
        input_size: Width and height of the network's input, pixels.
        threads: How many a run of the network uses.
        reason: Why this backend was chosen; empty where the user named it.
    """

    def __init__(self, bundle: Bundle, open_model: Callable[[], Backend], reason: str = "") -> None:
        self._model = open_model()
        self.backend = self._model.name
        self.threads = self._model.threads
        self.labels = bundle.labels
        self.threshold = bundle.threshold
        self.input_size = (bundle.width, bundle.height)
        self.reason = reason
        self._bundle = bundle
        self._open_model = open_model

    def another(self) -> Detector:
        """Returns a detector that does the same, for another thread.

        Raises:
            InputError: The model can no longer be loaded.
        """
        return Detector(self._bundle, self._open_model, self.reason)

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
        outputs = self.infer(self.prepare(image))
        return self.finish(outputs, image, self.threshold if threshold is None else threshold)

    def prepare(self, image: np.ndarray) -> np.ndarray:
        """Resizes an image to the network's input.

        Args:
            image: RGB uint8, (h, w, 3), any size.
        """
        # It samples at the centers of pixels, as the model was trained through.
        return resized(image, self.input_size)

    def infer(self, pixels: np.ndarray) -> Outputs:
        """Runs the network.

        Args:
            pixels: Of ``prepare``.

        Raises:
            InputError: The model cannot be run.
        """
        return self._model.run(pixels)

    def finish(self, outputs: Outputs, image: np.ndarray, threshold: float) -> List[Detection]:
        """Turns the network's outputs into detections.

        Args:
            outputs: Of ``infer``.
            image: The one given.
            threshold: The lowest score to report, 0..1.

        Raises:
            InputError: The model gives a class that labels.txt lacks.
        """
        size = (image.shape[1], image.shape[0])
        return select(self._bundle, *outputs, size, threshold)


def load(
    model_dir: Union[str, Path], backend: str = AUTO, settings: Settings = DEFAULTS
) -> Detector:
    """Loads a model folder.

    Args:
        model_dir: The folder with the model's files.
        backend: "opencv", "tflite", "coral", or "auto": the fastest that finds on this device what
            the model's self-test expects. TensorFlow itself runs "tflite" only where it is named.
        settings: How the backend runs.

    Returns:
        A detector, ready to run.

    Raises:
        InputError: A file is missing or damaged, or nothing installed can run it.
    """
    bundle = read_bundle(Path(model_dir))
    if backend != AUTO:
        return Detector(bundle, _opener(bundle, backend, settings, RUNTIMES))
    detectors: Dict[str, Detector] = {}

    def open_backend(name: str) -> selection.Detect:
        detectors[name] = Detector(bundle, _opener(bundle, name, settings, SMALL_RUNTIMES))
        return detectors[name].detect

    choice = selection.choose(bundle, runnable(bundle), settings, open_backend)
    if choice.name not in detectors:
        open_backend(choice.name)
    detectors[choice.name].reason = choice.reason
    return detectors[choice.name]


def runnable(bundle: Bundle) -> List[str]:
    """Returns the backends that a device may have for a model.

    Args:
        bundle: The model folder.
    """
    return [name for name in BACKENDS[1:] if name != _CORAL or EDGE_TPU in bundle.files]


def _opener(
    bundle: Bundle, name: str, settings: Settings, runtimes: Sequence[str]
) -> Callable[[], Backend]:
    if name == _CORAL:
        from .backends.coral_model import CoralModel

        return lambda: CoralModel(bundle, settings, SMALL_RUNTIMES)
    if name == TfliteModel.name:
        return lambda: TfliteModel(bundle, settings, runtimes)
    return lambda: OpenCvModel(bundle, settings)
