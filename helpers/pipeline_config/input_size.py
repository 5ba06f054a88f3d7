"""The input size that the boxes of a data set ask for.

The finest feature map of an SSD on MobileNet has a cell for each 16 pixels of the input. Of an
object smaller than a cell its anchors see mostly background, and neighbors share a cell: in one
data set a class of 10 pixels at 160x160 reached an mAP of 0.03, the two larger ones 0.40 and 0.63.
So the smaller objects of every class, one class at a time, are to be as large as a cell.
"""

from __future__ import annotations

from collections import Counter
from typing import Mapping, NamedTuple, Sequence

import numpy as np

SIZES = (160, 224, 300, 320, 400, 512)  # width and height, pixels
CELL = 16  # pixels, the stride of the first feature map
SMALLER = 0.25  # the share of a class's boxes that may be smaller than what is looked at
FEWEST = 10  # boxes of a class that count, where another has as many: one may be a slip
_BOUND = "PI_FPS allows no more"


class InputSize(NamedTuple):
    """A chosen input size.

    Attributes:
        pixels: width and height.
        reason: for people.
    """

    pixels: int
    reason: str


def class_edges(boxes: np.ndarray, labels: Sequence[str]) -> Mapping[str, float]:
    """How large the smaller objects of each class are.

    Args:
        boxes: float (n, 2), width and height as shares of the image's.
        labels: n class names.

    Returns:
        By class, the lower quartile of the square root of width times height, 0 to 1; without
        classes of fewer than ten boxes, unless all have so few.
    """
    edges, names = np.sqrt(np.asarray(boxes).prod(axis=1)), np.array(labels)
    counts = Counter(labels)
    fewest = min(FEWEST, max(counts.values(), default=0))
    return {
        name: float(np.quantile(edges[names == name], SMALLER))
        for name in sorted(counts)
        if counts[name] >= fewest
    }


def choose(edges: Mapping[str, float], template: int, most: int = SIZES[-1]) -> InputSize:
    """The smallest size, from the template's up, at which no class is lost.

    Args:
        edges: of :func:`class_edges`; empty without boxes.
        template: the size that the template has.
        most: the largest that the device is fast enough for; it may be below the template's.
    """
    smallest = min(edges, key=lambda name: edges[name], default=None)
    if smallest is None:
        return InputSize(min(template, most), "the template's" if template <= most else _BOUND)
    allowed = sorted({*(size for size in SIZES if size <= most), min(template, most)})
    enough = [size for size in allowed if size >= template and _fits(edges[smallest], size)]
    pixels = enough[0] if enough else allowed[-1]
    return InputSize(pixels, _reason(smallest, edges[smallest], pixels, (template, most)))


def _fits(edge: float, size: int) -> bool:
    return edge * size >= CELL


def _reason(name: str, edge: float, pixels: int, bounds: Sequence[int]) -> str:
    template, most = bounds
    size = f"the smaller ones of {name} have {edge * pixels:.0f} pixels"
    if not _fits(edge, pixels):
        bound = f"{_BOUND}; " if pixels == most < SIZES[-1] else ""
        return (
            f"{bound}{size}, fewer than the {CELL} of a cell of the first feature map: they will "
            "be missed often. Crop the photos around them, or take them from closer"
        )
    if pixels < template:
        return f"{_BOUND}; {size}"
    if pixels == template:
        return f"the template's: {size}, a cell of the first feature map has {CELL}"
    return f"{size}, at the template's {template} only {edge * template:.0f}: less than a cell"
