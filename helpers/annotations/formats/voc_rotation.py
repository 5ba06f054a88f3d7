"""Rotated rectangles in Pascal VOC XML: CVAT's attribute and roLabelImg's own box."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple
from xml.etree.ElementTree import Element

from helpers.annotations import numbers, shapes

ROTATED_BOX = "robndbox"
_PARTS = ("cx", "cy", "w", "h", "angle")
_DEGREES = 57.29577951308232  # of a radian, the unit of roLabelImg's angle


def degrees(parts: Mapping[str, Element]) -> float:
    """By how much an object's box is rotated.

    Args:
        parts: the object's elements by tag.
    """
    angle: Optional[float] = None
    if ROTATED_BOX in parts:
        angle = numbers.number(parts[ROTATED_BOX].findtext("angle"))
        return _DEGREES * angle if angle else 0.0
    value = _attribute(parts["attributes"]) if "attributes" in parts else parts.get("rotation")
    angle = numbers.number(value.text) if value is not None else None
    return angle or 0.0


def _attribute(attributes: Element) -> Optional[Element]:
    """CVAT's ``<attribute><name>rotation</name><value>60.0</value></attribute>``."""
    for attribute in attributes.iter("attribute"):
        if (attribute.findtext("name") or "").strip().lower() == "rotation":
            return attribute.find("value")
    return None


def corners(rotated_box: Element) -> Optional[List[float]]:
    """The corners of roLabelImg's box before it is rotated; ``None`` where numbers are missing."""
    values = numbers.numbers([rotated_box.findtext(tag) for tag in _PARTS])
    if values is None:
        return None
    x, y, width, height, _ = values
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def written(
    box: Sequence[float], extra: Mapping[str, Any], others: Sequence[Element]
) -> Tuple[Optional[Sequence[float]], List[Element]]:
    """How a box that was rotated is written again.

    Args:
        box: of the record.
        extra: what the record keeps of the object; ``unrotated`` has its corners as they were.
        others: the object's elements that LabelImg does not write.

    Returns:
        The corners to write, ``None`` where roLabelImg's box says it all, and the other elements:
        as they were where the box is that of the file, else without the rotation.
    """
    parts: Dict[str, Element] = {element.tag: element for element in others}
    original = extra.get("unrotated")
    if original is None:
        return box, list(others)
    if numbers.same_box(shapes.around_rotated(original, degrees(parts)), box):
        return None if ROTATED_BOX in parts else original, list(others)
    value = _attribute(parts["attributes"]) if "attributes" in parts else None
    if value is not None:
        value.text = "0.0"
    return box, [other for other in others if other.tag not in (ROTATED_BOX, "rotation", "type")]
