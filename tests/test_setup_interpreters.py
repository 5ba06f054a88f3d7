"""Which Python 3.7 or conda the set-up finds on a machine, and which it takes none of."""

import glob
import re
import subprocess

import pytest
from setup_machine import PYTHON37, REFUSES, only_37, program

# Where an installer puts things whatever the user's PATH and home folder are.
FIXED_PLACES = (
    "/opt/conda/bin/conda",
    "/opt/python/cp37*/bin/python",
    "/usr/local/opt/python@3.7/bin/python3.7",
    "/Library/Frameworks/Python.framework/Versions/3.7/bin/python3.7",
)


def link_on_the_path(machine):
    machine.link(machine.path[0] / "python3.7")


def real_one_behind_a_shim_that_refuses(machine):
    program(machine.path[0] / "python3.7", REFUSES)
    machine.link(machine.path[1] / "python3.7")


def plain_name_of_the_right_version(machine):
    machine.link(machine.path[1] / "python3")


def pyenv_by_its_variable(machine):
    program(machine.path[0] / "python3.7", REFUSES)
    machine.environment["PYENV_ROOT"] = machine.home / "py env"
    machine.link(machine.home / "py env" / "versions" / "3.7.16" / "bin" / "python")


def pyenv_by_its_own_word(machine):
    program(machine.path[0] / "pyenv", f"echo '{machine.home}/elsewhere'")
    machine.link(machine.home / "elsewhere" / "versions" / "3.7.9" / "bin" / "python")


def pyenv_in_the_home_folder(machine):
    machine.link(machine.home / ".pyenv" / "versions" / "3.7.16" / "bin" / "python")


def uv_in_the_home_folder(machine):
    machine.link(
        machine.home
        / ".local"
        / "share"
        / "uv"
        / "python"
        / "cpython-3.7.9-linux-x86_64-gnu"
        / "bin"
        / "python3.7"
    )


def uv_by_its_variable(machine):
    machine.environment["UV_PYTHON_INSTALL_DIR"] = machine.home / "u v"
    machine.link(machine.home / "u v" / "cpython-3.7.9-macos-x86_64-none" / "bin" / "python3.7")


@only_37
@pytest.mark.parametrize(
    "arrange",
    [
        link_on_the_path,
        real_one_behind_a_shim_that_refuses,
        plain_name_of_the_right_version,
        pyenv_by_its_variable,
        pyenv_by_its_own_word,
        pyenv_in_the_home_folder,
        uv_in_the_home_folder,
        uv_by_its_variable,
    ],
)
def test_finds_python(machine, arrange):
    arrange(machine)
    result = machine.set_up("python")
    assert (result.returncode, result.stdout) == (0, f"{PYTHON37}\n")


@only_37
def test_passes_over_one_that_cannot_make_environments(machine):
    """As Debian's cannot by itself."""
    hide = 'import sys; sys.modules["ensurepip"] = None; exec(sys.argv[1])'
    program(machine.path[0] / "python3.7", f"exec '{PYTHON37}' -c '{hide}' \"$2\"")
    machine.link(machine.path[1] / "python3.7")
    result = machine.set_up("python")
    assert result.stdout == f"{PYTHON37}\n"
    assert re.search(f"{machine.path[0] / 'python3.7'}: .* venv ", result.stderr)


@only_37
def test_an_activated_environment_is_seen_through(machine):
    """The environment that is activated may be deleted tomorrow; its interpreter stays."""
    subprocess.run([str(PYTHON37), "-m", "venv", "--without-pip", str(machine.home)], check=True)
    machine.path[:0] = [machine.home / "bin"]
    machine.environment.update(VIRTUAL_ENV=machine.home, PYTHONHOME="/nonsense", PYTHONPATH="/no")
    assert machine.set_up("python").stdout == f"{PYTHON37}\n"


@pytest.mark.skipif(any(map(glob.glob, FIXED_PLACES[1:])), reason="Python 3.7 in a fixed place")
@pytest.mark.parametrize(
    "script, remedy",
    [
        pytest.param(REFUSES, "", id="shim that refuses"),
        pytest.param("exit 0", "", id="another version"),
        pytest.param("exit 3", "apt-get install python3.7-venv", id="without venv"),
    ],
)
def test_takes_no_python_that_would_not_do(machine, script, remedy):
    program(machine.path[0] / "python3.7", script)
    result = machine.set_up("python")
    assert (result.returncode, result.stdout) == (1, "")
    assert remedy in result.stderr
    assert result.stderr.endswith("No Python 3.7 here.\n")


@pytest.mark.parametrize(
    "arrange, expected",
    [
        ({"first folder/conda": "exit 0", "second/mamba": "exit 0"}, "first folder/conda"),
        ({"first folder/conda": REFUSES, "second/conda": "exit 0"}, "second/conda"),
        ({"first folder/conda": REFUSES, "second/micromamba": "exit 0"}, "second/micromamba"),
        ({"home/miniforge3/bin/conda": "exit 0"}, "home/miniforge3/bin/conda"),
    ],
    ids=["first on the PATH", "behind a shim", "micromamba behind a shim", "home folder"],
)
def test_finds_conda_and_its_kin(machine, tmp_path, arrange, expected):
    for name, script in arrange.items():
        program(tmp_path / name, script)
    assert machine.set_up("conda").stdout == f"{tmp_path / expected}\n"


@pytest.mark.skipif(any(map(glob.glob, FIXED_PLACES)), reason="conda or 3.7 in a fixed place")
def test_a_machine_with_nothing_gets_one_sentence(machine):
    """Conda is there and fails, Python is there and too new, and pip reaches nothing."""
    program(
        machine.path[0] / "conda",
        "[ $1 = --version ] || { echo \"$*\"; echo 'no connection' >&2; exit 1; }",
    )
    program(machine.path[0] / "python3", "exit 1")
    result = machine.run("make", "setup")
    assert result.returncode == 2
    conda = f"{machine.path[0] / 'conda'} .*: no connection"
    assert any(re.fullmatch(conda, line) for line in result.stderr.splitlines())
    sentence = next(
        line for line in result.stderr.splitlines() if line.startswith("No Python 3.7 c")
    )
    assert re.search("Miniforge .* Python 3.7", sentence)
    assert not (machine.project / ".venv").exists()
    log = (machine.project / ".venv.log").read_text()
    assert f"--prefix {machine.project}/.venv --override-channels --channel conda-forge" in log
    assert re.search(r"conda-forge python=3\.7 pip=[\d.]+$", log, re.MULTILINE)
