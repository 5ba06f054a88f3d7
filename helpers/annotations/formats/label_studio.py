"""Label Studio JSON: a list of tasks with annotations, or the short form JSON-MIN.

Annotations that were cancelled or skipped are left out. Of several of one task, by several people,
the one marked as ground truth counts, else the newest.
https://labelstud.io/guide/export
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Iterator, List, Optional, Sequence, Union
from urllib.parse import unquote

from helpers.annotations import round_trip, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats import drawn_objects, label_studio_regions
from helpers.annotations.formats.drawn_objects import DrawnImage
from helpers.annotations.formats.label_studio_regions import KEY
from helpers.annotations.image_index import SUFFIXES
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.dataset import Annotations, ImageRecord

EXPECTED = "Label Studio JSON, a list of tasks with annotations"
_ANNOTATIONS = ("annotations", "completions")  # completions: before version 1.0
_IMAGE_KEYS = ("image", "img", "photo", "url")
_LOCAL_FILES = "/data/local-files/?d="


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one file, or all of them below a folder.

    Args:
        source: the JSON file or a folder of them.
        images: the image folder.
        options: none of them concerns this format.

    Raises:
        BadInput: one of the two is missing, or there is no Label Studio JSON.
    """
    collector = Collector(images)
    drawn: List[DrawnImage] = []
    for path, document in text_io.documents(source, difference, EXPECTED, collector.findings):
        for number, task in enumerate(map(mapping, _tasks(document))):
            drawn += _image(path, f"{path}, [{number}]", task, collector)
    return drawn_objects.to_annotations(source, collector, drawn)


def difference(value: Any) -> str:
    """What a JSON value is instead of Label Studio's; empty when it is Label Studio's."""
    if not isinstance(value, (list, dict)):
        return f"a JSON {type(value).__name__}"
    tasks = [mapping(task) for task in _tasks(value)]
    is_one = any(_annotations(task) is not None for task in tasks)
    return "" if is_one or not tasks else "no task with annotations"


def _tasks(document: Any) -> List[Any]:
    return [document] if isinstance(document, dict) else sequence(document)


def _annotations(task: dict) -> Optional[List[dict]]:
    """The annotations of a task, also those that were cancelled; ``None`` where it is no task."""
    if isinstance(task.get("data"), dict):
        lists = [task[key] for key in _ANNOTATIONS if isinstance(task.get(key), list)]
        found = [one for one in map(mapping, lists[0] if lists else []) if "result" in one]
        return found if found or lists == [[]] else None
    regions = [
        [mapping(one) for one in value] for value in task.values() if isinstance(value, list)
    ]
    shorts = [one for one in regions if any("original_width" in own for own in one)]
    short = shorts[0] if shorts else []
    if not short and "annotation_id" not in task:
        return None
    return [{"result": [label_studio_regions.of_short(one) for one in short]}]


def _image(path: Path, place: str, task: dict, collector: Collector) -> Iterator[DrawnImage]:
    found, name = _annotations(task), _image_name(mapping(task.get("data", task)))
    if found == []:
        return  # not annotated yet
    if found is None or not name:
        text = f"{place}: found {shown(task)}, expected an image's name and annotations of it"
        collector.note("annotation-broken-file", path, text)
        return
    image = collector.find(path, place, name)
    if image is None or not collector.claim(place, image):
        return
    annotation = _chosen(found)
    drawn_objects.left_out(collector, image, path, _reasons(found, annotation))
    if annotation is None:
        return
    results = [mapping(result) for result in sequence(annotation["result"])]
    declared = [one for one in results if "original_width" in one] or [{}]
    lengths = [declared[0].get(name) for name in ("original_width", "original_height")]
    size = collector.size(image, *lengths)
    if size is not None:
        regions = label_studio_regions.regions_of(results)
        objects = [label_studio_regions.object_of(region, size) for region in regions]
        yield DrawnImage(path, place, image, size, objects, {KEY: {"name": name}})


def _image_name(data: dict) -> str:
    """The image's name in the data of a task; empty where no value is one."""
    texts = {key: value for key, value in data.items() if isinstance(value, str)}
    named = [texts[key] for key in _IMAGE_KEYS if key in texts]
    others = [value for value in texts.values() if value.lower().endswith(SUFFIXES)]
    name = next(iter(named + others), "")
    if name.startswith(_LOCAL_FILES):
        return unquote(name[len(_LOCAL_FILES) :])
    return name.lstrip("/")  # of the server, not of this machine


def _is_cancelled(annotation: dict) -> bool:
    return any(annotation.get(name) is True for name in ("was_cancelled", "skipped"))


def _chosen(annotations: Sequence[dict]) -> Optional[dict]:
    """The annotation of a task that counts; ``None`` when all were cancelled."""
    live = [one for one in annotations if not _is_cancelled(one)]
    truth = [one for one in live if one.get("ground_truth") is True]
    return max(truth or live, key=_time) if live else None


def _time(annotation: dict) -> str:
    return text_io.text(annotation.get("updated_at")) or text_io.text(annotation.get("created_at"))


def _reasons(annotations: Sequence[dict], chosen: Optional[dict]) -> List[str]:
    """Why each other annotation of a task is left out."""
    why = {True: "cancelled", False: "another one counts"}
    return [
        f"annotation {shown(one.get('id'))} ({why[_is_cancelled(one)]})"
        for one in annotations
        if one is not chosen
    ]


def write(records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one JSON file of tasks, one annotation each.

    Args:
        records: the images, with boxes.
        out: the JSON file.
        images: the image folder; not looked into.

    Raises:
        BadInput: the file cannot be written.
    """
    stored = [round_trip.of_image(record, KEY).get("name") for record in records]
    names = round_trip.file_names(records, stored)
    tasks = [
        {
            "id": number,
            "data": {"image": name},
            "annotations": [{"id": number, "was_cancelled": False, "result": _results(record)}],
        }
        for number, (record, name) in enumerate(zip(records, names), start=1)
    ]
    return round_trip.write_json(out, tasks)


def _results(record: ImageRecord) -> List[dict]:
    objects, size = record.objects, (record.width, record.height)
    stored = [
        round_trip.of_object(record, index, KEY).get("region") for index in range(len(objects))
    ]
    results = [mapping(result) for region in stored for result in sequence(region)]
    known = {text_io.text(result.get("id")) for result in results}
    free = (own for own in map("box-{}".format, itertools.count(1)) if own not in known)
    return [
        result
        for label, box, region in zip(objects.labels, objects.boxes.tolist(), stored)
        for result in label_studio_regions.written(label, box, size, region, free)
    ]
