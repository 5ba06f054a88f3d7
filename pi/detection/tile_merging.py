"""Makes one detection of each object that was found on several tiles, or on parts of them."""

from __future__ import annotations

from typing import List, NamedTuple, Sequence, Tuple

from .structures import Detection

Box = Tuple[float, float, float, float]

# Two boxes are one object when they share this much of their union, or of the smaller one where
# they come from different tiles.
_SAME, _INSIDE = 0.5, 0.75
# A part of an object is left out where this much of it is in another box.
_PART = 0.5
# Parts on both sides of a seam belong together when they share this much of the shorter side.
_FACING = 0.6
# A box that comes this near to a seam ends there, in shares of the tile.
_NEAR = 0.02


class Found(NamedTuple):
    """A detection on the whole image or on one of its tiles.

    Attributes:
        detection: In pixels of the image.
        tile: Number of the tile, from 1; 0 is the whole image.
        cut: Whether the box ends at its tile's left, top, right and bottom seam with others.
    """

    detection: Detection
    tile: int = 0
    cut: Tuple[bool, bool, bool, bool] = (False, False, False, False)

    @property
    def is_whole(self) -> bool:
        """Whether no seam cuts it."""
        return not any(self.cut)


def moved(
    detection: Detection, tile: Tuple[int, int, int, int], number: int, size: Tuple[int, int]
) -> Found:
    """Turns a detection on a tile into one on the image.

    Args:
        detection: In pixels of the tile.
        tile: Its left, top, right and bottom in the image, pixels.
        number: Of the tile, from 1.
        size: Width and height of the image.
    """
    left, top, right, bottom = tile
    x_min, y_min, x_max, y_max = detection.box
    near_x, near_y = _NEAR * (right - left), _NEAR * (bottom - top)
    cut = (
        left > 0 and x_min <= near_x,
        top > 0 and y_min <= near_y,
        right < size[0] and x_max >= right - left - near_x,
        bottom < size[1] and y_max >= bottom - top - near_y,
    )
    box = (x_min + left, y_min + top, x_max + left, y_max + top)
    return Found(detection._replace(box=box), number, cut)


def merged(found: Sequence[Found]) -> List[Detection]:
    """Makes one detection of each object.

    An object that is whole on the image or on a tile is taken from there, so its parts on other
    tiles are left out. Parts of one that is whole nowhere are joined across the seams.

    Args:
        found: On the whole image and on its tiles.

    Returns:
        Highest score first.
    """
    by_score = sorted(found, key=lambda one: -one.detection.score)
    kept: List[Found] = []
    for one in by_score:
        if one.is_whole and not any(_is_same(one, other) for other in kept):
            kept.append(one)
    parts = [
        one
        for one in by_score
        if not one.is_whole and not any(_is_part(one, other) for other in kept)
    ]
    for one in _joined(parts):
        if not any(_is_part(one, other) for other in kept):
            kept.append(one)
    return sorted((one.detection for one in kept), key=lambda one: -one.score)


def _is_same(one: Found, other: Found) -> bool:
    if one.detection.label != other.detection.label:
        return False
    shared, area, other_area = _areas(one.detection.box, other.detection.box)
    # The network itself lets one object lie inside another.
    inside = one.tile != other.tile and shared >= _INSIDE * min(area, other_area)
    return inside or shared >= _SAME * (area + other_area - shared)


def _is_part(one: Found, other: Found) -> bool:
    shared, area, _ = _areas(one.detection.box, other.detection.box)
    return one.detection.label == other.detection.label and shared >= _PART * area


def _joined(parts: Sequence[Found]) -> List[Found]:
    """Joins the parts that face each other across a seam, and then what they have become."""
    groups = list(parts)
    index = 0
    while index < len(groups):
        partner = next(
            (n for n in range(index + 1, len(groups)) if _faces(groups[index], groups[n])), None
        )
        if partner is None:
            index += 1
        else:
            groups[index] = _union(groups[index], groups.pop(partner))
            index = 0
    return groups


def _faces(one: Found, other: Found) -> bool:
    """Whether two parts lie on two sides of a seam, or one on the other, as parts of one object."""
    if one.detection.label != other.detection.label or one.tile == other.tile:
        return False
    box, other_box = one.detection.box, other.detection.box
    shared, area, other_area = _areas(box, other_box)
    if shared >= _PART * min(area, other_area):
        return True
    across, down = (_overlap(box, other_box, axis) for axis in (0, 1))
    if across < 0 or down < 0:
        return False
    beside = (one.cut[2] and other.cut[0]) or (one.cut[0] and other.cut[2])
    above = (one.cut[3] and other.cut[1]) or (one.cut[1] and other.cut[3])
    narrow, low = (
        min(box[axis + 2] - box[axis], other_box[axis + 2] - other_box[axis]) for axis in (0, 1)
    )
    return (beside and down >= _FACING * low) or (above and across >= _FACING * narrow)


def _union(one: Found, other: Found) -> Found:
    """The box around both, with the better score; cut where its outermost part is."""
    box, other_box = one.detection.box, other.detection.box
    outer: Box = (
        min(box[0], other_box[0]),
        min(box[1], other_box[1]),
        max(box[2], other_box[2]),
        max(box[3], other_box[3]),
    )
    left, top, right, bottom = (
        (one if box[side] == outer[side] else other).cut[side] for side in range(4)
    )
    score = max(one.detection.score, other.detection.score)
    # No tile's any more: it may face a part of either.
    return Found(
        one.detection._replace(box=outer, score=score), -1 - one.tile, (left, top, right, bottom)
    )


def _overlap(box: Box, other: Box, axis: int) -> float:
    """How far two boxes overlap along an axis; negative: the gap between them."""
    return min(box[axis + 2], other[axis + 2]) - max(box[axis], other[axis])


def _areas(box: Box, other: Box) -> Tuple[float, float, float]:
    """The area shared by two boxes, and that of each."""
    across, down = _overlap(box, other, 0), _overlap(box, other, 1)
    shared = across * down if across > 0 and down > 0 else 0.0
    area, other_area = ((one[2] - one[0]) * (one[3] - one[1]) for one in (box, other))
    return shared, area, other_area
