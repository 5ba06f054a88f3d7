"""The training image pushed to Amazon ECR: once for a content, and looked at there afterwards."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence

from tqdm.auto import tqdm

from helpers.aws import ecr
from helpers.aws.account import Account
from helpers.structures.errors import HelpersError
from helpers.system import probes, shell, terminal
from helpers.training import docker_errors, docker_image
from helpers.training.push_progress import PushProgress


class PushedImage(NamedTuple):
    """An image in ECR.

    Attributes:
        name: ``REGISTRY/REPOSITORY@sha256:...``: no other image has it, and jobs use it.
        is_new: whether it was pushed just now, or was there already.
    """

    name: str
    is_new: bool

    def as_text(self) -> str:
        """The image and what was done."""
        return f"{self.name}: {'pushed' if self.is_new else 'there already'}"


def commands(image: str, target: str) -> List[List[str]]:
    """The commands that bring an image to its registry, in their order.

    The first reads the registry's password from standard input.

    Args:
        image: its name on this machine.
        target: its full name in ECR, see :func:`ecr.uri`.
    """
    return [
        ["docker", "login", "--username", "AWS", "--password-stdin", target.split("/")[0]],
        ["docker", "tag", image, target],
        ["docker", "push", target],
    ]


def push(account: Account, image: str, kept: int = ecr.KEPT_IMAGES) -> PushedImage:
    """Pushes an image to ECR with a progress bar, unless ECR has one of that tag already.

    Its tag has to be a digest of its content, see :func:`docker_image.tag_of`.

    Args:
        account: whose registry it is.
        image: its name on this machine, which is its name in ECR too.
        kept: how many images a repository keeps that is made for it.

    Raises:
        BadInput: the image is for another kind of machine.
        HelpersError: Docker or AWS refused, or SageMaker would; says why and what to do.
    """
    repository, _, tag = image.rpartition(":")
    uri = ecr.ensure_repository(repository, account, kept)
    there = ecr.stored_digest(account, repository, tag)
    if there:
        return PushedImage(f"{uri}@{there}", False)
    docker_image.check_platform(image)
    digest = _send(account, image, f"{uri}:{tag}")
    check(account, repository, tag, digest)
    return PushedImage(f"{uri}@{digest}", True)


def _send(account: Account, image: str, target: str) -> str:
    """Tags and pushes; returns the digest that Docker tells.

    The login lies in a folder of its own that is gone afterwards: neither the user's settings nor
    the keychain that ``docker login`` would find get to know it.
    """
    _, tag, push_it = commands(image, target)
    login = base64.b64encode(f"AWS:{ecr.password(account)}".encode()).decode("ascii")
    shell.run(tag)
    with tempfile.TemporaryDirectory(prefix="docker-login-") as folder:
        settings = {"auths": {target.split("/")[0]: {"auth": login}}}
        (Path(folder) / "config.json").write_text(json.dumps(settings))
        return _draw(push_it, {**os.environ, "DOCKER_CONFIG": folder, **_daemon()})


def _daemon() -> Dict[str, str]:
    """Where the daemon listens: without the user's settings Docker does not know its context."""
    form = "{{.Endpoints.docker.Host}}"
    answer = probes.run("docker", "context", "inspect", "--format", form)
    return {"DOCKER_HOST": answer.output} if answer and answer.code == 0 and answer.output else {}


def _draw(command: List[str], environment: Dict[str, str]) -> str:
    progress = PushProgress()
    words: List[str] = []
    with tqdm(desc="push", unit="B", unit_scale=True, disable=None, total=0) as bar:

        def on_line(line: str) -> None:
            if progress.read(line):
                bar.n, bar.total = progress.sent_and_total
                bar.set_postfix_str("{} of {} layers".format(*progress.layers), refresh=False)
                bar.update(0)
            else:
                words.append(line)

        code = terminal.run(command, on_line, environment)
        bar.refresh()
    if code:
        raise HelpersError(f"docker push failed (exit {code}): {_explain(words)}")
    return progress.digest


def _explain(lines: Sequence[str]) -> str:
    words = shell.cause(lines)
    return docker_errors.explain("\n".join(lines), words, docker_errors.OF_PUSH)


def check(account: Account, repository: str, tag: str, digest: str) -> None:
    """Looks at what has arrived in ECR.

    Args:
        account: whose registry it is.
        repository: its name in ECR.
        tag: of the image.
        digest: that was pushed.

    Raises:
        HelpersError: it is not what was pushed, or SageMaker would refuse it.
    """
    there = ecr.stored_digest(account, repository, tag)
    if there != digest:
        raise HelpersError(
            f"{repository}:{tag}: found {there or 'nothing'} in ECR, expected {digest}, which was "
            "pushed. Push it again with another REPOSITORY."
        )
    kind = ecr.manifest_type(account, repository, digest)
    if kind != ecr.MANIFEST:
        ecr.delete(account, repository, digest)
        raise HelpersError(
            f"{repository}:{tag}: found a manifest of type {kind}, expected {ecr.MANIFEST}, which "
            "is all that SageMaker takes; the image was deleted in ECR. In the settings of Docker "
            "switch off the containerd image store, then build and push again."
        )
