"""Signals, in a process of its own: what is deferred, and what ends at once."""

import os
import signal

import pytest

from helpers.structures.errors import JobFailed
from trainer.graceful_shutdown import GracefulShutdown


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
