"""Plots of an evaluation: confusion, error kinds, breakdowns, intervals, two models side by side.

Every function takes plain values and returns a figure; shares and mAP have axes from 0 to 1. What
cannot be measured (``None``) is named and has no bar.
"""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from matplotlib.figure import Figure

from helpers.ui import plots

# Okabe and Ito, "Color universal design" (2008): told apart with any kind of colour blindness.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c8c8c"
PALE_BLUE = "#9cc7e2"
FEW = 10  # boxes; a share of fewer has a pale bar
MIN_COST_AXIS = 0.25  # of mAP, so that a small cost looks small
_ONE = {"boxes": "box", "errors": "error"}
_NAME_LENGTH = 22  # characters of a name beside an axis
_BAR_INCHES, _FRAME_INCHES, _PANEL_INCHES = 0.34, 1.25, 5.2


class Bar(NamedTuple):
    """A bar of a breakdown or of error kinds.

    Attributes:
        name: beside it.
        value: its length; ``None`` where nothing can be measured.
        total: how many boxes or errors it is made of; written at its end.
    """

    name: str
    value: Optional[float]
    total: int


class Span(NamedTuple):
    """A value with its interval.

    Attributes:
        name: beside it.
        low: end of the interval; ``None`` where there is none.
        value: the value itself; ``None`` where nothing can be measured.
        high: the other end.
    """

    name: str
    low: Optional[float]
    value: Optional[float]
    high: Optional[float]


def confusion(counts: np.ndarray, names: Sequence[str], title: str = "") -> Figure:
    """Plots a confusion matrix: rows are the truth, columns what was detected.

    What is right is blue, each kind of error orange, the darker the larger its share of the
    class's boxes; in the last row, of the detections as that class.

    Args:
        counts: int (n + 1, n + 1); the last row is what was detected where there is nothing, the
            last column what was missed.
        names: n class names.
        title: above it.
    """
    size = len(names) + 1
    labels = [*map(short_name, names), "background"]
    figure = plots.new_figure(max(4.8, 2.4 + 0.52 * size), max(3.8, 2.0 + 0.46 * size))
    axes = figure.add_subplot()
    shares = _shares(counts)
    right = np.eye(size, dtype=bool)
    for cells, colours in ((right, "Blues"), (~right, "Oranges")):
        shown = np.ma.array(shares, mask=~cells | (counts == 0))
        axes.imshow(shown, cmap=colours, vmin=-0.15, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[row, column] > 0.6 else "black"
            axes.text(column, row, f"{count:d}", ha="center", va="center", color=colour, fontsize=9)
    for line in (axes.axhline, axes.axvline):
        line(size - 1.5, color="black", linewidth=1)
    axes.set_xticks(range(size))
    axes.set_xticklabels(labels, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(size))
    axes.set_yticklabels(labels)
    axes.set_xlabel("detected (background: missed)")
    axes.set_ylabel("truth (background: spurious)")
    axes.set_title(title or "Confusion matrix", fontsize=10)
    return figure


def _shares(counts: np.ndarray) -> np.ndarray:
    """Of each row; in the row of the background, of each column."""
    totals = np.repeat(counts.sum(axis=1, keepdims=True), len(counts), axis=1)
    totals[-1] = counts.sum(axis=0)
    return np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)


def per_class(values: Sequence[Bar], title: str = "AP of each class") -> Figure:
    """Plots the AP of each class with the number of its boxes, the lowest first.

    Args:
        values: of the classes.
        title: above them.
    """
    lowest = sorted(values, key=lambda bar: (bar.value is None, bar.value or 0.0))
    return _bars({title: lowest}, 1.0, "boxes")


def breakdowns(groups: Mapping[str, Sequence[Bar]], unit: str = "boxes") -> Figure:
    """Plots shares of groups side by side, one panel for each way of grouping.

    Args:
        groups: bars in 0..1 by title.
        unit: of the counts, ``boxes`` or ``errors``.
    """
    return _bars(groups, 1.0, unit)


def error_kinds(kinds: Sequence[Bar], title: str = "What each kind of error costs") -> Figure:
    """Plots how much mAP would rise if the errors of a kind were fixed.

    Args:
        kinds: the cost in mAP (at IoU 0.5, 0..1) and the number of errors.
        title: above them.
    """
    longest = max([bar.value or 0.0 for bar in kinds] + [0.0])
    return _bars({title: kinds}, min(1.0, max(MIN_COST_AXIS, 1.3 * longest)), "errors", "+")


def _bars(groups: Mapping[str, Sequence[Bar]], limit: float, unit: str, sign: str = "") -> Figure:
    """Horizontal bars in panels, the first on top, each with its value and count."""
    most = max([len(bars) for bars in groups.values()] + [1])
    width = _PANEL_INCHES * max(1, len(groups))
    figure = plots.new_figure(width, _FRAME_INCHES + _BAR_INCHES * most)
    for number, (title, bars) in enumerate(groups.items(), start=1):
        axes = figure.add_subplot(1, len(groups), number)
        for place, bar in enumerate(bars):
            colour = BLUE if bar.total >= FEW or sign else PALE_BLUE
            axes.barh(place, bar.value or 0.0, color=colour, height=0.62)
            _write_beside(axes, place, bar, limit, (unit, sign))
        _name_rows(axes, [bar.name for bar in bars])
        axes.set_xlim(0, limit)
        axes.grid(axis="x", alpha=0.3)
        axes.set_axisbelow(True)
        axes.set_title(title, fontsize=10)
        if not bars:
            say(axes, "nothing to measure")
    return figure


def _write_beside(
    axes: Any, place: int, bar: Bar, limit: float, unit_and_sign: Tuple[str, str]
) -> None:
    """Writes value and count behind a bar, or inside it where there is no room behind."""
    unit, sign = unit_and_sign
    inside = (bar.value or 0.0) > 0.6 * limit
    text = f"({bar.total} {_ONE[unit] if bar.total == 1 else unit})"
    if bar.value is not None:
        text = f"{sign}{bar.value:.2f}  {text}"
    axes.text(
        (bar.value or 0.0) + (-1 if inside else 1) * 0.015 * limit,
        place,
        text,
        ha="right" if inside else "left",
        va="center",
        color="white" if inside and (sign or bar.total >= FEW) else "black",
        fontsize=8.5,
    )


def intervals(spans: Sequence[Span], title: str = "mAP with its interval") -> Figure:
    """Plots values with their intervals above each other on an axis from 0 to 1.

    Args:
        spans: of backends or models.
        title: above them.
    """
    figure = plots.new_figure(6.4, _FRAME_INCHES + 0.42 * max(1, len(spans)))
    axes = figure.add_subplot()
    for place, span in enumerate(spans):
        if span.value is None:
            axes.text(0.02, place, "nothing to measure", va="center", fontsize=8.5)
            continue
        text, right = f"{span.value:.2f}", span.value
        if span.low is not None and span.high is not None:
            axes.plot([span.low, span.high], [place, place], color=BLUE, linewidth=5, alpha=0.35)
            text, right = f"{text}  ({span.low:.2f} to {span.high:.2f})", span.high
        axes.plot([span.value], [place], marker="o", color=BLUE)
        left = right > 0.6
        edge = span.value if span.low is None else span.low
        axes.text(
            edge - 0.03 if left else right + 0.03,
            place,
            text,
            ha="right" if left else "left",
            va="center",
            fontsize=8.5,
        )
    _name_rows(axes, [span.name for span in spans])
    axes.set_xlim(0, 1)
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(title, fontsize=10)
    return figure


def two_models(
    values: Mapping[str, Tuple[Optional[float], Optional[float]]],
    names: Tuple[str, str],
    title: str = "AP of each class, two models",
) -> Figure:
    """Plots two values for each class, connected; what changed most is on top.

    Args:
        values: of the first and of the second model, 0..1, by class.
        names: of the two models.
        title: above them.
    """
    rows = sorted(values.items(), key=lambda row: -abs((row[1][1] or 0.0) - (row[1][0] or 0.0)))
    figure = plots.new_figure(6.8, _FRAME_INCHES + 0.45 + _BAR_INCHES * max(1, len(rows)))
    axes = figure.add_subplot()
    for place, (_, pair) in enumerate(rows):
        if pair[0] is not None and pair[1] is not None:
            axes.plot(pair, [place, place], color=GREY, linewidth=2, zorder=1)
    for index, (colour, marker) in enumerate(((ORANGE, "o"), (BLUE, "D"))):
        known = [(pair[index], place) for place, (_, pair) in enumerate(rows)]
        known = [point for point in known if point[0] is not None]
        axes.scatter(
            [x for x, _ in known],
            [y for _, y in known],
            color=colour,
            marker=marker,
            label=short_name(names[index]),
            zorder=2 + index,
            s=36,
            clip_on=False,
        )
    _name_rows(axes, [name for name, _ in rows])
    axes.set_xlim(0, 1)
    axes.grid(alpha=0.3)
    axes.set_title(title, fontsize=10)
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize=8.5, frameon=False)
    return figure


def say(axes: Any, text: str) -> None:
    """Writes into the middle of a plot why it is empty.

    Args:
        axes: of the plot.
        text: what to write.
    """
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY)


def _name_rows(axes: Any, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels([short_name(name) for name in names])
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)


def short_name(name: str) -> str:
    """A name for an axis or a legend; matplotlib would take a pair of dollars for a formula.

    Args:
        name: of a class, of any length.
    """
    name = name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 1]}…"
    return name.replace("$", r"\$")
