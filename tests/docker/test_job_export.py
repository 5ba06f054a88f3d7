"""What is exported after a stop, what is not, and what the reason then says."""

import math

import pytest

from helpers.pipeline_config.export_options import ExportOptions
from helpers.structures.errors import ParityFailed
from helpers.training.hyperparameters import parse
from trainer import job_export
from trainer.graceful_shutdown import Stopped

STOPPED = Stopped("SIGTERM", "at step 20 of 100")


@pytest.mark.parametrize(
    "left, expected, exported",
    [
        pytest.param(119.0, 60.0, True, id="time enough"),
        pytest.param(119.0, 80.0, False, id="likely too little time"),
        pytest.param(119.0, None, False, id="nothing was timed"),
        pytest.param(-1.0, 60.0, False, id="no time"),
    ],
)
def test_exports_where_the_time_is_likely_to_do(left, expected, exported):
    done = []
    reason = job_export.after_stop(STOPPED, left, expected, lambda: done.append("export"))
    assert bool(done) is exported
    assert ("saved and exported" in str(reason)) is exported
    assert ("saved, not exported: " in str(reason)) is not exported
    assert str(reason).startswith("stopped by SIGTERM at step 20 of 100, saved")


def test_times_are_named():
    reason = job_export.after_stop(STOPPED, 70.0, 80.0, lambda: None)
    assert "2:05" in str(reason) and "1:10" in str(reason)


def test_an_export_that_fails_is_not_the_cause():
    def fail():
        raise ParityFailed("opencv differs on 3 of 5 images\nmore. Do this.")

    reason = str(job_export.after_stop(STOPPED, 119.0, 10.0, fail))
    assert reason.startswith("stopped by SIGTERM at step 20 of 100, saved, not exported: opencv")
    assert len(reason.splitlines()) == 1


def test_without_an_estimate_it_may_take_for_ever():
    assert job_export.longest(None) == math.inf
    assert 10 < job_export.longest(10) < 60


def test_options_are_those_of_the_hyperparameters():
    given = parse({"quantize": "True", "post_training": "weights", "image_size": "96"})
    assert job_export.options(given) == ExportOptions(True, "FLOAT", 96, "weights")
