"""The regions of a Label Studio annotation: what its results draw, and the boxes around them.

Coordinates are percent of the image's width and height. Results with one id are about one region:
its shape, its labels, and what else was asked about it.
https://labelstud.io/guide/export#Units-of-image-annotations
"""

from __future__ import annotations

import math
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from helpers.annotations import numbers, shapes, text_io
from helpers.annotations.formats import drawn_objects
from helpers.annotations.formats.drawn_objects import Box, DrawnObject
from helpers.annotations.text_io import mapping, sequence

KEY = "label-studio"
_KINDS = ("rectangle", "polygon", "ellipse", "keypoint", "brush", "video")
_NEW = {"from_name": "label", "to_name": "image", "type": "rectanglelabels", "image_rotation": 0}
Size = Tuple[int, int]


def of_short(value: dict) -> dict:
    """A region of JSON-MIN as a result."""
    return {
        "value": value,
        "original_width": value.get("original_width"),
        "original_height": value.get("original_height"),
    }


def regions_of(results: Sequence[Any]) -> List[List[dict]]:
    """The results of each region, in the order of their first."""
    regions: Dict[Any, List[dict]] = {}
    for number, result in enumerate(map(mapping, results)):
        own = result.get("id")
        regions.setdefault(own if isinstance(own, str) else number, []).append(result)
    return [region for region in regions.values() if any(map(_kind, region))]


def _kind(result: dict) -> str:
    """What a result draws; empty where it only says something."""
    kind, value = text_io.text(result.get("type")), mapping(result.get("value"))
    if kind == "labels" or (kind and not kind.startswith(_KINDS)):
        return ""
    if kind:
        return next(own for own in _KINDS if kind.startswith(own))
    labels = next((key for key in value if key.endswith("labels") and key != "labels"), "")
    return next((own for own in _KINDS if labels.startswith(own)), "")


def labels_of(region: Sequence[dict]) -> List[str]:
    """The labels of a region, each once."""
    names = [
        text_io.text(name)
        for result in region
        for key, names in mapping(result.get("value")).items()
        if key.endswith("labels")
        for name in sequence(names)
    ]
    return list(dict.fromkeys(names))


def object_of(region: List[dict], size: Size) -> DrawnObject:
    """A region as an object.

    Args:
        region: its results.
        size: width and height of the image.
    """
    labels = labels_of(region)
    box, notes = box_of(region, size)
    notes = drawn_objects.several_classes(labels) + notes
    return DrawnObject(", ".join(labels), box, notes, extra={KEY: {"region": region}})


def box_of(region: Sequence[dict], size: Size) -> Tuple[Box, List[Tuple[str, str]]]:
    """The box around a region, and the notes about that."""
    result = next(one for one in region if _kind(one))
    kind, value = _kind(result), mapping(result.get("value"))
    turned = numbers.number(result.get("image_rotation")) or 0
    if turned:
        return drawn_objects.drawn(
            f"a {kind} on the upright image", None, f"one turned by {turned:g} degrees"
        )
    degrees = numbers.number(value.get("rotation")) or 0.0
    if kind == "rectangle":
        percent = numbers.numbers([value.get(name) for name in ("x", "y", "width", "height")])
        upright = None if percent is None else numbers.from_percent(percent, *size)
        box, notes = drawn_objects.drawn("", upright, value)
        return (box, notes) if notes else drawn_objects.rotated(box, degrees, (box[0], box[1]))
    return drawn_objects.drawn(f"a {kind}", _around(kind, value, degrees, size), value)


def _around(kind: str, value: dict, degrees: float, size: Size) -> Optional[Box]:
    """The box around a shape that is no rectangle; ``None`` where its numbers are missing."""
    if kind == "polygon":
        points = [numbers.numbers(point, 2) for point in sequence(value.get("points"))]
        known = [_pixels(point, size) for point in points if point is not None]
        if not known or len(known) < len(points):
            return None
        return numbers.bounding_box(*zip(*known))
    centre = numbers.numbers([value.get("x"), value.get("y")])
    if centre is None:
        return None
    x, y = _pixels(centre, size)
    if kind == "keypoint":
        return [x, y, x, y]
    radii = numbers.numbers([value.get("radiusX"), value.get("radiusY")])
    if kind != "ellipse" or radii is None:
        return None
    across, down = _pixels(radii, size)
    ellipse = {"name": kind, "cx": x, "cy": y, "rx": across, "ry": down}
    return shapes.of_shape({**ellipse, "theta": math.radians(degrees)})[1]


def _pixels(percent: Sequence[float], size: Size) -> List[float]:
    return [part * length / 100 for part, length in zip(percent, size)]


def written(label: str, box: Box, size: Size, stored: Any, free: Iterator[str]) -> List[dict]:
    """The results of an object: as they were read where they say the same, else one rectangle.

    Args:
        label: its class.
        box: in pixels.
        size: width and height of the image.
        stored: the results that it was read from; anything else where there were none.
        free: ids that no other has.
    """
    region = [mapping(result) for result in sequence(stored)]
    ids = [result["id"] for result in region if isinstance(result.get("id"), str)]
    full = bool(region) and all("type" in result for result in region)
    same = full and ", ".join(labels_of(region)) == label
    if same and numbers.same_box(box_of(region, size)[0], box):
        return region
    percent = dict(zip(("x", "y", "width", "height"), numbers.as_percent(box, *size)))
    value = {**percent, "rotation": 0, "rectanglelabels": [label] if label else []}
    lengths = {"original_width": size[0], "original_height": size[1]}
    return [{"id": ids[0] if ids else next(free), **_NEW, **lengths, "value": value}]
