"""What benchmarks share: they print ratios against a rival timed in the same run."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker("benchmark")


@pytest.fixture(scope="session")
def seconds_of():
    """Wall seconds of a Python program as a process of its own, and what it printed."""

    def run(program, *arguments):
        started = time.perf_counter()
        ended = subprocess.run([sys.executable, "-c", program, *map(str, arguments)],
                               cwd=str(ROOT), stdout=subprocess.PIPE, check=True,
                               universal_newlines=True)
        return time.perf_counter() - started, ended.stdout.strip()

    return run


@pytest.fixture(scope="session")
def side_by_side():
    """Times rivals in turns; prints and returns the medians and how the first compares."""

    def compare(title, rounds=5, **rivals):
        times = {name: [] for name in rivals}
        for _ in range(rounds):
            for name, action in rivals.items():
                started = time.perf_counter()
                given = action()
                times[name].append(given if isinstance(given, float)
                                   else time.perf_counter() - started)
        medians = {name: statistics.median(taken) for name, taken in times.items()}
        first = next(iter(medians))
        print(f"\n{title}")
        for name, median in medians.items():
            spread = f"{min(times[name]):.2f} to {max(times[name]):.2f}"
            print(f"  {name:<28} {median:8.2f} s ({spread}), "
                  f"{median / medians[first]:.2f} times {first}")
        return medians

    return compare
