"""Prints what OpenCV's own ``DetectionModel`` and ``pi/detect.py`` find on an image, as JSON.

A program for any Python with numpy and cv2: ``python detection_model_loop.py MODEL IMAGE SIZE``.
"""

import json
import sys
from pathlib import Path

import cv2

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "pi"))

from detection.detector import load  # noqa: E402
from detection.images import read_image  # noqa: E402

THRESHOLD = 0.5


def by_detection_model(model, path, width, height):
    """The loop of OpenCV's tutorials: no scale, no mean."""
    net = cv2.dnn_DetectionModel(
        str(model / "frozen_inference_graph.pb"), str(model / "cvgraph.pbtxt")
    )
    net.setInputSize(width, height)
    net.setInputSwapRB(True)
    return [
        [int(number), float(score), [int(value) for value in box]]
        for number, score, box in zip(*net.detect(cv2.imread(path), THRESHOLD))
    ]


def by_detect_py(model, path):
    detector = load(model, "opencv")
    return [
        [detector.labels.index(found.label) + 1, found.score, found.box]
        for found in detector.detect(read_image(path), THRESHOLD)
    ]


if __name__ == "__main__":
    folder, image = Path(sys.argv[1]), sys.argv[2]
    found = {
        "opencv": cv2.__version__,
        "detection_model": by_detection_model(folder, image, int(sys.argv[3]), int(sys.argv[4])),
        "detect_py": by_detect_py(folder, Path(image)),
    }
    print(json.dumps(found))
