"""LabelMe XML, one file per image, as the first LabelMe and CVAT (LabelMe 3.0) write it.

Objects are polygons; those marked as deleted are left out.
http://labelme.csail.mit.edu
"""

from __future__ import annotations

from pathlib import Path
from typing import List, Sequence, Tuple, Union
from xml.etree.ElementTree import Element

from helpers.annotations import numbers, xml_documents
from helpers.annotations.collector import Collector
from helpers.annotations.formats import drawn_objects
from helpers.annotations.formats.drawn_objects import Box, DrawnImage, DrawnObject
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.structures.dataset import Annotations

EXPECTED = "LabelMe XML with polygons"
_BOX_TYPE, _BOX_POINTS = "bounding_box", 4
_SEGMENT = ("xmin", "ymin", "xmax", "ymax")


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one file, or all of them below a folder.

    Args:
        source: the XML file or a folder of them.
        images: the image folder.
        options: none of them concerns this format.

    Raises:
        BadInput: one of the two is missing, or there is no LabelMe XML.
    """
    collector = Collector(images)
    drawn: List[DrawnImage] = []
    for path, root in xml_documents.documents(source, "annotation", EXPECTED, collector.findings):
        found = collector.find_own(path, [root.findtext("filename", "").strip()], [images, source])
        lengths = [root.findtext(f"imagesize/{length}") for length in ("ncols", "nrows")]
        taken = collector.take(str(path), found, *lengths)
        if taken is not None:
            image, size = taken
            objects = _objects(root.findall("object"), collector, image, path)
            drawn.append(DrawnImage(path, str(path), image, size, objects, {}))
    return drawn_objects.to_annotations(source, collector, drawn)


def _objects(
    elements: Sequence[Element], collector: Collector, image: str, path: Path
) -> List[DrawnObject]:
    gone = [one for one in elements if _is_set(one, "deleted")]
    drawn_objects.left_out(collector, image, path, [f"{_name(one)} (deleted)" for one in gone])
    return [_object(one) for one in elements if not _is_set(one, "deleted")]


def _object(element: Element) -> DrawnObject:
    box, notes = _box(element)
    flags = frozenset({"occluded"} if _is_set(element, "occluded") else ())
    return DrawnObject(_name(element), box, notes, flags)


def _name(element: Element) -> str:
    return element.findtext("name", "").strip()


def _is_set(element: Element, name: str) -> bool:
    return element.findtext(name, "").strip().lower() in ("1", "yes", "true")


def _box(element: Element) -> Tuple[Box, List[Tuple[str, str]]]:
    points = element.findall("polygon/pt")
    xs, ys = (numbers.numbers([point.findtext(axis) for point in points]) for axis in "xy")
    if not points and element.find("segm") is not None:
        corners = [element.findtext(f"segm/box/{name}") for name in _SEGMENT]
        return drawn_objects.drawn("a mask", numbers.numbers(corners), corners)
    around = numbers.bounding_box(xs, ys)
    upright = element.findtext("type", "").strip() == _BOX_TYPE or _is_upright(xs or [], ys or [])
    return drawn_objects.drawn("" if upright else "a polygon", around, f"{len(points)} points")


def _is_upright(xs: Sequence[float], ys: Sequence[float]) -> bool:
    """Whether points are the corners of an upright rectangle."""
    return len(xs) == _BOX_POINTS and len(set(xs)) == len(set(ys)) == len(set(zip(xs, ys))) // 2
