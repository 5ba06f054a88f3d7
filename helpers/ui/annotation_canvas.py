"""One image to draw on: between the boxes of its XML and those on the screen.

On the screen a box is what jupyter_bbox_widget takes: a dict of ``x``, ``y``, ``width``,
``height`` and ``label``, in pixels of the view. One that was in the XML carries its place there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from helpers.annotations import voc
from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import errors_among
from helpers.ui import thumbnails
from helpers.ui.thumbnails import View

ROOM = (960, 560)
ENLARGE = 3.0
_LEAST = 3  # pixels of the view; less is a slip of the mouse
Box = Dict[str, Any]


class Sheet(NamedTuple):
    """An image on the screen.

    Attributes:
        record: as its XML has it, or one without boxes.
        view: what is shown.
        given: the boxes on the screen as long as nobody has touched them.
        problem: why it or its XML cannot be read, so that nothing may be written; else empty.
    """

    record: ImageRecord
    view: View
    given: List[Box]
    problem: str = ""


def opened(path: str, place: Path, folder: ImageIndex) -> Sheet:
    """Reads an image and, where there is one, its XML.

    Args:
        path: of the image, relative to the image folder.
        place: of its XML.
        folder: the images.

    Returns:
        With a ``problem`` and no boxes when one of the two cannot be read.
    """
    record, problem = _read(path, place, folder) if place.exists() else (None, "")
    try:
        record = record or ImageRecord(path, *header(folder.root / path).upright)
        view = thumbnails.view(record, folder.root, ROOM, ENLARGE)
    except BadInput as error:
        image = thumbnails.instead(error, folder.root, ROOM)
        return Sheet(ImageRecord(path, *image.size), View(image, *image.size), [], str(error))
    return Sheet(record, view, _on_screen(record, view), problem)


def _read(path: str, place: Path, folder: ImageIndex) -> Tuple[Optional[ImageRecord], str]:
    record, findings = voc.read_one(place, folder)
    if record is None:
        return None, "; ".join(one.message for one in errors_among(findings))
    return replace(record, path=path), ""


def _on_screen(record: ImageRecord, view: View) -> List[Box]:
    """The boxes that can be shown; one without numbers cannot."""
    return [
        {
            "x": box[0],
            "y": box[1],
            "width": box[2] - box[0],
            "height": box[3] - box[1],
            "label": label,
            "place": place,
        }
        for place, (label, box) in enumerate(
            zip(record.objects.labels, thumbnails.to_view(record, view.image).tolist())
        )
        if np.isfinite(box).all()
    ]


def drawn(sheet: Sheet, boxes: Sequence[Box]) -> ImageRecord:
    """What is to be saved of the boxes on the screen.

    Boxes that nobody touched keep the very numbers of the XML, and every box from there its flags.
    New ones are cut at the border and rounded to whole pixels; slips of the mouse are left out.

    Args:
        sheet: the image.
        boxes: on the screen.
    """
    rows = [
        (box, numbers)
        for box, numbers in ((box, _numbers(sheet, box)) for box in boxes)
        if numbers is not None
    ]
    record = sheet.record
    places = [box.get("place") for box, _ in rows]
    source = record.objects.joined(LabeledBoxes.from_rows([("", [0.0] * 4)]))  # the last is new
    chosen = source.select(
        np.array([len(record.objects) if place is None else place for place in places], int)
    )
    return replace(
        record,
        width=sheet.view.width,
        height=sheet.view.height,
        objects=replace(
            chosen,
            boxes=[numbers for _, numbers in rows],
            labels=tuple(box["label"] for box, _ in rows),
        ),
    )


def same(first: ImageRecord, second: ImageRecord) -> bool:
    """Whether an XML of the one would say what an XML of the other does."""
    return np.array_equal(first.objects.boxes, second.objects.boxes) and all(
        of(first) == of(second)
        for of in (
            lambda one: (one.width, one.height),
            lambda one: one.objects.labels,
            lambda one: [one.objects.flags(name).tolist() for name in ("truncated", "difficult")],
        )
    )


def is_slip(box: Box) -> bool:
    """A click where a box was to be drawn; the widget makes a box without area of it."""
    return box.get("place") is None and min(abs(box["width"]), abs(box["height"])) < _LEAST


def _numbers(sheet: Sheet, box: Box) -> Optional[List[float]]:
    """Corners in pixels of the image; ``None`` when there is no box to speak of."""
    record, view = sheet.record, sheet.view
    if (record.width, record.height) == (view.width, view.height) and _untouched(sheet, box):
        return record.objects.boxes[box["place"]].tolist()
    corners = np.array(
        [[box["x"], box["y"]], [box["x"] + box["width"], box["y"] + box["height"]]], float
    )
    if is_slip(box):
        return None
    size = np.array([view.width, view.height])
    corners = np.clip(np.round(np.sort(corners, axis=0) * size / view.image.size), 0, size)
    return corners.ravel().tolist() if (corners[1] > corners[0]).all() else None


def _untouched(sheet: Sheet, box: Box) -> bool:
    """The box stands where its XML has it, with its corners in order and inside the image."""
    given = next((one for one in sheet.given if one["place"] == box.get("place")), {})
    if not given or any(box[name] != given[name] for name in ("x", "y", "width", "height")):
        return False
    x_min, y_min, x_max, y_max = sheet.record.objects.boxes[box["place"]]
    return 0 <= x_min < x_max <= sheet.record.width and 0 <= y_min < y_max <= sheet.record.height


class Places:
    """Which XML is about which image, also where the names differ.

    Args:
        folder: the images.
        annotations: the folder of the XML files, which need not exist yet.
    """

    def __init__(self, folder: ImageIndex, annotations: Union[str, Path]):
        self._root = Path(annotations).resolve()
        self._names = _own_names(folder.paths)
        own = {self._root / name for name in self._names.values()}
        self._elsewhere: Dict[str, Path] = {}
        for place in files_below(self._root):
            other = place.suffix.lower() == ".xml" and place not in own
            record = voc.read_one(place, folder)[0] if other else None
            if record:
                self._elsewhere.setdefault(record.path, place)

    def __getitem__(self, path: str) -> Path:
        """The XML of an image, there or not yet."""
        own = self._root / self._names[path]
        return own if own.exists() else self._elsewhere.get(path, own)


def files_below(folder: Path) -> List[Path]:
    """Every file below a folder, sorted, but what is hidden."""
    return [
        path
        for path in sorted(folder.glob("**/*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _own_names(paths: Sequence[str]) -> Dict[str, str]:
    """Names as LabelImg gives them; with the suffix where two images would share one."""
    plain = {path: Path(path).with_suffix(".xml").as_posix() for path in paths}
    owners = Counter(plain.values())
    return {path: name if owners[name] == 1 else f"{path}.xml" for path, name in plain.items()}
