"""What the device tells of itself, from files as a Pi has them."""

import pytest

from detection.device import host


@pytest.fixture()
def root(tmp_path):
    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    write("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
    write("proc/self/status", "Name:\tpython3\nVmPeak:\t9000 kB\nVmRSS:\t 5120 kB\n")
    return tmp_path


def test_a_pi(root):
    assert host.device_name(root) == "Raspberry Pi 4 Model B Rev 1.4"
    assert host.memory(root) == 5.0


def test_a_device_that_tells_nothing(tmp_path):
    assert host.device_name(tmp_path) == ""
    assert host.memory(tmp_path) is None


def test_this_process_takes_memory():
    assert host.memory() > 10
