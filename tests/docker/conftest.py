"""The trainer is found as in the image, where its folder is on the path; jobs run as there."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

DOCKER = Path(__file__).resolve().parents[2] / "docker"
sys.path.insert(0, str(DOCKER))
LOSS = re.compile(r"\] loss = [0-9.]+, step = (\d+)")
DIGEST = re.compile(r"pictures of steps (\d+) to (\d+): (\w+)")
PATIENCE = 900  # seconds until something has to happen


class Job:
    """A job folder as SageMaker lays it out, and the log of all its starts.

    Attributes:
        base: its ``/opt/ml``.
        log: of all starts, one after the other.
    """

    def __init__(self, base: Path, training: Path):
        self.base, self.log = base, base / "train.log"
        (base / "input" / "config").mkdir(parents=True)
        (base / "input" / "data").mkdir()
        (base / "input" / "data" / "training").symlink_to(training, target_is_directory=True)

    def start(self, **hyperparameters) -> subprocess.Popen:
        """Starts it as the image does."""
        values = {name: str(value) for name, value in hyperparameters.items()}
        (self.base / "input" / "config" / "hyperparameters.json").write_text(json.dumps(values))
        with open(str(self.log), "a") as log:
            self._before = log.tell()
            return subprocess.Popen(
                [sys.executable, str(DOCKER / "train")], stdout=log, stderr=subprocess.STDOUT,
                env=dict(os.environ, SAGEMAKER_BASE_DIR=str(self.base), PYTHONUNBUFFERED="1",
                         PATH=os.pathsep.join([os.path.dirname(sys.executable),
                                               os.environ["PATH"]])))

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
        return self.log.read_bytes()[self._before:].decode("utf-8")

    def steps(self) -> list:
        """The steps that the last start logged."""
        return [int(step) for step in LOSS.findall(self.last_log())]

    def digests(self) -> dict:
        """The digest of the pictures of each step that the last start logged."""
        found = DIGEST.findall(self.last_log())
        return {(int(first), int(last)): digest for first, last, digest in found}

    def failure(self) -> str:
        """The first line of the failure file; empty without one."""
        path = self.base / "output" / "failure"
        return path.read_text().splitlines()[0] if path.exists() else ""

    def saved(self) -> list:
        """The steps of the checkpoints there are."""
        return sorted(int(path.stem.rsplit("-", 1)[1])
                      for path in self.base.glob("checkpoints/model.ckpt-*.index"))


@pytest.fixture(scope="session")
def small_channel(tmp_path_factory):
    """A training channel of 24 pictures whose steps take little time. Not to be written to."""
    from helpers import pipeline, road, sample
    from helpers.settings import Work
    work = Work.at(tmp_path_factory.mktemp("small"))
    sample.write(work.data, 24)
    road.collect(work, work.data / "annotations", work.data / "img")
    road.map_labels(work)
    road.divide(work)
    road.write_records(work, shards=3)
    road.configure(work, "small_ssd", 24, batch_size=4, image_size=64, augment="none")
    config = pipeline.read(work.config)
    config.train_config.optimizer.use_moving_average = True
    pipeline.write(config, work.config)
    return work.training


@pytest.fixture
def job(small_channel, tmp_path):
    """A new job on the small channel."""
    return Job(tmp_path / "job", small_channel)


@pytest.fixture(scope="session")
def whole_job(small_channel, tmp_path_factory):
    """A job that nothing came in the way of: 24 steps, evaluated twice. Not to be written to."""
    whole = Job(tmp_path_factory.mktemp("whole") / "job", small_channel)
    assert whole.run(num_steps=24, save_checkpoints_steps=4, eval_every=12, log_every=1) == 0
    return whole
