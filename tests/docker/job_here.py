"""A job that runs on this machine as it would in the image, and one that runs in it.

On this machine a job is forked from a process that has loaded TensorFlow and the Object Detection
API once for all of them: that takes longer than all that most of these jobs do.
"""

import atexit
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Optional

from helpers.pipeline_config import pipeline
from helpers.training import job_layout
from helpers.training.job_layout import JobLayout
from helpers.workspace import Workspace

DOCKER = Path(__file__).resolve().parents[2] / "docker"
LOSS = re.compile(r"\] loss = [0-9.]+, step = (\d+)")
DIGEST = re.compile(r"images of steps (\d+) to (\d+): (\w+)")
PATIENCE = 900  # seconds until something has to happen
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(
    ["tensorflow", "object_detection.model_lib", "object_detection.exporter", "cv2", "boto3"]
)


def lay_out(work: Workspace, name: str, **hyperparameters) -> Path:
    """Lays out a job as SageMaker does, which checks nothing; returns its folder."""
    layout = JobLayout(work.job(name))
    channels = {"training": work.training, "checkpoint": work.checkpoint}
    job_layout.lay_out(layout, channels, hyperparameters)
    return layout.base


def shrink(path: Path) -> None:
    """A network that is built sooner: MobileNet v1 for v2, boxes from two of its layers for six."""
    config = pipeline.read(path)
    ssd = config.model.ssd
    ssd.feature_extractor.type = "ssd_mobilenet_v1"
    ssd.feature_extractor.num_layers = 2
    anchors = ssd.anchor_generator.ssd_anchor_generator
    anchors.num_layers = 2
    del anchors.scales[2:]
    pipeline.write(config, path)


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Waits until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class ForkedTrainer:
    """``docker/train`` in a forked process; what is used here of ``subprocess.Popen``.

    Args:
        base: the job's ``/opt/ml``.
        log: a file that both output streams are appended to.
    """

    def __init__(self, base: Path, log: Path):
        environment = dict(
            os.environ,
            SAGEMAKER_BASE_DIR=str(base),
            PATH=os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
        )
        self._process = _FORKED.Process(target=_train, args=(environment, str(log)))
        self._process.start()
        atexit.register(self._kill)  # or Python waits at its end for one that a test forgot

    def poll(self) -> Optional[int]:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self.poll() is None:
            self._kill()
            raise subprocess.TimeoutExpired("docker/train", timeout)
        return self.poll()

    def send_signal(self, number: int) -> None:
        os.kill(self._process.pid, number)

    def _kill(self) -> None:
        if self.poll() is None:
            self.send_signal(signal.SIGKILL)


def _train(environment: dict, log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with open(log, "a") as output:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
    sys.stdout.reconfigure(line_buffering=True)
    sys.path.insert(0, str(DOCKER))
    from trainer.job import main

    sys.exit(main())


class Job:
    """A job folder as SageMaker lays it out, and the log of all its starts.

    Attributes:
        base: its ``/opt/ml``.
        log: of all starts, one after the other.
    """

    def __init__(self, base: Path, training: Path):
        self.base, self.log, self._before = base, base / "train.log", 0
        (base / "input" / "config").mkdir(parents=True, exist_ok=True)
        (base / "input" / "data").mkdir(exist_ok=True)
        if not (base / "input" / "data" / "training").exists():
            (base / "input" / "data" / "training").symlink_to(training, target_is_directory=True)

    def start(self, **hyperparameters):
        """Starts it as the image does; returns what it runs in."""
        values = {name: str(value) for name, value in hyperparameters.items()}
        (self.base / "input" / "config" / "hyperparameters.json").write_text(json.dumps(values))
        self.log.touch()
        self._before = self.log.stat().st_size
        return self._launched()

    def _launched(self):
        return ForkedTrainer(self.base, self.log)

    def kill(self, process) -> None:
        """Ends it as a machine that loses its power does."""
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)

    def run(self, **hyperparameters) -> int:
        """Runs it to its end; returns the exit code."""
        return self.start(**hyperparameters).wait(PATIENCE)

    def wait_for(self, process: subprocess.Popen, condition):
        """Waits until a condition of this job holds while it runs; returns its value."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        return condition()

    def last_log(self) -> str:
        """The log of the last start."""
        return self.log.read_bytes()[self._before :].decode("utf-8")

    def steps(self) -> list:
        """The steps that the last start logged."""
        return [int(step) for step in LOSS.findall(self.last_log())]

    def digests(self) -> dict:
        """The digest of the images of each step that the last start logged."""
        digests = DIGEST.findall(self.last_log())
        return {(int(first), int(last)): digest for first, last, digest in digests}

    def failure(self) -> str:
        """The first line of the failure file; empty without one."""
        path = self.base / "output" / "failure"
        return path.read_text().splitlines()[0] if path.exists() else ""

    def saved(self) -> list:
        """The steps of the checkpoints there are."""
        return sorted(
            int(path.stem.rsplit("-", 1)[1])
            for path in self.base.glob("checkpoints/model.ckpt-*.index")
        )


class JobInImage(Job):
    """The same in a container.

    ``launch(base, log)`` starts one on a job folder and sends what it says to an open file.
    """

    def __init__(self, base: Path, training: Path, launch: Callable[..., subprocess.Popen]):
        super().__init__(base, training)
        self._launch = launch

    def _launched(self):
        with self.log.open("a") as log:
            return self._launch(self.base, log)

    def kill(self, process: subprocess.Popen) -> None:
        subprocess.run(["docker", "kill", self.base.name], check=True, stdout=subprocess.DEVNULL)
        process.wait(PATIENCE)
