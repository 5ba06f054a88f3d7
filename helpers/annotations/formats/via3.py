"""VGG Image Annotator 3: a project of images. Records are those of :mod:`.via`.

A region is a list whose first number says what it is, such as ``[2, x, y, width, height]``; what is
asked about it is stored by the question's id, and the answer by the option's. Videos, whose regions
have times, are not read.
https://gitlab.com/vgg/via/-/blob/master/via-3.x.y/CodeDoc.md
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, shapes, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats import via
from helpers.annotations.formats.via_regions import regions_of
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.dataset import Annotations, ImageRecord

EXPECTED = "a project of VGG Image Annotator 3"
_PARTS = ("project", "file", "view", "metadata")
_SHAPES = {
    1: ("point", ("cx", "cy")),
    2: ("rect", ("x", "y", "width", "height")),
    3: ("circle", ("cx", "cy", "r")),
    4: ("ellipse", ("cx", "cy", "rx", "ry")),
}
_OUTLINES = {5: "line", 6: "polyline", 7: "polygon", 8: "extreme rectangle"}
_TEXT, _CHECKBOX = 1, 2  # attribute types
_IMAGE = 2  # file type
_NEW = {"loc": 1, "type": _IMAGE}


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one project, or all of them below a folder.

    Args:
        source: the JSON file or a folder of them.
        images: the image folder.
        options: its ``attribute`` is the name of the attribute that holds the class; empty takes
            the only one, or one that is called like a class.

    Raises:
        BadInput: source or images is missing, there is no such project, or it cannot be told which
            attribute holds the class.
    """
    collector = Collector(images)
    documents = [
        (path, _entries(path, document, collector))
        for path, document in text_io.documents(source, difference, EXPECTED, collector.findings)
    ]
    return via.collect(source, documents, collector, options.attribute)


def difference(value: Any) -> str:
    """What a JSON value is instead of a project; empty when it is one."""
    if not isinstance(value, dict):
        return f"a JSON {type(value).__name__}"
    missing = [name for name in _PARTS if not isinstance(value.get(name), dict)]
    return f"no object {missing[0]}" if missing else ""


class _Question(NamedTuple):
    """An attribute of regions."""

    name: str
    is_checkbox: bool
    options: Dict[str, str]

    def answer(self, value: Any) -> Any:
        """An answer in words; of a checkbox each option with whether it is checked."""
        if self.is_checkbox:
            checked = [own.strip() for own in text_io.text(value).split(",") if own.strip()]
            return {self.options.get(own, own): True for own in checked}
        return self.options.get(text_io.text(value), text_io.text(value))


def _questions(document: dict) -> Dict[str, _Question]:
    questions = {}
    for own, entry in mapping(document.get("attribute")).items():
        attribute = mapping(entry)
        options = mapping(attribute.get("options"))
        is_text = attribute.get("type") == _TEXT
        questions[own] = _Question(
            text_io.text(attribute.get("aname")) or own,
            attribute.get("type") == _CHECKBOX,
            {} if is_text else {key: text_io.text(name) for key, name in options.items()},
        )
    return questions


def _entries(path: Path, document: dict, collector: Collector) -> Dict[str, Any]:
    """The images of a project as versions 1 and 2 have them."""
    questions, view = _questions(document), document["view"]
    entries: Dict[str, Any] = {
        own: {"filename": text_io.text(mapping(file).get("fname")), "regions": []}
        for own, file in document["file"].items()
        if mapping(file).get("type", _IMAGE) == _IMAGE
    }
    for own, value in document["metadata"].items():
        region = mapping(value)
        files = sequence(mapping(view.get(text_io.text(region.get("vid")))).get("fid_list"))
        xy = region.get("xy")
        if xy == [] and not region.get("z"):
            continue  # what is said of the whole image
        file = text_io.text(files[0]) if len(files) == 1 else ""
        if file not in entries or region.get("z"):
            text = f"{path}, {shown(own)}: found {shown(value)}, expected a region of one image"
            collector.note("annotation-broken-file", path, text)
            continue
        answers = mapping(region.get("av")).items()
        attributes = {
            questions[key].name: questions[key].answer(v) for key, v in answers if key in questions
        }
        entries[file]["regions"].append(
            {"shape_attributes": _shape(xy), "region_attributes": attributes}
        )
    return entries


def _shape(xy: Any) -> dict:
    """A region's shape as versions 1 and 2 have it; empty where it has not its numbers."""
    values = numbers.numbers(xy)
    if not values:
        return {}
    kind, own = values[0], xy[1:]
    if kind in _OUTLINES and len(own) % 2 == 0:
        points = {"all_points_x": own[::2], "all_points_y": own[1::2]}
        return {"name": _OUTLINES[int(kind)], **points}
    name, places = _SHAPES.get(int(kind), ("", ()))
    return {"name": name, **dict(zip(places, own))} if name and len(own) == len(places) else {}


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes a project; every attribute becomes a text.

    Args:
        records: the images, with boxes.
        out: the JSON file.
        images: the image folder; not looked into.

    Raises:
        BadInput: the file cannot be written.
    """
    entries = list(via.entries(records, images).values())
    ids = {
        name: str(number)
        for number, name in enumerate(dict.fromkeys(_attribute_names(entries)), start=1)
    }
    files: Dict[str, dict] = {}
    metadata: Dict[str, dict] = {}
    for number, entry in enumerate(entries, start=1):
        own = str(number)
        files[own] = {"fid": own, "fname": entry["filename"], "src": entry["filename"], **_NEW}
        for place, (_, region) in enumerate(regions_of(entry), start=1):
            answers = region["region_attributes"].items()
            metadata[f"{own}_{place}"] = {
                "vid": own,
                "flg": 0,
                "z": [],
                "xy": _xy(region["shape_attributes"]),
                "av": {ids[name]: _as_text(value) for name, value in answers},
            }
    views = {own: {"fid_list": [own]} for own in files}
    project = {"pid": "__VIA_PROJECT_ID__", "rev": "__VIA_PROJECT_REV_ID__", "pname": "photos"}
    document = {
        "project": {**project, "vid_list": list(files)},
        "config": {},
        "attribute": {own: _attribute(name) for name, own in ids.items()},
        "file": files,
        "metadata": metadata,
        "view": views,
    }
    return round_trip.write_json(out, document)


def _attribute_names(entries: Sequence[dict]) -> Iterator[str]:
    for entry in entries:
        for _, region in regions_of(entry):
            yield from region["region_attributes"]


def _attribute(name: str) -> Dict[str, Any]:
    rest = {"desc": "", "options": {}, "default_option_id": ""}
    return {"aname": name, "anchor_id": "FILE1_Z0_XY1", "type": _TEXT, **rest}


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(name for name, checked in value.items() if checked)
    return text_io.text(value)


def _xy(shape: dict) -> List[Any]:
    """A shape of versions 1 and 2 as a region's list; what has no place there as its box."""
    name, box = shapes.of_shape(shape)
    for kind, (own, places) in _SHAPES.items():
        if own == name and not shape.get("theta"):
            return [kind, *(shape.get(place) for place in places)]
    points: List[Tuple[Any, Any]] = list(
        zip(sequence(shape.get("all_points_x")), sequence(shape.get("all_points_y")))
    )
    outline = [kind for kind, own in _OUTLINES.items() if own == name and points]
    if outline:
        return [outline[0], *(value for point in points for value in point)]
    return [] if box is None else [2, *numbers.as_xywh(box)]
