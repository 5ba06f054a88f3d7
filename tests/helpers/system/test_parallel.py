"""The same results in the same order, whether in one process or in many."""

import os

import pytest

from helpers.system import parallel


def squared(number):
    return number * number


def process_of(_):
    return os.getpid()


@pytest.mark.parametrize("count", [0, 1, 7, 299, 300, 1001])
def test_results_come_in_order(count):
    assert list(parallel.each(squared, list(range(count)), "squaring")) == [
        number * number for number in range(count)
    ]


def test_few_files_stay_in_this_process_and_many_do_not(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert set(parallel.each(process_of, [0] * 10, "asking")) == {os.getpid()}
    others = set(parallel.each(process_of, [0] * 1000, "asking"))
    assert os.getpid() not in others and 1 <= len(others) <= 2


def test_one_core_needs_no_other_process(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    assert set(parallel.each(process_of, [0] * 1000, "asking")) == {os.getpid()}
