"""The training image: its name, its tag, and its build with Docker."""

from __future__ import annotations

import platform
import re
import shutil
from pathlib import Path
from typing import Any, Callable, List, NamedTuple, Optional, Sequence

from tqdm.auto import tqdm

from helpers import __version__
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import probes, shell
from helpers.workspace import ROOT

REPOSITORY = "photos-to-pi"
DOCKERFILE = "docker/Dockerfile"
PLATFORM = "linux/amd64"  # what SageMaker's training machines are
SOURCES = ("docker", "helpers", "pyproject.toml")
# NVIDIA has withdrawn its own images of CUDA 10.0; TensorFlow's, which stand on them, are there.
BASES = {"gpu": "tensorflow/tensorflow:1.15.5-gpu-py3", "cpu": "python:3.7-slim-bookworm"}

_REPOSITORY = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_FAILED = re.compile(r"#(\d+) ERROR: (.*)")
_STEP = re.compile(r"#\d+ \[ *(\d+)/(\d+)\] (.*)")


class Step(NamedTuple):
    """Where a build is.

    Attributes:
        number: of this step, from 1.
        total: steps in all.
        what: the instruction.
    """

    number: int
    total: int
    what: str


def name(repository: str, tag: str) -> str:
    """The image's name on this machine, ``repository:tag``.

    Raises:
        BadInput: ECR would refuse the repository or the tag, or the tag says nothing.
    """
    if not _REPOSITORY.fullmatch(repository) or not 2 <= len(repository) <= 256:
        raise BadInput.of(
            "ECR repository",
            repr(repository),
            "2 to 256 small letters and digits, parted by one of . _ - /",
            "Choose another name.",
        )
    if not _TAG.fullmatch(tag) or tag == "latest":
        raise BadInput.of(
            "image tag",
            repr(tag),
            "a commit or a version (not latest: nobody could say later what trained a model)",
            "Leave it empty to use the commit.",
        )
    return f"{repository}:{tag}"


def tag_of(commit: str, changed: bool, version: str = __version__) -> str:
    """The tag for a state of the sources.

    Args:
        commit: of git, in hexadecimal; empty where there is none.
        changed: whether the sources of the image differ from the commit.
        version: of ``helpers``, for a copy without git.
    """
    return (commit[:12] or version) + ("-changed" if changed else "")


def current_tag(root: Path = ROOT) -> str:
    """The tag for the sources as they are on disk; asks git, where there is git."""
    git = ("git", "-C", str(root))
    commit = probes.run(*git, "rev-parse", "--verify", "HEAD")
    if commit is None or commit.code:
        return tag_of("", False)
    status = probes.run(*git, "status", "--porcelain", "--", *SOURCES)
    return tag_of(commit.output, status is None or bool(status.output))


def build_command(image: str, base_image: str = "gpu", authorities: str = "") -> List[str]:
    """The command that builds the image, to be run in the repository's root.

    Args:
        image: its name, see :func:`name`.
        base_image: ``gpu``; ``cpu``, far smaller, where no machine that trains has one; or the
            name of another base, see the Dockerfile.
        authorities: a file of certificate authorities, where a network needs its own to reach
            the package index; seen by the build, never kept in the image.
    """
    command = [
        "env",
        "DOCKER_BUILDKIT=1",
        "docker",
        "build",
        "--platform",
        PLATFORM,
        "--progress",
        "plain",
        "--file",
        DOCKERFILE,
        "--tag",
        image,
        "--build-arg",
        f"VERSION={__version__}",
        "--build-arg",
        f"REVISION={image.rpartition(':')[2]}",
        "--build-arg",
        f"BASE_IMAGE={BASES.get(base_image, base_image)}",
    ]
    if authorities:
        command += ["--secret", f"id=ca,src={authorities}"]
    return command + ["."]


def unavailable_reason() -> Optional[str]:
    """What keeps images from being built here and the command that helps; ``None`` if nothing."""
    if not shutil.which("docker"):
        return f"Docker is not installed. {_installer()}"
    check = probes.docker()
    if check.status != "ok":
        return f"Docker: {check.detail}. {check.remedy}"
    version = probes.run("docker", "--version")
    major = re.search(r"(\d+)\.", version.output if version else "")
    if major and int(major.group(1)) >= 23:  # before that BuildKit was in the client itself
        buildx = probes.run("docker", "buildx", "version")
        if buildx is None or buildx.code:
            return "Docker cannot build: its part buildx is missing. Install docker-buildx-plugin"
    return None


def _installer() -> str:
    if platform.system() == "Darwin":
        return "Run: brew install --cask docker"
    if shutil.which("apt-get"):
        return "Run: sudo apt-get install docker.io"
    return "See docs.docker.com/engine/install"


def build(
    image: str,
    base_image: str = "gpu",
    authorities: str = "",
    on_line: Callable[[str], Any] = lambda line: None,
) -> str:
    """Builds the image, with a progress bar; returns its name.

    Args:
        image: as for :func:`build_command`, like the next two.
        base_image: see there.
        authorities: see there.
        on_line: called with each line that Docker prints.

    Raises:
        MissingPart: there is no Docker that could.
        HelpersError: the build failed; the message holds what went wrong.
    """
    reason = unavailable_reason()
    if reason:
        raise MissingPart(reason)
    with tqdm(
        desc="build",
        unit="step",
        disable=None,
        bar_format="{desc}: {n_fmt}/{total_fmt} {elapsed} {postfix}",
    ) as bar:

        def on_each(line: str) -> None:
            _advance(bar, line)
            on_line(line)

        shell.run(build_command(image, base_image, authorities), on_each, ROOT, explain=cause)
    return image


def cause(lines: Sequence[str]) -> str:
    """The last output of the step that failed, or else Docker's own message."""
    failed = next((match for match in map(_FAILED.match, lines) if match), None)
    if failed is None:
        return shell.cause(lines)
    of_step = re.compile(rf"#{failed.group(1)} \d+\.\d+ +(.*\S)")
    messages = [match.group(1) for match in map(of_step.match, lines) if match]
    return "\n".join(messages[-5:] or [failed.group(2)])


def step_of(line: str) -> Optional[Step]:
    """The step that a line of the build's output announces; ``None`` for any other line."""
    match = _STEP.match(line)
    return Step(int(match.group(1)), int(match.group(2)), match.group(3)) if match else None


def _advance(bar: tqdm, line: str) -> None:
    step = step_of(line)
    if step:
        bar.n, bar.total = step.number, step.total
        bar.set_postfix_str(step.what[:60])


def check_platform(image: str) -> None:
    """Checks that an image is for the machines that SageMaker has.

    Raises:
        BadInput: it is for another kind of machine.
        HelpersError: there is no such image.
    """
    platforms = shell.run(
        ["docker", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", image]
    )
    if platforms[-1:] != [PLATFORM]:
        raise BadInput.of(
            f"image {image}",
            " ".join(platforms),
            PLATFORM,
            "Build it again with the command of notebook 03_build_push.",
        )
