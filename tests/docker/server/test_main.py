"""The server as a process of its own, on a model with random weights."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import served_model
import tiny_model
import waiting
from served_model import photo

SERVE = Path(__file__).resolve().parents[3] / "docker" / "serve"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A job's ``/opt/ml`` with an exported model of random weights."""
    return served_model.lay_out(tmp_path_factory.mktemp("served"))


def started(base, **variables):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = dict(
        os.environ,
        SAGEMAKER_BIND_TO_PORT=str(port),
        PYTHONPATH=str(SERVE.parents[1]),
        **{"SAGEMAKER_BASE_DIR": str(base), **variables},
    )
    process = subprocess.Popen(
        [sys.executable, str(SERVE)],
        env=environment,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    return process, f"http://127.0.0.1:{port}"


def pings(process, url):
    assert process.poll() is None, process.stderr.read()
    return served_model.pings(url)


def test_a_model_is_served_until_it_is_stopped(base):
    process, url = started(base, THRESHOLD="0")
    try:
        waiting.until(lambda: pings(process, url))
        found = served_model.ask(url, photo((64, 48)))
        assert (found["width"], found["height"]) == (64, 48) and found["detections"]
        assert {item["label"] for item in found["detections"]} <= set(tiny_model.LABELS.names)
        for x_min, y_min, x_max, y_max in (item["box"] for item in found["detections"]):
            assert 0 <= x_min <= x_max <= 64 and 0 <= y_min <= y_max <= 48
    finally:
        process.terminate()
        process.stderr.close()
        process.wait(30)


@pytest.mark.parametrize(
    "variables, message",
    [
        ({"THRESHOLD": "2"}, "THRESHOLD"),
        ({"THRESHOLD": "a"}, "THRESHOLD"),
        ({"SAGEMAKER_BASE_DIR": "/nowhere"}, "/nowhere/model/graph"),
    ],
    ids=["over", "no number", "no model"],
)
def test_what_cannot_be_served_ends_with_its_reason(base, variables, message):
    process, _ = started(base, **variables)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert message in errors.splitlines()[-1] and "Traceback" not in errors
