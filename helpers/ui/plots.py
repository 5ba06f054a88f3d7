"""Images with boxes, and curves, for notebooks and reports."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Mapping, Optional, Sequence, Tuple, Union

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.annotations.image_header import header, turned_upright
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.system import files

PALETTE = ("#e6194b", "#0082c8", "#3cb44b", "#f58231", "#911eb4", "#008080", "#f032e6", "#9a6324")
_CELL_INCHES = 3.0


def load(record: ImageRecord, images: Union[str, Path]) -> np.ndarray:
    """An image as its boxes see it: RGB uint8 (h, w, 3), turned upright when they were."""
    from PIL import Image

    path = Path(images) / record.path
    orientation = header(path).orientation_of(record.width, record.height) or 1
    with Image.open(str(path)) as image:
        return np.asarray(turned_upright(image, orientation).convert("RGB"))


def decode(encoded: bytes) -> np.ndarray:
    """The RGB uint8 (h, w, 3) image in the bytes of a file."""
    from PIL import Image

    with Image.open(io.BytesIO(encoded)) as image:
        return np.asarray(image.convert("RGB"))


def grid(
    images: Sequence[Tuple[np.ndarray, str, Sequence[LabeledBoxes]]],
    classes: Sequence[str],
    columns: int = 4,
) -> Figure:
    """Images with boxes side by side.

    Args:
        images: RGB image (h, w, 3), title and sets of boxes; ground truth is drawn dashed,
            detections solid with their scores.
        classes: class names; their order gives the colours.
        columns: images a row.

    Returns:
        A figure that a notebook shows.
    """
    columns = max(1, min(columns, len(images)))
    rows = max(1, math.ceil(len(images) / columns))
    figure = Figure(figsize=(columns * _CELL_INCHES, rows * _CELL_INCHES), tight_layout=True)
    FigureCanvasAgg(figure)
    for number, (image, title, sets) in enumerate(images, start=1):
        axes = figure.add_subplot(rows, columns, number)
        axes.imshow(image)
        axes.set_title(title, fontsize=8)
        axes.set_axis_off()
        for boxes in sets:
            _boxes(axes, boxes, classes)
    return figure


def annotated(
    records: Sequence[ImageRecord], images: Union[str, Path], classes: Sequence[str]
) -> Figure:
    """Images with their annotated boxes.

    Args:
        records: the images to show.
        images: the image folder.
        classes: class names; their order gives the colours.
    """
    return grid(
        [(load(record, images), record.path, [record.objects]) for record in records], classes
    )


def _boxes(axes, boxes: LabeledBoxes, classes: Sequence[str]) -> None:
    from matplotlib.patches import Rectangle

    truth = boxes.scores is None
    for number, (label, box) in enumerate(zip(boxes.labels, boxes.boxes)):
        colour = colour_of(label, classes)
        axes.add_patch(
            Rectangle(
                box[:2],
                box[2] - box[0],
                box[3] - box[1],
                fill=False,
                edgecolor=colour,
                linewidth=1.2 if truth else 2,
                linestyle="--" if truth else "-",
            )
        )
        text = label if truth else f"{label} {boxes.scores[number]:.2f}"
        axes.text(
            box[0],
            box[1 if not truth else 3],
            text,
            fontsize=7,
            color="white",
            verticalalignment="top" if truth else "bottom",
            bbox={"facecolor": colour, "edgecolor": "none", "pad": 1},
        )


def colour_of(label: str, classes: Sequence[str]) -> str:
    """The colour of a class; a class not in the list gets the last one."""
    place = list(classes).index(label) if label in classes else -1
    return PALETTE[place % len(PALETTE)]


def bars(counts: Mapping[str, float], title: str, limit: Optional[float] = None) -> Figure:
    """Horizontal bars, one a name."""
    figure = Figure(figsize=(6, 0.6 + 0.4 * len(counts)), tight_layout=True)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    names = list(counts)
    bar = axes.barh(
        names, [counts[name] for name in names], color=[colour_of(name, names) for name in names]
    )
    for rectangle, name in zip(bar, names):
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


def curves(series: Mapping[str, Sequence[Tuple[int, float]]], title: str) -> Figure:
    """Curves over training steps, one panel each.

    Args:
        series: ``(step, value)`` points by name.
        title: above all of them.
    """
    figure = Figure(figsize=(4.5 * max(1, len(series)), 3), tight_layout=True)
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    for number, (name, points) in enumerate(series.items(), start=1):
        axes = figure.add_subplot(1, len(series), number)
        steps, values = zip(*points)
        axes.plot(steps, values, marker="o" if len(steps) < 3 else None)
        axes.set_title(name, fontsize=9)
        axes.set_xlabel("step")
        axes.grid(alpha=0.3)
    return figure


def save(figure: Figure, path: Union[str, Path]) -> Path:
    """Writes a figure as an image in one go; the suffix chooses the format."""
    with files.replacing(path) as beside:
        figure.savefig(str(beside), dpi=110)
    return Path(path)
