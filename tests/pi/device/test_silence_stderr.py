"""What C libraries print is hidden, also when the call fails, and standard error comes back."""

import os
import sys

import pytest

from detection.device.silence_stderr import silence_stderr


def test_only_the_block_is_silent(capfd):
    os.write(2, b"before\n")
    with silence_stderr():
        os.write(2, b"from a C library\n")
        print("from Python", file=sys.__stderr__, flush=True)
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before\nafter\n"


def test_an_error_passes_and_standard_error_comes_back(capfd):
    with pytest.raises(KeyError):
        with silence_stderr():
            os.write(2, b"hidden\n")
            raise KeyError
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_no_descriptor_is_left_open():
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []
    for _ in range(5):
        with silence_stderr():
            pass
    if before:
        assert len(os.listdir("/proc/self/fd")) == len(before)
