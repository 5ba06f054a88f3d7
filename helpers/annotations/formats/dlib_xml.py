"""dlib XML of imglab: one file for all images, boxes by their upper left corner and size.

A box marked with ``ignore`` is no example of anything: it is left out.
http://dlib.net/imglab.html
"""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, List, Sequence, Union
from xml.etree.ElementTree import Element, SubElement, tostring

from helpers.annotations import numbers, round_trip, xml_documents, xml_tree
from helpers.annotations.collector import Collector
from helpers.annotations.formats import drawn_objects
from helpers.annotations.formats.drawn_objects import DrawnImage, DrawnObject
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.system import files

EXPECTED = "dlib XML with images"
_PLACE = ("left", "top", "width", "height")
_FLAGS = ("truncated", "difficult", "occluded")


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one file, or all of them below a folder.

    Args:
        source: the XML file or a folder of them.
        images: the image folder.
        options: none of them concerns this format.

    Raises:
        BadInput: one of the two is missing, or there is no dlib XML.
    """
    collector = Collector(images)
    drawn: List[DrawnImage] = []
    for path, root in xml_documents.documents(source, "dataset", EXPECTED, collector.findings):
        for number, element in enumerate(root.iter("image")):
            drawn += _image(path, f"{path}, image {number}", element, collector)
    return drawn_objects.to_annotations(source, collector, drawn)


def _image(path: Path, place: str, element: Element, collector: Collector) -> Iterator[DrawnImage]:
    found = collector.find(path, place, element.get("file", ""))
    taken = collector.take(place, found, element.get("width"), element.get("height"))
    if taken is not None:
        image, size = taken
        boxes = element.findall("box")
        gone = [one for one in boxes if one.get("ignore") == "1"]
        if gone:
            text = f"{path}: {len(gone)} boxes on {image} are to be ignored"
            collector.note("annotation-ignored-regions", image, text)
        objects = [_object(one) for one in boxes if one.get("ignore") != "1"]
        yield DrawnImage(path, place, image, size, objects, {})


def _name(element: Element) -> str:
    return element.findtext("label", "").strip()


def _object(element: Element) -> DrawnObject:
    box = numbers.from_xywh(numbers.numbers([element.get(name) for name in _PLACE]))
    around, notes = drawn_objects.drawn("", box, dict(element.attrib))
    flags = frozenset(name for name in _FLAGS if element.get(name) == "1")
    return DrawnObject(_name(element), around, notes, flags)


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one XML file.

    Args:
        records: the images, with boxes.
        out: the XML file.
        images: the image folder; not looked into.

    Raises:
        BadInput: the file cannot be written.
    """
    root = Element("dataset")
    SubElement(root, "name").text = "photos"
    group = SubElement(root, "images")
    for record, name in zip(records, round_trip.file_names(records, [None] * len(records))):
        size = {"width": str(record.width), "height": str(record.height)}
        element = SubElement(group, "image", {"file": name, **size})
        for index, (label, box) in enumerate(zip(record.objects.labels, record.objects.boxes)):
            place = {key: str(value) for key, value in zip(_PLACE, numbers.as_xywh(box))}
            flags = {key: "1" for key in _FLAGS if record.objects.flags(key)[index]}
            SubElement(SubElement(element, "box", {**place, **flags}), "label").text = label
    xml_tree.indent(root, "  ")
    text = tostring(root, encoding="unicode")
    return files.write_text(out, f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n")
