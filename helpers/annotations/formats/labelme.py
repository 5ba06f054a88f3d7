"""labelme JSON, one file per image, as labelme and X-AnyLabeling write it.

A rectangle is two opposite corners in any order (X-AnyLabeling: all four), a circle its centre and
a point on it; of every other shape the box around its points is taken. ``imageData``, the image
itself, is not kept: both programs load the image that ``imagePath`` names.
https://github.com/wkentaro/labelme
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats import drawn_objects
from helpers.annotations.formats.drawn_objects import Box, DrawnImage, DrawnObject
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import mapping, sequence
from helpers.structures.dataset import Annotations, ImageRecord

EXPECTED = "labelme JSON with shapes"
_KEY, _SHAPES, _PIXELS = "labelme", "shapes", "imageData"
_NEW: Dict[str, Any] = {"version": "5.0.1", "flags": {}}
_NEW_SHAPE: Dict[str, Any] = {"group_id": None, "flags": {}}
_FLAGS = ("truncated", "difficult", "occluded")
_RECTANGLES = ("rectangle", "mask")


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one file, or all of them below a folder.

    Args:
        source: the JSON file or a folder of them.
        images: the image folder.
        options: none of them concerns this format.

    Raises:
        BadInput: one of the two is missing, or there is no labelme JSON.
    """
    collector = Collector(images)
    drawn: List[DrawnImage] = []
    for path, document in text_io.documents(source, difference, EXPECTED, collector.findings):
        name = text_io.text(document.get("imagePath"))
        found = collector.find_own(path, [name], [images, source])
        lengths = [document.get(length) for length in ("imageWidth", "imageHeight")]
        taken = collector.take(str(path), found, *lengths)
        if taken is not None:
            image, size = taken
            objects = _objects(document[_SHAPES], collector, image, path)
            whole = {**document, _SHAPES: [], _PIXELS: None}
            extra = {_KEY: {"document": whole}}
            drawn.append(DrawnImage(path, str(path), image, size, objects, extra))
    return drawn_objects.to_annotations(source, collector, drawn)


def difference(value: Any) -> str:
    """What a JSON value is instead of labelme's; empty when it is labelme's."""
    if not isinstance(value, dict):
        return f"a JSON {type(value).__name__}"
    return "" if isinstance(value.get(_SHAPES), list) else f"no list of {_SHAPES}"


def _objects(
    shapes: Sequence[Any], collector: Collector, image: str, path: Path
) -> List[DrawnObject]:
    kept = [shape for shape in map(mapping, shapes) if not _flag(shape, "deleted")]
    gone = [shape for shape in map(mapping, shapes) if _flag(shape, "deleted")]
    reasons = [f"{text_io.text(shape.get('label'))} (deleted)" for shape in gone]
    drawn_objects.left_out(collector, image, path, reasons)
    return [_object(shape) for shape in kept]


def _object(shape: dict) -> DrawnObject:
    box, notes = _box(shape)
    return DrawnObject(
        text_io.text(shape.get("label")),
        box,
        notes,
        frozenset(name for name in _FLAGS if _flag(shape, name)),
        {_KEY: {"shape": shape}},
    )


def _flag(shape: dict, name: str) -> bool:
    return mapping(shape.get("flags")).get(name) is True or shape.get(name) in (True, 1)


def _box(shape: dict) -> Tuple[Box, List[Tuple[str, str]]]:
    kind = text_io.text(shape.get("shape_type")) or "polygon"
    points = _points(shape.get("points"))
    direction = numbers.number(shape.get("direction"))
    if kind == "rotation":
        turned = f", by {math.degrees(direction) % 360:.4g} degrees" if direction else ""
        box, notes = drawn_objects.drawn("", _around(points), shape.get("points"))
        return box, notes or [("box-rotated", f"a rotated rectangle{turned}")]
    if kind == "circle" and points and len(points) == 2:
        (x, y), on_it = points
        radius = math.hypot(on_it[0] - x, on_it[1] - y)
        around: Optional[Box] = [x - radius, y - radius, x + radius, y + radius]
    else:
        around = _around(points)
    if kind in _RECTANGLES and points and len(points) not in (2, 4):
        around = None
    named = "" if kind == "rectangle" else f"a {kind}"
    return drawn_objects.drawn(named, around, shape.get("points"))


def _points(value: Any) -> Optional[List[List[float]]]:
    points = [numbers.numbers(point, 2) for point in sequence(value)]
    known = [point for point in points if point is not None]
    return known if known and len(known) == len(points) else None


def _around(points: Optional[List[List[float]]]) -> Optional[Box]:
    return numbers.bounding_box(*zip(*points)) if points else None


def write(
    records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]
) -> List[Path]:
    """Writes one JSON per image, in the same subfolders as the images.

    Args:
        records: the images, with boxes.
        out: the folder to write to.
        images: the image folder, to which ``imagePath`` leads from the file.

    Raises:
        BadInput: two images differ by their suffix alone, or a file cannot be written.
    """
    places = round_trip.own_files(records, out, ".json")
    return [
        round_trip.write_json(place, _document(record, place, Path(images) / record.path))
        for record, place in zip(records, places)
    ]


def _document(record: ImageRecord, place: Path, image: Path) -> Dict[str, Any]:
    stored = mapping(round_trip.of_image(record, _KEY).get("document"))
    path = Path(os.path.relpath(str(image), str(place.parent))).as_posix()
    return {
        **_NEW,
        **stored,
        _SHAPES: [_shape(record, index) for index in range(len(record.objects))],
        "imagePath": path,
        _PIXELS: None,
        "imageHeight": record.height,
        "imageWidth": record.width,
    }


def _shape(record: ImageRecord, index: int) -> dict:
    shape = dict(mapping(round_trip.of_object(record, index, _KEY).get("shape")))
    box = record.objects.boxes[index]
    if not shape or not numbers.same_box(_box(shape)[0], box):
        corners = [numbers.shortest(value) for value in box]
        shape = {key: own for key, own in shape.items() if key not in ("direction", "mask")}
        shape.update(points=[corners[:2], corners[2:]], shape_type="rectangle")
    shape["label"] = record.objects.labels[index]
    for name in _FLAGS:
        wanted = bool(record.objects.flags(name)[index])
        if _flag(shape, name) != wanted:
            shape.pop(name, None)
            shape["flags"] = {**mapping(shape.get("flags")), name: wanted}
    return {**_NEW_SHAPE, **shape}
