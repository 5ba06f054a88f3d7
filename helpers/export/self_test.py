"""The self-test of a Pi bundle: an eval image, and what each backend finds on it here.

``pi/detect.py --self-test`` detects on that image on the device and compares.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional

import numpy as np

from helpers.evaluation import matching
from helpers.evaluation.results import DetectionResults
from helpers.export import detection_matching
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
TOLERANCE = {
    "min_iou": detection_matching.MIN_IOU,
    "max_score_difference": detection_matching.MAX_SCORE_DIFFERENCE,
}
QUANTIZED_TOLERANCE = {"min_iou": 0.8, "max_score_difference": 0.1}


class SelfTest(NamedTuple):
    """What the device detects on, and what it should find.

    Attributes:
        image: the bytes of a JPEG.
        expected: what ``selftest.json`` holds: of ``backends`` by name the tolerance, a
            ``min_score``, and the ``detections`` of at least that score, boxes in absolute pixels.
            A sure detection hardly moves when colours are swapped; unsure ones do.
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


def expectations(
    model: ModelFolder, image: RecordImage, label_map: LabelMap, kind: Optional[str]
) -> Optional[SelfTest]:
    """What the backends of the device find on an image.

    Args:
        model: the exported model.
        image: of the records.
        label_map: of the model.
        kind: of the TensorFlow Lite model; ``None`` when there is none.

    Returns:
        The :class:`SelfTest`; ``None`` where nothing is found.
    """
    names = [OpenCVBackend.name, TFLiteBackend.name][: 2 if model.tflite.exists() else 1]
    backends = {}
    for name in names:
        backend = registry.open_backend(name, model.folder, label_map)
        found = backend.detect(backend.decode(image.encoded, image.filename))
        quantized = name == TFLiteBackend.name and kind not in (None, FLOAT)
        if len(found):
            backends[name] = _expected(found, quantized)
    return SelfTest(image.encoded, {"backends": backends}) if backends else None


def _expected(found: LabeledBoxes, quantized: bool) -> Dict[str, Any]:
    half = float(np.asarray(found.scores).max()) / 2
    min_score = round(half if quantized else min(half, detection_matching.MIN_SCORE), 3)
    return {
        **(QUANTIZED_TOLERANCE if quantized else TOLERANCE),
        "min_score": min_score,
        "detections": _rows(found.with_min_score(min_score)),
    }


def _rows(boxes: LabeledBoxes) -> List[Dict[str, Any]]:
    return [
        {
            "label": label,
            "score": round(float(score), 4),
            "box": [round(float(corner), 2) for corner in box],
        }
        for label, score, box in zip(boxes.labels, np.asarray(boxes.scores), boxes.boxes)
    ]
