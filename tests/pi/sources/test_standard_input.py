"""Videos that another program writes into this one."""

import json
import os
import pty
import subprocess
import sys
import time

import pytest

# Prints the kind of the source and, frame by frame, number and time.
READING = """
import json, os, sys, time
os.environ.update(OPENCV_LOG_LEVEL="OFF", OPENCV_FFMPEG_LOGLEVEL="-8")
sys.path.insert(0, sys.argv[1])
from detection.errors import InputError
from detection.sources.live import LiveOptions
from detection.sources.standard_input import open_standard_input
try:
    source = open_standard_input(LiveOptions(*json.loads(sys.argv[2])))
except InputError as error:
    sys.exit(str(error))
rows = []
for frame in source.frames(lambda error: sys.exit(str(error))):
    time.sleep(0.02)
    rows.append((frame.name, frame.number, round(frame.stream_time, 3)))
print(json.dumps([source.kind, source.total, rows]), flush=True)
"""


@pytest.fixture()
def start(pi_folder):
    def run(options, **streams):
        return subprocess.Popen(
            [sys.executable, "-c", READING, str(pi_folder), json.dumps(options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **streams,
        )

    return run


@pytest.mark.parametrize("way", ["pipe", "file"])
def test_no_frame_of_a_recording_is_left_out(tmp_path, make_video, start, way):
    path = tmp_path / "clip.avi"
    make_video(path, frames=30, rate=10.0)
    with path.open("rb") as file:
        process = start([], stdin=file if way == "file" else subprocess.PIPE)
        printed, said = process.communicate(path.read_bytes() if way == "pipe" else None, 60)
    assert process.returncode == 0, said
    kind, total, rows = json.loads(printed.decode())
    assert (kind, total) == ("video", 30)
    assert rows == [["stdin", number, round((number - 1) / 10, 3)] for number in range(1, 31)]


@pytest.mark.parametrize("content", [b"", b"no video" * 5000], ids=["nothing", "something else"])
def test_what_is_no_video(start, content):
    process = start([], stdin=subprocess.PIPE)
    _, said = process.communicate(content, 60)
    assert process.returncode == 1
    assert said.startswith(b"stdin: cannot be opened; ") and b"detect.py -" in said
    assert said.count(b"\n") == 1


def test_a_terminal(start):
    terminal, end = pty.openpty()
    process = start([], stdin=end)
    _, said = process.communicate(timeout=60)
    os.close(terminal)
    os.close(end)
    assert process.returncode == 1 and said.startswith(b"stdin: a terminal; ")


def test_it_is_closed(start):
    process = start([], preexec_fn=lambda: os.close(0))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and said.startswith(b"stdin: ")


def test_what_pauses_goes_on_and_what_stays_away_is_given_up(start, tmp_path, make_video):
    """It cannot be opened again, so a pause is no stall."""
    make_video(tmp_path / "clip.avi", frames=30)
    video = (tmp_path / "clip.avi").read_bytes()
    process = start([2.0, 0.2], stdin=subprocess.PIPE)
    half = len(video) // 2
    process.stdin.write(video[:half])
    process.stdin.flush()
    time.sleep(1)
    assert process.poll() is None
    process.stdin.write(video[half : half + 200])
    process.stdin.flush()
    assert process.wait(timeout=60) != 0
    assert b"no image for 2 s" in process.stderr.read()
    process.stdin.close()
