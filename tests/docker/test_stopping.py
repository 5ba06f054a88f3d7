"""Signals, in a process of its own: what is held, and what ends at once."""

import os
import signal

import pytest

from helpers.structures.errors import JobFailed
from trainer.stopping import Stop


@pytest.fixture
def stop():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    made = Stop()
    made.listen()
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


def send(*numbers):
    for number in numbers:
        os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_at_once_what_nobody_holds(stop, number):
    with pytest.raises(JobFailed, match=f"stopped by {number.name}. Start the job again"):
        send(number)
    send(signal.SIGINT, signal.SIGTERM)  # more of them end nothing more
    assert stop.signal == number.name


def test_lets_finish_what_is_held(stop):
    done = []
    with pytest.raises(JobFailed, match="stopped by SIGINT"):
        with stop.held():
            send(signal.SIGINT, signal.SIGTERM)
            done.append(stop.signal)
        done.append("after")
    assert done == ["SIGINT"]
    with stop.held():  # the next piece, on the way out, is not ended by the same signal
        done.append("shipped")
    assert done == ["SIGINT", "shipped"]


def test_says_where_it_was(stop):
    stop.signal = "SIGTERM"
    assert str(stop.reason("at step 3 of 9")).startswith("stopped by SIGTERM at step 3 of 9. ")


def test_an_error_inside_is_not_hidden(stop):
    with pytest.raises(ValueError), stop.held():
        send(signal.SIGTERM)
        raise ValueError
