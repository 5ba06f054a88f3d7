"""The service under a real systemd: a Debian userland booted in a container of systemd-nspawn."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import debian_trees
import pytest
from pi_streams import MotionJpegServer
from waiting import until

PACKAGES = (*debian_trees.PACKAGES, "systemd-sysv", "dbus")
UNIT = "photos-to-pi"
DROP_IN = f"/etc/systemd/system/{UNIT}.service.d/quick.conf"
QUICK = "[Service]\nWatchdogSec=4\nRestartSec=1\n"
STATE = f"/var/lib/{UNIT}"
FRAMES = """
import cv2, glob, sys
for name in sorted(glob.glob(sys.argv[1] + "/*.mp4")):
    print(name.split("/")[-1], int(cv2.VideoCapture(name).get(cv2.CAP_PROP_FRAME_COUNT)))
"""


class Machine:
    """A booted userland; what it writes is gone with it."""

    def __init__(self, tree, bound, log):
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot"]
        command += ["--volatile=overlay", f"--bind={bound}:/opt/detect", f"--directory={tree}"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        self._init = until(lambda: children.read_text().split())[0]
        until(lambda: self.run("systemctl", "is-system-running").strip() in ("running", "degraded"))

    def run(self, *command, **options):
        """Runs a command there; returns what it prints."""
        inside = ["nsenter", "--target", self._init, "--all", *command]
        return subprocess.run(
            inside,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            **options,
        ).stdout

    def end(self):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()


class Service(Machine):
    """The installed service."""

    def facts(self):
        """What systemd knows of it, by name."""
        return dict(line.split("=", 1) for line in self.run("systemctl", "show", UNIT).splitlines())

    def runs(self, restarts):
        """Whether it runs after so many restarts, and frames come through."""
        facts = self.facts()
        ready = facts["ActiveState"] == "active" and "frames" in facts["StatusText"]
        return ready and int(facts["NRestarts"]) == restarts


@pytest.fixture(scope="module")
def camera():
    server = MotionJpegServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def service(debian_tree, copied_pi, camera, tmp_path_factory):
    if os.geteuid() or not shutil.which("systemd-nspawn"):
        pytest.skip("as root: apt-get install systemd-container")
    tree = debian_tree("bookworm", debian_trees.NATIVE, PACKAGES)
    log = tmp_path_factory.mktemp("boot") / "log"
    with log.open("wb") as file:
        machine = Service(tree.folder, copied_pi, file)
        try:
            machine.run("mkdir", str(Path(DROP_IN).parent))
            machine.run("tee", DROP_IN, input=QUICK)
            arguments = f"{camera.address} --output clip.mp4"
            command = ["sh", "/opt/detect/install.sh", "--no-tflite", "--service", arguments]
            said = machine.run(*command)
            assert "the service runs" in said, said
            yield machine
        finally:
            machine.end()


def test_it_is_ready_once_frames_come(service):
    until(lambda: service.runs(restarts=0))
    facts = service.facts()
    assert (facts["User"], facts["NoNewPrivileges"]) == (UNIT, "yes")
    assert service.run("stat", "--format=%U", f"/proc/{facts['MainPID']}").strip() == UNIT


def test_one_that_dies_is_started_again(service):
    time.sleep(5)  # of which all but the last two seconds stay
    service.run("systemctl", "kill", "--signal=SIGKILL", UNIT)
    until(lambda: service.runs(restarts=1))


def test_a_camera_that_hangs_is_noticed_by_the_watchdog(service, camera):
    camera.stalled.set()
    until(lambda: int(service.facts()["NRestarts"]) >= 2)
    camera.stalled.clear()
    assert "Watchdog timeout" in service.run("journalctl", "--unit", UNIT)
    until(lambda: service.runs(restarts=2))


def test_it_ends_at_once_and_with_its_video(service):
    time.sleep(2)
    started = time.monotonic()
    service.run("systemctl", "stop", UNIT)
    assert time.monotonic() - started < 2
    assert service.facts()["Result"] == "success"
    videos = service.run("python3", "-c", FRAMES, STATE).split()
    frames = dict(zip(videos[::2], map(int, videos[1::2])))
    # That of the run that was killed is rescued.
    assert {"clip.mp4", "clip-rescued-1.mp4"} <= set(frames)
    assert min(frames.values()) > 0
    assert service.run("find", STATE, "-name", "*.part*") == ""
