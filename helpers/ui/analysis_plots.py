"""The plots of an analysis, drawn one by one as they are asked for."""

from __future__ import annotations

from typing import Callable, Dict, Mapping

from matplotlib.figure import Figure

from helpers.evaluation.analysis import Analysis
from helpers.evaluation.average_precision import RECALLS
from helpers.ui import evaluation_curves, evaluation_plots
from helpers.ui.evaluation_curves import CalibrationBin, Curve
from helpers.ui.evaluation_plots import Bar, Span


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


def precision_recall(analysis: Analysis) -> Figure:
    """Precision against recall, by class."""
    curves = [
        Curve(one.name, RECALLS, one.interpolated(), one.average_precision)
        for one in analysis.curves.curves
    ]
    return evaluation_curves.precision_recall(curves, analysis.curves.iou)


def f1_by_threshold(analysis: Analysis) -> Figure:
    """F1 against the threshold by class, the best of each marked."""
    f1, best = analysis.f1, analysis.best
    points = [*best.per_class, best.overall] if len(best.per_class) > 1 else best.per_class
    curves = [
        Curve(
            point.name,
            f1.thresholds,
            f1.f1[f1.names.index(point.name)],
            point.f1,
            None if point.threshold is None or point.f1 is None else (point.threshold, point.f1),
        )
        for point in points
    ]
    return evaluation_curves.f1_by_threshold(curves, analysis.threshold)


def calibration(analysis: Analysis) -> Figure:
    """How often detections of a score are right."""
    bins = [
        CalibrationBin(one.score, one.precision, one.detections, one.low, one.high)
        for one in analysis.calibration.bins
    ]
    return evaluation_curves.calibration(bins, analysis.calibration.expected_error)


def intervals(analyses: Mapping[str, Analysis]) -> Figure:
    """The mAP of each backend with its interval.

    Args:
        analyses: by backend.
    """
    found = [(name, one.intervals.mAP) for name, one in analyses.items()]
    return evaluation_plots.intervals(
        [Span(name, one.low, one.value, one.high) for name, one in found]
    )


PLOTS: Dict[str, Callable[[Analysis], Figure]] = {
    "per_class": per_class,
    "precision_recall": precision_recall,
    "f1_by_threshold": f1_by_threshold,
    "confusion": confusion,
    "error_kinds": error_kinds,
    "breakdowns": breakdowns,
    "calibration": calibration,
}


def draw(name: str, analysis: Analysis) -> Figure:
    """Draws a figure.

    Args:
        name: one of ``PLOTS``.
        analysis: of a model's detections.
    """
    return PLOTS[name](analysis)
