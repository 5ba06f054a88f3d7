"""Drafts of annotations: Pascal VOC as LabelImg has it, marked as what nobody has looked at yet.

The mark is the name of the database. LabelImg writes its own there when a person saves the file,
which is then an annotation, and none of ours any more.
"""

from __future__ import annotations

from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence, Tuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from ..structures import Detection

DATABASE = "photos-to-pi draft"
_SIDE = 16  # of a thumbnail


class Draft(NamedTuple):
    """What the model found on an image that was collected.

    Attributes:
        name: File name of the image.
        size: Its width and height, pixels.
        detections: Those that a person is shown.
        uncertainty: Of the model about the image.
        thumbnail: (16, 16) float32, whole numbers.
    """

    name: str
    size: Tuple[int, int]
    detections: Sequence[Detection]
    uncertainty: float
    thumbnail: np.ndarray


def as_xml(draft: Draft) -> str:
    """Returns the text of a draft's file.

    Args:
        draft: What to write; boxes become whole pixels.
    """
    root = Element("annotation")
    _add(root, "folder", "img")
    _add(root, "filename", draft.name)
    _add(SubElement(root, "source"), "database", DATABASE)
    collected = SubElement(root, "collected")
    _add(collected, "uncertainty", f"{draft.uncertainty:.6f}")
    _add(collected, "thumbnail", draft.thumbnail.astype("<i2").tobytes().hex())
    size = SubElement(root, "size")
    for tag, value in zip(("width", "height", "depth"), (*draft.size, 3)):
        _add(size, tag, str(value))
    _add(root, "segmented", "0")
    for detection in draft.detections:
        box = [round(value) for value in detection.box]
        if box[0] < box[2] and box[1] < box[3]:
            _add_object(root, detection, box)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def read_draft(path: Path) -> Optional[Draft]:
    """Reads a draft.

    Args:
        path: Of an XML file.

    Returns:
        None where the file is not one that ``as_xml`` made, or a person has saved it since.
    """
    try:
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        if root.findtext("source/database") != DATABASE:
            return None
        pixels = np.frombuffer(bytes.fromhex(_text(root, "collected/thumbnail")), "<i2")
        return Draft(
            _text(root, "filename"),
            (int(_text(root, "size/width")), int(_text(root, "size/height"))),
            [_detection(element) for element in root.findall("object")],
            float(_text(root, "collected/uncertainty")),
            pixels.reshape(_SIDE, _SIDE).astype(np.float32),
        )
    except (OSError, ValueError, ElementTree.ParseError):
        return None


def _add_object(root: Element, detection: Detection, box: List[int]) -> None:
    element = SubElement(root, "object")
    _add(element, "name", detection.label)
    _add(element, "pose", "Unspecified")
    _add(element, "truncated", "0")
    _add(element, "difficult", "0")
    corners = SubElement(element, "bndbox")
    for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), box):
        _add(corners, tag, str(value))
    _add(element, "score", f"{detection.score:.4f}")


def _detection(element: Element) -> Detection:
    x_min, y_min, x_max, y_max = (
        float(_text(element, f"bndbox/{tag}")) for tag in ("xmin", "ymin", "xmax", "ymax")
    )
    score = float(_text(element, "score"))
    return Detection(_text(element, "name"), score, (x_min, y_min, x_max, y_max))


def _text(element: Element, path: str) -> str:
    text = element.findtext(path)
    if text is None:
        raise ValueError(f"no {path}")
    return text


def _add(parent: Element, tag: str, text: str) -> None:
    # XML has no control characters.
    SubElement(parent, tag).text = "".join(c if c.isprintable() else "?" for c in text)
