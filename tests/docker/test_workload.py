"""How much a run does."""

from types import SimpleNamespace

import pytest

from helpers.pipeline_config import pipeline
from helpers.training.hyperparameters import Hyperparameters
from trainer import workload
from trainer.run_clock import RunClock


def run_of(**hyperparameters):
    """A run with 100 images in batches of 8, which are cropped at random."""
    config = pipeline.read("small_ssd")
    config.train_config.batch_size = 8
    config.train_config.data_augmentation_options.add().ssd_random_crop.SetInParent()
    return SimpleNamespace(
        hyperparameters=Hyperparameters(**hyperparameters),
        config=config,
        images=100,
        eval_images=40,
    )


@pytest.mark.parametrize(
    "steps, evaluations", [(0, 1), (300, 1), (1000, 1), (1001, 2), (2500, 3)], ids=str
)
def test_a_run_is_evaluated_at_its_end_too(steps, evaluations):
    run = run_of(num_steps=300)
    assert workload.of(run, steps, False) == (steps, 0, 40, evaluations)


@pytest.mark.parametrize("steps, views", [(10, 1), (60, 2), (200, 4), (5000, 8)], ids=str)
def test_views_follow_the_steps_where_features_are_kept(steps, views):
    assert workload.of(run_of(), steps, True).views == 100 * views


def test_what_was_trained_before_is_not_waited_for(monkeypatch):
    cache = SimpleNamespace(images=100, views=2, pace=0.5)
    made = []
    monkeypatch.setattr(workload, "PaceHook", lambda *arguments: made.append(arguments))
    clock = RunClock()
    workload.pace_hook(run_of(num_steps=200), cache, clock, 150)
    workload.pace_hook(run_of(num_steps=200), None, clock)
    assert made == [(clock, 0.5, 200, (50, 400, 40, 1), 8), (clock, 0.0, 0, (200, 0, 40, 1), 8)]
