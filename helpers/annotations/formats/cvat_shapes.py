"""The shapes of CVAT's XML: what is drawn by an element, and the box around it.

https://docs.cvat.ai/docs/manual/advanced/xml_format/
"""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple
from xml.etree.ElementTree import Element, fromstring, tostring

from helpers.annotations import numbers, shapes
from helpers.annotations.formats import drawn_objects
from helpers.annotations.formats.drawn_objects import Box, DrawnObject

KEY = "cvat"
CORNERS = ("xtl", "ytl", "xbr", "ybr")
_FLAGS = {"truncated", "difficult"}
_ROTATION, _OCCLUDED = "rotation", "occluded"
FLAG_NAMES = (*sorted(_FLAGS), _OCCLUDED)


def _of_points(element: Element) -> Optional[Box]:
    points = [point.split(",") for point in element.get("points", "").split(";")]
    values = numbers.numbers([value for point in points for value in point])
    if values is None or any(len(point) != 2 for point in points):
        return None
    return numbers.bounding_box(values[::2], values[1::2])


def _of_attributes(element: Element, *names: str) -> Optional[List[float]]:
    return numbers.numbers([element.get(name) for name in names])


def _of_box(element: Element) -> Optional[Box]:
    return _of_attributes(element, *CORNERS)


def _of_ellipse(element: Element) -> Optional[Box]:
    radii = {name: element.get(name) for name in ("cx", "cy", "rx", "ry")}
    angle = math.radians(_degrees(element))
    return shapes.of_shape({"name": "ellipse", "theta": angle, **radii})[1]


def _of_mask(element: Element) -> Optional[Box]:
    return numbers.from_xywh(_of_attributes(element, "left", "top", "width", "height"))


def _of_cuboid(element: Element) -> Optional[Box]:
    names = [f"{axis}{corner}" for corner in ("tl1", "bl1", "tr1", "br1") for axis in "xy"]
    names += [name.replace("1", "2") for name in names]
    values = _of_attributes(element, *names)
    return values and numbers.bounding_box(values[::2], values[1::2])


def _of_skeleton(element: Element) -> Optional[Box]:
    seen = [point for point in element if point.get("outside") != "1"]
    boxes = [box for box in map(_of_points, seen) if box is not None]
    if not boxes or len(boxes) < len(seen):
        return None
    return numbers.bounding_box(*(_flat(boxes, axis) for axis in (0, 1)))


def _flat(boxes: List[Box], axis: int) -> List[float]:
    return [box[place] for box in boxes for place in (axis, axis + 2)]


SHAPES: Dict[str, Callable[[Element], Optional[Box]]] = {
    "box": _of_box,
    "polygon": _of_points,
    "polyline": _of_points,
    "points": _of_points,
    "ellipse": _of_ellipse,
    "mask": _of_mask,
    "cuboid": _of_cuboid,
    "skeleton": _of_skeleton,
}


def _degrees(element: Element) -> float:
    return numbers.number(element.get(_ROTATION)) or 0.0


def box_of(element: Element) -> Tuple[Box, List[Tuple[str, str]]]:
    """The box around an element of ``SHAPES``, and the notes about that."""
    tag = element.tag
    named = "" if tag == "box" else f"a {tag}"
    box, notes = drawn_objects.drawn(named, SHAPES[tag](element), dict(element.attrib))
    if tag != "box" or not math.isfinite(sum(box)):
        return box, notes
    return drawn_objects.rotated(box, _degrees(element))


def object_of(element: Element, label: Optional[str] = None) -> DrawnObject:
    """An element as an object.

    Args:
        element: of ``SHAPES``.
        label: of the track that it is in; ``None`` takes its own.
    """
    box, notes = box_of(element)
    flags = {
        attribute.get("name", "").lower()
        for attribute in element.iter("attribute")
        if attribute.text == "true"
    }
    occluded = {_OCCLUDED} if element.get(_OCCLUDED) == "1" else set()
    name = element.get("label", "") if label is None else label
    element.tail = None
    extra = {KEY: {"element": tostring(element, encoding="unicode")}}
    return DrawnObject(name, box, notes, frozenset(flags & _FLAGS | occluded), extra)


def written(label: str, box: Box, flags: Mapping[str, bool], stored: Any) -> Element:
    """The element of an object: as it was read where it says the same, else a box.

    Args:
        label: its class.
        box: in pixels.
        flags: those of ``FLAG_NAMES``.
        stored: the element that it was read from, as text; anything else where there was none.
    """
    element = fromstring(stored) if isinstance(stored, str) else Element("box")
    kept = {name: own for name, own in element.attrib.items() if name not in ("frame", "keyframe")}
    if not isinstance(stored, str) or not numbers.same_box(box_of(element)[0], box):
        others = {name: kept[name] for name in ("occluded", "z_order", "source") if name in kept}
        corners = {name: str(numbers.shortest(value)) for name, value in zip(CORNERS, box)}
        kept = {"occluded": "0", "source": "manual", **corners, "z_order": "0", **others}
        attributes = element.findall("attribute")
        element = Element("box")
        element.extend(attributes)
    element.attrib.clear()
    element.attrib.update({"label": label, **kept})
    _set_flags(element, flags)
    return element


def _set_flags(element: Element, flags: Mapping[str, bool]) -> None:
    element.set(_OCCLUDED, str(int(flags.get(_OCCLUDED, False))))
    known = {one.get("name", "").lower(): one for one in element.findall("attribute")}
    for name, wanted in flags.items():
        if name == _OCCLUDED or (name not in known and not wanted):
            continue
        if name not in known:
            known[name] = Element("attribute", {"name": name})
            element.append(known[name])
        if (known[name].text == "true") != wanted:
            known[name].text = "true" if wanted else "false"
