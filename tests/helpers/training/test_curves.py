"""Curves under plain names, and their smoothing."""

import math

import event_files
import numpy as np
import pytest
from event_files import MAP, losses

from helpers.training import curves
from helpers.training.event_reader import Events, Point
from helpers.training.event_sources import EventRun

POINTS = [Point(1, 0.5)]


@pytest.mark.parametrize(
    "training, evaluation, expected",
    [
        pytest.param(["loss_1", "loss_2"], [], {"loss"}, id="loss while training"),
        pytest.param([], ["loss", "Loss/total_loss"], {"eval loss"}, id="loss of the evaluation"),
        pytest.param(
            ["Loss/classification_loss_1"],
            ["Loss/classification_loss", "Loss/localization_loss"],
            {"classification loss", "eval classification loss", "eval localization loss"},
            id="parts of an SSD's loss",
        ),
        pytest.param(
            ["Loss/BoxClassifierLoss/localization_loss"], [], {"localization loss"}, id="two stages"
        ),
        pytest.param(["learning_rate_1"], ["learning_rate"], {"learning rate"}, id="learning rate"),
        pytest.param([], [MAP, f"{MAP}@.50IOU"], {"mAP", "mAP at IoU 0.5"}, id="mAP"),
        pytest.param(["global_step/sec"], [], {"steps/s"}, id="steps per second"),
        pytest.param(["global_step/sec", "images/sec"], [], {"images/s"}, id="images per second"),
        pytest.param(["something"], [], set(), id="none of them"),
    ],
)
def test_the_curves_worth_a_look(training, evaluation, expected):
    events = Events({tag: POINTS for tag in training}, {tag: POINTS for tag in evaluation}, [])
    found, notes = curves.choose(events)
    assert set(found) == expected and notes == []


def test_a_nan_loss_is_said(tmp_path):
    values = [(10, "loss_1", 3.0), (20, "loss_1", math.nan), (30, "loss_1", math.inf)]
    event_files.write(tmp_path, values)
    run = curves.read(EventRun("job", tmp_path, "job"))
    assert [step for step, _ in run.curves["loss"]] == [10, 20, 30]
    assert len(run.notes) == 1 and "step 20" in run.notes[0] and "2 of 3" in run.notes[0]


def test_map_without_ground_truth_is_left_out_and_said():
    found, notes = curves.choose(Events({}, {MAP: [Point(1, -1.0), Point(2, 0.0)]}, []))
    assert found == {"mAP": [Point(2, 0.0)]} and len(notes) == 1
    found, _ = curves.choose(Events({}, {MAP: [Point(1, -1.0)]}, []))
    assert found == {}


def test_events_without_a_curve_are_said(tmp_path):
    event_files.write(tmp_path, [])
    run = curves.read(EventRun("job", tmp_path, "job"))
    assert run.curves == {} and len(run.notes) == 1


def debiased(values, weight):
    """By the definition: a weighted mean of all values so far."""
    weights = [weight ** (len(values) - 1 - number) for number in range(len(values))]
    return float(np.average(values, weights=weights))


@pytest.mark.parametrize("weight", [0.0, 0.6, 0.9])
def test_smoothing_is_the_weighted_mean_of_all_so_far(weight):
    points = [Point(step, value) for step, value in enumerate([9.0, 1.0, 4.0, 4.0, 0.5])]
    smooth = curves.smoothed(points, weight)
    assert [step for step, _ in smooth] == [0, 1, 2, 3, 4]
    for number, (_, value) in enumerate(smooth):
        expected = debiased([point.value for point in points[: number + 1]], weight)
        assert value == pytest.approx(expected)


def test_smoothing_passes_over_nan():
    points = [Point(0, 2.0), Point(1, math.nan), Point(2, 2.0)]
    values = [value for _, value in curves.smoothed(points, 0.6)]
    assert values[0] == values[2] == pytest.approx(2.0) and math.isnan(values[1])
    assert curves.smoothed([], 0.6) == []


def test_a_falling_loss_stays_between_its_values():
    points = [Point(step, value) for step, _, value in losses(range(50))]
    values = [value for _, value in curves.smoothed(points, 0.9)]
    assert values == sorted(values, reverse=True) and values[0] == points[0].value
