"""The output manifest of a SageMaker Ground Truth labelling job: JSON lines, one per image.

The boxes are under an attribute that the job's author named; ``ATTRIBUTE-metadata`` has the class
names. Images are in S3 and matched to local ones by the last part of their key.
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
"""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats import ground_truth_verdicts
from helpers.annotations.formats.ground_truth_verdicts import METADATA
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.round_trip import ClassIds
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord, class_names
from helpers.structures.errors import BadInput
from helpers.structures.findings import short
from helpers.system import files

EXPECTED = "an output manifest of Ground Truth, one JSON object with source-ref per line"
DEFAULT_ATTRIBUTE = "bounding-box"
_KEY, _REF, _METADATA, _CLASSES = "manifest", "source-ref", METADATA, "class-map"
_XYWH = ("left", "top", "width", "height")
_TYPE = "groundtruth/object-detection"
Line = Tuple[str, dict]  # its place, for messages, and its value


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one manifest, or all of them below a folder.

    Args:
        source: the manifest or a folder of them.
        images: the image folder.
        options: its ``attribute`` holds the boxes; empty takes the only one with boxes.

    Raises:
        BadInput: source or images is missing, no line is of the format, no label has boxes, or it
            cannot be told which attribute holds them.
    """
    collector = Collector(images)
    lines = [
        (path, list(_lines(path, collector)))
        for path in text_io.below(source, (".manifest", ".jsonl"))
    ]
    if not any(of_file for _, of_file in lines):
        raise BadInput.of(source, "no line with source-ref", EXPECTED, "Name the format it has.")
    chosen = _box_attribute(
        source, [line for _, of_file in lines for _, line in of_file], options.attribute
    )
    for path, of_file in lines:
        for place, line in of_file:
            _read_line(path, place, line, chosen, collector)
    return collector.annotations()


def is_line(value: Any) -> bool:
    """Whether a JSON value is a line of a manifest."""
    return isinstance(mapping(value).get(_REF), str)


def _lines(path: Path, collector: Collector) -> Iterator[Line]:
    try:
        texts = text_io.lines_of(text_io.text_of(path))
    except BadInput as problem:
        collector.note("annotation-broken-file", path, str(problem).rstrip("."))
        return
    for number, text in enumerate(texts, start=1):
        place = f"{path}, line {number}"
        try:
            value = text_io.json_in(text) if text.strip() else None
        except ValueError as error:
            collector.note("annotation-broken-file", path, f"{place}: broken JSON ({error})")
            continue
        if is_line(value):
            yield place, value
        elif text.strip():
            collector.note(
                "annotation-broken-file",
                path,
                f"{place}: found {shown(value)}, expected {_REF} and boxes",
            )


def _box_attribute(source: Union[str, Path], lines: Sequence[dict], named: str) -> str:
    names = Counter(
        name
        for line in lines
        for name in line
        if isinstance(mapping(line[name]).get("annotations"), list)
    )
    others = "" if names else ground_truth_verdicts.other_forms(lines)
    if others:
        raise BadInput.of(
            source,
            f"no boxes, but {short(others, 200)}",
            f"labels with a list of annotations, each with {', '.join(_XYWH)}",
            "Give the output of a bounding box job, or write one line per image in this form.",
        )
    if named and named not in names or not named and len(names) > 1:
        raise BadInput.of(
            source,
            f"boxes under {shown(sorted(names))}",
            repr(named) if named else "one such attribute",
            "Name the one that counts (--attribute).",
        )
    # Where every label failed, only its metadata is there.
    described = (
        name[: -len(_METADATA)] for line in lines for name in line if name.endswith(_METADATA)
    )
    return named or next(iter(names), "") or next(described, DEFAULT_ATTRIBUTE)


def _read_line(path: Path, place: str, line: dict, attribute: str, collector: Collector) -> None:
    image = collector.find(path, place, line[_REF])
    if image is None or not collector.claim(place, image):
        return
    label, metadata = mapping(line.get(attribute)), mapping(line.get(attribute + _METADATA))
    if not isinstance(label.get("annotations"), list):
        reason = text_io.text(metadata.get("failure-reason")) or f"no boxes under {attribute}"
        collector.note("image-without-annotation", image, f"{place}: {short(reason)}")
        return
    declared = mapping(next(iter(sequence(label.get("image_size"))), None))
    size = collector.size(image, declared.get("width"), declared.get("height"))
    if size is None:
        return
    rejection = ground_truth_verdicts.rejection(line, metadata)
    if rejection:
        collector.note("annotation-rejected", image, f"{place}: {rejection}")
    classes = {own: text_io.text(name) for own, name in mapping(metadata.get(_CLASSES)).items()}
    entries = [mapping(entry) for entry in label["annotations"]]
    rows = [
        _row(entry, classes, partial(collector.noting, image, place, number))
        for number, entry in enumerate(entries, start=1)
    ]
    objects = LabeledBoxes.from_rows(rows, extras=_extras(entries, metadata))
    extra = {_KEY: {"line": line, "attribute": attribute}}
    collector.add(ImageRecord(image, *size, objects, extra))


def _extras(entries: Sequence[dict], metadata: dict) -> List[dict]:
    """Each object's entry and what the metadata says of it, such as its confidence."""
    described = sequence(metadata.get("objects"))
    missing = [None] * max(0, len(entries) - len(described))
    return [
        {_KEY: {"entry": entry, "object": of_object}}
        for entry, of_object in zip(entries, described + missing)
    ]


def _row(
    entry: dict, classes: Dict[str, str], noting: Callable[[str], Callable[[str, str], None]]
) -> Tuple[str, Sequence[float]]:
    own = text_io.text(entry.get("class_id"))
    label = classes.get(own, own or "?")
    note = noting(label)
    if own not in classes:
        note("class-unknown", f"class_id {shown(entry.get('class_id'))} is not in {_CLASSES}")
    box = numbers.from_xywh(_xywh(entry))
    if box is None:
        note("box-invalid", f"expected numbers as {', '.join(_XYWH)}, found {shown(entry)}")
    return label, box or numbers.NO_BOX


def _xywh(entry: dict) -> Optional[List[float]]:
    return numbers.numbers([entry.get(name) for name in _XYWH])


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one manifest; images that were not read from one are named by their path.

    Args:
        records: the images, with boxes.
        out: the manifest.
        images: the image folder; not looked into.

    Raises:
        BadInput: the file cannot be written.
    """
    tables = [list(mapping(_stored(record)[2].get(_CLASSES)).items()) for record in records]
    ids = ClassIds(
        [[(own, text_io.text(name)) for own, name in table] for table in tables],
        class_names(records),
        first=0,
    )
    lines = [json.dumps(_line(record, ids), ensure_ascii=False) for record in records]
    return files.write_text(out, "".join(f"{line}\n" for line in lines))


def _stored(record: ImageRecord) -> Tuple[str, dict, dict]:
    """The name of the boxes' attribute, the line that was read, and the attribute's metadata."""
    own = round_trip.of_image(record, _KEY)
    attribute, line = own.get("attribute", DEFAULT_ATTRIBUTE), mapping(own.get("line"))
    return attribute, line, mapping(line.get(attribute + _METADATA))


def _line(record: ImageRecord, ids: ClassIds) -> dict:
    attribute, line, metadata = _stored(record)
    entries = [_entry(record, index, ids) for index in range(len(record.objects))]
    used = {str(entry["class_id"]) for entry in entries}
    classes = {**mapping(metadata.get(_CLASSES)), **{own: ids.names[own] for own in sorted(used)}}
    scores = [
        round_trip.of_object(record, index, _KEY).get("object") or {"confidence": 1}
        for index in range(len(entries))
    ]
    label = mapping(line.get(attribute))
    depth = mapping(next(iter(sequence(label.get("image_size"))), {"depth": 3}))
    size = {**depth, "width": record.width, "height": record.height}
    return {
        _REF: record.path,
        **line,
        attribute: {**label, "image_size": [size], "annotations": entries},
        attribute + _METADATA: {
            "type": _TYPE,
            "human-annotated": "yes",
            **metadata,
            "objects": scores,
            _CLASSES: classes,
        },
    }


def _entry(record: ImageRecord, index: int, ids: ClassIds) -> dict:
    entry = dict(mapping(round_trip.of_object(record, index, _KEY).get("entry")))
    own = ids.id_of(record.objects.labels[index], text_io.text(entry.get("class_id")))
    if text_io.text(entry.get("class_id")) != own:
        entry["class_id"] = int(own) if own.isdigit() else own
    box = record.objects.boxes[index]
    if not numbers.same_box(numbers.from_xywh(_xywh(entry)), box):
        entry.update(zip(_XYWH, numbers.as_xywh(box)))
    return entry
