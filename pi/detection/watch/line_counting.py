"""Counts the objects that cross a line, by direction."""

from __future__ import annotations

from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence

from ..structures import Line, Point
from .geometry import position_along, side_of


class Crossing(NamedTuple):
    """An object as it is seen at one moment.

    Attributes:
        track: Its number.
        label: Class name.
        point: Where it is, pixels.
        margin: How far from a line it must be to be beyond it for sure, pixels.
    """

    track: int
    label: str
    point: Point
    margin: float


class _Place(NamedTuple):
    """Where an object is with respect to a line.

    Attributes:
        side: The last side on which it was for sure: 1 or -1; 0 before there was one.
        point: Where it was last.
        distance: Of that point, with its sign.
        within: Whether it last went through the line between its ends.
    """

    side: int
    point: Point
    distance: float
    within: bool


class LineCounter:
    """Counts across one line.

    An object counts when it was on one side for sure and then is on the other for sure, and went
    through between the ends of the line. One that stands on the line and trembles does not.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._places: Dict[int, _Place] = {}
        self._counts = {direction: 0 for direction in line.directions}

    def counts(self) -> Dict[str, int]:
        """Returns a copy of how many have crossed so far, by direction."""
        return dict(self._counts)

    def update(self, objects: Sequence[Crossing], width: int, height: int) -> List[int]:
        """Takes the objects that are detected now.

        Args:
            objects: Each with its number.
            width: Of the image, pixels.
            height: Of the image, pixels.

        Returns:
            The numbers of those that have just crossed.
        """
        start, end = (
            (point[0] * width, point[1] * height) for point in (self._line.start, self._line.end)
        )
        crossed = []
        for one in objects:
            if self._line.classes and one.label not in self._line.classes:
                continue
            before = self._places.get(one.track)
            place = _moved(before, one, start, end)
            if before is not None and before.side and place.side != before.side and place.within:
                self._counts[self._line.directions[0 if place.side > 0 else 1]] += 1
                crossed.append(one.track)
            self._places[one.track] = place
        return crossed

    def keep(self, tracks: Mapping[int, object]) -> None:
        """Forgets all objects but these."""
        if len(self._places) > len(tracks):
            self._places = {key: place for key, place in self._places.items() if key in tracks}


def _moved(before: Optional[_Place], one: Crossing, start: Point, end: Point) -> _Place:
    distance = side_of(one.point, start, end)
    sure = 0 if abs(distance) < one.margin else (1 if distance > 0 else -1)
    if before is None:
        return _Place(sure, one.point, distance, False)
    within = before.within
    if (distance > 0) != (before.distance > 0):
        share = before.distance / (before.distance - distance)
        through = (
            before.point[0] + share * (one.point[0] - before.point[0]),
            before.point[1] + share * (one.point[1] - before.point[1]),
        )
        within = 0 <= position_along(through, start, end) <= 1
    return _Place(sure or before.side, one.point, distance, within)
