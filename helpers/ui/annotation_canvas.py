"""One image to annotate: converts between the boxes of its XML and those on the canvas.

On the canvas a box is what jupyter_bbox_widget takes: a dict of ``x``, ``y``, ``width``,
``height`` and ``label``, in pixels of the thumbnail. A box from the XML also has ``index``, its
number in the record's objects, from 0.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from helpers.annotations import box_units
from helpers.annotations.formats import voc
from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import errors_among
from helpers.ui import thumbnails
from helpers.ui.thumbnails import Thumbnail

MAX_SIZE = (960, 560)
ENLARGE = 3.0
_MIN_LENGTH = 3  # pixels of the thumbnail; a smaller box is an accidental click
CanvasBox = Dict[str, Any]


class CanvasImage(NamedTuple):
    """An image on the canvas.

    Attributes:
        record: as its XML has it, or one without boxes.
        thumbnail: the image shown.
        boxes: on the canvas before anybody has edited them.
        problem: why the image or its XML cannot be read, so that nothing may be written; else
            empty.
    """

    record: ImageRecord
    thumbnail: Thumbnail
    boxes: List[CanvasBox]
    problem: str = ""


def open_image(path: str, xml: Path, folder: ImageIndex) -> CanvasImage:
    """Reads an image and, where it exists, its XML.

    Args:
        path: of the image, relative to the image folder.
        xml: path of its XML.
        folder: the images.

    Returns:
        With a ``problem`` and no boxes when one of the two cannot be read.
    """
    record, problem = _read(path, xml, folder) if xml.exists() else (None, "")
    try:
        record = record or ImageRecord(path, *header(folder.root / path).upright)
        thumbnail = thumbnails.make_thumbnail(record, folder.root, MAX_SIZE, ENLARGE)
    except BadInput as error:
        image = thumbnails.error_image(error, folder.root, MAX_SIZE)
        empty = ImageRecord(path, *image.size)
        return CanvasImage(empty, Thumbnail(image, *image.size), [], str(error))
    return CanvasImage(record, thumbnail, _canvas_boxes(record, thumbnail), problem)


def _read(path: str, xml: Path, folder: ImageIndex) -> Tuple[Optional[ImageRecord], str]:
    record, findings = voc.read_one(xml, folder)
    if record is None:
        return None, "; ".join(finding.message for finding in errors_among(findings))
    relative = box_units.in_pixels(xml, [record])[1]
    if relative:  # saved in pixels, the XML would differ from the others of its folder
        return None, f"{xml}: {relative[0].message}"
    return replace(record, path=path), ""


def _canvas_boxes(record: ImageRecord, thumbnail: Thumbnail) -> List[CanvasBox]:
    """The boxes that can be shown: those with finite coordinates."""
    boxes = thumbnails.boxes_on_thumbnail(record, thumbnail.image).tolist()
    return [
        {
            "x": box[0],
            "y": box[1],
            "width": box[2] - box[0],
            "height": box[3] - box[1],
            "label": label,
            "index": index,
        }
        for index, (label, box) in enumerate(zip(record.objects.labels, boxes))
        if np.isfinite(box).all()
    ]


def edited_record(canvas_image: CanvasImage, boxes: Sequence[CanvasBox]) -> ImageRecord:
    """The record to save for the boxes on the canvas.

    Boxes that nobody edited keep the exact coordinates of the XML, and every box from the XML keeps
    its flags. New ones are clipped to the image and rounded to whole pixels; accidental clicks are
    left out.

    Args:
        canvas_image: the image.
        boxes: on the canvas.
    """
    corners = [_corners(canvas_image, box) for box in boxes]
    kept = [(box, row) for box, row in zip(boxes, corners) if row is not None]
    record, thumbnail = canvas_image.record, canvas_image.thumbnail
    new = len(record.objects)  # index of a new box's columns
    source = record.objects.joined(LabeledBoxes.from_rows([("", [0.0] * 4)]))
    indices = [new if box.get("index") is None else box["index"] for box, _ in kept]
    columns = source.select(np.array(indices, int))
    coordinates = np.array([row for _, row in kept], np.float32).reshape(-1, 4)
    labels = tuple(box["label"] for box, _ in kept)
    return replace(
        record,
        width=thumbnail.width,
        height=thumbnail.height,
        objects=replace(columns, boxes=coordinates, labels=labels),
    )


def same_annotation(first: ImageRecord, second: ImageRecord) -> bool:
    """Whether the XML files of two records would state the same.

    Args:
        first: a record.
        second: another record of the same image.
    """
    return (
        (first.width, first.height) == (second.width, second.height)
        and first.objects.labels == second.objects.labels
        and np.array_equal(first.objects.boxes, second.objects.boxes)
        and all(
            np.array_equal(first.objects.flags(name), second.objects.flags(name))
            for name in ("truncated", "difficult")
        )
    )


def is_accidental(box: CanvasBox) -> bool:
    """Whether a new box is too small to be meant: the widget makes one of each click.

    Args:
        box: on the canvas.
    """
    return box.get("index") is None and min(abs(box["width"]), abs(box["height"])) < _MIN_LENGTH


def _corners(canvas_image: CanvasImage, box: CanvasBox) -> Optional[List[float]]:
    """``[x_min, y_min, x_max, y_max]`` in pixels of the image; ``None`` for an empty box."""
    record, thumbnail = canvas_image.record, canvas_image.thumbnail
    same_size = (record.width, record.height) == (thumbnail.width, thumbnail.height)
    if same_size and _is_unedited(canvas_image, box):
        return [float(value) for value in record.objects.boxes[box["index"]]]
    if is_accidental(box):
        return None
    corners = np.array(
        [[box["x"], box["y"]], [box["x"] + box["width"], box["y"] + box["height"]]], float
    )
    size = np.array([thumbnail.width, thumbnail.height])
    scaled = np.round(np.sort(corners, axis=0) * size / thumbnail.image.size)
    corners = np.clip(scaled, 0, size)
    return corners.ravel().tolist() if (corners[1] > corners[0]).all() else None


def _is_unedited(canvas_image: CanvasImage, box: CanvasBox) -> bool:
    """Whether a box stands where its valid box in the XML stands."""
    index = box.get("index")
    original = next((other for other in canvas_image.boxes if other["index"] == index), None)
    if original is None:
        return False
    if any(box[name] != original[name] for name in ("x", "y", "width", "height")):
        return False
    record = canvas_image.record
    x_min, y_min, x_max, y_max = record.objects.boxes[index]
    return bool(0 <= x_min < x_max <= record.width and 0 <= y_min < y_max <= record.height)


class AnnotationPaths:
    """Finds the XML of each image, also where the names differ.

    Args:
        folder: the images.
        annotations: the folder of the XML files, which need not exist yet.
    """

    def __init__(self, folder: ImageIndex, annotations: Union[str, Path]) -> None:
        self._root = Path(annotations).resolve()
        self._names = _default_names(folder.paths)
        defaults = {self._root / name for name in self._names.values()}
        self._others: Dict[str, Path] = {}
        for xml in files_below(self._root):
            other = xml.suffix.lower() == ".xml" and xml not in defaults
            record = voc.read_one(xml, folder)[0] if other else None
            if record:
                self._others.setdefault(record.path, xml)

    def __getitem__(self, path: str) -> Path:
        """The path of an image's XML, which need not exist yet."""
        default = self._root / self._names[path]
        return default if default.exists() else self._others.get(path, default)


def files_below(folder: Path) -> List[Path]:
    """Every file below a folder, sorted, without hidden ones.

    Args:
        folder: need not exist.
    """
    return [
        path
        for path in sorted(folder.glob("**/*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _default_names(paths: Sequence[str]) -> Dict[str, str]:
    """Names as LabelImg gives them; with the suffix where two images would share one."""
    plain = {path: Path(path).with_suffix(".xml").as_posix() for path in paths}
    owners = Counter(plain.values())
    return {path: name if owners[name] == 1 else f"{path}.xml" for path, name in plain.items()}
