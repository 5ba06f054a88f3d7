"""VoTT 2 JSON: the export of a project, or the file of a single asset.

https://github.com/microsoft/VoTT
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats import drawn_objects
from helpers.annotations.formats.drawn_objects import Box, DrawnImage, DrawnObject
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.dataset import Annotations, ImageRecord, class_names

EXPECTED = "VoTT 2 JSON with assets"
_KEY, _ASSETS = "vott", "assets"
_VERSION = "2.2.0"
_NOT_VISITED, _TAGGED = 0, 2  # asset.state
_PLACE = ("left", "top", "width", "height")
_LOCAL = re.compile(r"^file:/*([A-Za-z]:)?/*")


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one file, or all of them below a folder.

    Args:
        source: the JSON file or a folder of them.
        images: the image folder.
        options: none of them concerns this format.

    Raises:
        BadInput: one of the two is missing, or there is no VoTT JSON.
    """
    collector = Collector(images)
    drawn: List[DrawnImage] = []
    for path, document in text_io.documents(source, difference, EXPECTED, collector.findings):
        whole = {key: document[key] for key in document if key != _ASSETS}
        for key, entry in _entries(document):
            drawn += _image(path, key, mapping(entry), whole, collector)
    return drawn_objects.to_annotations(source, collector, drawn)


def difference(value: Any) -> str:
    """What a JSON value is instead of VoTT's; empty when it is VoTT's."""
    if not isinstance(value, dict):
        return f"a JSON {type(value).__name__}"
    entries = [entry for _, entry in _entries(value)]
    if entries and not any("regions" in mapping(entry) for entry in entries):
        return "no assets with regions"
    return "" if entries or isinstance(value.get(_ASSETS), dict) else "no assets"


def _entries(document: dict) -> List[Tuple[str, Any]]:
    """The assets with their keys; the document itself where it is a single asset."""
    if isinstance(document.get("asset"), dict):
        return [(text_io.text(document["asset"].get("id")), document)]
    return list(mapping(document.get(_ASSETS)).items())


def _image(
    path: Path, key: str, entry: dict, whole: dict, collector: Collector
) -> Iterator[DrawnImage]:
    asset, place = mapping(entry.get("asset")), f"{path}, {shown(key)}"
    if not isinstance(entry.get("regions"), list):
        text = f"{place}: found {shown(entry)}, expected asset and regions"
        collector.note("annotation-broken-file", path, text)
        return
    if asset.get("state") == _NOT_VISITED and not entry["regions"]:
        return
    declared = mapping(asset.get("size"))
    found = _find(path, place, asset, collector)
    taken = collector.take(place, found, declared.get("width"), declared.get("height"))
    if taken is not None:
        objects = [_object(mapping(region)) for region in entry["regions"]]
        own = {name: entry[name] for name in entry if name != "regions"}
        extra = {_KEY: {"key": key, "entry": own, "whole": whole}}
        yield DrawnImage(path, place, *taken, objects, extra)


def _find(path: Path, place: str, asset: dict, collector: Collector) -> Optional[str]:
    """The image of an asset, by its path where that leads to one, else by its name.

    The path is that of another machine: of its folders only the last ones can agree with ours.
    """
    name = text_io.text(asset.get("name"))
    address = _LOCAL.sub("", text_io.text(asset.get("path")).replace("\\", "/"))
    fits = address and len(collector.images.by_path(address, path)) == 1
    return collector.find(path, place, address if fits or not name else name)


def _object(region: dict) -> DrawnObject:
    tags = [text_io.text(tag) for tag in sequence(region.get("tags"))]
    box, notes = _box(region)
    notes = drawn_objects.several_classes(tags) + notes
    return DrawnObject(", ".join(tags), box, notes, extra={_KEY: {"region": region}})


def _box(region: dict) -> Tuple[Box, List[Tuple[str, str]]]:
    kind = (text_io.text(region.get("type")) or "RECTANGLE").lower()
    place = mapping(region.get("boundingBox"))
    box = numbers.from_xywh(numbers.numbers([place.get(name) for name in _PLACE]))
    points = [mapping(point) for point in sequence(region.get("points"))]
    if box is None and points:
        box = numbers.bounding_box(
            *(numbers.numbers([point.get(axis) for point in points]) for axis in "xy")
        )
    named = "" if kind in ("rectangle", "square") else f"a {kind}"
    return drawn_objects.drawn(named, box, region.get("boundingBox"))


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one JSON file, as VoTT exports a project.

    Args:
        records: the images, with boxes.
        out: the JSON file.
        images: the image folder; not looked into.

    Raises:
        BadInput: the file cannot be written.
    """
    stored = [round_trip.of_image(record, _KEY) for record in records]
    assets = [mapping(mapping(own.get("entry")).get("asset")) for own in stored]
    names = round_trip.file_names(records, [asset.get("name") for asset in assets])
    written: Dict[str, dict] = {}
    for record, own, asset, name in zip(records, stored, assets, names):
        taken = text_io.text(asset.get("id")) in written
        new = _asset(record, {} if taken else asset, name)
        entry = {**mapping(own.get("entry")), "asset": new}
        entry["regions"] = [_region(record, index) for index in range(len(record.objects))]
        written[text_io.text(new["id"])] = {"version": _VERSION, **entry}
    exports = [one for one in round_trip.wholes(records, _KEY) if "tags" in one] or [{}]
    whole = exports[0]
    known = {text_io.text(mapping(tag).get("name")) for tag in sequence(whole.get("tags"))}
    tags = sequence(whole.get("tags")) + [
        {"name": name, "color": f"#{hashlib.sha1(name.encode()).hexdigest()[:6]}"}
        for name in class_names(records)
        if name not in known
    ]
    document = {"name": "photos", "version": _VERSION, **whole, "tags": tags, _ASSETS: written}
    return round_trip.write_json(out, document)


def _asset(record: ImageRecord, stored: dict, name: str) -> Dict[str, Any]:
    size = {"width": record.width, "height": record.height}
    if stored.get("name") == name and text_io.text(stored.get("id")):
        return {**stored, "size": size}
    path = f"file:{name}"
    return {
        "format": record.path.rpartition(".")[2].lower(),
        "id": hashlib.md5(path.encode("utf-8", "surrogateescape")).hexdigest(),
        "name": name,
        "path": path,
        "size": size,
        "state": _TAGGED,
        "type": 1,
    }


def _region(record: ImageRecord, index: int) -> dict:
    region = dict(mapping(round_trip.of_object(record, index, _KEY).get("region")))
    box, label = record.objects.boxes[index], record.objects.labels[index]
    if not numbers.same_box(_box(region)[0], box):
        x_min, y_min, x_max, y_max = map(numbers.shortest, box)
        corners = [(x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max)]
        region["type"] = "RECTANGLE"
        region["boundingBox"] = dict(zip(_PLACE, numbers.as_xywh(box)))
        region["points"] = [{"x": x, "y": y} for x, y in corners]
    if ", ".join(map(text_io.text, sequence(region.get("tags")))) != label:
        region["tags"] = [label]
    return {"id": f"{index + 1}", **region}
