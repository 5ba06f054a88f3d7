"""Waiting for what another process does."""

import time

PATIENCE = 120  # seconds


def until(condition):
    """Evaluates a condition until it holds; gives back its last value."""
    deadline = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"still {value!r} after {PATIENCE} s"
        time.sleep(0.1)
