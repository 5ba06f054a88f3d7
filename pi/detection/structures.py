"""What the parts of the program pass to each other: a frame, a detection, a result."""

from __future__ import annotations

from typing import Mapping, NamedTuple, Optional, Tuple

import numpy as np

Box = Tuple[float, float, float, float]


class Frame(NamedTuple):
    """An image of a source.

    Attributes:
        image: RGB uint8, (h, w, 3).
        name: File name of the image or video, or the camera's or stream's name, without a password.
        number: Counted from 1 within a video, camera or stream; None for an image.
        time: Time of day at which it was taken or read, seconds since 1970 (Unix time).
        stream_time: Seconds since the first frame of the video, camera or stream; None for an
            image.
        full_size: Width and height of the image in its file, where that was too large to be
            decoded whole; None where ``image`` is all of it.
    """

    image: np.ndarray
    name: str
    number: Optional[int]
    time: float = 0.0
    stream_time: Optional[float] = None
    full_size: Optional[Tuple[int, int]] = None

    @property
    def size(self) -> Tuple[int, int]:
        """Width and height of the image in its file: what is said in text is in its pixels."""
        return self.full_size or (self.image.shape[1], self.image.shape[0])

    def in_file_pixels(self, box: Box) -> Box:
        """Returns a box in pixels of ``size``, given in pixels of ``image``."""
        width, height = self.size
        right, down = width / self.image.shape[1], height / self.image.shape[0]
        return box[0] * right, box[1] * down, box[2] * right, box[3] * down


class Detection(NamedTuple):
    """A detected object.

    Attributes:
        label: Class name.
        score: Confidence, 0..1.
        box: Corner points ``(x_min, y_min, x_max, y_max)`` in pixels of the image given
            (``Frame.image``), inside it, origin top left.
        track: Number of the tracked object, from 1; None where nothing is tracked.
        zones: Names of the zones in which the object is.
    """

    label: str
    score: float
    box: Box
    track: Optional[int] = None
    zones: Tuple[str, ...] = ()


class Result(NamedTuple):
    """A frame and what was found on it.

    Attributes:
        frame: Without anything drawn on it.
        detections: Highest score first.
        counts: By the name of a line, how many objects have crossed it so far, by direction.
    """

    frame: Frame
    detections: Tuple[Detection, ...]
    counts: Mapping[str, Mapping[str, int]] = {}

    def in_file_pixels(self) -> Tuple[Detection, ...]:
        """Returns the detections with their boxes in pixels of ``Frame.size``.

        They differ from ``detections`` where the image was decoded at reduced size. What leaves
        the program as numbers is these; what is drawn is ``detections``.
        """
        if self.frame.full_size is None:
            return self.detections
        return tuple(
            one._replace(box=self.frame.in_file_pixels(one.box)) for one in self.detections
        )


Point = Tuple[float, float]


class Zone(NamedTuple):
    """A part of the image.

    Attributes:
        name: Of the user's.
        polygon: Corners ``(x, y)`` in shares of the image's width and height, 0..1, origin top
            left; three or more.
        classes: Class names for which it is there; none: for all.
    """

    name: str
    polygon: Tuple[Point, ...]
    classes: Tuple[str, ...] = ()


class Line(NamedTuple):
    """A line across which objects are counted.

    Attributes:
        name: Of the user's.
        start: ``(x, y)`` in shares of the image's width and height, 0..1, origin top left.
        end: As ``start``.
        directions: What the two directions are called: to the right-hand side of someone who
            walks from start to end, and back.
        classes: Class names that are counted; none: all.
    """

    name: str
    start: Point
    end: Point
    directions: Tuple[str, str] = ("in", "out")
    classes: Tuple[str, ...] = ()


class Overlay(NamedTuple):
    """What is drawn on every frame beside its detections.

    Attributes:
        zones: Outlined.
        masks: Darkened.
        lines: With what has been counted.
    """

    zones: Tuple[Zone, ...] = ()
    masks: Tuple[Zone, ...] = ()
    lines: Tuple[Line, ...] = ()
