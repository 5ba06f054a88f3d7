"""A data set at a glance: figures and plots for a person who has ten seconds."""

from __future__ import annotations

import html
from collections import Counter
from typing import Mapping, Sequence, Tuple

import numpy as np
from IPython.display import HTML
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from helpers.pipeline_config import anchors, pipeline
from helpers.structures.dataset import ImageRecord, box_count, class_counts
from helpers.structures.findings import ERROR, Finding, errors_among
from helpers.ui import plots

MATCHED = 0.5  # the overlap from which on SSD calls an anchor a match
_NAMES = 6  # classes that are spelled out
_TILE = (
    '<div style="border:1px solid var(--jp-border-color2, #ccc); border-radius:6px; '
    'padding:8px 16px; margin:0 10px 10px 0; min-width:110px">'
    '<div style="font-size:26px; font-weight:600; color:{}">{}</div>'
    '<div>{}</div><div style="opacity:0.7; font-size:12px">{}</div></div>'
)
_CHIP = (
    '<span style="display:inline-block; border-left:4px solid {}; padding:0 8px; '
    'margin:0 12px 6px 0">{} &times; {}</span>'
)
_RED, _AMBER, _GREEN = "#b00020", "#c77700", "#2e7d32"


def glance(records: Sequence[ImageRecord], findings: Sequence[Finding]) -> HTML:
    """Images, boxes, classes and problems in one line, and what the problems are.

    Args:
        records: the data set as read.
        findings: about it.
    """
    boxes, counts = box_count(records), class_counts(records)
    bare = sum(not len(record.objects) for record in records)
    names = [name or "(no name)" for name in counts]
    named = ", ".join(names[:_NAMES]) + (" ..." if len(names) > _NAMES else "")
    errors = len(errors_among(findings))
    tiles = [
        ("inherit", len(records), "images", f"{bare} of them without a box"),
        ("inherit", boxes, "boxes", f"{boxes / max(1, len(records)):.1f} an image"),
        ("inherit", len(counts), "classes", html.escape(named)),
        (_RED if errors else _GREEN, errors, "errors", "have to be mended or left out"),
        (
            _AMBER if len(findings) > errors else _GREEN,
            len(findings) - errors,
            "warnings",
            "are worth a look",
        ),
    ]
    return HTML(
        '<div style="display:flex; flex-wrap:wrap">'
        + "".join(
            _TILE.format(colour, f"{number:,}", name, more) for colour, number, name, more in tiles
        )
        + f"</div><div>{_chips(findings)}</div>"
    )


def _chips(findings: Sequence[Finding]) -> str:
    counts = Counter((one.severity != ERROR, one.title) for one in findings)
    return "".join(
        _CHIP.format(_AMBER if harmless else _RED, counts[harmless, title], html.escape(title))
        for harmless, title in sorted(counts)
    )


def box_shapes(records: Sequence[ImageRecord], size: Tuple[int, int]) -> Mapping[str, np.ndarray]:
    """Width and height of every box as the detector sees it, by class.

    Args:
        records: the data set; what is no box in it is left out.
        size: width and height of the detector's input, pixels.

    Returns:
        float (n, 2) for each class, pixels of the input.
    """
    labels = np.array([label for record in records for label in record.objects.labels], object)
    sides = np.concatenate(
        [
            np.empty((0, 2)),
            *[
                (record.objects.boxes[:, 2:] - record.objects.boxes[:, :2])
                * np.array(size)
                / (record.width, record.height)
                for record in records
            ],
        ]
    )
    real = np.isfinite(sides).all(axis=1)
    real[real] = (sides[real] > 0).all(axis=1)
    return {name: sides[real & (labels == name)] for name in sorted(set(labels[real]))}


def shapes_and_anchors(records: Sequence[ImageRecord], config) -> Figure:
    """Sizes and aspect ratios of the boxes against the anchors of a recipe.

    Args:
        records: the data set.
        config: a ``TrainEvalPipelineConfig``.

    Returns:
        A figure that a notebook shows.
    """
    size = pipeline.input_size(config)
    shapes, starts = box_shapes(records, size), anchors.shapes(config)
    sides = np.concatenate([np.empty((0, 2)), *shapes.values()])
    figure = Figure(figsize=(13, 4.2), tight_layout=True)
    FigureCanvasAgg(figure)
    _scatter(figure.add_subplot(1, 3, 1), shapes, starts)
    _histogram(
        figure.add_subplot(1, 3, 2),
        np.sqrt(sides.prod(axis=1)),
        np.sqrt(starts.prod(axis=1)),
        "size: root of the area, pixels",
        1 / 6,
    )
    _histogram(
        figure.add_subplot(1, 3, 3),
        sides[:, 0] / sides[:, 1],
        starts[:, 0] / starts[:, 1],
        "aspect ratio: width / height",
        1 / 6,
    )
    fits = np.count_nonzero(anchors.best_overlap(sides, starts) >= MATCHED)
    figure.suptitle(
        f"boxes at {size[0]}x{size[1]} pixels; {fits} of {len(sides)} are shaped like "
        f"an anchor (IoU {MATCHED:g} or more)"
    )
    return figure


def _scatter(axes, shapes: Mapping[str, np.ndarray], starts: np.ndarray) -> None:
    names = list(shapes)
    for name in names:
        axes.scatter(
            *shapes[name].T,
            s=12,
            alpha=0.6,
            color=plots.colour_of(name, names),
            label=name or "(no name)",
        )
    axes.scatter(*starts.T, s=50, marker="+", color="black", label="anchor")
    axes.set_xlabel("width, pixels")
    axes.set_ylabel("height, pixels")
    _halvings(axes, "xy")
    if len(names) <= _NAMES + 2:
        axes.legend(fontsize=8)


def _histogram(axes, values: np.ndarray, starts: np.ndarray, title: str, step: float) -> None:
    """Bars on a scale of doublings, ``step`` of one each; anchors are lines from top to bottom."""
    everything = np.log2(np.concatenate([values, starts]))
    bins = 2 ** np.arange(everything.min() - step, everything.max() + 2 * step, step)
    axes.hist(values, bins=bins, color="#0082c8", alpha=0.7)
    for start in sorted(set(starts.round(3).tolist())):
        axes.axvline(start, color="black", linewidth=0.8, linestyle=":")
    axes.set_xlabel(title)
    axes.set_ylabel("boxes")
    _halvings(axes, "x")


def _halvings(axes, which: str) -> None:
    for one in which:
        getattr(axes, f"set_{one}scale")("log", base=2)
        getattr(axes, f"{one}axis").set_major_formatter(FuncFormatter(_plain))
    axes.grid(alpha=0.3)


def _plain(value: float, place: int) -> str:
    return f"{value:g}"
