"""A summary of a data set: counts, problems, and its boxes compared with the anchors."""

from __future__ import annotations

import html
from collections import Counter
from typing import Any, Mapping, Sequence, Tuple

import numpy as np
from IPython.display import HTML
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from helpers.pipeline_config import anchor_fit, anchors, pipeline
from helpers.structures.dataset import ImageRecord, box_count, class_counts
from helpers.structures.findings import ERROR, Finding, errors_among
from helpers.ui import plots

MATCHED = 0.5  # the IoU from which on SSD matches an anchor with a box
_MAX_NAMES = 6  # class names that are listed
_BIN = 1 / 6  # width of a histogram's bars, in doublings
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
    """Number of images, boxes, classes and findings, and which findings there are.

    Args:
        records: the data set as read.
        findings: of its validation.
    """
    tiles = "".join(
        _TILE.format(colour, f"{number:,}", name, note)
        for colour, number, name, note in [*_data_tiles(records), *_finding_tiles(findings)]
    )
    return HTML(
        f'<div style="display:flex; flex-wrap:wrap">{tiles}</div><div>{_chips(findings)}</div>'
    )


def _data_tiles(records: Sequence[ImageRecord]) -> Sequence[Tuple[str, int, str, str]]:
    boxes = box_count(records)
    negative = sum(not len(record.objects) for record in records)
    names = [name or "(no name)" for name in class_counts(records)]
    listed = ", ".join(names[:_MAX_NAMES]) + (" ..." if len(names) > _MAX_NAMES else "")
    return [
        ("inherit", len(records), "images", f"{negative} of them without a box"),
        ("inherit", boxes, "boxes", f"{boxes / max(1, len(records)):.1f} an image"),
        ("inherit", len(names), "classes", html.escape(listed)),
    ]


def _finding_tiles(findings: Sequence[Finding]) -> Sequence[Tuple[str, int, str, str]]:
    errors = len(errors_among(findings))
    warnings = len(findings) - errors
    return [
        (_RED if errors else _GREEN, errors, "errors", "have to be fixed or left out"),
        (_AMBER if warnings else _GREEN, warnings, "warnings", "are worth checking"),
    ]


def _chips(findings: Sequence[Finding]) -> str:
    counts = Counter((finding.severity != ERROR, finding.title) for finding in findings)
    return "".join(
        _CHIP.format(_AMBER if warning else _RED, counts[warning, title], html.escape(title))
        for warning, title in sorted(counts)
    )


def box_sizes(records: Sequence[ImageRecord], size: Tuple[int, int]) -> Mapping[str, np.ndarray]:
    """Width and height of every box at the size of the detector's input, by class.

    Args:
        records: the data set; boxes without area or finite coordinates are left out.
        size: width and height of the detector's input, pixels.

    Returns:
        float (n, 2) for each class, pixels of the input.
    """
    labels = np.array([label for record in records for label in record.objects.labels], object)
    sizes = anchor_fit.box_sizes(records, size)
    valid = np.isfinite(sizes).all(axis=1)
    valid[valid] = (sizes[valid] > 0).all(axis=1)
    return {name: sizes[valid & (labels == name)] for name in sorted(set(labels[valid]))}


def shapes_and_anchors(records: Sequence[ImageRecord], config: Any) -> Figure:
    """Plots sizes and aspect ratios of the boxes beside those of a pipeline's anchors.

    Args:
        records: the data set.
        config: a ``TrainEvalPipelineConfig``.

    Returns:
        A figure that a notebook shows.
    """
    input_size = pipeline.input_size(config)
    by_class, anchor_sizes = box_sizes(records, input_size), anchors.shapes(config)
    sizes = np.concatenate([np.empty((0, 2)), *by_class.values()])
    figure = plots.new_figure(13, 4.2)
    scatter, areas, ratios = (figure.add_subplot(1, 3, number) for number in (1, 2, 3))
    _scatter(scatter, by_class, anchor_sizes)
    _histogram(areas, np.sqrt(sizes.prod(axis=1)), np.sqrt(anchor_sizes.prod(axis=1)))
    areas.set_xlabel("size: root of the area, pixels")
    _histogram(ratios, sizes[:, 0] / sizes[:, 1], anchor_sizes[:, 0] / anchor_sizes[:, 1])
    ratios.set_xlabel("aspect ratio: width / height")
    matched = np.count_nonzero(anchors.best_overlap(sizes, anchor_sizes) >= MATCHED)
    figure.suptitle(
        f"boxes at {input_size[0]}x{input_size[1]} pixels; {matched} of {len(sizes)} are shaped "
        f"like an anchor (IoU {MATCHED:g} or more)"
    )
    return figure


def _scatter(axes: Any, by_class: Mapping[str, np.ndarray], anchor_sizes: np.ndarray) -> None:
    names = list(by_class)
    for name in names:
        axes.scatter(
            *by_class[name].T,
            s=12,
            alpha=0.6,
            color=plots.colour_of(name, names),
            label=name or "(no name)",
        )
    axes.scatter(*anchor_sizes.T, s=50, marker="+", color="black", label="anchor")
    axes.set_xlabel("width, pixels")
    axes.set_ylabel("height, pixels")
    _set_log_scale(axes, "xy")
    if len(names) <= _MAX_NAMES + 2:
        axes.legend(fontsize=8)


def _histogram(axes: Any, values: np.ndarray, anchor_values: np.ndarray) -> None:
    """Draws bars on a logarithmic scale; anchors are vertical lines."""
    exponents = np.log2(np.concatenate([values, anchor_values]))
    bins = 2 ** np.arange(exponents.min() - _BIN, exponents.max() + 2 * _BIN, _BIN)
    axes.hist(values, bins=bins, color="#0082c8", alpha=0.7)
    for value in sorted(set(anchor_values.round(3).tolist())):
        axes.axvline(value, color="black", linewidth=0.8, linestyle=":")
    axes.set_ylabel("boxes")
    _set_log_scale(axes, "x")


def _set_log_scale(axes: Any, names: str) -> None:
    for name in names:
        getattr(axes, f"set_{name}scale")("log", base=2)
        getattr(axes, f"{name}axis").set_major_formatter(FuncFormatter(_plain_number))
    axes.grid(alpha=0.3)


def _plain_number(value: float, position: int) -> str:
    return f"{value:g}"
