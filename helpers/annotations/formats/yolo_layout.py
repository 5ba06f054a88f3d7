"""What the numbers of a YOLO line are, by the name of the layout: ``LAYOUTS``.

A data set may hold boxes and outlines, so a line of four or five numbers is a box in each of them.
https://docs.ultralytics.com/datasets/
"""

from __future__ import annotations

from typing import Callable, Dict, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

from helpers.annotations import numbers
from helpers.structures.errors import BadInput
from helpers.structures.findings import short

Size = Tuple[int, int]
# How four numbers give ``[x_min, y_min, x_max, y_max]``.
BOXES: Dict[str, Callable[[Sequence[float]], List[float]]] = {
    "detect": lambda four: numbers.from_centre(four, 1, 1),
    "corners": list,
    "xywh": lambda four: [four[0], four[1], four[0] + four[2], four[1] + four[3]],
}
LAYOUTS = {
    "detect": "centre x, centre y, width, height",
    "confidence": "centre, size and a confidence",
    "track": "centre, size, perhaps a confidence, and the number of a track",
    "pose2": "centre, size and keypoints of x and y",
    "pose3": "centre, size and keypoints of x, y and visibility",
    "corners": "x_min, y_min, x_max, y_max",
    "xywh": "left, top, width, height",
    "segment": "an outline of 3 points or more",
    "segment-confidence": "an outline and a confidence",
    "segment-track": "an outline, perhaps a confidence, and the number of a track",
    "obb": "the 4 corners of a turned box, perhaps a confidence and the number of a track",
}
OUTLINES = ("segment", "segment-confidence", "segment-track", "obb")
SHORT = (4, 5)  # numbers of a box, with a confidence or the number of a track
_OBB = 8  # numbers of four corners
_LEAST = {"pose2": 6, "pose3": 7}


class Layout(NamedTuple):
    """How the lines of a whole source are read.

    Attributes:
        name: of ``LAYOUTS``.
        pixels: coordinates are pixels, not fractions of the image's width and height.
        counts: how many numbers a line of more than five may have; empty leaves it to the name.
        box: how four or five numbers give a box, one of ``BOXES``.
        keypoints: that ``data.yaml`` declares, how many and of how many numbers each; empty when
            none or several are.
    """

    name: str = "detect"
    pixels: bool = False
    counts: FrozenSet[int] = frozenset()
    box: str = "detect"
    keypoints: Tuple[int, ...] = ()

    @property
    def is_usual(self) -> bool:
        """Whether every program of YOLO reads the lines so, by their lengths alone."""
        usual = self.name in ("detect", "segment", "obb")
        return usual and self.box == "detect" and not self.pixels

    def box_of(self, values: Optional[Sequence[float]], size: Size) -> Optional[List[float]]:
        """The box of a line, ``[x_min, y_min, x_max, y_max]`` in pixels.

        Args:
            values: what follows the class id.
            size: the image's width and height.

        Returns:
            ``None`` when the line does not fit the layout.
        """
        if values is None or not self.fits(len(values)):
            return None
        width, height = (1, 1) if self.pixels else size
        if self.is_outline(len(values)):
            points = values[: len(values) - self.trailing(len(values))]
            return numbers.bounding_box(
                [x * width for x in points[::2]], [y * height for y in points[1::2]]
            )
        left, top, right, bottom = BOXES[self.box](values[:4])
        return [left * width, top * height, right * width, bottom * height]

    def as_text(self) -> str:
        """Which layout it is, and the unit."""
        box = f", boxes as {LAYOUTS[self.box]}" if self.box not in ("detect", self.name) else ""
        unit = "pixels" if self.pixels else "fractions of the image"
        return f"{self.name} ({LAYOUTS[self.name]}){box} in {unit}"

    def fits(self, count: int) -> bool:
        """Whether a line may have so many numbers after the class."""
        if count in SHORT:
            return True
        if count < SHORT[0]:
            return False
        if self.counts:
            return count in self.counts
        if self.name == "obb":
            return count in (_OBB, _OBB + 1, _OBB + 2)
        if self.name in OUTLINES:
            points = count - self.trailing(count)
            return points >= 6 and points % 2 == 0
        return self.name == "track" and count == 6 or count >= _LEAST.get(self.name, count + 1)

    def is_outline(self, count: int) -> bool:
        """Whether so many numbers are points around the object."""
        return self.name in OUTLINES and count not in SHORT

    def trailing(self, count: int) -> int:
        """How many numbers follow the points of an outline."""
        if self.name == "obb":
            return count - _OBB
        if self.name == "segment-track":
            return 1 if count % 2 else 2
        return int(self.name == "segment-confidence")


def named(name: str) -> Layout:
    """The layout that a user names.

    Raises:
        BadInput: there is none of that name.
    """
    if name not in LAYOUTS:
        raise BadInput.of(
            "layout", repr(short(name)), f"one of {', '.join(LAYOUTS)}", "Name one of these."
        )
    return Layout(name, box=name if name in BOXES else "detect")
