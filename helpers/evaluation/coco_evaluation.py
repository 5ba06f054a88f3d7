"""Detection results handed to pycocotools, whose matching and metrics this room builds on.

Source: https://cocodataset.org/#detection-eval
"""

from __future__ import annotations

import contextlib
import io
from typing import Any, Dict, List, Optional, Sequence

from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap


def evaluated(results: DetectionResults, iou_thresholds: Optional[Sequence[float]] = None) -> Any:
    """A ``COCOeval`` that has matched detections with the ground truth, image by image.

    Image ids count from 1 in the images' order, and so do the ids of annotations and detections,
    image after image. A box with ``group_of`` has ``iscrowd``; ``difficult`` changes nothing.

    Args:
        results: what to match.
        iou_thresholds: match at these, over objects of all sizes; by default at COCO's ten, and
            for each range of sizes, as its twelve metrics need.
    """
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(
            _indexed(results.truth, results.label_map),
            _indexed(results.detections, results.label_map),
            "bbox",
        )
        if iou_thresholds is not None:
            evaluation.params.iouThrs = list(iou_thresholds)
            evaluation.params.areaRng = evaluation.params.areaRng[:1]
            evaluation.params.areaRngLbl = evaluation.params.areaRngLbl[:1]
        evaluation.evaluate()
    return evaluation


def _indexed(sets: Sequence[LabeledBoxes], label_map: LabelMap) -> Any:
    from pycocotools.coco import COCO

    ids = {name: label_map.id_of(name) for name in label_map.names}
    coco = COCO()
    coco.dataset = {
        "images": [{"id": image_id} for image_id in range(1, len(sets) + 1)],
        "categories": [{"id": class_id, "name": name} for name, class_id in ids.items()],
        "annotations": _annotations(sets, ids),
    }
    coco.createIndex()
    return coco


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
