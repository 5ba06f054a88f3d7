"""The time of a job's parts, and what its first steps let one expect, on a clock that is set."""

import re
from types import SimpleNamespace

import pytest

from helpers.training.time_estimate import TIMED, WARM_UP, Workload, estimate
from trainer import run_clock
from trainer.run_clock import PaceHook, RunClock

WORK = Workload(steps=100, views=20, eval_images=40)


@pytest.fixture
def clock(monkeypatch):
    """``clock.now`` is how old the process is."""
    clock = SimpleNamespace(now=10.0)
    monkeypatch.setattr(run_clock, "age", lambda: clock.now)
    return clock


def test_a_process_grows_older():
    first = run_clock.age()
    assert 0 < first <= run_clock.age()


def test_parts_add_up_and_the_rest_is_start_and_steps(clock):
    run = RunClock()
    with run.part("features"):
        clock.now += 3
    clock.now = run.begun = 20.0
    measure = run.timed("evaluation", lambda checkpoint: checkpoint)
    clock.now += 50
    for _ in range(2):
        with run.part("evaluation"):
            clock.now += 4
    assert measure("model.ckpt-5") == "model.ckpt-5"
    with run.part("export"):
        clock.now += 7
    assert run.so_far() == (17, 3, 50, 8, 7) and run.so_far().total == clock.now


def test_without_steps_all_that_is_not_export_is_start(clock):
    run = RunClock()
    with run.part("export"):
        clock.now += 7
    assert run.so_far() == (10, 0, 0, 0, 7)


def test_a_part_that_fails_is_counted_too(clock):
    run = RunClock()
    with pytest.raises(ValueError), run.part("export"):
        clock.now += 5
        raise ValueError
    assert run.seconds("export") == 5


def step(hook, clock, seconds, between=0.0):
    clock.now += between
    hook.before_run(None)
    clock.now += seconds
    hook.after_run(None, None)


@pytest.mark.parametrize(
    "view, image", [(0.25, 0.25), (0.0, 2.0 / 3 / 8)], ids=["kept features", "whole steps"]
)
def test_the_pace_is_that_of_ten_steps_after_the_first_ones(clock, view, image):
    run = RunClock()
    hook = PaceHook(run, view, 20, WORK, 8)
    step(hook, clock, 30, between=5)
    for _ in range(WARM_UP - 1):
        step(hook, clock, 0.001)
    for _ in range(TIMED):
        step(hook, clock, 2.0, between=60)  # a checkpoint is saved: no training
    step(hook, clock, 500)
    pace = hook.pace()
    assert run.begun == 45 and pace.setup == 35
    assert pace.start == 10 - 20 * view and pace.view == view
    assert pace.step == pytest.approx(2.0) and pace.image == pytest.approx(image)


def test_the_log_says_once_how_long_the_job_takes(clock, caplog, monkeypatch):
    monkeypatch.setattr(run_clock.log, "propagate", True)
    caplog.set_level("INFO", "trainer")
    run = RunClock()
    hook = PaceHook(run, 0.25, 20, WORK, 8)
    for _ in range(WARM_UP + TIMED - 1):
        step(hook, clock, 1.5)
    assert run.expected is None
    for _ in range(2 * TIMED):
        step(hook, clock, 1.5)
    (message,) = re.findall("expected by .*", caplog.text)
    assert run.expected == estimate(hook.pace(), WORK)
    assert run.expected.as_text() in message
