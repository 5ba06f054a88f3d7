"""Commands are run as they are shown, and a failure names its cause."""

import os
import signal
import subprocess
import sys

import pytest

from helpers.structures.errors import HelpersError, MissingPart
from helpers.system import shell


@pytest.mark.parametrize(
    "command, expected",
    [
        pytest.param(
            ["docker", "build", "--tag", "a b", "."],
            "docker build \\\n    --tag 'a b' .",
            id="options and blanks",
        ),
        pytest.param(["echo"], "echo", id="one word"),
    ],
)
def test_as_text(command, expected):
    assert shell.as_text(command) == expected


def test_a_command_shown_is_the_command_run():
    command = [sys.executable, "-c", "import sys; print(sys.argv[1:])", "--a", "b c", "$HOME"]
    shown = subprocess.run(
        ["sh", "-c", shell.as_text(command)],
        stdout=subprocess.PIPE,
        universal_newlines=True,
        check=True,
    ).stdout.splitlines()
    assert shown == shell.run(command) == ["['--a', 'b c', '$HOME']"]


def test_run_passes_lines_and_the_secret_on(tmp_path):
    passed_on = []
    code = "import os, sys; print(sys.stdin.read()); print(os.getcwd(), file=sys.stderr)"
    lines = shell.run(
        [sys.executable, "-u", "-c", code], passed_on.append, tmp_path, secret="hidden"
    )
    assert lines == passed_on == ["hidden", str(tmp_path)]


@pytest.mark.parametrize(
    "code, expected",
    [
        pytest.param(
            "print('fine'); print('ERROR: disk full'); print('bye'); exit(3)",
            r"exit 3\): ERROR: disk",
            id="line with an error",
        ),
        pytest.param(
            "print('first'); print('second'); exit(1)", r"exit 1\): first\nsecond", id="last lines"
        ),
        pytest.param("exit(1)", "no output", id="no output"),
    ],
)
def test_run_says_what_went_wrong(code, expected):
    with pytest.raises(HelpersError, match=expected):
        shell.run([sys.executable, "-c", code], secret="x" * 100000)


def test_run_names_a_program_that_is_not_there():
    with pytest.raises(MissingPart, match="no-such-program: "):
        shell.run(["no-such-program"])


@pytest.mark.parametrize(
    "command, expected",
    [
        pytest.param(
            ["env", "DOCKER_BUILDKIT=1", "docker", "build", "."], "docker build", id="environment"
        ),
        pytest.param(["docker", "push", "x"], "docker push", id="arguments"),
        pytest.param(["ls"], "ls", id="one word"),
    ],
)
def test_title(command, expected):
    assert shell.title(command) == expected


STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


@pytest.mark.parametrize(
    "before, expected",
    [("import time; ", -signal.SIGTERM), (STUBBORN, -signal.SIGKILL)],
    ids=["that listens", "that does not"],
)
def test_end_a_process(before, expected):
    code = before + "print(flush=True); time.sleep(60)"
    process = shell.start([sys.executable, "-c", code], stdout=subprocess.PIPE)
    with process.stdout:
        assert process.stdout.readline() == b"\n"
        shell.end(process, 0.5)
        assert process.returncode == expected
        shell.end(process)
        assert process.returncode == expected


def test_a_command_is_ended_where_its_reader_fails():
    def stop(line):
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt) as error:
        code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
        shell.run([sys.executable, "-c", code], stop)
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(error.value)), 0)
