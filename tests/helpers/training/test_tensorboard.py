"""TensorBoard's process: what it serves, and that it ends."""

import io
import json
import os
import signal
import subprocess
from urllib.request import urlopen

import event_files
import psutil
import pytest
from jupyter_client import KernelManager
from PIL import Image
from waiting import until

from helpers.structures.errors import MissingPart
from helpers.training.tensorboard import TensorBoard, TensorBoardOptions


def png():
    stream = io.BytesIO()
    Image.new("RGB", (4, 2), (1, 2, 3)).save(stream, "PNG")
    return stream.getvalue()


PNG = png()


def serve(folder, **options):
    return TensorBoard(".", folder, folder.parent / "board.log", TensorBoardOptions(**options))


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """A logdir whose path has what TensorBoard takes for separators; two runs, by links."""
    root = tmp_path_factory.mktemp("name:a,b")
    (root / "logdir").mkdir()
    for number, name in enumerate(("first", "second"), start=1):
        event_files.job(root / "jobs" / name, scale=number)
        (root / "logdir" / name).symlink_to(root / "jobs" / name / "checkpoints")
    folder = root / "jobs" / "first" / "checkpoints" / "eval_0"
    event_files.write(folder, [(60, "image/0", PNG)], number=2)
    return root / "logdir"


@pytest.fixture(scope="module")
def board(logdir):
    board = serve(logdir)
    yield board
    board.stop()


def ask(board, path):
    return json.loads(urlopen(board.url + path, timeout=30).read().decode())


def test_scalars_over_http_by_the_names_of_the_runs(board):
    runs = {"first", "first/eval_0", "second", "second/eval_0"}
    until(lambda: set(ask(board, "data/runs")) == runs)
    tags = ask(board, "data/plugin/scalars/tags")
    assert {run: sorted(tags[run]) for run in runs} == {
        run: [event_files.MAP, "loss"] if run.endswith("eval_0") else ["loss_1"] for run in runs
    }
    points = ask(board, "data/plugin/scalars/scalars?run=second&tag=loss_1")
    assert [step for _, step, _ in points] == [10, 20, 30, 40, 50]
    assert points[0][2] == pytest.approx(20 / 11)


def test_images_over_http_by_the_names_of_the_runs(board):
    (image,) = ask(board, "data/plugin/images/images?run=first/eval_0&tag=image/0&sample=0")
    assert image["step"] == 60
    content = urlopen(f"{board.url}data/plugin/images/individualImage?{image['query']}").read()
    assert content == PNG
    assert not ask(board, "data/plugin/images/tags")["second"]


def test_what_a_job_appends_is_seen(board, logdir):
    (path,) = logdir.glob("second/events*")
    event_files.append(path, event_files.losses([60, 70]))
    address = "data/plugin/scalars/scalars?run=second&tag=loss_1"
    until(lambda: [step for _, step, _ in ask(board, address)][-2:] == [60, 70])


def test_a_run_is_seen_that_begins_while_it_runs(board, logdir):
    event_files.job(logdir.parent / "jobs" / "third")
    (logdir / "third").symlink_to(logdir.parent / "jobs" / "third" / "checkpoints")
    until(lambda: "third/eval_0" in ask(board, "data/runs"))


def test_health_and_stop(logdir):
    board = serve(logdir)
    assert board.is_healthy()
    board.require_healthy()
    board.stop()
    board.stop()
    assert not board.is_healthy() and not psutil.pid_exists(board.pid)
    with pytest.raises(MissingPart, match="exit"):
        board.require_healthy()


def test_two_at_a_time_have_ports_of_their_own(board, logdir):
    other = serve(logdir)
    try:
        assert other.port != board.port and other.is_healthy() and board.is_healthy()
    finally:
        other.stop()


def test_a_port_in_use_is_named(board, logdir):
    with pytest.raises(MissingPart, match=f"{board.port}.*PORT=0"):
        serve(logdir, port=board.port)


def test_it_ends_when_nothing_refers_to_it(logdir):
    board = serve(logdir)
    pid = board.pid
    del board
    assert not psutil.pid_exists(pid)


START = """
import os, sys, time
from pathlib import Path
from helpers.training.tensorboard import TensorBoard
folder = Path({folder!r})
board = TensorBoard(".", folder, folder / "log")
child = os.fork()  # it holds the other end of the pipe
if child == 0:
    time.sleep(60)
    os._exit(0)
print(board.pid, child, flush=True)
"""


@pytest.fixture()
def kernel():
    """A kernel of Jupyter's, and a client of it."""
    manager = KernelManager()
    manager.start_kernel(stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(60)
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def printed(client, code):
    """What a kernel prints first."""
    client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=60)
        assert message["msg_type"] != "error", message["content"]
        if message["msg_type"] == "stream":
            return message["content"]["text"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
def test_nothing_is_left_when_the_kernel_is_gone(logdir, kernel, number):
    manager, client = kernel
    pid, child = map(int, printed(client, START.format(folder=str(logdir))).split())
    try:
        assert psutil.pid_exists(pid)
        manager.provisioner.process.send_signal(number)  # to it alone, not to its group
        until(lambda: not psutil.pid_exists(pid))
        assert psutil.pid_exists(child)
    finally:
        os.kill(child, signal.SIGKILL)


def test_variables_are_those_of_the_child_alone(logdir):
    board = serve(logdir, environment={"ONLY_FOR_THE_CHILD": "yes"})
    try:
        assert psutil.Process(board.pid).environ()["ONLY_FOR_THE_CHILD"] == "yes"
        assert "ONLY_FOR_THE_CHILD" not in os.environ
    finally:
        board.stop()


def test_what_cannot_start_says_why(logdir):
    with pytest.raises(MissingPart, match="board.log"):
        serve(logdir, environment={"PYTHONPATH": "", "PYTHONHOME": "/nowhere"})
