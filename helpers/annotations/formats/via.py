"""VGG Image Annotator, versions 1 and 2: one JSON file for all images.

Either the exported annotations or a whole project. Regions are a list or, in version 1, an object;
the class is one of their attributes, whose name the annotator chose.
https://www.robots.ox.ac.uk/~vgg/software/via/
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, shapes, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats.via_regions import (
    CLASS_NAMES,
    class_attribute,
    names_of,
    regions_of,
)
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord

EXPECTED = "VGG Image Annotator JSON, version 1 or 2"
_KEY, _IMAGES, _ORDER = "via", "_via_img_metadata", "_via_image_id_list"
_THIRD_VERSION = {"project", "file", "view", "metadata"}
_SIZE_AFTER_NAME = re.compile(r"-?\d+$")


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one export or project, or all of them below a folder.

    Args:
        source: the JSON file or a folder of them.
        images: the image folder.
        options: its ``attribute`` is the region attribute that holds the class; empty takes the
            only one, or one that is called like a class.

    Raises:
        BadInput: source or images is missing, nothing is of the format, or it cannot be told
            which attribute holds the class.
    """
    collector = Collector(images)
    documents = list(text_io.documents(source, difference, EXPECTED, collector.findings))
    return collect(source, documents, collector, options.attribute)


def collect(
    source: Union[str, Path],
    documents: Sequence[Tuple[Path, dict]],
    collector: Collector,
    attribute: str,
) -> Annotations:
    """The annotations of exports and projects that are already read.

    Args:
        source: the file or folder, for messages.
        documents: path and value of each.
        collector: that takes records and findings.
        attribute: the region attribute that holds the class, as for :func:`read`.

    Raises:
        BadInput: it cannot be told which attribute holds the class.
    """
    chosen = class_attribute(source, [_images(document) for _, document in documents], attribute)
    for path, document in documents:
        is_project = _IMAGES in document
        whole = {key: document[key] for key in document if is_project and key != _IMAGES}
        for key, entry in _images(document).items():
            _Image(path, key, entry, chosen).read(collector, whole)
    return collector.annotations()


def _images(document: dict) -> dict:
    return mapping(document.get(_IMAGES, document))


def difference(value: Any) -> str:
    """What a JSON value is instead of an export or a project; empty when it is one."""
    if not isinstance(value, dict):
        return f"a JSON {type(value).__name__}"
    if _THIRD_VERSION.issubset(value):
        return "a project of VIA 3, which is another format"
    images = value.get(_IMAGES, value)
    if not isinstance(images, dict):
        return "no image with regions"
    has_regions = any("regions" in mapping(entry) for entry in images.values())
    return "" if _IMAGES in value or has_regions else "no image with regions"


class _Image:
    """One image's entry in a file."""

    def __init__(self, path: Path, key: str, value: Any, attribute: str) -> None:
        self._path, self._key, self._attribute = path, key, attribute
        self._value, self._entry = value, mapping(value)
        self._place = f"{path}, {shown(key)}"

    def read(self, collector: Collector, whole: dict) -> None:
        """Adds the record, or says why there is none."""
        if not isinstance(self._entry.get("regions"), (list, dict)):
            collector.note(
                "annotation-broken-file",
                self._path,
                f"{self._place}: found {shown(self._value)}, expected an image with regions",
            )
            return
        name = text_io.text(self._entry.get("filename")) or _SIZE_AFTER_NAME.sub("", self._key)
        found = collector.find(self._path, self._place, name)
        taken = collector.take(self._place, found)
        if taken is not None:
            image, size = taken
            objects = self._objects(collector, image)
            collector.add(ImageRecord(image, *size, objects, {_KEY: self._extra(whole)}))

    def _objects(self, collector: Collector, image: str) -> LabeledBoxes:
        regions = regions_of(self._entry)
        rows = [
            self._row(collector, image, number, region)
            for number, (_, region) in enumerate(regions, start=1)
        ]
        extras = [{_KEY: {"key": key, "region": region}} for key, region in regions]
        return LabeledBoxes.from_rows(rows, extras=extras)

    def _extra(self, whole: dict) -> dict:
        return {
            "key": self._key,
            "entry": {key: value for key, value in self._entry.items() if key != "regions"},
            "attribute": self._attribute,
            "keyed": isinstance(self._entry["regions"], dict),
            "whole": whole,
        }

    def _row(
        self, collector: Collector, image: str, number: int, region: dict
    ) -> Tuple[str, Sequence[float]]:
        names = names_of(region, self._attribute)
        label = ", ".join(names)
        note = collector.noting(image, self._path, number, label)
        if len(names) > 1:
            note(
                "class-unknown",
                f"{len(names)} values of {self._attribute} are checked, expected one",
            )
        shape, box = shapes.of_shape(mapping(region.get("shape_attributes")))
        if box is None:
            note(
                "box-invalid",
                f"expected a shape with numbers, found {shown(region.get('shape_attributes'))}",
            )
        elif shape != "rect":
            note("box-from-shape", f"a {shape}")
        return label, box or numbers.NO_BOX


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one JSON file: as version 2 exports annotations, or as it was read.

    Args:
        records: the images, with boxes.
        out: the JSON file.
        images: the image folder; VIA knows an image by its name and its file's size.

    Raises:
        BadInput: the file cannot be written.
    """
    examples = entries(records, images)
    whole = dict(next(iter(round_trip.wholes(records, _KEY)), {}))
    if not whole:
        return round_trip.write_json(out, examples)
    if _ORDER in whole:
        listed = [key for key in sequence(whole[_ORDER]) if key in examples]
        whole[_ORDER] = listed + [key for key in examples if key not in set(listed)]
    return round_trip.write_json(out, {**whole, _IMAGES: examples})


def entries(records: Sequence[ImageRecord], images: Union[str, Path]) -> Dict[str, dict]:
    """The images' entries by key, as version 2 exports them or as they were read."""
    stored = [
        mapping(round_trip.of_image(record, _KEY).get("entry")).get("filename")
        for record in records
    ]
    names = round_trip.file_names(records, stored)
    return dict(
        _entry(record, name, Path(images) / record.path) for record, name in zip(records, names)
    )


def _entry(record: ImageRecord, name: str, path: Path) -> Tuple[str, dict]:
    """An image's key and entry."""
    own = round_trip.of_image(record, _KEY)
    stored = mapping(own.get("entry"))
    entry = {
        "filename": name,
        "size": os.path.getsize(str(path)) if path.is_file() else -1,
        "file_attributes": {},
        **stored,
    }
    regions = _written_regions(record, text_io.text(own.get("attribute")) or CLASS_NAMES[0])
    if own.get("keyed"):
        keys = [
            round_trip.of_object(record, index, _KEY).get("key") for index in range(len(regions))
        ]
        keys = [str(number) for number in range(len(regions))] if None in keys else keys
        entry["regions"] = dict(zip(keys, regions))
    else:
        entry["regions"] = regions
    if name == stored.get("filename"):
        return own["key"], entry
    return f"{name}{entry['size']}", {**entry, "filename": name}


def _written_regions(record: ImageRecord, attribute: str) -> List[dict]:
    regions = []
    for index, (label, box) in enumerate(zip(record.objects.labels, record.objects.boxes)):
        region = dict(mapping(round_trip.of_object(record, index, _KEY).get("region")))
        if not numbers.same_box(shapes.of_shape(mapping(region.get("shape_attributes")))[1], box):
            xywh = zip(("x", "y", "width", "height"), numbers.as_xywh(box))
            region["shape_attributes"] = {"name": "rect", **dict(xywh)}
        attributes = mapping(region.get("region_attributes"))
        if ", ".join(names_of(region, attribute)) != label:
            attributes = {**attributes, attribute: label}
        regions.append({**region, "region_attributes": attributes})
    return regions
