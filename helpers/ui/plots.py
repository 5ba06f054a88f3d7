"""Plots for notebooks and reports: images with boxes, bars, curves."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Tuple, Union

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from helpers.annotations.image_header import header, turned_upright
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.system import files

PALETTE = ("#e6194b", "#0082c8", "#3cb44b", "#f58231", "#911eb4", "#008080", "#f032e6", "#9a6324")
_CELL_INCHES = 3.0
_DPI = 110


def load(record: ImageRecord, images: Union[str, Path]) -> np.ndarray:
    """Reads an image in the orientation of its boxes.

    Args:
        record: the image; its size tells whether the boxes are in the upright orientation that
            EXIF states or in the stored one.
        images: the image folder.

    Returns:
        RGB uint8 (h, w, 3).
    """
    path = Path(images) / record.path
    orientation = header(path).orientation_of(record.width, record.height) or 1
    with Image.open(str(path)) as image:
        return np.asarray(turned_upright(image, orientation).convert("RGB"))


def decode(encoded: bytes) -> np.ndarray:
    """Decodes the bytes of an image file.

    Args:
        encoded: the file's content.

    Returns:
        RGB uint8 (h, w, 3).
    """
    with Image.open(io.BytesIO(encoded)) as image:
        return np.asarray(image.convert("RGB"))


def new_figure(width: float, height: float) -> Figure:
    """A figure that needs no display and that a notebook shows.

    Args:
        width: inches.
        height: inches.
    """
    figure = Figure(figsize=(width, height), tight_layout=True)
    FigureCanvasAgg(figure)
    return figure


def grid(
    images: Sequence[Tuple[np.ndarray, str, Sequence[LabeledBoxes]]],
    classes: Sequence[str],
    columns: int = 4,
) -> Figure:
    """Plots images with boxes side by side.

    Args:
        images: RGB image (h, w, 3), title and sets of boxes; ground truth is drawn dashed,
            detections solid with their scores.
        classes: class names; their order gives the colours.
        columns: images per row.
    """
    columns = max(1, min(columns, len(images)))
    rows = max(1, math.ceil(len(images) / columns))
    figure = new_figure(columns * _CELL_INCHES, rows * _CELL_INCHES)
    for number, (image, title, box_sets) in enumerate(images, start=1):
        axes = figure.add_subplot(rows, columns, number)
        axes.imshow(image)
        axes.set_title(title, fontsize=8)
        axes.set_axis_off()
        for objects in box_sets:
            _draw_boxes(axes, objects, classes)
    return figure


def annotated(
    records: Sequence[ImageRecord], images: Union[str, Path], classes: Sequence[str]
) -> Figure:
    """Plots images with their annotated boxes.

    Args:
        records: the images to show.
        images: the image folder.
        classes: class names; their order gives the colours.
    """
    return grid(
        [(load(record, images), record.path, [record.objects]) for record in records], classes
    )


def _draw_boxes(axes: Any, objects: LabeledBoxes, classes: Sequence[str]) -> None:
    for number, (label, box) in enumerate(zip(objects.labels, objects.boxes)):
        score = None if objects.scores is None else float(objects.scores[number])
        _draw_box(axes, box, colour_of(label, classes), solid=score is not None)
        _draw_tag(axes, box, colour_of(label, classes), label, score)


def _draw_box(axes: Any, box: np.ndarray, colour: str, solid: bool) -> None:
    width, height = box[2:] - box[:2]
    line = {"linewidth": 2, "linestyle": "-"} if solid else {"linewidth": 1.2, "linestyle": "--"}
    axes.add_patch(Rectangle(box[:2], width, height, fill=False, edgecolor=colour, **line))


def _draw_tag(axes: Any, box: np.ndarray, colour: str, label: str, score: Optional[float]) -> None:
    """Writes ground truth below its box and detections above, so that both can be read."""
    truth = score is None
    axes.text(
        box[0],
        box[3 if truth else 1],
        label if truth else f"{label} {score:.2f}",
        fontsize=7,
        color="white",
        verticalalignment="top" if truth else "bottom",
        bbox={"facecolor": colour, "edgecolor": "none", "pad": 1},
    )


def colour_of(label: str, classes: Sequence[str]) -> str:
    """The colour of a class, ``#rrggbb``; a class not in the list gets the last one.

    Args:
        label: class name.
        classes: class names; their order gives the colours.
    """
    index = list(classes).index(label) if label in classes else -1
    return PALETTE[index % len(PALETTE)]


def bars(counts: Mapping[str, float], title: str, limit: Optional[float] = None) -> Figure:
    """Plots a horizontal bar for each name.

    Args:
        counts: length of the bar by name.
        title: of the plot.
        limit: end of the axis; ``None`` leaves some room beside the longest bar.
    """
    figure = new_figure(6, 0.6 + 0.4 * len(counts))
    axes = figure.add_subplot()
    names = list(counts)
    rectangles = axes.barh(
        names, [counts[name] for name in names], color=[colour_of(name, names) for name in names]
    )
    for rectangle, name in zip(rectangles, names):
        axes.text(
            rectangle.get_width(),
            rectangle.get_y() + rectangle.get_height() / 2,
            f" {counts[name]:g}",
            verticalalignment="center",
        )
    axes.invert_yaxis()
    axes.set_title(title)
    axes.set_xlim(0, limit or 1.15 * max(list(counts.values()) + [1e-9]))
    return figure


def save(figure: Figure, path: Union[str, Path]) -> Path:
    """Writes a figure as an image file, complete or not at all.

    Args:
        figure: the plot.
        path: of the file; its suffix gives the format.

    Returns:
        The path.

    Raises:
        BadInput: the file cannot be written.
    """
    with files.replacing(path) as temporary:
        figure.savefig(str(temporary), dpi=_DPI)
    return Path(path)


def as_png(figure: Figure) -> bytes:
    """A figure as the content of a PNG file.

    Args:
        figure: the plot.
    """
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=_DPI)
    return stream.getvalue()
