"""VGG Image Annotator, versions 1 and 2: one JSON file for all images.

Either the exported annotations or a whole project. Regions are a list or, in version 1, an object;
the class is one of their attributes, whose name the person who annotated chose.
https://www.robots.ox.ac.uk/~vgg/software/via/
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, shapes, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput

EXPECTED = "VGG Image Annotator JSON, version 1 or 2"
CLASS_NAMES = (
    "class",
    "label",
    "name",
    "type",
    "object",
    "category",
    "species",
    "class_name",
    "labels",
    "classes",
    "kind",
    "title",
)
_KEY, _IMAGES, _ORDER = "via", "_via_img_metadata", "_via_image_id_list"
_THIRD_VERSION = {"project", "file", "view", "metadata"}
_SIZE_AFTER_NAME = re.compile(r"-?\d+$")


def read(source: Union[str, Path], images: Union[str, Path], attribute: str = "") -> Annotations:
    """Reads one export or project, or all of them below a folder.

    Args:
        source: the JSON file or a folder of them.
        images: the image folder.
        attribute: the region attribute that holds the class; empty takes the only one, or one
            that is called like a class.

    Raises:
        BadInput: source or images is missing, nothing is of the format, or it cannot be told
            which attribute holds the class.
    """
    collector = Collector(images)
    documents = list(text_io.documents(source, difference, EXPECTED, collector.findings))
    chosen = _class_attribute(source, [_images(one) for _, one in documents], attribute)
    for path, document in documents:
        whole = (
            {key: value for key, value in document.items() if key != _IMAGES}
            if _IMAGES in document
            else {}
        )
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
    good = isinstance(images, dict) and (
        _IMAGES in value or any("regions" in mapping(entry) for entry in images.values())
    )
    return "" if good else "no image with regions"


def _class_attribute(source: Union[str, Path], documents: Sequence[dict], wanted: str) -> str:
    names = Counter(
        name
        for images in documents
        for entry in images.values()
        for _, region in _regions(mapping(entry))
        for name in mapping(mapping(region).get("region_attributes"))
    )
    like_class = [
        name for like in CLASS_NAMES for name in sorted(names) if name.strip().lower() == like
    ]
    fits = (
        [name for name in names if name == wanted]
        if wanted
        else list(names)
        if len(names) == 1
        else like_class
    )
    if names and not fits:
        raise BadInput.of(
            source,
            f"the region attributes {shown(sorted(names))}",
            repr(wanted) if wanted else "one that is called class, label or name",
            "Name the one that holds the class (--attribute).",
        )
    return fits[0] if fits else wanted or CLASS_NAMES[0]


def _regions(entry: dict) -> List[Tuple[Optional[str], Any]]:
    """The regions with their keys, where they have any."""
    regions = entry.get("regions")
    return (
        list(regions.items())
        if isinstance(regions, dict)
        else [(None, region) for region in sequence(regions)]
    )


class _Image:
    """One image's entry in a file."""

    def __init__(self, path: Path, key: str, entry: Any, attribute: str):
        self.path, self.key, self.attribute = path, key, attribute
        self.found, self.entry = entry, mapping(entry)
        self.where = f"{path}, {shown(key)}"

    def read(self, collector: Collector, whole: dict) -> None:
        """Adds the record, or says why there is none."""
        if not isinstance(self.entry.get("regions"), (list, dict)):
            collector.note(
                "annotation-broken-file",
                self.path,
                f"{self.where}: found {shown(self.found)}, expected an image with regions",
            )
            return
        name = text_io.text(self.entry.get("filename")) or _SIZE_AFTER_NAME.sub("", self.key)
        image = collector.find(self.path, self.where, name)
        if image is None or not collector.claim(self.where, image):
            return
        size = collector.size(image, None, None)
        if size is None:
            return
        regions = _regions(self.entry)
        rows = [
            self._row(collector, image, number, mapping(region))
            for number, (_, region) in enumerate(regions, start=1)
        ]
        rest = {key: value for key, value in self.entry.items() if key != "regions"}
        collector.add(
            ImageRecord(
                image,
                size[0],
                size[1],
                LabeledBoxes.from_rows(
                    rows,
                    extras=[
                        {_KEY: {"key": key, "region": mapping(region)}} for key, region in regions
                    ],
                ),
                {
                    _KEY: {
                        "key": self.key,
                        "entry": rest,
                        "attribute": self.attribute,
                        "keyed": isinstance(self.entry["regions"], dict),
                        "whole": whole,
                    }
                },
            )
        )

    def _row(
        self, collector: Collector, image: str, number: int, region: dict
    ) -> Tuple[str, Sequence[float]]:
        names = _names(region, self.attribute)
        label = ", ".join(names)
        note = collector.noting(image, self.path, number, label)
        if len(names) > 1:
            note(
                "class-unknown",
                f"{len(names)} values of {self.attribute} are checked, expected one",
            )
        what, box = shapes.of_shape(mapping(region.get("shape_attributes")))
        if box is None:
            note(
                "box-invalid",
                f"expected a shape with numbers, found {shown(region.get('shape_attributes'))}",
            )
        elif what != "rect":
            note("box-from-shape", f"a {what}")
        return label, box or numbers.NO_BOX


def _names(region: dict, attribute: str) -> List[str]:
    """The class; none or several when checkboxes say so."""
    value = mapping(region.get("region_attributes")).get(attribute)
    if isinstance(value, dict):
        return [name for name, checked in value.items() if checked]
    return [text_io.text(value)]


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one JSON file: as version 2 exports annotations, or as it was read.

    Args:
        records: the images, with boxes.
        out: the JSON file.
        images: the image folder; VIA knows an image by its name and its file's size.

    Raises:
        BadInput: the file cannot be written.
    """
    stored = [
        mapping(round_trip.of_image(one, _KEY).get("entry")).get("filename") for one in records
    ]
    examples: Dict[str, dict] = {}
    for record, name in zip(records, round_trip.file_names(records, stored)):
        key, entry = _entry(record, name, Path(images) / record.path)
        examples[key] = entry
    whole = dict(next(iter(round_trip.wholes(records, _KEY)), {}))
    if not whole:
        return round_trip.write_json(out, examples)
    if _ORDER in whole:
        listed = [key for key in sequence(whole[_ORDER]) if key in examples]
        whole[_ORDER] = listed + [key for key in examples if key not in set(listed)]
    return round_trip.write_json(out, {**whole, _IMAGES: examples})


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
        if not numbers.same(shapes.of_shape(mapping(region.get("shape_attributes")))[1], box):
            sides = zip(("x", "y", "width", "height"), numbers.as_sides(box))
            region["shape_attributes"] = {"name": "rect", **dict(sides)}
        attributes = mapping(region.get("region_attributes"))
        if ", ".join(_names(region, attribute)) != label:
            attributes = {**attributes, attribute: label}
        regions.append({**region, "region_attributes": attributes})
    return regions
