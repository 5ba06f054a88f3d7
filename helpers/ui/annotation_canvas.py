"""One image to annotate: converts between the boxes of its XML and those on the canvas.

On the canvas a box is what jupyter_bbox_widget takes: a dict of ``x``, ``y``, ``width``,
``height`` and ``label``, in pixels of the canvas. A box that stood there before anybody edited the
canvas also has ``index``, its number in the record's objects, from 0. One that a model drafted has
``draft``, its place and class then: as long as it has these, it is drawn dashed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from helpers.annotations import box_units
from helpers.annotations.formats import voc
from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.inference.drafts import decided, is_draft
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import errors_among
from helpers.ui import thumbnails
from helpers.ui.photo_view import View
from helpers.ui.thumbnails import Thumbnail

MAX_SIZE = (960, 560)
ENLARGE = 3.0
_MIN_LENGTH = 3  # pixels of the canvas; a smaller box is an accidental click
_UNMOVED = 1e-6  # pixels of the canvas
_KEYS = ("x", "y", "width", "height", "label")
CanvasBox = Dict[str, Any]


class CanvasImage(NamedTuple):
    """An image on the canvas.

    Attributes:
        record: as its XML has it, or one without boxes; with what was edited before the view
            changed.
        thumbnail: the image shown, and the size of the photo.
        view: the part of the photo that it shows.
        boxes: on the canvas before anybody has edited them.
        problem: why the image or its XML cannot be read, so that nothing may be written; else
            empty.
    """

    record: ImageRecord
    thumbnail: Thumbnail
    view: View
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
    record, problem = read_xml(path, xml, folder) if xml.exists() else (None, "")
    try:
        record = record or ImageRecord(path, *header(folder.root / path).upright)
        thumbnail = thumbnails.make_thumbnail(record, folder.root, MAX_SIZE, ENLARGE)
    except BadInput as error:
        image = thumbnails.error_image(error, folder.root, MAX_SIZE)
        empty = ImageRecord(path, *image.size)
        whole = View(image.size, image.size)
        return CanvasImage(empty, Thumbnail(image, *image.size), whole, [], str(error))
    view = View((thumbnail.width, thumbnail.height), thumbnail.image.size)
    return CanvasImage(record, thumbnail, view, _canvas_boxes(record, view), problem)


def with_view(
    canvas_image: CanvasImage, boxes: Sequence[CanvasBox], view: View, folder: ImageIndex
) -> CanvasImage:
    """Another part of the same image, with what was made of its boxes.

    Args:
        canvas_image: the image.
        boxes: on the canvas.
        view: what is to be shown, of the same photo on the same canvas.
        folder: the images.

    Raises:
        BadInput: the image cannot be read any more.
    """
    record = edited_record(canvas_image, boxes)
    pixels = thumbnails.crop(record, folder.root, view.region, view.canvas)
    thumbnail = Thumbnail(pixels, *view.photo)
    return with_record(canvas_image._replace(thumbnail=thumbnail, view=view), record)


def with_record(canvas_image: CanvasImage, record: ImageRecord) -> CanvasImage:
    """The same view of an image with other boxes.

    Args:
        canvas_image: the image.
        record: its annotation instead.
    """
    return canvas_image._replace(record=record, boxes=_canvas_boxes(record, canvas_image.view))


def read_xml(path: str, xml: Path, folder: ImageIndex) -> Tuple[Optional[ImageRecord], str]:
    """The annotation of an image, or why there is none.

    Args:
        path: of the image, relative to the image folder.
        xml: path of its XML.
        folder: the images.
    """
    record, findings = voc.read_one(xml, folder)
    if record is None:
        return None, "; ".join(finding.message for finding in errors_among(findings))
    relative = box_units.in_pixels(xml, [record])[1]
    if relative:  # saved in pixels, the XML would differ from the others of its folder
        return None, f"{xml}: {relative[0].message}"
    return replace(record, path=path), ""


def _canvas_boxes(record: ImageRecord, view: View) -> List[CanvasBox]:
    """The boxes that can be shown: those with finite coordinates."""
    scale = np.array(view.photo) / (record.width, record.height)
    corners = view.to_canvas(record.objects.boxes.reshape(-1, 2) * scale).reshape(-1, 2, 2)
    return [
        _canvas_box(record.objects, index, low, high)
        for index, (low, high) in enumerate(np.sort(corners, axis=1).tolist())
        if np.isfinite(low + high).all()
    ]


def _canvas_box(
    objects: LabeledBoxes, index: int, low: Sequence[float], high: Sequence[float]
) -> CanvasBox:
    place = [low[0], low[1], high[0] - low[0], high[1] - low[1]]
    box = dict(zip(_KEYS, [*place, objects.labels[index]]), index=index)
    return dict(box, draft=[box[key] for key in _KEYS]) if is_draft(objects, index) else box


def edited_record(canvas_image: CanvasImage, boxes: Sequence[CanvasBox]) -> ImageRecord:
    """The record to save for the boxes on the canvas.

    Edges that nobody moved keep the exact coordinates of the XML, and every box from the XML keeps
    its flags. A draft that somebody moved or gave another class is a draft no longer. New ones are
    clipped to the image and rounded to whole pixels; accidental clicks are left out.

    Args:
        canvas_image: the image.
        boxes: on the canvas.
    """
    corners = [_corners(canvas_image, box) for box in boxes]
    kept = [(box, row) for box, row in zip(boxes, corners) if row is not None]
    record, view = canvas_image.record, canvas_image.view
    new = len(record.objects)  # index of a new box's columns
    source = record.objects.joined(LabeledBoxes.from_rows([("", [0.0] * 4)]))
    indices = [new if box.get("index") is None else box["index"] for box, _ in kept]
    columns = source.select(np.array(indices, int))
    coordinates = np.array([row for _, row in kept], np.float32).reshape(-1, 4)
    labels = tuple(box["label"] for box, _ in kept)
    moved = (coordinates != columns.boxes).any(axis=1)
    changed = moved | np.array([old != new for old, new in zip(columns.labels, labels)], bool)
    objects = replace(decided(columns, changed), boxes=coordinates, labels=labels)
    return replace(record, width=view.photo[0], height=view.photo[1], objects=objects)


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
    if is_accidental(box):
        return None
    view, drawn = canvas_image.view, _canvas_corners(box)
    original = _exact_original(canvas_image, box)
    if original is None:
        corners = np.round(view.to_photo(drawn))
    else:
        exact = canvas_image.record.objects.boxes[box["index"]].astype(float).reshape(2, 2)
        corners = _moved(exact, _canvas_corners(original), drawn, view)
    corners = np.clip(corners, 0, view.photo)
    return corners.ravel().tolist() if (corners[1] > corners[0]).all() else None


def _canvas_corners(box: CanvasBox) -> np.ndarray:
    """The top left and the bottom right corner, float (2, 2), pixels of the canvas."""
    corners = [[box["x"], box["y"]], [box["x"] + box["width"], box["y"] + box["height"]]]
    return np.sort(np.array(corners, float), axis=0)


def _moved(exact: np.ndarray, shown: np.ndarray, drawn: np.ndarray, view: View) -> np.ndarray:
    """Corners in pixels of the photo: an edge that nobody moved stays exactly where it was.

    Args:
        exact: float (2, 2), the corners before, pixels of the photo.
        shown: those on the canvas.
        drawn: what was made of them.
        view: what the canvas shows.
    """
    shift = drawn - shown
    whole = np.abs(shift[1] - shift[0]) < _UNMOVED  # across, down: the box was moved as it is
    moved = np.where(whole, exact + np.round(shift / view.scale), np.round(view.to_photo(drawn)))
    return np.where(np.abs(shift) < _UNMOVED, exact, moved)


def _exact_original(canvas_image: CanvasImage, box: CanvasBox) -> Optional[CanvasBox]:
    """What a box was on the canvas, where its coordinates in the record are valid ones."""
    record, index = canvas_image.record, box.get("index")
    original = next((other for other in canvas_image.boxes if other["index"] == index), None)
    if original is None or (record.width, record.height) != canvas_image.view.photo:
        return None
    x_min, y_min, x_max, y_max = record.objects.boxes[index]
    valid = 0 <= x_min < x_max <= record.width and 0 <= y_min < y_max <= record.height
    return original if valid else None


def with_copies(record: ImageRecord, other: ImageRecord) -> ImageRecord:
    """An annotation with the boxes of another image in the same place; those it has stay single.

    Args:
        record: takes the boxes over, without their flags.
        other: has them; where its size is another, the boxes are scaled to whole pixels.
    """
    factors = record.width / other.width, record.height / other.height
    boxes = other.objects.scaled(*factors).boxes
    boxes = np.clip(boxes if factors == (1, 1) else np.round(boxes), 0, _limits(record))
    known = set(zip(record.objects.labels, map(tuple, record.objects.boxes.tolist())))
    new = [
        (label, box)
        for label, box in zip(other.objects.labels, boxes.tolist())
        if box[0] < box[2] and box[1] < box[3] and (label, tuple(box)) not in known
    ]
    return replace(record, objects=record.objects.joined(LabeledBoxes.from_rows(new)))


def _limits(record: ImageRecord) -> List[int]:
    return [record.width, record.height] * 2


def what_moved(first: ImageRecord, second: ImageRecord) -> str:
    """Names the one box whose place alone differs between two annotations; empty if there is none.

    Args:
        first: before.
        second: after, of the same image.
    """
    if first.objects.labels != second.objects.labels:
        return ""
    moved = np.flatnonzero((first.objects.boxes != second.objects.boxes).any(axis=1))
    return f"box {moved[0]}" if len(moved) == 1 else ""
