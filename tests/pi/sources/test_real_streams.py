"""The program on real streams: RTSP with a password, TCP, UDP, MJPEG, a pipe; cut and stalled."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pi_streams import RATE, SYSTEM_PYTHON, FfmpegStream, MotionJpegServer, RtspServer, free_port

SLOW_DETECTION = Path(__file__).parents[1] / "slow_detection.py"
DETECTION = 0.4  # seconds
FRAMES = 6
# Encoder, network and decoder hold a few frames; other tests share the processor.
UNDER_WAY = 0.6


@pytest.fixture(scope="module")
def gstreamer():
    """GStreamer's RTSP server, for Debian's Python."""
    program = (
        "import gi; gi.require_version('GstRtspServer', '1.0');"
        "from gi.repository import Gst, GstRtspServer; Gst.init(None);"
        "assert all(map(Gst.ElementFactory.find, ['x264enc', 'rtph264pay']))"
    )
    if subprocess.run([SYSTEM_PYTHON, "-c", program], stderr=subprocess.DEVNULL).returncode:
        pytest.skip(
            "no RTSP server; apt-get install python3-gi gir1.2-gst-rtsp-server-1.0"
            " gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly"
        )


@pytest.fixture(scope="module")
def ffmpeg():
    if not shutil.which("ffmpeg"):
        pytest.skip("no ffmpeg; apt-get install ffmpeg")


@pytest.fixture()
def rtsp(gstreamer):
    server = RtspServer()
    yield server
    server.close()


def motion_jpeg():
    server = MotionJpegServer()
    return server, server.address


def tcp():
    address = f"tcp://127.0.0.1:{free_port()}"
    return FfmpegStream(f"{address}?listen=1"), address


def udp():
    address = f"udp://127.0.0.1:{free_port()}"
    return FfmpegStream(address), address


def pipe():
    return FfmpegStream("-", stdout=subprocess.PIPE), "-"


def rtsp_server():
    server = RtspServer()
    return server, server.address


def start(model, *arguments, seconds=DETECTION, frames=FRAMES, stdin=subprocess.DEVNULL):
    return subprocess.Popen(
        [sys.executable, str(SLOW_DETECTION), str(seconds), str(frames), *map(str, arguments)]
        + ["--model", str(model), "--backend", "opencv", "--json"],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def ages_in(printed):
    return [float(line) for line in printed.splitlines() if not line.startswith("{")]


@pytest.mark.parametrize("make", [rtsp_server, motion_jpeg, tcp, udp, pipe])
def test_a_slow_detector_sees_the_newest_frame(gstreamer, ffmpeg, random_model, make):
    stream, address = make()
    try:
        stdin = stream.process.stdout if address == "-" else subprocess.DEVNULL
        if make is tcp:
            time.sleep(1)  # ffmpeg says nothing when it listens
        printed, said = start(random_model, address, stdin=stdin).communicate(timeout=60)
    finally:
        stream.close()
    ages = ages_in(printed)
    assert len(ages) >= FRAMES, said
    # The first may have waited for the model.
    assert max(ages[1:]) < DETECTION + 1 / RATE + UNDER_WAY, ages


def test_a_password_is_nowhere(rtsp, random_model):
    """Neither in the lines of JSON, nor where the stream goes, returns and is given up."""
    process = start(random_model, rtsp.address, "--give-up", "3", seconds=0.05, frames=1000)
    first = [process.stdout.readline() for _ in range(4)]
    rtsp.close()
    printed, said = process.communicate(timeout=60)
    printed = "".join(first) + printed
    assert process.returncode == 1
    assert f'"source": "{rtsp.shown}"' in printed
    lines = [line for line in said.splitlines() if rtsp.shown in line]
    assert len(lines) == 2 and "3 s" in lines[1]
    assert rtsp.PASSWORD not in printed + said


def test_a_stall_and_a_cut_are_overcome(rtsp, random_model):
    """The server is stopped, as a camera that hangs, continued, killed and started again."""
    process = start(random_model, rtsp.address, "--stall", "2", seconds=0.05, frames=10**6)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(process.stderr))
    reader.start()
    for _ in range(10):
        process.stdout.readline()
    keep_reading = threading.Thread(target=process.stdout.read)
    keep_reading.start()

    def wait_for(count):
        deadline = time.monotonic() + 60
        while len(told()) < count:
            assert time.monotonic() < deadline and process.poll() is None, lines
            time.sleep(0.02)
        return time.monotonic()

    def told():
        return [line for line in lines if rtsp.shown in line]

    os.kill(rtsp.process.pid, signal.SIGSTOP)
    stopped = time.monotonic()
    assert 1.5 < wait_for(1) - stopped < 6
    os.kill(rtsp.process.pid, signal.SIGCONT)
    continued = time.monotonic()
    assert wait_for(2) - continued < 25
    rtsp.close()
    wait_for(3)
    again = RtspServer(rtsp.port)
    try:
        returned = time.monotonic()
        assert wait_for(4) - returned < 25
        process.send_signal(signal.SIGTERM)
        signalled = time.monotonic()
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - signalled < 3
    finally:
        again.close()
        process.kill()
        reader.join()
        keep_reading.join()
    assert [word in line for word, line in zip(("no image", "back", "ended", "back"), told())]
