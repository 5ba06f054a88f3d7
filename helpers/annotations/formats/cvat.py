"""CVAT XML 1.1: one file for all images, or for the tracks of a video.

Tracks have frames instead of images: a frame is the image whose name ends in its number, as CVAT
itself writes the frames of a video (``frame_000012.png``), from 0.
https://docs.cvat.ai/docs/manual/advanced/xml_format/
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Set, Union
from xml.etree.ElementTree import Element, SubElement, tostring

from helpers.annotations import round_trip, xml_documents, xml_tree
from helpers.annotations.collector import Collector
from helpers.annotations.formats import cvat_shapes, cvat_tracks, drawn_objects
from helpers.annotations.formats.cvat_shapes import FLAG_NAMES, KEY, SHAPES
from helpers.annotations.formats.drawn_objects import DrawnImage
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.structures.dataset import Annotations, ImageRecord, class_names
from helpers.system import files

EXPECTED = "CVAT XML with images or tracks"


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one file, or all of them below a folder.

    Args:
        source: the XML file or a folder of them.
        images: the image folder.
        options: none of them concerns this format.

    Raises:
        BadInput: one of the two is missing, there is no CVAT XML, or the frames of a track cannot
            be told from the images' names.
    """
    collector = Collector(images)
    drawn: List[DrawnImage] = []
    for path, root in xml_documents.documents(source, "annotations", EXPECTED, collector.findings):
        for number, element in enumerate(root.iter("image")):
            drawn += _image(path, number, element, collector)
        drawn += cvat_tracks.images(path, root, collector)
    return drawn_objects.to_annotations(source, collector, drawn)


def _image(path: Path, number: int, element: Element, collector: Collector) -> Iterator[DrawnImage]:
    name = element.get("name", "")
    place = f"{path}, image {number}"
    found = collector.find(path, place, name)
    taken = collector.take(place, found, element.get("width"), element.get("height"))
    if taken is not None:
        objects = [cvat_shapes.object_of(child) for child in element if child.tag in SHAPES]
        extra = {KEY: {"attributes": dict(element.attrib)}}
        yield DrawnImage(path, place, *taken, objects, extra)


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one XML of images; what was read from tracks too.

    Args:
        records: the images, with boxes.
        out: the XML file.
        images: the image folder; not looked into.

    Raises:
        BadInput: the file cannot be written.
    """
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    labels = SubElement(SubElement(SubElement(root, "meta"), "task"), "labels")
    for label in class_names(records):
        SubElement(SubElement(labels, "label"), "name").text = label
    stored = [dict(round_trip.of_image(record, KEY).get("attributes") or {}) for record in records]
    names = round_trip.file_names(records, [own.get("name") for own in stored])
    ids = _ids(stored)
    for record, own, name, image_id in zip(records, stored, names, ids):
        size = {"width": str(record.width), "height": str(record.height)}
        element = SubElement(root, "image", {**own, "id": image_id, "name": name, **size})
        element.extend(_objects(record))
    xml_tree.indent(root, "  ")
    text = tostring(root, encoding="unicode")
    return files.write_text(out, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n')


def _ids(stored: Sequence[Dict[str, str]]) -> List[str]:
    taken: Set[str] = set()
    ids: List[Optional[str]] = []
    for own in stored:
        fits = own.get("id", "").isdigit() and own["id"] not in taken
        ids.append(own["id"] if fits else None)
        taken.add(ids[-1] or "")
    free = (str(number) for number in range(2 * len(stored)) if str(number) not in taken)
    return [next(free) if own is None else own for own in ids]


def _objects(record: ImageRecord) -> Iterator[Element]:
    objects = record.objects
    for index, (label, box) in enumerate(zip(objects.labels, objects.boxes)):
        flags = {name: bool(objects.flags(name)[index]) for name in FLAG_NAMES}
        stored = round_trip.of_object(record, index, KEY).get("element")
        yield cvat_shapes.written(label, box.tolist(), flags, stored)
