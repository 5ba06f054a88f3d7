"""A program in a terminal that nobody sees: its lines, its code, its end."""

import os
import sys

import pytest

from helpers.structures.errors import MissingPart
from helpers.system import terminal


def run(code, **variables):
    lines = []
    ended = terminal.run([sys.executable, "-c", code], lines.append, {**os.environ, **variables})
    return ended, lines


def test_the_program_sees_a_terminal_and_the_variables():
    code = "import os, sys; print(sys.stdout.isatty(), sys.stderr.isatty(), os.environ['A'])"
    assert run(code, A="b") == (0, ["True True b"])


@pytest.mark.parametrize(
    "written, expected",
    [
        (r"one\rtwo\n", ["one", "two"]),
        (r"a\n\x1b[1A\x1b[2K\rb\n\x1b[1Bc", ["a", "b", "c"]),
        (r"\x1b[1;32mgreen\x1b[0m\n\n", ["green"]),
        ("", []),
    ],
    ids=["drawn again", "moved up", "coloured", "nothing"],
)
def test_lines_are_given_as_they_are_drawn(written, expected):
    assert run(f"print('{written}', end='')") == (0, expected)


def test_much_output_arrives_whole():
    code, lines = run("print('é' * 100000)")
    assert (code, lines) == (0, ["é" * 100000])


def test_a_failure_has_its_code():
    assert run("raise SystemExit(3)") == (3, [])


def test_no_such_program():
    with pytest.raises(MissingPart, match="no-such-program"):
        terminal.run(["no-such-program"], print, {"PATH": ""})


def test_it_does_not_outlive_who_waits_for_it(tmp_path):
    def stop(line):
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt) as error:
        code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
        terminal.run([sys.executable, "-c", code], stop, os.environ)
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(error.value)), 0)
