"""COCO's detection metrics, computed by pycocotools.

Source: https://cocodataset.org/#detection-eval
"""

from __future__ import annotations

import contextlib
import io
from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap


def coco_metrics(
    truth: Sequence[LabeledBoxes], detections: Sequence[LabeledBoxes], label_map: LabelMap
) -> Dict[str, Any]:
    """Average precision and recall of detections over a set of images.

    Args:
        truth: the boxes of each image. A box with ``group_of`` is a crowd, as in the Object
            Detection API's evaluation: it is no object that must be found, and what is detected on
            it counts neither way.
        detections: of each image, in the same order, with scores from near 0: dropping the low
            ones lowers the metrics.
        label_map: the classes that count.

    Returns:
        ``mAP`` (mean over IoU 0.5 to 0.95), ``mAP50``, ``mAP75``, ``AR100`` and ``per_class``
        (the mAP of each class), all in 0..1; ``None`` where a class has no box but crowds.

    Raises:
        ValueError: the two lists differ in length.
    """
    if len(truth) != len(detections):
        raise ValueError(f"expected {len(truth)} images' detections, got {len(detections)}")
    evaluation = _evaluated(truth, detections, label_map)
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    all_areas = precision[:, :, :, 0, -1]
    return {
        "mAP": _mean(all_areas),
        "mAP50": _mean(all_areas[0]),
        "mAP75": _mean(all_areas[5]),
        "AR100": _mean(recall[:, :, 0, -1]),
        "per_class": {
            name: _mean(all_areas[:, :, number]) for number, name in enumerate(label_map.names)
        },
    }


def _evaluated(
    truth: Sequence[LabeledBoxes], detections: Sequence[LabeledBoxes], label_map: LabelMap
) -> Any:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        ground_truth, predictions = COCO(), COCO()
        for coco, sets in ((ground_truth, truth), (predictions, detections)):
            coco.dataset = {
                "images": [{"id": number} for number in range(1, len(truth) + 1)],
                "categories": [
                    {"id": label_map.id_of(name), "name": name} for name in label_map.names
                ],
                "annotations": _annotations(sets, label_map),
            }
            coco.createIndex()
        evaluation = COCOeval(ground_truth, predictions, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


def _annotations(sets: Sequence[LabeledBoxes], label_map: LabelMap) -> List[Dict[str, Any]]:
    rows: List[Dict[str, Any]] = []
    for image_id, boxes in enumerate(sets, start=1):
        scores = np.ones(len(boxes)) if boxes.scores is None else boxes.scores
        columns = zip(boxes.labels, boxes.boxes.astype(float), scores, boxes.flags("group_of"))
        for label, box, score, crowd in columns:
            width, height = box[2:] - box[:2]
            rows.append(
                {
                    "id": len(rows) + 1,
                    "image_id": image_id,
                    "iscrowd": int(crowd),
                    "category_id": label_map.id_of(label),
                    "score": float(score),
                    "bbox": [box[0], box[1], width, height],
                    "area": float(width * height),
                }
            )
    return rows


def _mean(values: np.ndarray) -> Optional[float]:
    valid = values[values > -1]
    return round(float(valid.mean()), 4) if valid.size else None
