"""The set-up: what it makes again, what it leaves alone, how fast it is.

Nothing is installed here. The machines are folders on a PATH of their own; where a Python 3.7 is
to be found, it is the real one behind this test run.
"""

import re
import subprocess
import sys
import time

import pytest
from setup_machine import ROOT, SCRIPT, only_37, program


@only_37
def test_an_environment_made_otherwise_is_not_touched(machine):
    (machine.project / ".venv").mkdir()
    (machine.project / ".venv" / "mine").write_text("keep")
    result = machine.set_up()
    assert result.returncode == 1
    assert re.search(r"\.venv .*Python 3\.7 .*move", result.stderr)
    assert (machine.project / ".venv" / "mine").read_text() == "keep"
    assert not (machine.project / ".venv.unfinished").exists()


@pytest.mark.parametrize("process", ["", "999999999"], ids=["no process", "ended process"])
def test_an_interrupted_set_up_is_begun_anew(machine, process):
    (machine.project / ".venv" / "bin").mkdir(parents=True)
    (machine.project / ".venv" / "half").write_text("")
    (machine.project / ".venv.unfinished").write_text(process)
    program(machine.path[0] / "conda", "[ $1 = --version ] || { ls -a .venv; exit 1; }")
    result = machine.set_up()
    assert ": beginning anew" in result.stderr
    assert not (machine.project / ".venv" / "half").exists()


def test_two_at_once_are_refused(machine):
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)", SCRIPT])
    try:
        (machine.project / ".venv.unfinished").write_text(str(sleeper.pid))
        result = machine.set_up()
    finally:
        sleeper.terminate()
        sleeper.wait()
    assert result.returncode == 1
    assert f"Process {sleeper.pid} is already" in result.stderr


@only_37
def test_the_second_call_is_silent_and_fast(machine):
    machine.finish()
    started = time.monotonic()
    result = machine.run("make", "setup")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert time.monotonic() - started < 2


@only_37
@pytest.mark.parametrize("name", ["environment.yml", "pyproject.toml", "requirements.lock"])
def test_a_changed_list_is_installed_again(machine, name):
    machine.finish()
    with (machine.project / name).open("a") as file:
        file.write("\n# changed\n")
    result = machine.set_up()
    assert "packages of requirements.lock" in result.stderr
    # This environment was made without pip, so that nothing can be installed here.
    assert result.returncode == 1
    assert re.search(r"\bNo module .*\bpip$", (machine.project / ".venv.log").read_text(), re.M)


@only_37
def test_a_moved_project_gets_a_new_environment(machine, tmp_path):
    machine.finish()
    machine.project.rename(tmp_path / "moved")
    machine.project = tmp_path / "moved"
    result = machine.set_up()
    assert "was moved: " in result.stderr


@only_37
def test_may_be_called_from_anywhere(machine):
    machine.finish()
    result = machine.run("sh", "-c", 'cd / && sh "$0"', str(machine.project / SCRIPT))
    assert (result.returncode, result.stderr) == (0, "")


def test_unknown_verbs_are_refused(machine):
    result = machine.set_up("pyhton")
    assert (result.returncode, result.stdout) == (1, "")
    assert "pyhton" in result.stderr


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_script_parses(shell):
    subprocess.run([shell, "-n", str(ROOT / SCRIPT)], check=True)
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)
