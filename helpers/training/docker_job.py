"""A training job in a container on this machine: the same image and ``/opt/ml`` as on SageMaker."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Dict, List, Mapping, Optional

from helpers.structures.errors import MissingPart
from helpers.system import probes, studio
from helpers.training import docker_image, hyperparameters, job_layout, local_job
from helpers.training.docker_image import PLATFORM
from helpers.training.job_layout import IN_CONTAINER, JobLayout
from helpers.training.job_watch import Show
from helpers.training.local_job import JobResult, TrainingJob

S3_ENDPOINT = "S3_ENDPOINT"  # of TensorFlow's client
CREDENTIALS_FILE = "AWS_SHARED_CREDENTIALS_FILE"
_LOOPBACK = re.compile(r"(127\.|localhost[:/]|localhost$)")


def train(
    job: TrainingJob,
    image: str = "",
    show: Optional[Show] = None,
    environment: Optional[Mapping[str, str]] = None,
) -> JobResult:
    """Trains in a container; started again under the same name it resumes.

    Args:
        job: what to train.
        image: its name; empty is the newest of the sources as they are.
        show: is given the job after each change; by default a progress bar.
        environment: more variables for the trainer; they may be secret.

    Raises:
        BadInput: a hyperparameter is unknown or impossible; nothing is created then.
        MissingPart: there is no Docker, or no such image.
        JobFailed: says the cause first, then where the log is.
    """
    hyperparameters.parse(job.hyperparameters)
    check = studio.docker()
    if check.status != "ok":
        raise MissingPart(f"Docker: {check.detail or 'not installed'}. {check.remedy}")
    image = image or docker_image.newest()
    answer = probes.run("docker", "image", "inspect", image)
    if answer is None or answer.code:
        raise MissingPart(
            f"{image}: no such image on this machine. Build it with notebook 03_build_push first."
        )
    local_job.lay_out(job)
    channels = prepare(job.folder)
    gpus = probes.gpu().status == "ok"
    command = run_command(image, job.folder, channels, user(), gpus, environment)
    own = dict(os.environ, **(environment or {}))
    return local_job.run_trainer(job, command, own, "docker", show)


def prepare(folder: Path) -> Dict[str, Path]:
    """Makes the folders that the container writes to, so that Docker does not make them as root.

    Args:
        folder: the job's, laid out.

    Returns:
        Folder by channel; a channel that is a link is followed, since the container could not.
    """
    layout = JobLayout(folder)
    for path in layout.written:
        path.mkdir(parents=True, exist_ok=True)
    channels = {name: layout.channel(name) for name in job_layout.CHANNELS}
    return {name: path.resolve() for name, path in channels.items() if path.is_dir()}


def run_command(
    image: str,
    folder: Path,
    channels: Mapping[str, Path],
    user: str = "",
    gpus: bool = False,
    environment: Optional[Mapping[str, str]] = None,
) -> List[str]:
    """The command that trains in a container; stopped, it passes the signal on.

    Args:
        image: its name.
        folder: the job's; its name becomes the container's.
        channels: folder by channel, see :func:`prepare`; read only, as on SageMaker.
        user: as ``1000:1000``, who is to own what the container writes; empty means root.
        gpus: whether the container gets those of this machine.
        environment: of the container. Only its names are in the command, which everybody on this
            machine can see; Docker takes the values from its own environment. The folder of a
            credentials file among them is mounted.

    Returns:
        The command; it exits as the trainer does, and ``output/failure`` holds the cause.
    """
    layout = JobLayout(folder)
    command = ["docker", "run", "--rm", "--platform", PLATFORM, "--name", folder.name]
    if gpus:
        command += ["--gpus", "all"]
    command += ["--env", f"{job_layout.STOP_VARIABLE}=0"]  # whoever stops it waits for its end
    environment = environment or {}
    for name in sorted(environment):
        command += ["--env", name]
    if studio.is_limited():
        command += ["--network", studio.NETWORK]  # its loopback is the same outside
    elif _LOOPBACK.match(environment.get(S3_ENDPOINT, "")):
        command += ["--network", "host"]  # elsewhere a container's loopback is its own
    if user:
        command += ["--user", user, "--env", "HOME=/tmp"]
    if CREDENTIALS_FILE in environment:
        keys = Path(environment[CREDENTIALS_FILE]).parent  # a file alone would stay the one it was
        command += _mount(keys, keys, ",readonly")
    command += _mount(layout.config, IN_CONTAINER.config, ",readonly")
    for name, source in sorted(channels.items()):
        command += _mount(source, IN_CONTAINER.channel(name), ",readonly")
    for source, target in zip(layout.written, IN_CONTAINER.written):
        command += _mount(source, target)
    return command + [image, "train"]


def _mount(source: Path, target: Path, option: str = "") -> List[str]:
    return ["--mount", f"type=bind,source={source},target={target.as_posix()}{option}"]


def user() -> str:
    """Who should own what a container writes; empty where root in it is oneself outside."""
    options = probes.run("docker", "info", "--format", "{{.SecurityOptions}}")
    if not hasattr(os, "getuid") or (options and "rootless" in options.output):
        return ""
    return f"{os.getuid()}:{os.getgid()}"
