"""COCO's evaluation of detection results: matched by pycocotools, measured by faster-coco-eval.

The second is the first in C++: it gives the same metrics to 1e-15, and of a hundred detections on
each image twenty times as fast; but it does not say which detection finds which object.

Source: https://cocodataset.org/#detection-eval
"""

from __future__ import annotations

import contextlib
import io
import logging
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap

log = logging.getLogger(__name__)


class Accumulated(NamedTuple):
    """COCO's precision and recall; -1 where there is nothing to find.

    Attributes:
        precision: float64 (10 IoU thresholds from 0.5 to 0.95, 101 recalls from 0 to 1, classes in
            the label map's order, 4 ranges of sizes: all, small, medium, large; at most 1, 10 and
            100 detections per image and class).
        recall: float64, the same without the second axis.
    """

    precision: np.ndarray
    recall: np.ndarray


def accumulated(results: DetectionResults) -> Accumulated:
    """COCO's precision and recall over a set of images.

    A box with ``group_of`` has ``iscrowd``; ``difficult`` changes nothing.

    Args:
        results: what to measure.
    """
    from faster_coco_eval.core.coco import COCO
    from faster_coco_eval.core.faster_eval_api import COCOeval_faster

    truth, detections = (COCO(dataset) for dataset in _datasets(results))
    evaluation = COCOeval_faster(truth, detections, "bbox", print_function=log.debug)
    evaluation.evaluate()
    evaluation.accumulate()
    return Accumulated(evaluation.eval["precision"], evaluation.eval["recall"])


def matched(results: DetectionResults, ious: Sequence[float]) -> Any:
    """A ``COCOeval`` that has matched detections with objects of all sizes, image by image.

    Image ids count from 1 in the images' order, and so do the ids of annotations and detections,
    image after image. A box with ``group_of`` has ``iscrowd``; ``difficult`` changes nothing.

    Args:
        results: what to match.
        ious: the IoU thresholds to match at.
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        indexed = []
        for dataset in _datasets(results):
            coco = COCO()
            coco.dataset = dataset
            coco.createIndex()
            indexed.append(coco)
        evaluation = COCOeval(*indexed, "bbox")
        evaluation.params.iouThrs = list(ious)
        evaluation.params.areaRng = evaluation.params.areaRng[:1]
        evaluation.params.areaRngLbl = evaluation.params.areaRngLbl[:1]
        evaluation.evaluate()
    return evaluation


def _datasets(results: DetectionResults) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    return (
        _dataset(results.truth, results.label_map),
        _dataset(results.detections, results.label_map),
    )


def _dataset(sets: Sequence[LabeledBoxes], label_map: LabelMap) -> Dict[str, Any]:
    ids = {name: label_map.id_of(name) for name in label_map.names}
    return {
        "images": [{"id": image_id} for image_id in range(1, len(sets) + 1)],
        "categories": [{"id": class_id, "name": name} for name, class_id in ids.items()],
        "annotations": _annotations(sets, ids),
    }


def _annotations(sets: Sequence[LabeledBoxes], ids: Dict[str, int]) -> List[Dict[str, Any]]:
    rows: List[Dict[str, Any]] = []
    for image_id, boxes in enumerate(sets, start=1):
        corners = boxes.boxes.astype(float)
        corners[:, 2:] -= corners[:, :2]
        scores = [1.0] * len(boxes) if boxes.scores is None else boxes.scores.tolist()
        crowds = boxes.flags("group_of").tolist()
        for label, box, score, crowd in zip(boxes.labels, corners.tolist(), scores, crowds):
            rows.append(
                {
                    "id": len(rows) + 1,
                    "image_id": image_id,
                    "category_id": ids[label],
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": int(crowd),
                    "score": score,
                }
            )
    return rows
