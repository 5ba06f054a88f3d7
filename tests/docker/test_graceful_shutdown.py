"""Signals, in a process of its own: what is deferred, and what ends at once."""

import math
import os
import signal

import pytest

from helpers.structures.errors import BadInput, JobFailed
from helpers.training.job_layout import STOP_VARIABLE
from trainer.graceful_shutdown import SAGEMAKER_SECONDS, GracefulShutdown, Stopped


@pytest.fixture
def shutdown():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    shutdown = GracefulShutdown()
    shutdown.listen()
    yield shutdown
    for number, handler in before.items():
        signal.signal(number, handler)


def send(*numbers):
    for number in numbers:
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_at_once_what_is_not_deferred(shutdown, number):
    with pytest.raises(JobFailed, match=f"by {number.name}. Start"):
        send(number)
    send(signal.SIGINT, signal.SIGTERM)  # more of them end nothing more
    assert shutdown.signal == number.name


def test_lets_finish_what_is_deferred(shutdown):
    done = []
    with pytest.raises(JobFailed, match="by SIGINT"):
        with shutdown.deferred():
            send(signal.SIGINT, signal.SIGTERM)
            done.append(shutdown.signal)
        done.append("after")
    assert done == ["SIGINT"]
    with shutdown.deferred():  # the next piece, on the way out, is not ended by the same signal
        done.append("shipped")
    assert done == ["SIGINT", "shipped"]


def test_says_where_it_was(shutdown):
    shutdown.signal = "SIGTERM"
    assert " SIGTERM at step 3 of 9. " in str(shutdown.reason("at step 3 of 9"))


def test_an_error_inside_is_not_hidden(shutdown):
    with pytest.raises(ValueError), shutdown.deferred():
        send(signal.SIGTERM)
        raise ValueError


@pytest.mark.parametrize(
    "number, takes, finishes",
    [
        pytest.param(signal.SIGTERM, 100, True, id="the time will do"),
        pytest.param(signal.SIGTERM, 130, False, id="it will not"),
        pytest.param(signal.SIGTERM, math.inf, False, id="nobody knows how long"),
        pytest.param(signal.SIGINT, 1, False, id="somebody waits"),
    ],
)
def test_finishes_what_ends_before_the_process_is_killed(shutdown, number, takes, finishes):
    done = []
    try:
        with shutdown.finishing(takes):
            send(number)
            done.append("all")
    except Stopped as error:
        assert error.signal_name == number.name
    assert done == ["all"] * finishes and shutdown.signal == number.name


def test_counts_the_seconds_from_the_first_signal(shutdown):
    assert shutdown.seconds_left == math.inf
    with shutdown.finishing(-math.inf):
        send(signal.SIGTERM, signal.SIGTERM)
    assert SAGEMAKER_SECONDS - 10 < shutdown.seconds_left <= SAGEMAKER_SECONDS


@pytest.mark.parametrize("text, seconds", [("0", 0), ("30.5", 30.5)])
def test_a_launcher_says_how_long_it_waits(monkeypatch, text, seconds):
    monkeypatch.setenv(STOP_VARIABLE, text)
    shutdown = GracefulShutdown.from_environment()
    with pytest.raises(Stopped):
        shutdown._on_signal(signal.SIGTERM, None)
    assert seconds - 5 < shutdown.seconds_left <= seconds


@pytest.mark.parametrize("text", ["", "soon", "-1", "inf", "nan"])
def test_no_number_of_seconds_is_refused(monkeypatch, text):
    monkeypatch.setenv(STOP_VARIABLE, text)
    with pytest.raises(BadInput, match=STOP_VARIABLE):
        GracefulShutdown.from_environment()


def test_the_outcome_is_part_of_the_reason(shutdown):
    shutdown.signal = "SIGTERM"
    text = str(shutdown.reason("at step 3 of 9").after("saved and exported"))
    assert text.startswith("stopped by SIGTERM at step 3 of 9, saved and exported. ")
