"""Curves of an evaluation: through their points, the worst classes in colour, the best marked."""

import numpy as np
import pytest

from helpers.ui import evaluation_curves
from helpers.ui.evaluation_curves import CalibrationBin, Curve

GREY = "#c4c4c4"


def curve(name, value, best=None):
    return Curve(name, np.array([0, 0.5, 1]), np.array([1, 0.8, 0]), value, best)


def drawn(figure):
    figure.canvas.draw()
    return figure.axes


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def with_points(axes):
    return [line for line in axes.lines if len(line.get_xdata())]


def test_one_class_is_drawn_through_its_points():
    axes = drawn(evaluation_curves.precision_recall([curve("cat", 0.75)]))[0]
    assert axes.lines[0].get_xydata().tolist() == [[0, 1], [0.5, 0.8], [1, 0]]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (0, 1))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("recall", "precision")
    assert legend(axes) == ["cat: AP 0.75"]


def test_the_worst_of_many_classes_are_in_colour_and_the_others_counted():
    # Of the palette's eight colours, the worst ones would have but two by the order of classes.
    curves = [curve(f"c{number}", (number * 5 % 40) / 40) for number in range(40)]
    axes = drawn(evaluation_curves.precision_recall(curves))[0]
    names = [f"c{number}" for number in sorted(range(40), key=lambda number: number * 5 % 40)]
    assert [text.split(":")[0] for text in legend(axes)] == [*names[:6], "34 others"]
    assert legend(axes)[-1].endswith("0.12")
    assert sum(line.get_color() == GREY for line in with_points(axes)) == 34
    styles = {(line.get_color(), line.get_linestyle()) for line in with_points(axes)}
    assert len(styles) == 7


@pytest.mark.parametrize("count, entries", [(3, 3), (4, 1)], ids=["by name", "counted"])
def test_classes_without_truth_are_said(count, entries):
    empty = [Curve(f"c{number}", np.array([]), np.array([]), None) for number in range(count)]
    axes = drawn(evaluation_curves.precision_recall([curve("cat", 0.5), *empty]))[0]
    assert len(with_points(axes)) == 1
    assert len(legend(axes)) == 1 + entries


@pytest.mark.parametrize(
    "draw",
    [evaluation_curves.precision_recall, evaluation_curves.f1_by_threshold],
    ids=["precision-recall", "F1"],
)
@pytest.mark.parametrize(
    "curves", [[], [Curve("cat", np.array([]), np.array([]), None)]], ids=["no class", "no truth"]
)
def test_nothing_to_measure_is_said(draw, curves):
    axes = drawn(draw(curves))[0]
    assert not with_points(axes)
    assert [text.get_text() for text in axes.texts] == ["nothing to measure"]


def test_the_best_threshold_and_that_in_use_are_marked():
    axes = drawn(evaluation_curves.f1_by_threshold([curve("cat", 0.8, (0.5, 0.8))], 0.3))[0]
    in_use, line, best = axes.lines
    assert list(in_use.get_xdata()) == [0.3, 0.3]
    assert (best.get_xydata().tolist(), best.get_marker()) == ([[0.5, 0.8]], "o")
    assert best.get_color() == line.get_color()
    assert legend(axes) == ["cat: best F1 0.80 at 0.50"]


def test_calibration_shows_precision_and_how_many_detections_have_a_score():
    bins = [
        CalibrationBin(0.2, 0.1, 30, 0.0, 0.5),
        CalibrationBin(None, None, 0, 0.5, 0.75),
        CalibrationBin(0.9, 0.8, 7, 0.75, 1.0),
    ]
    above, below = drawn(evaluation_curves.calibration(bins, 0.12))
    diagonal, points = above.lines[:2]
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert points.get_xydata().tolist() == [[0.2, 0.1], [0.9, 0.8]]
    assert [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in below.patches] == [
        (0.0, 0.5, 30),
        (0.5, 0.25, 0),
        (0.75, 0.25, 7),
    ]
    assert "0.12" in above.get_title()
    assert {above.get_xlim(), above.get_ylim(), below.get_xlim()} == {(0, 1)}


def test_calibration_without_detections_says_so():
    above, below = drawn(evaluation_curves.calibration([CalibrationBin(None, None, 0, 0, 1)], None))
    assert [text.get_text() for text in above.texts] == ["no detections"]
    assert len(above.lines) == 1
