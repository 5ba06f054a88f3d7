"""One backend over a set of images: its detections, its metrics, its time."""

from __future__ import annotations

import time
from typing import Any, Dict, List, NamedTuple, Sequence

from helpers.evaluation.coco_metrics import coco_metrics
from helpers.inference.backend import Backend
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage

METRICS = ("mAP", "mAP50", "mAP75", "AR100", "per_class", "ms_per_image")


class BackendEvaluation(NamedTuple):
    """What a backend makes of a set of images.

    Attributes:
        metrics: by the names in ``METRICS``: COCO's, as ``coco_metrics`` gives them, and
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
    metrics = coco_metrics([image.objects for image in images], detections, label_map)
    metrics["ms_per_image"] = round(1000 * elapsed / len(images), 2)
    return BackendEvaluation(metrics, detections)
