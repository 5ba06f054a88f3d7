"""One backend over a set of images: its detections, its metrics, its time."""

from __future__ import annotations

import time
from dataclasses import fields
from typing import Any, Dict, List, NamedTuple, Sequence

from helpers.evaluation.coco_metrics import CocoMetrics, coco_metrics
from helpers.evaluation.results import DetectionResults
from helpers.inference.backend import Backend
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage

METRICS = (*(field.name for field in fields(CocoMetrics)), "ms_per_image")


class BackendEvaluation(NamedTuple):
    """What a backend makes of a set of images.

    Attributes:
        metrics: by the names in ``METRICS``: COCO's, as ``CocoMetrics.as_dict`` gives them, and
            ``ms_per_image`` (decoding, resizing and detecting).
        detections: of each image, in the images' order.
    """

    metrics: Dict[str, Any]
    detections: List[LabeledBoxes]


def evaluate_backend(
    backend: Backend, images: Sequence[RecordImage], label_map: LabelMap
) -> BackendEvaluation:
    """Runs a backend over images with its own decoding and resizing.

    Args:
        backend: a loaded model.
        images: with their ground truth; at least one.
        label_map: of the model.
    """
    from tqdm.auto import tqdm

    backend.detect(backend.decode(images[0].encoded))
    detections, started = [], time.perf_counter()
    for image in tqdm(images, desc=f"evaluating {backend.name}", unit="image", disable=None):
        detections.append(backend.detect(backend.decode(image.encoded)))
    elapsed = time.perf_counter() - started
    metrics = coco_metrics(DetectionResults.of(images, detections, label_map)).as_dict()
    metrics["ms_per_image"] = round(1000 * elapsed / len(images), 2)
    return BackendEvaluation(metrics, detections)
