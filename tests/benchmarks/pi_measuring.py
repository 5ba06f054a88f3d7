"""Runs ``detect.py`` and its rivals as whole processes on the first cores."""

import os
import subprocess
import time
from pathlib import Path

import pytest

PHOTOS = int(os.environ.get("BENCH_PHOTOS", 240))
DETECT = Path(__file__).resolve().parents[2] / "pi" / "detect.py"


def run(command, cores):
    """Runs a program; returns milliseconds a photo, the clock's and the processor's."""
    started, before = time.perf_counter(), os.times()
    subprocess.run(
        list(map(str, command)),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, range(cores)),
    )
    after = os.times()
    seconds = after.children_user + after.children_system
    spent = seconds - before.children_user - before.children_system
    return 1000 * (time.perf_counter() - started) / PHOTOS, 1000 * spent / PHOTOS


def usable(cores):
    """Skips where this process may not use so many cores."""
    if cores > len(os.sched_getaffinity(0)):
        pytest.skip("this machine has fewer cores")
