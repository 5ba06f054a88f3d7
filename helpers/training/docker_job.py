"""A training job in a container on this machine: the same image and ``/opt/ml`` as on SageMaker."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping

from helpers.structures.errors import MissingPart
from helpers.system import probes
from helpers.training import local_job
from helpers.training.docker_image import PLATFORM, REPOSITORY, current_tag
from helpers.training.docker_image import name as name_of
from helpers.workspace import Workspace

BASE = "/opt/ml"
WRITTEN = ("checkpoints", "model", "output")


def train(
    work: Workspace,
    name: str,
    hyperparameters: Mapping[str, Any],
    image: str = "",
    on_line: Callable[[str], None] = lambda line: None,
) -> local_job.JobResult:
    """Trains in a container; started again under the same name it resumes.

    Args:
        work: the work folder.
        name: of the job.
        hyperparameters: for the trainer, see ``docker/README.md``.
        image: its name; empty is that of the sources as they are.
        on_line: called with each line of the log.

    Raises:
        MissingPart: there is no Docker, or no such image.
        JobFailed: says the cause first, then where the log is.
    """
    check = probes.docker()
    if check.status != "ok":
        raise MissingPart(f"Docker: {check.found or 'not installed'}. {check.remedy}")
    image = image or name_of(REPOSITORY, current_tag())
    found = probes.run("docker", "image", "inspect", image)
    if found is None or found.code:
        raise MissingPart(
            f"{image}: no such image on this machine. Build it with notebook 03_build_push first."
        )
    base = local_job.lay_out(work, name, hyperparameters)
    return local_job.follow(
        work,
        base,
        hyperparameters,
        run_command(image, base, prepare(base), user(), probes.gpu().status == "ok"),
        os.environ,
        on_line,
    )


def prepare(job: Path) -> Dict[str, Path]:
    """Makes the folders that the container writes to, so that Docker does not make them as root.

    Args:
        job: a job folder as ``jobs.lay_out`` makes it.

    Returns:
        Folder by channel; a channel that is a link is followed, since the container could not.
    """
    for name in WRITTEN:
        (job / name).mkdir(parents=True, exist_ok=True)
    return {path.name: path.resolve() for path in sorted((job / "input" / "data").iterdir())}


def run_command(
    image: str, job: Path, channels: Mapping[str, Path], user: str = "", gpus: bool = False
) -> List[str]:
    """The command that trains in a container; stopped, it passes the signal on.

    Args:
        image: its name.
        job: the job folder; its name becomes the container's.
        channels: folder by channel, see :func:`prepare`; read only, as on SageMaker.
        user: as ``1000:1000``, who is to own what the container writes; empty means root.
        gpus: whether the container gets those of this machine.

    Returns:
        The command; it exits as the trainer does, and ``output/failure`` holds the cause.
    """
    command = ["docker", "run", "--rm", "--platform", PLATFORM, "--name", job.name]
    if gpus:
        command += ["--gpus", "all"]
    if user:
        command += ["--user", user, "--env", "HOME=/tmp"]
    command += _mount(job / "input" / "config", "input/config", ",readonly")
    for name, folder in sorted(channels.items()):
        command += _mount(folder, f"input/data/{name}", ",readonly")
    for name in WRITTEN:
        command += _mount(job / name, name)
    return command + [image, "train"]


def _mount(source: Path, target: str, option: str = "") -> List[str]:
    return ["--mount", f"type=bind,source={source},target={BASE}/{target}{option}"]


def user() -> str:
    """Who should own what a container writes here; empty where root there is oneself here."""
    options = probes.run("docker", "info", "--format", "{{.SecurityOptions}}")
    if not hasattr(os, "getuid") or (options and "rootless" in options.output):
        return ""
    return f"{os.getuid()}:{os.getgid()}"
