"""Curves of an evaluation: precision and recall, F1 against threshold, calibration."""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from matplotlib.figure import Figure

from helpers.ui import plots
from helpers.ui.evaluation_plots import BLUE, GREY, ORANGE, say, short_name

COLOURED = 8  # curves; where there are more, the worst of them, the others are grey
_LEGEND = {
    "loc": "upper left",
    "bbox_to_anchor": (1.01, 1),
    "fontsize": 8.5,
    "frameon": False,
    "borderaxespad": 0.0,
}
_DASHES = ("-", "--", "-.", ":")


class Curve(NamedTuple):
    """A curve of one class.

    Attributes:
        name: of the class.
        x: rising, 0..1.
        y: 0..1; as many.
        value: AP or best F1, by which curves are ordered; ``None`` where nothing can be measured.
        best: the point to mark.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    value: Optional[float]
    best: Optional[Tuple[float, float]] = None


class CalibrationBin(NamedTuple):
    """Detections with about the same score.

    Attributes:
        score: their mean score; ``None`` where there are none.
        precision: the share of them that is right.
        total: how many they are.
        low: the least score of the bin.
        high: the largest.
    """

    score: Optional[float]
    precision: Optional[float]
    total: int
    low: float
    high: float


def precision_recall(curves: Sequence[Curve], iou: float = 0.5) -> Figure:
    """Plots precision against recall for each class.

    Args:
        curves: recall, precision and AP of the classes.
        iou: at which a detection counts as right.
    """
    figure, axes = _unit_square(f"Precision and recall at IoU {iou:g}", ("recall", "precision"))
    _draw(axes, curves, "AP")
    return figure


def f1_by_threshold(curves: Sequence[Curve], chosen: Optional[float] = None) -> Figure:
    """Plots F1 against the least score that counts, the best of each class marked.

    Args:
        curves: threshold, F1 and best F1 of the classes.
        chosen: threshold in use, drawn as a line.
    """
    figure, axes = _unit_square("F1 against threshold", ("threshold", "F1"))
    if chosen is not None:
        axes.axvline(chosen, color=GREY, linestyle=":", linewidth=1.2, zorder=0)
        axes.text(chosen + 0.01, 0.02, f"in use: {chosen:g}", color=GREY, fontsize=8)
    _draw(axes, curves, "best F1")
    return figure


def _unit_square(title: str, labels: Tuple[str, str]) -> Tuple[Figure, Any]:
    figure = plots.new_figure(7.4, 4.2)
    axes = figure.add_subplot()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.grid(alpha=0.3)
    axes.set_title(title, fontsize=10)
    return figure, axes


def _draw(axes: Any, curves: Sequence[Curve], value: str) -> None:
    """Draws the curves, the worst ones last and in colour, and their legend."""
    known = [curve for curve in curves if curve.value is not None and len(curve.x)]
    ordered = sorted(known, key=lambda curve: curve.value or 0.0)
    coloured = ordered if len(ordered) <= COLOURED else ordered[: COLOURED - 2]
    # As on images, where there are colours enough for all classes.
    named = curves if len(curves) <= len(plots.PALETTE) else coloured
    names = [curve.name for curve in named]
    for curve in ordered[len(coloured) :]:
        axes.plot(curve.x, curve.y, color="#c4c4c4", linewidth=1, clip_on=False)
    for curve in coloured:
        _draw_one(axes, curve, names, f"{short_name(curve.name)}: {_value(curve, value)}")
    if len(coloured) < len(ordered):
        least = ordered[len(coloured)].value
        rest = len(ordered) - len(coloured)
        axes.plot([], [], color="#c4c4c4", label=f"{rest} others: {value} from {least:.2f}")
    for name in _unmeasured(curves):
        axes.plot([], [], " ", label=name)
    if ordered or curves:
        axes.legend(**_LEGEND)
    if not ordered:
        say(axes, "nothing to measure")


def _draw_one(axes: Any, curve: Curve, names: Sequence[str], label: str) -> None:
    number = names.index(curve.name)
    line = {"color": plots.colour_of(curve.name, names), "clip_on": False}
    dashes = _DASHES[number % len(_DASHES)]
    axes.plot(curve.x, curve.y, linestyle=dashes, linewidth=1.8, label=label, **line)
    if curve.best is not None:
        axes.plot(*curve.best, marker="o", markeredgecolor="white", markersize=8, **line)


def _value(curve: Curve, name: str) -> str:
    at = "" if curve.best is None else f" at {curve.best[0]:.2f}"
    return f"{name} {curve.value:.2f}{at}"


def _unmeasured(curves: Sequence[Curve]) -> List[str]:
    names = [curve.name for curve in curves if curve.value is None or not len(curve.x)]
    if len(names) > 3:
        return [f"{len(names)} classes: nothing to measure"]
    return [f"{short_name(name)}: nothing to measure" for name in names]


def calibration(bins: Sequence[CalibrationBin], error: Optional[float]) -> Figure:
    """Plots how often detections of a score are right, and how many have it.

    Args:
        bins: by score, rising.
        error: expected calibration error, 0..1; ``None`` where there is no detection.
    """
    figure = plots.new_figure(5.6, 5.2)
    grid = figure.add_gridspec(2, 1, height_ratios=(3, 1))
    axes, below = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
    title = "Calibration" if error is None else f"Calibration: off by {error:.2f} on average"
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="score is right")
    known = [one for one in bins if one.total and one.score is not None]
    points = [(one.score, one.precision) for one in known]
    if points:
        axes.plot(*zip(*points), color=BLUE, linewidth=1.5, marker="o", label="this model")
        for one in known:
            axes.plot([one.score, one.score], [one.score, one.precision], color=ORANGE, alpha=0.5)
        axes.legend(loc="upper left", fontsize=8.5, frameon=False)
    else:
        say(axes, "no detections")
    axes.set_ylim(0, 1)
    axes.set_ylabel("share that is right")
    axes.set_title(title, fontsize=10)
    widths = [one.high - one.low for one in bins]
    below.bar(
        [one.low for one in bins], [one.total for one in bins], widths, align="edge", color=BLUE
    )
    below.set_ylabel("detections")
    below.set_xlabel("score")
    for panel in (axes, below):
        panel.set_xlim(0, 1)
        panel.grid(alpha=0.3)
    return figure
