"""The process ends, whatever its threads are doing."""

import subprocess
import sys
from pathlib import Path

import pytest
from pi_streams import SYSTEM_PYTHON

# A thread reads frames without a pause while the process ends: Debian's Python aborts.
READING = """
import os, sys, threading, time
os.environ.update(OPENCV_LOG_LEVEL="OFF", OPENCV_FFMPEG_LOGLEVEL="-8")
sys.path.insert(0, sys.argv[1])
import cv2
from detection.device.leaving import leave

def read():
    while True:
        capture = cv2.VideoCapture(sys.argv[2])
        while capture.read()[0]:
            pass

def main():
    threading.Thread(target=read, daemon=True).start()
    time.sleep(0.3)
    print("written")
    return 7

if sys.argv[3] == "leave":
    leave(main)
sys.exit(main())
"""
ENDING = "import sys; sys.path.insert(0, sys.argv[1]); from detection.device.leaving import leave; "


@pytest.fixture()
def run(pi_folder):
    def start(python, program, *arguments):
        return subprocess.run(
            [python, "-c", program, str(pi_folder), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )

    return start


@pytest.mark.parametrize("python", [sys.executable, SYSTEM_PYTHON], ids=["this", "Debian's"])
def test_a_thread_is_inside_opencv(run, python, tmp_path, make_video):
    if not Path(python).exists():
        pytest.skip("no Python of Debian; apt install python3-opencv")
    make_video(tmp_path / "clip.avi", frames=200)
    result = run(python, READING, tmp_path / "clip.avi", "leave")
    assert (result.returncode, result.stdout, result.stderr) == (7, "written\n", "")


@pytest.mark.parametrize(
    "main, code, said",
    [
        pytest.param("lambda: 3", 3, "", id="a code"),
        pytest.param("lambda: sys.exit(2)", 2, "", id="argparse"),
        pytest.param("lambda: sys.exit()", 0, "", id="nothing"),
        pytest.param("lambda: 1 / 0", 1, "ZeroDivisionError", id="a bug"),
    ],
)
def test_without_threads(run, main, code, said):
    result = run(sys.executable, f"{ENDING} leave({main})")
    assert result.returncode == code
    assert said in result.stderr
