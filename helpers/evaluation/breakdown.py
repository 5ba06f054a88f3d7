"""How well objects are found by their size, their shape and their place in the image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from helpers.evaluation.average_precision import average_precision
from helpers.evaluation.matching import Matches, match
from helpers.evaluation.results import DetectionResults
from helpers.pipeline_config.input_size import CELL
from helpers.structures.boxes import LabeledBoxes

_COCO_EDGES = (32.0, 96.0)  # square roots of COCO's areas, pixels of the image
_COCO_NAMES = ("small", "medium", "large")
_INPUT_EDGES = (CELL / 2, float(CELL), 2.0 * CELL, 4.0 * CELL, 8.0 * CELL)  # pixels of the input
_ON_INPUT = "pixels on the model's input"
_ASPECT_EDGES = (0.5, 0.75, 4 / 3, 2.0)  # width by height
_ASPECT_NAMES = ("very tall", "tall", "square", "wide", "very wide")
_THIRDS = (1 / 3, 2 / 3)
_PLACES = tuple(
    f"{row} {column}"
    for row in ("top", "middle", "bottom")
    for column in ("left", "center", "right")
)
# The values of the boxes of one image, by which they are sorted into bins: float (n,).
_Values = Callable[[LabeledBoxes, np.ndarray], np.ndarray]


class Bin(NamedTuple):
    """The objects of one kind.

    Attributes:
        name: what they have in common.
        objects: how many there are to be found.
        found: how many of them are found with at least the breakdown's threshold.
        recall: ``found`` by ``objects``, 0..1; ``None`` without objects.
        ap: mean over the classes that have such objects of the AP at the breakdown's IoU, over all
            scores; ``None`` without objects.
    """

    name: str
    objects: int
    found: int
    recall: Optional[float]
    ap: Optional[float]


@dataclass(frozen=True)
class Breakdown:
    """Recall and AP by a property of the objects.

    A detection is in the bin of the object that it finds; one that finds none is in the bin of its
    own box.

    Attributes:
        by: the property, for a heading.
        bins: in a fixed order, empty ones too.
        threshold: least score of the detections that count for recall.
        iou: least IoU of a detection with the object that it finds.
    """

    by: str
    bins: Tuple[Bin, ...]
    threshold: float
    iou: float

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each bin, for a table."""
        return [
            {
                self.by: one.name,
                "objects": one.objects,
                "found": one.found,
                "recall": one.recall,
                "AP": one.ap,
            }
            for one in self.bins
        ]

    def as_dict(self) -> Dict[str, Any]:
        """The bins and limits as JSON values."""
        return {
            "by": self.by,
            "threshold": self.threshold,
            "iou": self.iou,
            "bins": [one._asdict() for one in self.bins],
        }


def by_size(
    results: DetectionResults,
    input_size: Optional[Tuple[int, int]] = None,
    threshold: float = 0.0,
    iou: float = 0.5,
) -> Breakdown:
    """Recall and AP by the size of the objects.

    Args:
        results: ground truth and detections.
        input_size: width and height of the model's input, for the size that objects have there,
            where a cell of the first feature map of an SSD has 16 pixels; ``None`` for COCO's
            ranges in pixels of the images (small below 32 x 32, large from 96 x 96).
        threshold: least score of the detections that count for recall.
        iou: least IoU of a detection with the object that it finds.
    """

    def values(boxes: LabeledBoxes, size: np.ndarray) -> np.ndarray:
        return _edges(boxes, np.ones(2) if input_size is None else np.array(input_size) / size)

    binning = (
        _Binning("size", _COCO_NAMES, _COCO_EDGES, values)
        if input_size is None
        else _Binning(_ON_INPUT, _ranges(_INPUT_EDGES), _INPUT_EDGES, values)
    )
    return _broken_down(results, binning, threshold, iou)


def by_aspect(results: DetectionResults, threshold: float = 0.0, iou: float = 0.5) -> Breakdown:
    """Recall and AP by width / height of the objects, in pixels of the images.

    Args:
        results: ground truth and detections.
        threshold: least score of the detections that count for recall.
        iou: least IoU of a detection with the object that it finds.
    """

    def values(boxes: LabeledBoxes, size: np.ndarray) -> np.ndarray:
        width, height = _sides(boxes).T
        return width / np.maximum(height, np.finfo(np.float64).tiny)

    binning = _Binning("width / height", _ASPECT_NAMES, _ASPECT_EDGES, values)
    return _broken_down(results, binning, threshold, iou)


def by_position(results: DetectionResults, threshold: float = 0.0, iou: float = 0.5) -> Breakdown:
    """Recall and AP by the ninth of the image in which the center of the object lies.

    Args:
        results: ground truth and detections.
        threshold: least score of the detections that count for recall.
        iou: least IoU of a detection with the object that it finds.

    Returns:
        Bins row by row, from the top left.
    """

    def values(boxes: LabeledBoxes, size: np.ndarray) -> np.ndarray:
        corners = boxes.boxes.astype(np.float64)
        center = (corners[:, :2] + corners[:, 2:]) / 2 / size
        column, row = np.digitize(center, _THIRDS).T
        return row * len(_THIRDS + (1,)) + column

    edges = tuple(np.arange(1, len(_PLACES)) - 0.5)
    return _broken_down(results, _Binning("position", _PLACES, edges, values), threshold, iou)


def edges_on_input(
    sets: Sequence[LabeledBoxes], sizes: np.ndarray, input_size: Tuple[int, int]
) -> np.ndarray:
    """How large boxes are on a model's input: the edge of a square of their area, pixels.

    Args:
        sets: the boxes of each image.
        sizes: int (n, 2), width and height of each image in pixels.
        input_size: width and height of the model's input.

    Returns:
        float, of all boxes, image after image.
    """
    edges = [_edges(boxes, np.array(input_size) / size) for boxes, size in zip(sets, sizes)]
    return np.concatenate([np.zeros(0), *edges])


class _Binning(NamedTuple):
    """By which values boxes are sorted, and into what: a value at an edge is in the upper bin."""

    by: str
    names: Sequence[str]
    edges: Sequence[float]
    values: _Values

    def of(self, sets: Sequence[LabeledBoxes], sizes: np.ndarray) -> np.ndarray:
        """The bin of each box of all images, int (n,)."""
        values = [self.values(boxes, size) for boxes, size in zip(sets, sizes)]
        return np.digitize(np.concatenate([np.zeros(0), *values]), self.edges)


def _broken_down(
    results: DetectionResults, binning: _Binning, threshold: float, iou: float
) -> Breakdown:
    matches = match(results, iou)
    truth_bin = binning.of(results.truth, results.sizes)
    found = matches.true_positive
    bins_of = binning.of(results.detections, results.sizes)
    rows = matches.truth_offsets[matches.image[found]] + matches.truth_index[found]
    bins_of[found] = truth_bin[rows]
    missed = matches.missed(threshold)
    bins = []
    for number, name in enumerate(binning.names):
        objects = ~matches.truth_ignored & (truth_bin == number)
        total, hits = int(objects.sum()), int((objects & ~missed).sum())
        ap = _mean_ap(matches, bins_of == number, objects)
        bins.append(Bin(name, total, hits, hits / total if total else None, ap))
    return Breakdown(binning.by, tuple(bins), threshold, iou)


def _mean_ap(matches: Matches, among: np.ndarray, objects: np.ndarray) -> Optional[float]:
    order = np.argsort(-matches.score, kind="stable")
    order = order[(among & ~matches.ignored)[order]]
    totals = np.bincount(matches.truth_class[objects])
    aps = [
        average_precision(
            matches.true_positive[order][matches.class_index[order] == number], totals[number]
        )
        for number in np.flatnonzero(totals)
    ]
    return float(np.mean(aps)) if aps else None


def _edges(boxes: LabeledBoxes, scale: np.ndarray) -> np.ndarray:
    return np.sqrt(_sides(boxes).prod(axis=1) * scale.prod())


def _sides(boxes: LabeledBoxes) -> np.ndarray:
    corners = boxes.boxes.astype(np.float64)
    return np.maximum(corners[:, 2:] - corners[:, :2], 0)


def _ranges(edges: Sequence[float]) -> List[str]:
    inner = [f"{low:g} to {high:g}" for low, high in zip(edges, edges[1:])]
    return [f"below {edges[0]:g}", *inner, f"from {edges[-1]:g}"]
