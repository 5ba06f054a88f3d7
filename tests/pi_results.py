"""Frames and results for the tests of the Pi's program."""

import numpy as np

from detection.structures import Frame, Result


def grey(level=128, width=64, height=48, name="one.png", number=None):
    """A frame of one shade."""
    return Frame(np.full((height, width, 3), level, np.uint8), name, number)


def result(frame, *detections):
    """What was found on a frame."""
    return Result(frame, detections)
