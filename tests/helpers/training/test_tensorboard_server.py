"""The program that TensorBoard runs in: its first line, and what ends it."""

import json
import os
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "helpers.training.tensorboard_server"]


def start(folder, parent):
    return subprocess.Popen(
        [*COMMAND, str(parent), ".", "0", "5"],
        cwd=str(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def test_the_first_line_has_the_port_and_it_ends_with_its_input(tmp_path):
    with start(tmp_path, os.getpid()) as process:
        assert json.loads(process.stdout.readline().decode())["port"] > 1024
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(10) == 0


def test_it_ends_at_once_when_the_parent_is_another(tmp_path):
    with start(tmp_path, os.getppid()) as process:
        assert process.wait(60) == 0


def test_a_port_that_cannot_be_bound_is_an_error():
    pytest.importorskip("tensorboard")
    done = subprocess.run(
        [*COMMAND, str(os.getpid()), ".", "70000", "5"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert done.returncode == 1 and "70000" in json.loads(done.stdout.decode())["error"]
