"""Plots of training: axes, lines, colours."""

import io
import math

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from helpers.training.curves import MAP, MAP_50
from helpers.training.event_reader import EventImage, Point
from helpers.ui import training_plots
from helpers.ui.plots import PALETTE


def points(*values):
    return [Point(10 * step, value) for step, value in enumerate(values, start=1)]


def drawn(figure):
    """The panels by title, after drawing: a tick has its text only then."""
    figure.canvas.draw()
    return {axes.get_title(): axes for axes in figure.axes}


def plot(curves, **options):
    return drawn(training_plots.training_curves({"run": curves}, "title", **options))


def colours(axes):
    return {to_hex(line.get_color()) for line in axes.lines}


@pytest.mark.parametrize(
    "values",
    [(0.79631, 0.79632), (0.5,), (0.0, 0.0), (0.1, 0.9, 0.4)],
    ids=["two, nearly equal", "one", "zeros", "three"],
)
def test_map_is_read_at_a_glance(values):
    (axes,) = plot({MAP: points(*values)}).values()
    assert axes.get_ylim() == (0, 1)
    assert axes.yaxis.get_offset_text().get_text() == ""
    (line,) = axes.lines
    assert list(line.get_ydata()) == list(values) and line.get_marker() == "o"
    low, high = axes.get_xlim()
    assert low <= line.get_xdata()[0] and line.get_xdata()[-1] < high
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [f"mAP: {values[-1]:.2f}"]


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_no_axis_has_an_offset_and_each_begins_at_zero(scale):
    curves = {
        name: points(3.00001 * scale, 3.00002 * scale)
        for name in ("loss", "learning rate", "images/s")
    }
    for axes in plot(curves).values():
        assert axes.yaxis.get_offset_text().get_text() == ""
        assert axes.xaxis.get_offset_text().get_text() == ""
        labels = [tick.get_text() for tick in axes.get_yticklabels()]
        assert len(set(labels)) == len(labels) >= 3
        assert axes.get_ylim()[0] == 0 < 3 * scale < axes.get_ylim()[1]


def test_raw_is_faint_and_smoothed_solid():
    axes = plot({"loss": points(9, 1, 9, 1)}, smoothing=0.5)["loss"]
    raw, smooth = axes.lines
    assert raw.get_alpha() < 0.5 and list(raw.get_ydata()) == [9, 1, 9, 1]
    assert smooth.get_alpha() is None
    assert np.ptp(smooth.get_ydata()) < np.ptp(raw.get_ydata())
    (alone,) = plot({"loss": points(9, 1, 9, 1)}, smoothing=0)["loss"].lines
    assert list(alone.get_ydata()) == [9, 1, 9, 1] and alone.get_alpha() is None


def test_a_nan_loss_leaves_a_gap():
    axes = plot({"loss": points(3, math.nan, math.inf, 2)})["loss"]
    for line in axes.lines:
        assert list(np.isnan(line.get_ydata())) == [False, True, True, False]
    assert 3 < axes.get_ylim()[1] < 4


def test_a_spike_does_not_flatten_the_rest():
    axes = plot({"loss": points(*[2.0] * 99, 1e6)}, smoothing=0.9)["loss"]
    raw, smooth = axes.lines
    assert axes.get_ylim()[1] >= max(smooth.get_ydata()) > axes.get_ylim()[1] / 2


def test_train_and_eval_share_a_panel():
    panels = plot({"loss": points(3, 2, 1), "eval loss": points(4), MAP: points(1), MAP_50: []})
    assert len(panels) == 2
    texts = panels["loss"].figure.legends[0].get_texts()
    assert [text.get_text() for text in texts] == ["train", "eval"]
    assert panels["loss"].lines[-1].get_marker() == "o"


def test_runs_differ_by_colour_and_are_named_once():
    series = {f"run-{n}": {"loss": points(3, 2, n), MAP: points(n / 10)} for n in range(3)}
    panels = drawn(training_plots.training_curves(series, "three runs"))
    for axes in panels.values():
        assert colours(axes) == set(PALETTE[:3])
    (legend,) = panels["loss"].figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(series)


def test_nothing_to_plot_is_said():
    for figure in (
        training_plots.training_curves({"run": {}}, "title"),
        training_plots.evaluation_images([]),
    ):
        assert drawn(figure) == {} and len(figure.texts) == 1


def png(width, height):
    stream = io.BytesIO()
    Image.new("RGB", (width, height)).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_images_of_the_evaluation(count):
    images = [(f"image {n}", EventImage("tag", 1, png(40, 10 + 10 * n))) for n in range(count)]
    panels = drawn(training_plots.evaluation_images(images))
    assert list(panels) == [f"image {n}" for n in range(count)]
    assert [axes.images[0].get_array().shape for axes in panels.values()] == [
        (10 + 10 * n, 40, 3) for n in range(count)
    ]
