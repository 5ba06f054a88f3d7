"""The plots of an analysis, drawn one by one as they are asked for."""

from __future__ import annotations

from typing import Callable, Dict

from matplotlib.figure import Figure

from helpers.evaluation.analysis import Analysis
from helpers.ui import evaluation_plots
from helpers.ui.evaluation_plots import Bar


def per_class(analysis: Analysis) -> Figure:
    """AP of each class with the number of its objects."""
    objects = analysis.objects()
    return evaluation_plots.per_class(
        [Bar(name, ap, objects[name]) for name, ap in analysis.metrics.per_class.items()]
    )


def confusion(analysis: Analysis) -> Figure:
    """The confusion matrix at the threshold."""
    matrix = analysis.confusion
    title = f"Confusion at threshold {matrix.threshold:.2f}, IoU {matrix.iou:g}"
    return evaluation_plots.confusion(matrix.matrix, matrix.classes, title)


def error_kinds(analysis: Analysis) -> Figure:
    """What each kind of error costs, with its number at the threshold."""
    numbers = analysis.errors_at_threshold()
    errors = analysis.errors.errors
    return evaluation_plots.error_kinds(
        [Bar(kind, one.cost, numbers[kind]) for kind, one in errors.items()],
        f"Cost in mAP at IoU {analysis.errors.iou:g} (errors at {analysis.threshold:.2f})",
    )


def breakdowns(analysis: Analysis) -> Figure:
    """The share of objects that are found, by size, shape and place."""
    return evaluation_plots.breakdowns(
        {
            f"found at {analysis.threshold:.2f}, by {one.by}": [
                Bar(group.name, group.recall, group.objects) for group in one.bins
            ]
            for one in analysis.breakdowns
        }
    )


PLOTS: Dict[str, Callable[[Analysis], Figure]] = {
    "per_class": per_class,
    "confusion": confusion,
    "error_kinds": error_kinds,
    "breakdowns": breakdowns,
}


def draw(name: str, analysis: Analysis) -> Figure:
    """Draws a figure.

    Args:
        name: one of ``PLOTS``.
        analysis: of a model's detections.
    """
    return PLOTS[name](analysis)
