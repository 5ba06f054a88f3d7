"""install.sh on this device, with Debian's own OpenCV: what it installs, repairs and refuses."""

import shutil
import subprocess
from pathlib import Path

import pytest

DEBIAN_PYTHON = Path("/usr/bin/python3")
BREAK_NUMPY = ("-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "numpy>=2")


def run(folder, *arguments, **environment):
    """Runs install.sh of a folder; returns the finished process."""
    return subprocess.run(
        ["sh", str(folder / "install.sh"), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(folder), **environment},
        timeout=300,
    )


def python(folder, *arguments):
    """Runs the environment's Python; returns what it prints."""
    command = [str(folder / "venv/bin/python"), *arguments]
    return subprocess.check_output(command, universal_newlines=True).strip()


def version(folder, module):
    return python(folder, "-c", f"import cv2, {module} as one; print(one.__version__)")


def passed(result):
    """The backends whose self-test passed."""
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    return [line.split(":")[0] for line in lines if line.split(": ", 1)[1].startswith("passed")]


@pytest.fixture(scope="module")
def debian():
    """Debian's own Python with Debian's own OpenCV; the major version of its numpy."""
    tried = subprocess.run(
        [str(DEBIAN_PYTHON), "-c", "import cv2, ensurepip, numpy; print(numpy.__version__)"],
        stdout=subprocess.PIPE,
        universal_newlines=True,
    )
    if tried.returncode:
        pytest.skip("apt-get install python3-opencv python3-venv")
    return tried.stdout.strip()


@pytest.fixture(scope="module")
def installed_folder(debian, copied_pi):
    """The folder of a device, installed with the package index."""
    result = run(copied_pi)
    assert passed(result) == ["opencv", "tflite"]
    return copied_pi


def test_debians_numpy_stays_beside_tensorflow_lite(installed_folder, debian):
    assert version(installed_folder, "numpy") == debian
    assert not list(installed_folder.glob("venv/lib/*/site-packages/numpy"))
    listed = python(installed_folder, "-m", "pip", "list", "--local", "--format", "freeze")
    pinned = (installed_folder / "constraints.txt").read_text().replace("; ", "\n").splitlines()
    ours = {
        line for line in listed.splitlines() if line.split("==")[0] not in ("pip", "setuptools")
    }
    assert ours and ours <= set(pinned)


def test_a_second_run_repairs_what_pip_did_since(installed_folder, debian):
    python(installed_folder, *BREAK_NUMPY)
    with pytest.raises(subprocess.CalledProcessError):
        version(installed_folder, "numpy")
    assert passed(run(installed_folder)) == ["opencv", "tflite"]
    assert version(installed_folder, "numpy") == debian


def test_an_environment_cut_short_is_made_again(installed_folder):
    shutil.rmtree(str(next(installed_folder.glob("venv/lib/*/site-packages/pip"))))
    assert passed(run(installed_folder)) == ["opencv", "tflite"]


def test_without_a_network_from_a_folder_of_wheels(installed_folder, tmp_path):
    wheels = tmp_path / "wheels of this device"
    fetched = run(installed_folder, "--download", wheels)
    assert fetched.returncode == 0 and list(wheels.glob("*.whl")), fetched.stderr
    shutil.rmtree(str(installed_folder / "venv"))
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}
    refused = run(installed_folder, **nowhere)
    assert refused.returncode == 1 and "--wheels" in refused.stderr.splitlines()[-1]
    assert passed(run(installed_folder, "--wheels", wheels, **nowhere)) == ["opencv", "tflite"]


def test_a_model_that_fails_its_self_test_is_said(installed_folder, tmp_path):
    graph = installed_folder / "model/cvgraph.pbtxt"
    kept = graph.read_bytes()
    graph.write_bytes(kept[:-1])
    result = run(installed_folder, "--no-tflite")
    graph.write_bytes(kept)
    assert result.returncode == 1
    assert graph.name in result.stderr and "install.sh: " in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["--wheels", "/no/such/folder"], 1),
        (["--wheels"], 2),
        (["--service", ""], 2),
        (["--everything"], 2),
    ],
    ids=["a folder that is missing", "no folder", "no arguments", "no such option"],
)
def test_what_is_refused_before_anything_is_done(pi_folder, arguments, code):
    result = run(pi_folder, *arguments, PYTHON="/bin/false")
    assert result.returncode == code
    assert arguments[0] in result.stderr or arguments[1] in result.stderr


def test_without_opencv_the_command_that_installs_it_is_named(pi_folder):
    result = run(pi_folder, PYTHON="/no/such/python")
    assert result.returncode == 1
    assert "sudo apt install python3-opencv python3-venv" in result.stderr
    assert "/no/such/python" in result.stderr
    assert not (pi_folder / "venv").exists()


def test_its_shell_is_posix(pi_folder):
    if not shutil.which("shellcheck"):
        pytest.skip("apt-get install shellcheck")
    script = str(pi_folder / "install.sh")
    checked = subprocess.run(["shellcheck", "--shell=sh", script], stdout=subprocess.PIPE)
    assert checked.returncode == 0, checked.stdout.decode()
