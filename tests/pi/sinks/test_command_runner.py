"""Commands run beside the detection, and what hangs is ended."""

import os
import time

import pytest

from detection.sinks.command_runner import MOST_RUNNING, MOST_WAITING, Command, CommandRunner


@pytest.fixture()
def said():
    return []


@pytest.fixture()
def runner(said):
    runner = CommandRunner(said.append)
    yield runner
    runner.close(0)


def command(text, timeout=20.0, **variables):
    return Command(text, variables, timeout)


def is_gone(pid):
    """Not there, or ended and only not yet asked for by its parent."""
    for _ in range(100):
        try:
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def test_values_arrive_as_they_are(runner, said, tmp_path):
    label = "a'b\"; touch hole; $(touch hole) `touch hole` \\ \u00e4"
    written = tmp_path / "label"
    runner.submit(command(f'printf %s "$DETECT_LABEL" > {written}', DETECT_LABEL=label))
    runner.close(None)
    assert written.read_text(encoding="utf-8") == label
    assert not said and sorted(os.listdir(str(tmp_path))) == ["label"]


def test_nothing_of_a_command_is_on_standard_output(runner, capfd):
    runner.submit(command("echo word; cat"))  # and cat finds nothing to read
    runner.close(None)
    assert capfd.readouterr() == ("", "word\n")


def test_a_bad_exit_is_told_once(runner, said):
    for _ in range(3):
        runner.submit(command("exit 7"))
    runner.submit(command("exit 0"))
    runner.close(None)
    (text,) = said
    assert text.startswith("exit 7: ") and " 7," in text


def test_a_hanging_command_is_ended_with_what_it_started(runner, said, tmp_path):
    pids = tmp_path / "pids"
    runner.submit(
        command(
            f"trap '' TERM; sleep 600 & echo $$ $! > {pids}.part; mv {pids}.part {pids}; wait", 0.5
        )
    )
    started = time.monotonic()
    assert time.monotonic() - started < 0.1
    runner.close(None)
    assert 0.5 <= time.monotonic() - started < 10
    assert [text.count("0.5") for text in said] == [1]
    assert all(is_gone(int(pid)) for pid in pids.read_text().split())


def test_some_run_at_once_and_some_wait_and_more_are_left_out(runner, said, tmp_path):
    line = f"echo >> {tmp_path / 'lines'}; while [ ! -e {tmp_path / 'go'} ]; do sleep 0.02; done"
    submitted = MOST_RUNNING + MOST_WAITING + 20
    started = time.monotonic()
    for number in range(submitted):
        runner.submit(command(line if number < MOST_RUNNING + 2 else "true"))
    assert time.monotonic() - started < 5
    deadline = time.monotonic() + 10
    lines = tmp_path / "lines"
    while not lines.exists() or len(lines.read_text()) < MOST_RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.1)
    assert len(lines.read_text()) == MOST_RUNNING
    assert len(said) == 1
    (tmp_path / "go").touch()
    runner.close(None)
    assert len(lines.read_text()) == MOST_RUNNING + 2


def test_at_the_end_of_a_camera_nothing_is_waited_for(runner, tmp_path, said):
    pid = tmp_path / "pid"
    for _ in range(MOST_RUNNING + 1):
        runner.submit(command(f"echo $$ > {pid}.part; mv {pid}.part {pid}; sleep 600", 600.0))
    while not pid.exists():
        time.sleep(0.02)
    started = time.monotonic()
    runner.close(0.2)
    assert time.monotonic() - started < 2
    assert is_gone(int(pid.read_text())) and not said


def test_a_command_that_cannot_be_started(runner, said):
    runner.submit(command("a\0b"))
    runner.close(None)
    assert len(said) == 1
