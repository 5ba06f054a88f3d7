"""Frames feed the watchdog of the service; without frames it starves."""

import socket

import pytest

from detection.sinks.watchdog import Watchdog, watchdog_sinks


class Told:
    """What a service manager was told."""

    def __init__(self):
        self.states = []

    def tell(self, *states):
        self.states.append([state for state in states if not state.startswith("STATUS=")])

    def close(self):
        self.states.append("closed")


class Found:
    detections = ()


@pytest.mark.parametrize(
    "times, expected",
    [
        ([], []),
        ([0], [["READY=1", "WATCHDOG=1"]]),
        ([0, 0.1, 0.9], [["READY=1", "WATCHDOG=1"]]),
        ([0, 0.5, 1.2, 1.9, 2.3], [["READY=1", "WATCHDOG=1"], ["WATCHDOG=1"], ["WATCHDOG=1"]]),
    ],
    ids=["no frame", "the first frame", "a fast camera", "once a second"],
)
def test_frames_feed_it(times, expected):
    told = Told()
    sink = Watchdog(told, iter(times).__next__)
    for _ in times:
        sink.write(Found)
    assert told.states == expected
    sink.close(None)
    assert told.states == [*expected, ["STOPPING=1"], "closed"]


def test_the_program_tells_when_it_detects_and_when_it_ends(
    run_detect, model, photos, tmp_path, monkeypatch
):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        result = run_detect(photos, "--model", model, "--json")
        assert result.returncode == 0, result.stderr
        received = [manager.recv(1000).decode().splitlines()]
        while received[-1] != ["STOPPING=1"]:
            received.append(manager.recv(1000).decode().splitlines())
    assert received[0][:2] == ["READY=1", "WATCHDOG=1"]


def test_without_a_service_manager_nothing_is_told(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert watchdog_sinks() == []
