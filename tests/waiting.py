"""Waiting for what another process does."""

import time

PATIENCE = 120  # seconds


def until(condition, patience=PATIENCE):
    """Evaluates a condition until it holds, for so many seconds; gives back its last value."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"still {value!r} after {patience} s"
        time.sleep(0.1)
