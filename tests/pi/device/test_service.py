"""What systemd is told, on a real socket."""

import socket

import pytest

from detection.device.service import ALIVE, READY, find_manager


@pytest.fixture(params=["path", "abstract"])
def listening(request, tmp_path):
    """A datagram socket as systemd has one, and its name in the environment."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind(address if request.param == "path" else f"\0{address[1:]}")
        one.settimeout(5)
        yield one, {"NOTIFY_SOCKET": address}


def test_states_go_in_one_message(listening):
    there, environment = listening
    manager = find_manager(environment)
    manager.tell(READY, ALIVE)
    manager.close()
    assert there.recv(1000) == b"READY=1\nWATCHDOG=1"


def test_nobody_listens_any_more(tmp_path):
    with pytest.raises(OSError):
        find_manager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell(READY)


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}], ids=["unset", "empty"])
def test_started_by_hand(environment):
    assert find_manager(environment) is None
