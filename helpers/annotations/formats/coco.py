"""COCO JSON for detection: one file for all images, boxes as ``[x, y, width, height]``.

What a record has no field for is kept in its ``extra`` and ``objects.extras`` under ``coco``: the
entries as they were in the file, and what the file says of the whole set.
https://cocodataset.org/#format-data
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.annotations import box_units, numbers, round_trip, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats import coco_boxes
from helpers.annotations.formats.coco_boxes import Meaning
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.round_trip import ClassIds
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord, class_names

EXPECTED = "COCO JSON with images, annotations and categories"
_KEY = "coco"
_LISTS = ("images", "annotations")
_FLAGS = ("truncated", "difficult", "occluded")  # in an annotation's attributes


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one COCO file, or all of them below a folder.

    Args:
        source: the JSON file or a folder of them.
        images: the image folder.
        options: ``layout`` says what ``bbox`` holds, where it is not the format's.

    Raises:
        BadInput: one of the two is missing, there is no COCO JSON, or nobody can tell what its
            ``bbox`` holds.
    """
    collector = Collector(images)
    drafts: List[_Draft] = []
    for path, document in text_io.documents(source, difference, EXPECTED, collector.findings):
        drafts += _Reader(path, document, collector).drafts()
    meant = coco_boxes.meaning(source, [draft[2:5] for draft in drafts], options.layout)
    records = [_record(draft, meant, collector) for draft in drafts]
    records, findings = box_units.in_pixels(source, records)
    collector.findings += [*meant.findings, *findings]
    for record in records:
        collector.add(record)
    return collector.annotations()


def difference(value: Any) -> str:
    """What a JSON value is instead of COCO; empty when it is COCO."""
    if not isinstance(value, dict):
        return f"a JSON {type(value).__name__}"
    missing = [name for name in _LISTS if not isinstance(value.get(name), list)]
    return f"no list of {missing[0]}" if missing else ""


class _Draft(NamedTuple):
    """An image of a file, before it is known what the boxes of the source mean."""

    path: Path
    image: str
    size: Tuple[int, int]
    bboxes: List[Optional[List[float]]]
    annotations: List[dict]
    names: Dict[str, List[str]]
    extra: dict


class _Reader:
    """Reads one file."""

    def __init__(self, path: Path, document: dict, collector: Collector) -> None:
        self._path, self._collector = path, collector
        self._document = document
        self._whole = {key: value for key, value in document.items() if key not in _LISTS}
        self._names = self._categories()
        self._objects = self._by_image()

    def drafts(self) -> Iterator[_Draft]:
        """The images that are in the image folder; findings are added."""
        known: Dict[str, Any] = {}
        for number, entry in enumerate(self._document["images"]):
            place = f"{self._path}, images[{number}]"
            key = _key(mapping(entry).get("id"))
            name = text_io.text(mapping(entry).get("file_name"))
            if not key or not name:
                self._broken(place, entry, "an object with id and file_name")
            elif key not in known:
                known[key] = name
                yield from self._image(place, key, name, entry)
            elif known[key] == name:
                self._duplicate_id(place, key)
            else:
                self._broken(
                    place, entry["id"], f"an id of its own, this is that of {shown(known[key])}"
                )
        for key in self._objects:
            if key not in known:
                self._without_image(key)

    def _without_image(self, key: str) -> None:
        for number, entry in self._objects[key]:
            self._broken(
                f"{self._path}, annotations[{number}]",
                entry.get("image_id"),
                "the id of one of the images as image_id",
            )

    def _broken(self, place: str, value: Any, expected: str) -> None:
        self._collector.note(
            "annotation-broken-file",
            self._path,
            f"{place}: found {shown(value)}, expected {expected}",
        )

    def _duplicate_id(self, place: str, key: str) -> None:
        self._collector.note(
            "annotation-duplicate-id", self._path, f"{place}: the id {shown(key)} once more"
        )

    def _categories(self) -> Dict[str, List[str]]:
        """Names by id; an id with several names is ambiguous."""
        names: Dict[str, List[str]] = {}
        categories = self._document.get("categories")
        if not isinstance(categories, list):
            self._broken(str(self._path), categories, "a list of categories")
        for number, entry in enumerate(sequence(categories)):
            key = _key(mapping(entry).get("id"))
            if not key or not isinstance(entry.get("name"), (str, int, float)):
                self._broken(
                    f"{self._path}, categories[{number}]", entry, "an object with id and name"
                )
            elif text_io.text(entry["name"]) not in names.setdefault(key, []):
                names[key].append(text_io.text(entry["name"]))
        return names

    def _by_image(self) -> Dict[str, List[Tuple[int, dict]]]:
        objects: Dict[str, List[Tuple[int, dict]]] = {}
        known = set()
        for number, entry in enumerate(self._document["annotations"]):
            place = f"{self._path}, annotations[{number}]"
            image = _key(mapping(entry).get("image_id"))
            if not image:
                self._broken(place, entry, "an object with image_id")
                continue
            objects.setdefault(image, []).append((number, entry))
            own = _key(entry.get("id"))
            if own and own in known:
                self._duplicate_id(place, own)
            known.add(own)
        return objects

    def _image(self, place: str, key: str, name: str, entry: dict) -> Iterator[_Draft]:
        found = self._collector.find(self._path, place, name)
        taken = self._collector.take(place, found, entry.get("width"), entry.get("height"))
        if taken is None:
            return
        annotations = [annotation for _, annotation in self._objects.get(key, [])]
        extra = {_KEY: {"image": entry, "whole": self._whole}}
        bboxes = [coco_boxes.bbox_numbers(annotation) for annotation in annotations]
        yield _Draft(self._path, *taken, bboxes, annotations, self._names, extra)


def _record(draft: _Draft, meant: Meaning, collector: Collector) -> ImageRecord:
    rows = [
        _row(draft, number, meant, collector) for number in range(1, len(draft.annotations) + 1)
    ]
    objects = LabeledBoxes.from_rows(
        rows,
        group_of=[meant.crowds and coco_boxes.is_crowd(own) for own in draft.annotations],
        extras=[{_KEY: own} for own in draft.annotations],
        **_flags(draft.annotations),
    )
    return ImageRecord(draft.image, *draft.size, objects, draft.extra)


def _flags(annotations: Sequence[dict]) -> Dict[str, List[bool]]:
    if not any(annotation.get("attributes") for annotation in annotations):
        return {}
    columns = {name: [coco_boxes.flag(own, name) for own in annotations] for name in _FLAGS}
    return {name: column for name, column in columns.items() if any(column)}


def _row(
    draft: _Draft, number: int, meant: Meaning, collector: Collector
) -> Tuple[str, Sequence[float]]:
    annotation = draft.annotations[number - 1]
    key = _key(annotation.get("category_id"))
    names = draft.names.get(key, [])
    label = names[0] if len(names) == 1 else key or "?"
    note = collector.noting(draft.image, draft.path, number, label)
    if len(names) != 1:
        found = " and ".join(map(shown, names)) or "none of the file's categories"
        note("class-unknown", f"category_id {shown(annotation.get('category_id'))} is {found}")
    return label, coco_boxes.read_box(annotation, draft.bboxes[number - 1], meant, note)


def _key(value: Any) -> str:
    """An id as text, since some tools write numbers as text; empty when it is not an id."""
    return text_io.text(value).strip()


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one COCO file; ids stay as they were read where they are free.

    Args:
        records: the images, with boxes.
        out: the JSON file.
        images: the image folder; not looked into.

    Raises:
        BadInput: the file cannot be written.
    """
    wholes = round_trip.wholes(records, _KEY)
    categories = _Categories(wholes, class_names(records))
    entries = [dict(mapping(round_trip.of_image(record, _KEY).get("image"))) for record in records]
    image_ids = round_trip.kept_or_free([entry.get("id") for entry in entries])
    objects = [
        (image_id, record, index)
        for image_id, record in zip(image_ids, records)
        for index in range(len(record.objects))
    ]
    own_ids = round_trip.kept_or_free(
        [round_trip.of_object(record, index, _KEY).get("id") for _, record, index in objects]
    )
    document = dict(wholes[0] if wholes else {})
    document.pop("categories", None)
    names = round_trip.file_names(records, [entry.get("file_name") for entry in entries])
    document["images"] = [
        _image_entry(*values) for values in zip(image_ids, names, entries, records)
    ]
    document["annotations"] = [
        _annotation(own_id, categories, *of_object) for own_id, of_object in zip(own_ids, objects)
    ]
    document["categories"] = list(categories.entries.values())
    return round_trip.write_json(out, document)


class _Categories:
    """The categories to be written: their entries by id, the id as text."""

    def __init__(self, wholes: Sequence[dict], labels: Sequence[str]) -> None:
        stored = {
            (_key(entry.get("id")), text_io.text(entry.get("name"))): entry
            for whole in wholes
            for entry in map(mapping, sequence(whole.get("categories")))
        }
        self._ids = ClassIds([[pair for pair in stored if pair[0]]], labels, first=1)
        self.entries = {
            own: stored.get((own, name)) or {"id": int(own), "name": name, "supercategory": "none"}
            for own, name in self._ids.names.items()
        }

    def id_of(self, label: str, stored: Any) -> Any:
        """The id of a class, as it was stored where that is right."""
        own = self._ids.id_of(label, _key(stored))
        return stored if own == _key(stored) else self.entries[own]["id"]


def _image_entry(image_id: Any, name: str, entry: dict, record: ImageRecord) -> dict:
    entry.update(id=image_id, file_name=name)
    for name, value in (("width", record.width), ("height", record.height)):
        if numbers.length(entry.get(name)) != value:
            entry[name] = value
    return entry


def _annotation(
    own_id: Any, categories: _Categories, image_id: Any, record: ImageRecord, index: int
) -> dict:
    entry = dict(round_trip.of_object(record, index, _KEY))
    box, label = record.objects.boxes[index], record.objects.labels[index]
    category = categories.id_of(label, entry.get("category_id"))
    entry.update(id=own_id, image_id=image_id, category_id=category)
    if not numbers.same_box(coco_boxes.box_of(entry), box):
        if coco_boxes.rotation(entry):
            entry["attributes"] = {**entry["attributes"], "rotation": 0.0}
        entry["bbox"] = numbers.as_xywh(box)
        entry["area"] = entry["bbox"][2] * entry["bbox"][3]
    for name in _FLAGS:
        own = bool(record.objects.flags(name)[index])
        if own != coco_boxes.flag(entry, name):
            entry["attributes"] = {**mapping(entry.get("attributes")), name: own}
    group_of = record.objects.flags("group_of")[index]
    if coco_boxes.is_crowd(entry) != group_of:
        entry["iscrowd"] = int(group_of)
    return {"segmentation": [], "iscrowd": 0, **entry}
