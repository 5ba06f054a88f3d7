"""Frames and results for the tests of the Pi's program."""

import numpy as np

from detection.structures import Frame, Result


def grey(level=128, width=64, height=48, name="one.png", number=None):
    """A frame of one shade."""
    return Frame(np.full((height, width, 3), level, np.uint8), name, number)


def result(frame, *detections):
    """What was found on a frame."""
    return Result(frame, detections)


def iou(one, other):
    """Of two boxes ``(x_min, y_min, x_max, y_max)``."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def counterparts(found, others, min_score):
    """Finds for each detection of some score the one of its class that overlaps it the most.

    Args:
        found: Detections as ``--json`` prints them.
        others: Those of another run on the same image.
        min_score: Detections below have no counterpart at times, where the others end above.

    Returns:
        Triples of the detection, the IoU and the difference of the scores; 0 and 1 where there is
        none.
    """
    pairs = []
    for one in found:
        same = [
            (iou(one["box"], other["box"]), abs(one["score"] - other["score"]))
            for other in others
            if other["label"] == one["label"]
        ]
        if one["score"] >= min_score:
            pairs.append(
                (one, *max(same, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 1.0)))
            )
    return pairs
