"""Items and tasks in several processes: results, errors, and what happens when one is killed."""

import io
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.structures.errors import BadInput, HelpersError
from helpers.system import processes

ROOT = Path(__file__).resolve().parents[3]


def square(number):
    return number * number


def process_of(_):
    return os.getpid()


@pytest.mark.parametrize("count", [0, 1, 7, 299, 300, 1001])
def test_results_come_in_order(count):
    assert list(processes.map_items(square, list(range(count)), "squaring")) == [
        number * number for number in range(count)
    ]


def test_few_files_stay_in_this_process_and_many_do_not(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert set(processes.map_items(process_of, [0] * 10, "asking")) == {os.getpid()}
    others = set(processes.map_items(process_of, [0] * 1000, "asking"))
    assert os.getpid() not in others and 1 <= len(others) <= 2


def test_one_core_needs_no_other_process(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert set(processes.map_items(process_of, [0] * 1000, "asking")) == {os.getpid()}


def squared(task, on_progress):
    on_progress(task)
    return task**2, os.getpid()


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_every_task_is_done_once_and_all_progress_is_reported(count):
    reported = []
    results = list(processes.run_tasks(squared, range(10), count, reported.append))
    assert sorted(result for result, _ in results) == [number**2 for number in range(10)]
    assert sum(reported) == sum(range(10))
    pids = {pid for _, pid in results}
    assert pids == {os.getpid()} if count == 1 else len(pids) == min(count, 10)


@pytest.mark.parametrize("count", [1, 2])
def test_no_task_is_no_result(count):
    assert list(processes.run_tasks(squared, [], count, print)) == []


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(BadInput("a.jpg: is broken"), id="BadInput"),
        pytest.param(OSError(28, "full", "a.record"), id="OSError"),
    ],
)
@pytest.mark.parametrize("count", [1, 2])
def test_an_error_reaches_the_caller(count, error):
    def work(task, on_progress):
        if task == 3:
            raise error
        return task

    with pytest.raises(type(error)) as caught:
        list(processes.run_tasks(work, range(6), count, print))
    assert str(caught.value) == str(error)
    assert multiprocessing.active_children() == []


def test_a_killed_process_raises_an_error():
    def work(task, on_progress):
        if task == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.01)
        return task

    with pytest.raises(HelpersError, match=r"exit -9.*--jobs 1"):
        list(processes.run_tasks(work, range(40), 2, print))
    assert multiprocessing.active_children() == []


def test_closing_the_iterator_ends_the_processes(tmp_path):
    def work(task, on_progress):
        time.sleep(0.01)
        (tmp_path / str(task)).write_text("")
        return task

    running = processes.run_tasks(work, range(1000), 2, print)
    next(running)
    running.close()
    assert multiprocessing.active_children() == []
    assert len(list(tmp_path.iterdir())) < 500


ORPHANS = r"""
import os, sys, time
from helpers.system import processes
def work(task, on_progress):
    os.write(1, b'%d\n' % os.getpid())
    while True:
        time.sleep(0.005)
        on_progress(1)
list(processes.run_tasks(work, range(2), 2, lambda done: None))
"""


def alive(pid):
    """Whether a process runs; one that only waits for its end to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="processes are told by /proc, which only Linux has"
)
def test_no_process_outlives_its_killed_parent():
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHANS],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        universal_newlines=True,
    )
    pids = [int(parent.stdout.readline()) for _ in range(2)]
    assert all(map(alive, pids))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.01)
    left = [pid for pid in pids if alive(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="only Linux binds a process to processor cores"
)
def test_cores_are_those_this_process_may_use():
    allowed = os.sched_getaffinity(0)
    code = "import os; os.sched_setaffinity(0, {%d}); " % min(allowed)
    code += "from helpers.system import processes; print(processes.cores())"
    output = subprocess.run(
        [sys.executable, "-c", code],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        check=True,
        universal_newlines=True,
    ).stdout
    assert output == "1\n" and processes.cores() == len(allowed)


@pytest.mark.parametrize("items, shown", [((), False), ((1,), True)], ids=["nothing", "one"])
def test_a_bar_is_shown_where_there_is_something_to_do(monkeypatch, items, shown):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(processes.map_items(abs, items, "counting")) == list(items)
    assert ("counting" in terminal.getvalue()) == shown
