"""COCO's twelve detection metrics and the average precision of each class.

Source: https://cocodataset.org/#detection-eval
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Dict, List, Optional

import numpy as np

from helpers.evaluation.coco_evaluation import accumulated
from helpers.evaluation.results import DetectionResults

DECIMALS = 4


@dataclass(frozen=True)
class CocoMetrics:
    """COCO's metrics over a set of images, all in 0..1; ``None`` where nothing is to be found.

    A small object has an area of at most 32 * 32 pixels, a large one at least 96 * 96. Average
    recall is the mean over IoU 0.5 to 0.95 with at most so many detections per image and class.

    Attributes:
        mAP: mean over the classes and IoU 0.5 to 0.95.
        mAP50: mean over the classes at IoU 0.5.
        mAP75: mean over the classes at IoU 0.75.
        mAP_small: ``mAP`` of the small objects.
        mAP_medium: ``mAP`` of those between.
        mAP_large: ``mAP`` of the large objects.
        AR1: average recall with one detection.
        AR10: average recall with ten detections.
        AR100: average recall with a hundred detections.
        AR_small: ``AR100`` of the small objects.
        AR_medium: ``AR100`` of those between.
        AR_large: ``AR100`` of the large objects.
        per_class: average precision over IoU 0.5 to 0.95, by class in the label map's order.
        per_class50: average precision at IoU 0.5, likewise.
    """

    mAP: Optional[float]
    mAP50: Optional[float]
    mAP75: Optional[float]
    mAP_small: Optional[float]
    mAP_medium: Optional[float]
    mAP_large: Optional[float]
    AR1: Optional[float]
    AR10: Optional[float]
    AR100: Optional[float]
    AR_small: Optional[float]
    AR_medium: Optional[float]
    AR_large: Optional[float]
    per_class: Dict[str, Optional[float]]
    per_class50: Dict[str, Optional[float]]

    def rows(self) -> List[Dict[str, Any]]:
        """One row per class, in the label map's order, for a table."""
        return [
            {"class": name, "AP": _rounded(value), "AP50": _rounded(self.per_class50[name])}
            for name, value in self.per_class.items()
        ]

    def as_dict(self) -> Dict[str, Any]:
        """All metrics by name, rounded to four decimals, as JSON has them."""
        return {
            name: {key: _rounded(each) for key, each in value.items()}
            if isinstance(value, dict)
            else _rounded(value)
            for name, value in asdict(self).items()
        }


def coco_metrics(results: DetectionResults) -> CocoMetrics:
    """Average precision and recall of detections over a set of images.

    As in the Object Detection API's evaluation, a box with ``group_of`` is a crowd: it is no
    object that must be found, and a detection on it counts neither way; ``difficult`` changes
    nothing.

    Args:
        results: with detections of scores from near 0: dropping the low ones lowers the metrics.
    """
    precision, recall = accumulated(results)
    every, classes = precision[:, :, :, 0, -1], list(enumerate(results.label_map.names))
    return CocoMetrics(
        mAP=_mean(every),
        mAP50=_mean(every[0]),
        mAP75=_mean(every[5]),
        mAP_small=_mean(precision[:, :, :, 1, -1]),
        mAP_medium=_mean(precision[:, :, :, 2, -1]),
        mAP_large=_mean(precision[:, :, :, 3, -1]),
        AR1=_mean(recall[:, :, 0, 0]),
        AR10=_mean(recall[:, :, 0, 1]),
        AR100=_mean(recall[:, :, 0, 2]),
        AR_small=_mean(recall[:, :, 1, -1]),
        AR_medium=_mean(recall[:, :, 2, -1]),
        AR_large=_mean(recall[:, :, 3, -1]),
        per_class={name: _mean(every[:, :, number]) for number, name in classes},
        per_class50={name: _mean(every[0, :, number]) for number, name in classes},
    )


def _mean(values: np.ndarray) -> Optional[float]:
    valid = values[values > -1]
    return float(valid.mean()) if valid.size else None


def _rounded(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, DECIMALS)
