"""Plots of training: curves of one or several runs, and the images of the evaluation."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers.training import curves
from helpers.training.curves import EVAL, MAPS
from helpers.training.event_reader import EventImage, Point
from helpers.ui.plots import PALETTE, decode, new_figure

SMOOTHING = 0.6
_COLUMNS = 3
_IMAGES_INCHES, _TITLE_INCHES = 13.0, 0.4
_LEGEND_COLUMNS, _LEGEND_INCHES = 6, 0.3
_FEW = 2  # points, which a line alone would not show
_OUTLIER = 97  # percentile of the raw values up to which an axis reaches at least
_EVAL_STYLE: Dict[str, Any] = {"linestyle": "--", "marker": "o", "markersize": 5}
_EVALUATED: Dict[str, Dict[str, Any]] = {
    MAPS[0]: {"linestyle": "-", "marker": "o", "markersize": 5},
    MAPS[1]: {"linestyle": ":", "marker": "^", "markersize": 5},
}
Series = Mapping[str, Mapping[str, Sequence[Point]]]


class _Panel(NamedTuple):
    """One pair of axes: its title, and the curves in it."""

    title: str
    names: Tuple[str, ...]


_PANELS = (
    *(
        _Panel(name, (name, f"{EVAL}{name}"))
        for name in ("loss", "classification loss", "localization loss")
    ),
    _Panel("mAP, and mAP at IoU 0.5 (dotted)", MAPS),
    *(_Panel(name, (name,)) for name in ("learning rate", "images/s", "steps/s")),
)


def training_curves(series: Series, title: str, smoothing: float = SMOOTHING) -> Figure:
    """Plots the curves of runs over the steps: a panel each, a colour for each run.

    Raw values are faint, smoothed ones solid, each value of the evaluation has a marker. Every
    axis begins at 0; that of mAP ends at 1.

    Args:
        series: points by the curve's name, by the run's name.
        title: above all panels.
        smoothing: weight of the moving average, 0 to below 1; 0 shows the raw values alone.
    """
    panels = [
        panel
        for panel in _PANELS
        if any(name in found for found in series.values() for name in panel.names)
    ]
    columns = max(1, min(_COLUMNS, len(panels)))
    rows = max(1, math.ceil(len(panels) / columns))
    figure = new_figure(4.4 * columns, 0.9 + 3.0 * rows)
    figure.suptitle(title)
    colours = {run: PALETTE[number % len(PALETTE)] for number, run in enumerate(series)}
    last = max((p[-1].step for found in series.values() for p in found.values() if p), default=1)
    for number, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(rows, columns, number)
        for run, found in series.items():
            for name in panel.names:
                if found.get(name):
                    _draw(axes, name, found[name], colours[run], smoothing)
        _finish(axes, panel, last)
        if panel.names == MAPS:
            _label_maps(axes, series, colours)
    if not panels:
        return _message("no curves yet: the trainer writes the first values with its first step")
    _legend(figure, colours, _has_both_splits(series))
    return figure


def _message(text: str) -> Figure:
    """A figure for when there is nothing to plot, so that the cells below still run."""
    figure = new_figure(8, 0.8)
    figure.text(0.5, 0.5, text, horizontalalignment="center", verticalalignment="center")
    return figure


def _draw(axes: Any, name: str, points: Sequence[Point], colour: str, smoothing: float) -> None:
    steps = [point.step for point in points]
    values = [point.value if math.isfinite(point.value) else math.nan for point in points]
    style = {"color": colour, "linewidth": 2, **_EVALUATED.get(name, {})}
    if name.startswith(EVAL):
        style.update(_EVAL_STYLE)
    elif len(points) <= _FEW:
        style.setdefault("marker", "o")
        style.setdefault("markersize", 4)
    if smoothing and len(points) > 2 and name.endswith("loss") and not name.startswith(EVAL):
        axes.plot(steps, values, color=colour, alpha=0.25, linewidth=1)
        gaps = [Point(step, value) for step, value in zip(steps, values)]
        values = [point.value for point in curves.smoothed(gaps, smoothing)]
    axes.plot(steps, values, **style)


def _label_maps(axes: Any, series: Series, colours: Mapping[str, str]) -> None:
    """The last values, as numbers: by curve for one run, by colour for several."""
    labels = []
    for run, found in series.items():
        last = {name: f"{found[name][-1].value:.2f}" for name in MAPS if found.get(name)}
        if len(series) > 1 and last:
            labels.append(Line2D([], [], color=colours[run], label=" / ".join(last.values())))
            continue
        for name, text in last.items():
            style = {"color": colours[run], **_EVALUATED[name]}
            labels.append(Line2D([], [], label=f"{name}: {text}", **style))
    axes.legend(handles=labels, fontsize=8, loc="best")


def _finish(axes: Any, panel: _Panel, last: int) -> None:
    axes.set_title(panel.title, fontsize=10)
    axes.set_xlabel("step", fontsize=9)
    axes.set_xlim(0, 1.04 * max(1, last))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
    axes.set_ylim(0, 1 if panel.names == MAPS else _top(axes))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(alpha=0.3)


def _top(axes: Any) -> float:
    """The end of an axis: some spikes may leave it, smooth curves and markers never."""
    tops: List[float] = []
    for line in axes.lines:
        values = np.asarray(line.get_ydata(), dtype=float)
        values = values[np.isfinite(values)]
        if len(values):
            is_raw = line.get_alpha() is not None
            tops.append(float(np.percentile(values, _OUTLIER) if is_raw else values.max()))
    top = max(tops, default=0.0)
    return 1.1 * top if top > 0 else 1.0


def _has_both_splits(series: Series) -> bool:
    names = {name for found in series.values() for name in found}
    return {"loss", f"{EVAL}loss"} <= names


def _legend(figure: Figure, colours: Mapping[str, str], both_splits: bool) -> None:
    """Below all panels, where it hides no point."""
    handles = [Line2D([], [], color=colours[run], linewidth=3, label=run) for run in colours]
    handles = handles if len(handles) > 1 else []
    if both_splits:
        handles.append(Line2D([], [], color="gray", linewidth=2, label="train"))
        handles.append(Line2D([], [], color="gray", label="eval", **_EVAL_STYLE))
    if handles:
        columns = min(len(handles), _LEGEND_COLUMNS)
        figure.legend(handles=handles, fontsize=9, loc="lower center", ncol=columns)
        inches = _LEGEND_INCHES * math.ceil(len(handles) / columns)
        figure.set_tight_layout({"rect": (0, inches / figure.get_figheight(), 1, 1)})


def evaluation_images(images: Sequence[Tuple[str, EventImage]], columns: int = 2) -> Figure:
    """Plots images of the evaluation, each with detections on the left and truth on the right.

    Args:
        images: each with its title.
        columns: images per row.
    """
    if not images:
        return _message("no images yet: the first come with the first evaluation")
    columns = max(1, min(columns, len(images)))
    rows = max(1, math.ceil(len(images) / columns))
    decoded = [decode(image.encoded) for _, image in images]
    shapes = [pixels.shape[0] / pixels.shape[1] for pixels in decoded]
    width = _IMAGES_INCHES / max(2, columns)
    heights = [
        width * max(shapes[row * columns : (row + 1) * columns], default=0.5) + _TITLE_INCHES
        for row in range(rows)
    ]
    figure = new_figure(width * columns, sum(heights))
    places = figure.add_gridspec(rows, columns, height_ratios=heights)
    for number, ((title, _), pixels) in enumerate(zip(images, decoded)):
        axes = figure.add_subplot(places[number // columns, number % columns])
        axes.imshow(pixels)
        axes.set_title(title, fontsize=9)
        axes.set_axis_off()
    return figure
