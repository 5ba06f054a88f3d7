"""SIGTERM and SIGHUP end the program as Ctrl-C does; what follows breaks nothing off."""

import os
import signal

import pytest

from detection.device.signals import Stopped, stopped_by_signals

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(autouse=True)
def handlers():
    """As a program in the foreground has them; a runner in the background ignores SIGINT."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in CODES}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", sorted(CODES), ids=lambda number: number.name)
def test_a_signal_is_raised_with_its_exit_code(number):
    with pytest.raises(Stopped) as stopped:
        with stopped_by_signals():
            os.kill(os.getpid(), number)
    assert stopped.value.exit_code == CODES[number]
    assert isinstance(stopped.value, KeyboardInterrupt)


def test_the_name_is_said_but_for_ctrl_c():
    assert [str(Stopped(number)) for number in (2, 15)] == ["stopped", "stopped by SIGTERM"]


def test_further_signals_do_not_break_off_what_finishes_files():
    finished = []
    with pytest.raises(Stopped) as stopped:
        with stopped_by_signals():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            finally:
                for number in CODES:
                    os.kill(os.getpid(), number)
                finished.append("file")
    assert stopped.value.exit_code == 143
    assert finished == ["file"]


def test_what_is_ignored_stays_ignored():
    """As ``nohup`` asks."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with stopped_by_signals():
        os.kill(os.getpid(), signal.SIGHUP)


def test_handlers_are_put_back():
    with stopped_by_signals():
        assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
