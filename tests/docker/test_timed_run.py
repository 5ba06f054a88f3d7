"""Jobs that are timed and not trained."""

import json
import re
import shutil
from types import SimpleNamespace

import pytest
from job_here import Job

from helpers.pipeline_config import pipeline
from helpers.training.hyperparameters import Hyperparameters
from helpers.training.time_estimate import Pace
from trainer import timed_run

PACE = Pace(start=10.0, view=0.1, setup=20.0, step=0.5, image=0.1)


def run_of(minutes, num_steps=400):
    """A run with 100 images in batches of 8, 40 of them to evaluate on."""
    config = pipeline.read("small_ssd")
    config.train_config.batch_size = 8
    return SimpleNamespace(
        hyperparameters=Hyperparameters(num_steps=num_steps, minutes=minutes),
        config=config,
        images=100,
        eval_images=40,
    )


@pytest.mark.parametrize("cached", [False, True], ids=["whole steps", "kept features"])
def test_the_steps_that_end_in_time_do_and_one_more_does_not(cached):
    found = timed_run.outlook(run_of(3), PACE, cached)
    assert 0 < found["steps"] < 400 and sum(found["in_time"].values()) <= 180
    more = timed_run.outlook(run_of(0, found["steps"] + 1), PACE, cached)
    assert sum(more["wanted"].values()) > 180
    assert (found["wanted"]["features"] > 0) is cached


@pytest.mark.parametrize("minutes", [0, 60], ids=["no limit", "time enough"])
def test_all_steps_where_there_is_time(minutes):
    found = timed_run.outlook(run_of(minutes), PACE, True)
    assert found["steps"] == 400 and found["in_time"] == found["wanted"]


@pytest.mark.training
def test_a_timed_job_leaves_times_and_no_model(small_channel, tmp_path):
    """And of a config that nobody adapted, all batch norms are frozen where it says so."""
    shutil.copytree(str(small_channel), str(tmp_path / "training"))
    config = pipeline.read(tmp_path / "training" / "pipeline.config")
    config.model.ssd.freeze_batchnorm = True
    pipeline.write(config, tmp_path / "training" / "pipeline.config")
    job = Job(tmp_path / "job", tmp_path / "training")
    assert job.run(num_steps=2000, mode="time", minutes=0.001) == 0, job.last_log()
    timing = json.loads((job.base / "output" / "data" / "timing.json").read_text())
    assert timing["steps"] == 0 and min(timing["pace"]["setup"], timing["pace"]["step"]) > 0
    assert timing["pace"]["view"] == 0  # nothing is frozen
    wanted, none = timing["wanted"], timing["in_time"]
    assert wanted["steps"] == pytest.approx(1999 * timing["pace"]["step"]) and none["steps"] == 0
    assert wanted["export"] == none["export"] > 0
    assert not job.saved() and not list(job.base.glob("model/graph/*"))
    used = pipeline.read(job.base / "output" / "data" / "pipeline.config").model.ssd
    for layers in (used.feature_extractor, used.box_predictor.convolutional_box_predictor):
        assert not layers.conv_hyperparams.batch_norm.train
    assert len(re.findall("expected by .* in all", job.last_log())) == 1
