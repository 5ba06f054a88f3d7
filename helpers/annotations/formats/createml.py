"""CreateML JSON: a list of images, boxes as centre, width and height in pixels.

As Apple's Create ML, Turi, RectLabel, LabelImg and Roboflow write it.
https://developer.apple.com/documentation/createml/mlobjectdetector/datasource
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, List, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats import drawn_objects
from helpers.annotations.formats.drawn_objects import DrawnImage, DrawnObject
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import mapping, shown
from helpers.structures.dataset import Annotations, ImageRecord

EXPECTED = "CreateML JSON, a list of images with annotations"
_KEY = "createml"
_IMAGE_NAMES = ("image", "imagefilename")
_LISTS = ("annotations", "annotation")
_CENTRE = ("x", "y", "width", "height")


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one file, or all of them below a folder.

    Args:
        source: the JSON file or a folder of them.
        images: the image folder.
        options: none of them concerns this format.

    Raises:
        BadInput: one of the two is missing, or there is no CreateML JSON.
    """
    collector = Collector(images)
    drawn: List[DrawnImage] = []
    for path, document in text_io.documents(source, difference, EXPECTED, collector.findings):
        for number, entry in enumerate(document):
            place = f"{path}, [{number}]"
            one = _image(path, place, entry, collector)
            drawn += [one] if one else []
    return drawn_objects.to_annotations(source, collector, drawn)


def difference(value: Any) -> str:
    """What a JSON value is instead of CreateML's; empty when it is CreateML's."""
    if not isinstance(value, list):
        return f"a JSON {type(value).__name__}"
    if value and not any(_name(mapping(entry)) and _list(mapping(entry)) for entry in value):
        return "a list without images and annotations"
    return ""


def _name(entry: dict) -> str:
    """The key of the image's name; empty where there is none."""
    return next((key for key in _IMAGE_NAMES if isinstance(entry.get(key), str)), "")


def _list(entry: dict) -> str:
    """The key of the list of annotations; empty where there is none."""
    return next((key for key in _LISTS if isinstance(entry.get(key), list)), "")


def _image(path: Path, place: str, value: Any, collector: Collector) -> Optional[DrawnImage]:
    entry = mapping(value)
    name, key = _name(entry), _list(entry)
    if not name or not key:
        collector.note(
            "annotation-broken-file",
            path,
            f"{place}: found {shown(value)}, expected image and annotations",
        )
        return None
    taken = collector.take(place, collector.find(path, place, entry[name]))
    extra = {_KEY: {"entry": {own: entry[own] for own in entry if own != key}, "list": key}}
    objects = [_object(mapping(one)) for one in entry[key]]
    return DrawnImage(path, place, *taken, objects, extra) if taken else None


def _object(entry: dict) -> DrawnObject:
    box, notes = drawn_objects.drawn("", _box(entry), entry.get("coordinates"))
    return DrawnObject(
        text_io.text(entry.get("label")), box, notes, extra={_KEY: {"annotation": entry}}
    )


def _box(entry: dict) -> Optional[List[float]]:
    place = mapping(entry.get("coordinates"))
    values = numbers.numbers([place.get(name) for name in _CENTRE])
    return None if values is None else numbers.from_centre(values, 1, 1)


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one JSON file.

    Args:
        records: the images, with boxes.
        out: the JSON file.
        images: the image folder; not looked into.

    Raises:
        BadInput: the file cannot be written.
    """
    stored = [_stored(record) for record in records]
    names = round_trip.file_names(records, [entry.get(_name(entry)) for entry, _ in stored])
    document = []
    for record, name, (entry, key) in zip(records, names, stored):
        named = {_name(entry) or _IMAGE_NAMES[0]: name}
        objects = [_annotation(record, index) for index in range(len(record.objects))]
        document.append({**entry, **named, key: objects})
    return round_trip.write_json(out, document)


def _stored(record: ImageRecord) -> Tuple[dict, str]:
    own = round_trip.of_image(record, _KEY)
    return mapping(own.get("entry")), own.get("list") or _LISTS[0]


def _annotation(record: ImageRecord, index: int) -> dict:
    entry = dict(mapping(round_trip.of_object(record, index, _KEY).get("annotation")))
    box = record.objects.boxes[index]
    entry["label"] = record.objects.labels[index]
    if not numbers.same_box(_box(entry), box):
        entry["coordinates"] = dict(zip(_CENTRE, numbers.as_centre_in_pixels(box)))
    return entry
