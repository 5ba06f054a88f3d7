"""The self-test of a Pi bundle: an eval image, and what each backend finds on it here.

``pi/detect.py --self-test`` detects on that image on the device and compares.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

import numpy as np

from helpers.evaluation import matching
from helpers.evaluation.results import DetectionResults
from helpers.inference import registry
from helpers.inference.model_folder import ModelFolder
from helpers.inference.opencv_backend import OpenCVBackend
from helpers.inference.tflite_backend import TFLiteBackend
from helpers.pipeline_config.export_options import FLOAT
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage

IMAGE, EXPECTED = "selftest.jpg", "selftest.json"
# OpenCV's versions and processors differ less than this; of 8 bits the runtimes round differently.
TOLERANCE = {"min_iou": 0.9, "max_score_difference": 0.05}
QUANTIZED_TOLERANCE = {"min_iou": 0.8, "max_score_difference": 0.1}


class SelfTest(NamedTuple):
    """What the device detects on, and what it should find.

    Attributes:
        image: the bytes of a JPEG.
        expected: what ``selftest.json`` holds: ``min_score``, and for each backend its tolerance
            and its ``detections`` of at least that score, boxes in absolute pixels.
    """

    image: bytes
    expected: Dict[str, Any]


def choose(results: DetectionResults, threshold: float) -> Optional[int]:
    """The index of the image on which the model is right and surest of it.

    One on which it finds every object and invents none comes before one on which it does not, then
    the score of what it is least sure of counts.

    Args:
        results: of the eval split.
        threshold: least score of a detection that counts.

    Returns:
        ``None`` where it finds nothing on any image.
    """
    matches = matching.match(results)
    found = matches.truth_index >= 0
    best: Optional[int] = None
    best_key = (False, -1.0)
    for index, boxes in enumerate(results.detections):
        if not len(boxes):
            continue
        rows = slice(matches.offsets[index], matches.offsets[index + 1])
        sure = matches.score[rows] >= threshold
        objects = int((~results.truth[index].flags("group_of")).sum())
        right = bool(sure.any() and found[rows][sure].all() and sure.sum() == objects)
        scores = matches.score[rows][sure] if right else matches.score[rows]
        key = (right, float(scores.min() if right else scores.max()))
        if key > best_key:
            best, best_key = index, key
    return best


def expectations(model: ModelFolder, image: RecordImage, label_map: LabelMap, kind: Any) -> Any:
    """What the backends of the device find on an image.

    Args:
        model: the exported model.
        image: of the records.
        label_map: of the model.
        kind: of the TensorFlow Lite model; ``None`` when there is none.

    Returns:
        The :class:`SelfTest`; ``None`` where OpenCV finds nothing.
    """
    names = [OpenCVBackend.name, TFLiteBackend.name][: 2 if model.tflite.exists() else 1]
    found = {}
    for name in names:
        backend = registry.open_backend(name, model.folder, label_map)
        found[name] = backend.detect(backend.decode(image.encoded, image.filename))
    scores = np.asarray(found[OpenCVBackend.name].scores)
    if not len(scores):
        return None
    min_score = round(float(scores.max()) / 2, 3)
    tolerances = {OpenCVBackend.name: TOLERANCE, TFLiteBackend.name: TOLERANCE}
    if kind not in (None, FLOAT):
        tolerances[TFLiteBackend.name] = QUANTIZED_TOLERANCE
    backends = {
        name: {**tolerances[name], "detections": _rows(boxes.with_min_score(min_score))}
        for name, boxes in found.items()
    }
    return SelfTest(image.encoded, {"min_score": min_score, "backends": backends})


def _rows(boxes: LabeledBoxes) -> List[Dict[str, Any]]:
    return [
        {
            "label": label,
            "score": round(float(score), 4),
            "box": [round(float(corner), 2) for corner in box],
        }
        for label, score, box in zip(boxes.labels, np.asarray(boxes.scores), boxes.boxes)
    ]
