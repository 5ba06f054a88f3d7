"""The trainer, found as in the image, where its folder is on the path; the image; jobs in it."""

import fcntl
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import NamedTuple

import pytest
import workflow
from builders import contents

from helpers.pipeline_config import pipeline
from helpers.structures.errors import HelpersError
from helpers.synthetic import sample
from helpers.system import shell
from helpers.training import docker_image, docker_job
from helpers.workspace import TrainingChannel, Workspace

DOCKER = Path(__file__).resolve().parents[2] / "docker"
sys.path[:0] = [str(DOCKER), str(Path(__file__).parent)]

import s3_stand_in  # noqa: E402
from job_here import Job, JobInImage, lay_out, shrink  # noqa: E402

AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
# Handed to the build with the authorities: it must not be found in the image.
SECRET = "# seen by the build, kept by no layer\n"
PATIENCE = 1800.0  # seconds, after which a container that hangs is killed


class Ran(NamedTuple):
    """What became of a job in a container: exit code, log, and the failure file's lines."""

    code: int
    log: str
    failure: list


@pytest.fixture(scope="session")
def base_image():
    """What the image is built on: ``$BASE_IMAGE``, or one made here, which needs no registry."""
    reason = docker_image.unavailable_reason()
    if reason:
        pytest.skip(reason)
    wanted = os.environ.get("BASE_IMAGE")
    if wanted:
        return docker_image.BASES.get(wanted, wanted)
    try:
        return shell.run(["sh", str(DOCKER / "base.sh")])[-1]
    except HelpersError as error:
        pytest.skip(f"no base image: {error}. Or set BASE_IMAGE=cpu to pull one")


@pytest.fixture(scope="session")
def authorities(tmp_path_factory):
    """This machine's certificate authorities as the build's secret, marked as :data:`SECRET`."""
    path = tmp_path_factory.mktemp("authorities") / "ca.crt"
    path.write_text(SECRET + (AUTHORITIES.read_text() if AUTHORITIES.exists() else ""))
    return path


@pytest.fixture(scope="session")
def built_image(base_image, authorities):
    """The name of the real image; seconds to build where Docker has its layers still."""
    name = docker_image.name("photos-to-pi-test", uuid.uuid4().hex[:12])
    docker_image.build(name, base_image, str(authorities) if AUTHORITIES.exists() else "")
    yield name
    shell.run(["docker", "image", "rm", name])


@pytest.fixture(scope="session")
def training_channel(sample_folder, tmp_path_factory):
    """A training channel that is as it should be. Not to be written to."""
    work = Workspace.at(tmp_path_factory.mktemp("channel"))
    workflow.import_annotations(work, sample_folder / "annotations", sample_folder / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work, shards=2)
    workflow.configure_pipeline_for(work, "small_ssd", 4)
    shrink(work.config)
    return work.training


@pytest.fixture
def new_job(training_channel, tmp_path):
    """``new_job(num_steps="2")`` lays out a job, with a training channel of its own to spoil."""

    def make(**hyperparameters):
        name = f"test-{uuid.uuid4().hex[:12]}"
        work = Workspace.at(tmp_path / name)
        shutil.copytree(str(training_channel), str(work.training))
        return lay_out(work, name, **hyperparameters)

    return make


@pytest.fixture
def start_in_image(built_image):
    """``start_in_image(job, patience)`` starts a job's container; it does not outlive the test.

    ``options`` are more words for ``docker run``; ``log`` is an open file for what it says.
    """
    started = []

    def start(job, patience=PATIENCE, options=(), log=subprocess.PIPE):
        command = docker_job.run_command(
            built_image, job, docker_job.prepare(job), docker_job.user()
        )
        command[2:2] = options
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            encoding="utf-8",
            errors="replace",
        )
        watchdog = threading.Timer(patience, subprocess.run, [["docker", "kill", job.name]])
        watchdog.start()
        started.append((job.name, process, watchdog))
        return process

    yield start
    for name, process, watchdog in started:
        watchdog.cancel()
        if process.poll() is None:  # what a test has killed itself may be gone before this
            subprocess.run(
                ["docker", "kill", name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        if process.stdout:
            process.stdout.close()
        process.wait()


@pytest.fixture
def run_in_image(start_in_image):
    """``run_in_image(job, patience)`` runs a job in the real image to its end: a :class:`Ran`."""

    def run(job, patience=PATIENCE):
        process = start_in_image(job, patience=patience)
        log, _ = process.communicate()
        path = job / "output" / "failure"
        failure = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return Ran(process.returncode, log, failure)

    return run


@pytest.fixture(scope="session")
def small_channel(tmp_path_factory):
    """A training channel of 24 images and a network that starts soon. Not to be written to."""
    work = Workspace.at(tmp_path_factory.mktemp("small"))
    sample.write(work.data, 24)
    workflow.import_annotations(work, work.data / "annotations", work.data / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work, shards=3)
    workflow.configure_pipeline_for(
        work, "small_ssd", 24, batch_size=4, image_size=64, augment="none"
    )
    shrink(work.config)
    return work.training


@pytest.fixture(scope="session")
def averaged_channel(small_channel, tmp_path_factory):
    """The same with moving averages of the weights. Not to be written to."""
    channel = TrainingChannel(tmp_path_factory.mktemp("averaged") / "training")
    shutil.copytree(str(small_channel), str(channel.folder))
    config = pipeline.read(channel.config)
    config.train_config.optimizer.use_moving_average = True
    pipeline.write(config, channel.config)
    return channel.folder


@pytest.fixture
def job(small_channel, tmp_path):
    """A new job on the small channel."""
    return Job(tmp_path / "job", small_channel)


@pytest.fixture
def averaged_job(averaged_channel, tmp_path):
    """A new job on the channel with moving averages."""
    return Job(tmp_path / "job", averaged_channel)


@pytest.fixture
def averaged_job_in_image(averaged_channel, start_in_image, tmp_path):
    """The same, to be run in the real image."""
    return JobInImage(
        tmp_path / f"test-{uuid.uuid4().hex[:12]}",
        averaged_channel,
        lambda base, log: start_in_image(base, log=log),
    )


@pytest.fixture(scope="session")
def tables(sample_folder, tmp_path_factory):
    """Tables and label map of 24 images, 18 of them to train on."""
    work = Workspace.at(tmp_path_factory.mktemp("tables"))
    workflow.import_annotations(work, sample_folder / "annotations", sample_folder / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work, 0.75)
    return work.training


@pytest.fixture(scope="session")
def whole_job(averaged_channel, tmp_path_factory):
    """A job that nothing came in the way of: 24 steps, evaluated twice. Not to be written to.

    It is run by the first process of the tests that wants it; another one waits for it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    whole, ended = Job(shared / "whole", averaged_channel), shared / "whole" / "ended"
    with (shared / "whole.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ended.exists():
            wanted = {"num_steps": 24, "save_checkpoints_steps": 4}
            assert whole.run(**wanted, eval_every=12, log_every=1) == 0
            ended.touch()
    return whole


@pytest.fixture
def again(whole_job, averaged_job):
    """A new job with the checkpoints of the one that ran to its end."""
    shutil.copytree(str(whole_job.base / "checkpoints"), str(averaged_job.base / "checkpoints"))
    return averaged_job


@pytest.fixture(scope="session")
def line():
    """A line to a live S3 stand-in, which TensorFlow's client uses; it can be cut."""
    pytest.importorskip("moto", reason="no moto: make setup")
    with s3_stand_in.server() as port:
        line = s3_stand_in.Line(port)
        line.server = f"http://127.0.0.1:{port}"
        # TensorFlow makes its client once a process, so these stay.
        os.environ.update(
            AWS_REGION=s3_stand_in.REGION,
            AWS_ACCESS_KEY_ID="testing",
            AWS_SECRET_ACCESS_KEY="testing",
            S3_USE_HTTPS="0",
            S3_ENDPOINT=f"127.0.0.1:{line.port}",
        )
        yield line


@pytest.fixture
def bucket(line, request):
    """A new bucket, seen by boto3 past the line."""
    boto3 = pytest.importorskip("boto3")
    bucket = boto3.resource("s3", s3_stand_in.REGION, endpoint_url=line.server).Bucket(
        "b" + hashlib.md5(request.node.nodeid.encode()).hexdigest()
    )
    bucket.create(CreateBucketConfiguration={"LocationConstraint": s3_stand_in.REGION})
    return bucket


@pytest.fixture
def local_dir(tmp_path):
    """An empty folder whose files are copied to a remote one."""
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


@pytest.fixture(params=["s3", "folder"])
def remote_dir(request, tmp_path):
    """A new address, and what is stored at it as a dictionary of bytes, seen by another client."""
    if request.param == "folder":
        folder = tmp_path / "remote"
        return str(folder), lambda: contents(folder)
    bucket = request.getfixturevalue("bucket")
    return f"s3://{bucket.name}/a/result", lambda: {
        item.key[len("a/result/") :]: item.get()["Body"].read()
        for item in bucket.objects.filter(Prefix="a/result/")
    }


@pytest.fixture
def trainer_log(caplog):
    """What the trainer logs, as TensorFlow's own logger."""
    logger = logging.getLogger("tensorflow")
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO, "tensorflow")
    yield caplog
    logger.removeHandler(caplog.handler)
