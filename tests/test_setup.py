"""The set-up: what it finds on a machine, what it says, what it leaves alone, how fast it is.

Nothing is installed here. The machines are folders on a PATH of their own; where a Python 3.7 is
to be found, it is the real one behind this test run.
"""

import glob
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = "helpers/environment.sh"
TOOLS = [
    "awk",
    "bash",
    "cat",
    "cksum",
    "date",
    "dirname",
    "env",
    "grep",
    "head",
    "ls",
    "make",
    "ps",
    "rm",
    "sed",
    "sh",
    "tail",
    "tr",
    "uname",
]
PYTHON37 = Path(sys.base_prefix, "bin", "python3.7")
REFUSES = "echo 'pyenv: python3.7: command not found' >&2; exit 127"
# Where an installer puts things whatever the user's PATH and home folder are.
FIXED_PLACES = (
    "/opt/conda/bin/conda",
    "/opt/python/cp37*/bin/python",
    "/usr/local/opt/python@3.7/bin/python3.7",
    "/Library/Frameworks/Python.framework/Versions/3.7/bin/python3.7",
)

only_37 = pytest.mark.skipif(sys.version_info[:2] != (3, 7), reason="needs a Python 3.7 to find")


def program(path, script):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


class Machine:
    """A copy of the project with a home folder and a PATH that hold what a test puts there."""

    def __init__(self, folder):
        self.project, self.home = folder / "pro ject", folder / "home"
        self.path = [folder / "first folder", folder / "second"]
        self.environment = {}
        for name in ("Makefile", "environment.yml", "pyproject.toml", "requirements.lock", SCRIPT):
            (self.project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(ROOT / name), str(self.project / name))
        tools = folder / "tools"
        tools.mkdir()
        for name in TOOLS:
            (tools / name).symlink_to(shutil.which(name))
        self.tools = tools

    def link(self, path, target=PYTHON37):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)

    def run(self, *command):
        settings = {"PATH": ":".join(map(str, [*self.path, self.tools])), "HOME": str(self.home)}
        settings.update({name: str(value) for name, value in self.environment.items()})
        return subprocess.run(
            command,
            cwd=str(self.project),
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            timeout=60,
        )

    def set_up(self, *verb):
        return self.run("sh", SCRIPT, *verb)

    def finish(self):
        """Leaves behind what a finished set-up leaves."""
        subprocess.run(
            [str(PYTHON37), "-m", "venv", "--without-pip", str(self.project / ".venv")], check=True
        )
        made_from = b"".join(
            (self.project / name).read_bytes()
            for name in ("requirements.lock", "environment.yml", "pyproject.toml")
        )
        checksum = subprocess.run(["cksum"], input=made_from, stdout=subprocess.PIPE).stdout
        stamp = f"{self.project.resolve()}\n{checksum.decode()}"
        (self.project / ".venv" / "stamp").write_text(stamp)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


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
    done = machine.set_up("python")
    assert (done.returncode, done.stdout) == (0, f"{PYTHON37}\n")


@only_37
def test_passes_over_one_that_cannot_make_environments(machine):
    """As Debian's cannot by itself."""
    hide = 'import sys; sys.modules["ensurepip"] = None; exec(sys.argv[1])'
    program(machine.path[0] / "python3.7", f"exec '{PYTHON37}' -c '{hide}' \"$2\"")
    machine.link(machine.path[1] / "python3.7")
    done = machine.set_up("python")
    assert done.stdout == f"{PYTHON37}\n"
    assert f"Passing over {machine.path[0] / 'python3.7'}: it lacks venv" in done.stderr


@only_37
def test_an_activated_environment_is_seen_through(machine):
    """The environment that is activated may be deleted tomorrow; its interpreter stays."""
    subprocess.run([str(PYTHON37), "-m", "venv", "--without-pip", str(machine.home)], check=True)
    machine.path[:0] = [machine.home / "bin"]
    machine.environment.update(VIRTUAL_ENV=machine.home, PYTHONHOME="/nonsense", PYTHONPATH="/no")
    assert machine.set_up("python").stdout == f"{PYTHON37}\n"


@pytest.mark.skipif(any(map(glob.glob, FIXED_PLACES[1:])), reason="Python 3.7 in a fixed place")
@pytest.mark.parametrize(
    "script, said",
    [
        (REFUSES, ""),
        ("exit 0", ""),
        (
            "exit 3",
            "it lacks venv and ensurepip (Debian and Ubuntu: apt-get install python3.7-venv)",
        ),
    ],
)
def test_takes_no_python_that_would_not_do(machine, script, said):
    program(machine.path[0] / "python3.7", script)
    done = machine.set_up("python")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert done.stderr.endswith("No Python 3.7 here.\n")


@pytest.mark.parametrize(
    "arrange, expected",
    [
        ({"first folder/conda": "exit 0", "second/mamba": "exit 0"}, "first folder/conda"),
        ({"first folder/conda": REFUSES, "second/conda": "exit 0"}, "second/conda"),
        ({"first folder/conda": REFUSES, "second/micromamba": "exit 0"}, "second/micromamba"),
        ({"home/miniforge3/bin/conda": "exit 0"}, "home/miniforge3/bin/conda"),
    ],
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
    done = machine.run("make", "setup")
    assert done.returncode == 2
    conda = f"{machine.path[0] / 'conda'} could not, going on without it: no connection"
    assert conda in done.stderr.splitlines()
    sentence = next(line for line in done.stderr.splitlines() if line.startswith("No Python 3.7 c"))
    assert "install Miniforge (conda) or any Python 3.7" in sentence
    assert not (machine.project / ".venv").exists()
    log = (machine.project / ".venv.log").read_text()
    assert f"--prefix {machine.project}/.venv --override-channels --channel conda-forge" in log
    assert re.search(r"conda-forge python=3\.7 pip=[\d.]+$", log, re.MULTILINE)


@only_37
def test_what_somebody_else_made_is_not_touched(machine):
    (machine.project / ".venv").mkdir()
    (machine.project / ".venv" / "mine").write_text("keep")
    done = machine.set_up()
    assert done.returncode == 1
    assert "move it away" in done.stderr
    assert (machine.project / ".venv" / "mine").read_text() == "keep"
    assert not (machine.project / ".venv.unfinished").exists()


@pytest.mark.parametrize("left", ["", "999999999"])
def test_what_an_interrupted_one_left_is_thrown_away(machine, left):
    (machine.project / ".venv" / "bin").mkdir(parents=True)
    (machine.project / ".venv" / "half").write_text("")
    (machine.project / ".venv.unfinished").write_text(left)
    program(machine.path[0] / "conda", "[ $1 = --version ] || { ls -a .venv; exit 1; }")
    done = machine.set_up()
    assert "did not finish: beginning anew" in done.stderr
    assert not (machine.project / ".venv" / "half").exists()


def test_two_at_once_are_refused(machine):
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)", SCRIPT])
    try:
        (machine.project / ".venv.unfinished").write_text(str(sleeper.pid))
        done = machine.set_up()
    finally:
        sleeper.terminate()
        sleeper.wait()
    assert done.returncode == 1
    assert f"Process {sleeper.pid} is already setting up" in done.stderr


@only_37
def test_the_second_call_is_silent_and_fast(machine):
    machine.finish()
    started = time.monotonic()
    done = machine.run("make", "setup")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - started < 2


@only_37
@pytest.mark.parametrize("name", ["environment.yml", "pyproject.toml", "requirements.lock"])
def test_a_changed_list_is_installed_again(machine, name):
    machine.finish()
    with (machine.project / name).open("a") as file:
        file.write("\n# changed\n")
    done = machine.set_up()
    assert "Installing the packages of requirements.lock" in done.stderr
    # This environment was made without pip, so that nothing can be installed here.
    assert done.returncode == 1
    assert "No module named pip" in (machine.project / ".venv.log").read_text()


@only_37
def test_a_moved_project_gets_a_new_environment(machine, tmp_path):
    machine.finish()
    machine.project.rename(tmp_path / "moved")
    machine.project = tmp_path / "moved"
    done = machine.set_up()
    assert "was moved: making .venv/ anew" in done.stderr


@only_37
def test_may_be_called_from_anywhere(machine):
    machine.finish()
    done = machine.run("sh", "-c", 'cd / && sh "$0"', str(machine.project / SCRIPT))
    assert (done.returncode, done.stderr) == (0, "")


def test_unknown_verbs_are_refused(machine):
    done = machine.set_up("pyhton")
    assert (done.returncode, done.stdout) == (1, "")
    assert "pyhton" in done.stderr


def test_help_names_every_target(machine):
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE).group(1).split()
    done = machine.run("make")
    shown = [line.split()[1] for line in done.stdout.splitlines()]
    assert sorted(shown) == targets
    assert {"bench", "demo", "kernel", "lab", "lint", "quick", "test"} <= set(shown)


@only_37
@pytest.mark.parametrize(
    "given, passed",
    [
        ([], []),
        (["WORK=a b", "STEPS=5"], ["--work", "{project}/a b", "--steps", "5"]),
        (["WORK=~/w"], ["--work", "{home}/w"]),
        (
            ["IMG=/my photos", "ANNOTATIONS=xml"],
            ["--img", "/my photos", "--annotations", "{project}/xml"],
        ),
    ],
)
def test_demo_passes_on_what_was_given_and_nothing_else(machine, given, passed):
    machine.finish()
    program(machine.home / "python", 'for word; do echo "$word"; done')
    done = machine.run("make", "demo", f"PYTHON={machine.home / 'python'}", *given)
    places = {"project": machine.project.resolve(), "home": machine.home}
    assert done.stdout.splitlines() == [
        "-m",
        "helpers",
        "demo",
        *[word.format(**places) for word in passed],
    ]


@only_37
def test_tests_get_the_work_folder_and_the_environment_first_on_the_path(machine):
    machine.finish()
    program(machine.home / "python", 'echo "$WORK"; echo "${PATH%%:*}"')
    done = machine.run("make", "test", f"PYTHON={machine.home / 'python'}", "WORK=out")
    project = machine.project.resolve()
    assert done.stdout.splitlines() == [f"{project}/out", f"{project}/.venv/bin"]


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_script_parses(shell):
    subprocess.run([shell, "-n", str(ROOT / SCRIPT)], check=True)
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)


def lock_lines():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def conda_list():
    return yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]


def test_the_lock_pins_everything_once_in_order():
    assert [
        line
        for line in lock_lines()
        if not re.match(r"[\w.-]+==[\w.]+( ; sys_platform == \"darwin\")?$", line)
    ] == []
    names = [re.split("==", line)[0].lower().replace("_", "-") for line in lock_lines()]
    assert len(set(names)) == len(names) > 100
    assert lock_lines() == sorted(lock_lines(), key=str.upper)


def test_environment_yml_and_the_lock_agree():
    pinned = [entry for entry in conda_list() if isinstance(entry, str)]
    by_pip = next(entry["pip"] for entry in conda_list() if isinstance(entry, dict))
    assert by_pip[0] == "-c requirements.lock"
    assert [pin for pin in by_pip[1:] if pin not in lock_lines()] == []
    assert "python=3.7" in pinned
    assert [
        pin for pin in pinned if pin != "python=3.7" and pin.replace("=", "==") not in lock_lines()
    ] == []


def test_the_object_detection_api_is_in_the_lock_alone():
    assert any(line.startswith("tf-object-detection==") for line in lock_lines())
    assert "tf-object-detection" not in str(conda_list())
    unwanted = ("jupyter==", "pycocotools-fix==", "tensorflow-gpu==")
    assert [line for line in lock_lines() if line.startswith(unwanted)] == []


def test_every_pin_of_environment_yml_has_its_reason():
    lines = (ROOT / "environment.yml").read_text().splitlines()
    pins = [line for line in lines if re.match(r" +- [A-Za-z][\w-]*=", line)]
    assert len(pins) > 20
    assert [line for line in pins if not re.search(r"  # \w.+", line)] == []


@pytest.mark.parametrize(
    "name",
    [".gitignore", "Makefile", "environment.yml", "pyproject.toml", "requirements.lock", SCRIPT],
)
def test_no_address_of_an_index(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize(
    "name",
    [
        ".venv/bin/python",
        ".venv.log",
        ".venv.unfinished",
        "work",  # may be a symbolic link to a larger disk
        "work/state.json",
        "pi/model/labels.txt",
        "helpers/__pycache__/a.pyc",
        "notebooks/.ipynb_checkpoints/a.ipynb",
        ".pytest_cache/x",
        ".ruff_cache/x",
        ".mypy_cache/x",
        ".coverage.host.12.345",
        "htmlcov/index.html",
        "photos_to_pi.egg-info/PKG-INFO",
        "build/lib/x",
    ],
)
def test_git_ignores_what_make_leaves(tmp_path, name):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    shutil.copy(str(ROOT / ".gitignore"), str(tmp_path))
    subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "-q", name], check=True)


@pytest.mark.parametrize("name", ["work", "pi/model", ".venv"])
def test_git_ignores_symbolic_links_to_folders(tmp_path, name):
    project = tmp_path / "project"
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    shutil.copy(str(ROOT / ".gitignore"), str(project))
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).symlink_to(tmp_path)
    subprocess.run(["git", "-C", str(project), "check-ignore", "-q", name], check=True)
