"""A window is tried before it is opened: dead displays, none, and a real one."""

import os
import shutil
import socket
import subprocess
import sys

import pytest
from waiting import until

from detection.device import display


@pytest.fixture()
def environment(monkeypatch):
    """Sets what tells programs where the display is."""

    def set_to(**values):
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_to


@pytest.fixture()
def silent_display():
    """The number of an X server that takes connections and never answers."""
    os.makedirs("/tmp/.X11-unix", exist_ok=True)
    path = "/tmp/.X11-unix/X7391"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(5)
        yield ":7391"
    os.unlink(path)


@pytest.fixture(scope="module")
def xvfb():
    """The number of a real X server."""
    if not shutil.which("Xvfb"):
        pytest.skip("no Xvfb: apt-get install xvfb")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "640x480x24"]
    server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as file:
        yield ":" + file.readline().strip()
    server.terminate()
    server.wait()


@pytest.mark.parametrize(
    "values",
    [{"DISPLAY": ":7392"}, {"WAYLAND_DISPLAY": "wayland-7392"}, {"DISPLAY": "nowhere:0"}],
    ids=["dead display", "Wayland only", "unknown host"],
)
def test_one_that_cannot_be_opened(environment, values):
    environment(**values)
    reason = display.unavailable_reason()
    assert reason and list(values.values())[0] in reason


def test_none_needs_no_words(environment):
    environment()
    assert display.unavailable_reason() == ("" if sys.platform == "linux" else None)


def test_one_that_never_answers(environment, silent_display, monkeypatch):
    monkeypatch.setattr(display, "_PATIENCE", 3.0)
    environment(DISPLAY=silent_display)
    assert silent_display in display.unavailable_reason()


def test_a_real_one(environment, xvfb):
    environment(DISPLAY=xvfb)
    assert display.unavailable_reason() is None


def test_an_opencv_without_windows(environment, monkeypatch):
    environment(DISPLAY=":7392")
    monkeypatch.setattr(display, "_TRY", "raise ValueError('cv2.error')")
    assert "python3-opencv" in display.unavailable_reason()


@pytest.fixture()
def run_with(pi_folder, random_model, photos):
    def run(**values):
        names = ("DISPLAY", "WAYLAND_DISPLAY")
        inherited = {name: value for name, value in os.environ.items() if name not in names}
        return subprocess.Popen(
            [sys.executable, str(pi_folder / "detect.py"), str(sorted(photos.iterdir())[0])]
            + ["--model", str(random_model), "--backend", "opencv", "--threshold", "0.3"],
            env={**inherited, **values},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )

    return run


def test_detections_are_printed_where_the_display_is_dead(run_with):
    process = run_with(DISPLAY=":7392")
    output, error = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(output.splitlines()) > 3
    (line,) = [line for line in error.splitlines() if " backend " not in line]
    assert line.startswith("detect.py: ") and ":7392" in line and "--headless" in line


def test_a_window_opens_where_there_is_a_display(run_with, xvfb):
    """It stays, as an image's window does, until the program is told to end."""
    process = run_with(DISPLAY=xvfb)
    if shutil.which("xwininfo"):
        tree = ["xwininfo", "-display", xvfb, "-root", "-tree"]
        until(lambda: b"q quits" in subprocess.check_output(tree))
    else:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=8)
    process.terminate()
    output, _ = process.communicate(timeout=30)
    assert (process.returncode, output) == (143, "")
