"""What C libraries print is hidden, also when the call fails, and standard error comes back."""

import os
import subprocess
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


def test_blocks_of_several_threads_overlap(capfd):
    first = silence_stderr()
    second = silence_stderr()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    os.write(2, b"hidden\n")
    second.__exit__(None, None, None)
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_own_messages_are_kept(pi_folder):
    program = (
        "import os, sys\n"
        "from detection.device import silence_stderr as module\n"
        "module.keep_own_messages()\n"
        "with module.silence_stderr():\n"
        "    os.write(2, b'hidden\\n')\n"
        "    print('é, ours', file=sys.stderr)\n"
        "print('after', file=sys.stderr)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(pi_folder), "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, stderr=subprocess.PIPE, check=True
    )
    assert ran.stderr == b"\\xe9, ours\nafter\n"
