"""The folder under each Python, OpenCV, numpy and TensorFlow Lite runtime that a device may have.

Its self-test passes, and it finds on photos and in a video what it finds here.
"""

import subprocess

import pytest
from pi_delivery import BACKENDS, compare, run
from pi_environments import ENVIRONMENTS

OTHERS = sorted(name for name in ENVIRONMENTS if ENVIRONMENTS[name].python != "this")


def backends(name):
    return BACKENDS if ENVIRONMENTS[name].runtimes else ("opencv",)


@pytest.mark.parametrize("name", OTHERS)
def test_the_self_test_passes(environments, delivered, name):
    command = [environments(name), "detect.py", "--self-test"]
    said = subprocess.check_output(command, cwd=str(delivered)).decode().splitlines()
    passed = [line.split(":")[0] for line in said if ": passed" in line]
    assert passed == list(backends(name)), said


@pytest.mark.parametrize("name", OTHERS)
def test_it_finds_what_is_found_here(environments, delivered, found_here, name):
    for backend in backends(name):
        found = run(environments(name), delivered, backend)
        count, worst_iou, worst_score, wrong = compare(found_here(backend), found)
        print(f"{name} {backend}: {count} compared, {worst_iou:.4f}, {worst_score:.4f}")
        assert count > 20 and wrong == []
