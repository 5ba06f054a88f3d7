"""Plots of an evaluation: every value, count and interval is there, on axes of shares."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from helpers.ui import evaluation_plots
from helpers.ui.evaluation_plots import Bar, Span

NAMES = [f"class {number}" for number in range(20)]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def row_names(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def drawn(figure):
    """The axes of a figure, all of which can be drawn."""
    figure.canvas.draw()
    return figure.axes


@pytest.mark.parametrize("count", [1, 2, 20], ids=["one class", "two classes", "twenty classes"])
def test_confusion_has_every_count_and_the_background_last(count):
    counts = np.arange((count + 1) ** 2).reshape(count + 1, count + 1)
    axes = drawn(evaluation_plots.confusion(counts, NAMES[:count]))[0]
    written = {tuple(map(int, text.get_position())): text.get_text() for text in axes.texts}
    assert written == {
        (column, row): str(value) for (row, column), value in np.ndenumerate(counts) if value
    }
    assert row_names(axes) == [*NAMES[:count], "background"]
    assert [label.get_text() for label in axes.get_xticklabels()] == row_names(axes)
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first class on top


def test_confusion_colours_what_is_right_and_what_is_wrong_by_its_share():
    counts = np.array([[8, 0, 2], [0, 0, 0], [4, 0, 0]])
    right, wrong = drawn(evaluation_plots.confusion(counts, NAMES[:2]))[0].images
    np.testing.assert_allclose(right.get_array().compressed(), [0.8])
    np.testing.assert_allclose(wrong.get_array().compressed(), [0.2, 4 / 12])
    assert right.get_cmap().name != wrong.get_cmap().name


def test_the_lowest_class_is_on_top():
    bars = [Bar("a", 0.9, 15), Bar("b", None, 0), Bar("c", 0.25, 1), Bar("d", 0.0, 3)]
    axes = drawn(evaluation_plots.per_class(bars))[0]
    assert row_names(axes) == ["d", "c", "a", "b"]
    assert axes.get_xlim() == (0, 1)
    assert [patch.get_width() for patch in axes.patches] == [0.0, 0.25, 0.9, 0.0]
    assert texts(axes) == ["0.00  (3 boxes)", "0.25  (1 box)", "0.90  (15 boxes)", "(0 boxes)"]
    colours = [to_hex(patch.get_facecolor()) for patch in axes.patches[:3]]
    assert colours == [evaluation_plots.PALE_BLUE] * 2 + [evaluation_plots.BLUE]


@pytest.mark.parametrize("count", [1, 20], ids=["one class", "twenty classes"])
def test_rows_are_as_high_with_many_classes_as_with_one(count):
    figure = evaluation_plots.per_class([Bar(name, 0.5, 1) for name in NAMES[:count]])
    axes = drawn(figure)[0]
    height = axes.get_window_extent().height / figure.dpi / count
    assert 0.3 < height < 0.95


@pytest.mark.parametrize(
    "values, end",
    [((0.001, 0.0), 0.25), ((0.5, 0.1), 0.65), ((0.9, 0.2), 1.0), ((), 0.25)],
    ids=["small costs look small", "room behind the bar", "never above 1", "none"],
)
def test_costs_have_an_axis_that_does_not_exaggerate(values, end):
    axes = drawn(evaluation_plots.error_kinds([Bar("missed", value, 2) for value in values]))[0]
    np.testing.assert_allclose(axes.get_xlim(), (0, end))
    assert [text for text in texts(axes) if text.startswith("+")] == [
        f"+{value:.2f}  (2 errors)" for value in values
    ]


def test_breakdowns_have_a_panel_each():
    groups = {"size": [Bar("small", 0.5, 3)], "aspect": [Bar("tall", 0.1, 1), Bar("wide", 1, 2)]}
    axes = drawn(evaluation_plots.breakdowns(groups))
    assert [one.get_title() for one in axes] == list(groups)
    assert [row_names(one) for one in axes] == [["small"], ["tall", "wide"]]
    assert {one.get_xlim() for one in axes} == {(0, 1)}
    assert [len(drawn(evaluation_plots.breakdowns(none))) for none in ({}, {"size": []})] == [0, 1]


@pytest.mark.parametrize(
    "span, ends, text",
    [
        (Span("a", 0.52, 0.59, 0.65), [0.52, 0.65], "0.59  (0.52 to 0.65)"),
        (Span("a", 0.8, 0.9, 1.0), [0.8, 1.0], "0.90  (0.80 to 1.00)"),
        (Span("a", None, 0.1, None), [0.1], "0.10"),
        (Span("a", None, None, None), [], "nothing to measure"),
    ],
    ids=["interval", "at the end", "value alone", "none"],
)
def test_intervals_go_from_their_low_to_their_high(span, ends, text):
    axes = drawn(evaluation_plots.intervals([span]))[0]
    assert axes.get_xlim() == (0, 1)
    assert texts(axes) == [text]
    assert list(axes.lines[0].get_xdata() if axes.lines else []) == ends
    assert 0 <= axes.texts[0].get_position()[0] <= 1


def test_two_models_are_compared_where_they_differ_most_first():
    values = {"a": (0.5, 0.6), "b": (0.9, 0.2), "c": (None, 0.05), "d": (None, None)}
    figure = evaluation_plots.two_models(values, ("before", "after $x$"))
    axes = drawn(figure)[0]
    assert row_names(axes) == ["b", "a", "c", "d"]
    assert axes.get_xlim() == (0, 1)
    first, second = (points.get_offsets().tolist() for points in axes.collections)
    assert (first, second) == ([[0.9, 0], [0.5, 1]], [[0.2, 0], [0.6, 1], [0.05, 2]])
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["before", r"after \$x\$"]
    colours = [to_hex(points.get_facecolor()[0]) for points in axes.collections]
    assert colours == [evaluation_plots.ORANGE, evaluation_plots.BLUE]


@pytest.mark.parametrize(
    "name, shown",
    [("cat", "cat"), ("c" * 22, "c" * 22), ("c" * 23, "c" * 21 + "…"), ("$a$", r"\$a\$")],
    ids=["short", "just fits", "too long", "dollars"],
)
def test_names_fit_beside_an_axis(name, shown):
    assert evaluation_plots.short_name(name) == shown
