"""Recordings from a camera end well, however the program is ended."""

import os
import signal
import subprocess
import sys
import time

import pytest
from mjpeg_camera import MjpegCamera
from waiting import until

from detection.sinks.leftovers import has_frame

SOON = 2.0
ENOUGH = 300000  # bytes; some seconds


@pytest.fixture()
def record(tmp_path, pi_folder, random_model):
    """Starts a recording from a stream; waits until some of it is on the disk."""
    processes = []

    def start(camera, output):
        command = [sys.executable, pi_folder / "detect.py", camera.address, output]
        command += ["--model", random_model, "--headless"]
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=str(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            preexec_fn=lambda: [signal.signal(n, signal.SIG_DFL) for n in (1, 2, 15)],
        )
        processes.append(process)
        part = tmp_path / f".out.{process.pid}.part{output[-4:]}"
        until(lambda: part.exists() and part.stat().st_size > ENOUGH)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def said(error):
    """Lines on standard error but for the one about what runs the model."""
    return [line for line in error.splitlines() if " backend " not in line]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_finishes_the_video(tmp_path, record, name):
    with MjpegCamera() as camera:
        process = record(camera, "out.mp4")
        started = time.monotonic()
        process.send_signal(getattr(signal, name))
        process.send_signal(signal.SIGTERM)
        output, error = process.communicate(timeout=30)
    assert said(error) == []
    assert process.returncode == 0
    assert time.monotonic() - started < SOON
    assert has_frame(tmp_path / "out.mp4", 21)
    assert os.listdir(str(tmp_path)) == ["out.mp4"]


@pytest.mark.parametrize("name", ["out.mp4", "out.avi", "out.mov"])
def test_a_kill_costs_the_last_seconds(tmp_path, record, name):
    with MjpegCamera() as camera:
        killed = record(camera, name)
        killed.kill()
        killed.wait()
        process = record(camera, name)
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate(timeout=30)
    rescued = name.replace("out", "out-rescued-1")
    assert process.returncode == 0
    (line,) = said(error)
    assert line.startswith("detect.py: ") and rescued in line
    assert sorted(os.listdir(str(tmp_path))) == sorted([rescued, name])
    assert has_frame(tmp_path / rescued, 10)
