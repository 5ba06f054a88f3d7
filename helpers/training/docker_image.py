"""The training image: its name, its tag, and its build with Docker."""

from __future__ import annotations

import hashlib
import platform
import re
import shutil
from pathlib import Path
from typing import Any, Callable, List, NamedTuple, Optional, Sequence

from tqdm.auto import tqdm

from helpers import __version__
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import probes, shell, studio
from helpers.training import docker_errors, image_sources
from helpers.training.base_image import BASES, BaseImage
from helpers.training.image_sources import DOCKERFILE
from helpers.workspace import ROOT

REPOSITORY = "photos-to-pi"
PLATFORM = "linux/amd64"  # what SageMaker's training machines are
SOURCES_LABEL = "photos-to-pi.sources"  # of an image: the digest of what it was built from

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
            "a digest or a version (not latest: nobody could say later what trained a model)",
            "Choose another tag.",
        )
    return f"{repository}:{tag}"


def tag_of(base: BaseImage, root: Path = ROOT) -> str:
    """The tag of the image of the sources as they are on disk, on a base.

    Args:
        base: that it is built on.
        root: of the repository.

    Returns:
        The version and a digest of the sources and the base: another content has another tag, the
        same has the same, whatever git says.

    Raises:
        MissingPart: this is no copy of the repository.
    """
    both = f"{image_sources.digest(root)}\n{base.identity}"
    return f"{__version__}-{hashlib.sha256(both.encode()).hexdigest()[:16]}"


def is_built(image: str) -> bool:
    """Whether Docker has the image whose tag is a digest, made by :func:`build`."""
    form = '{{index .Config.Labels "org.opencontainers.image.revision"}}'
    answer = probes.run("docker", "image", "inspect", "--format", form, image)
    return bool(answer and answer.code == 0 and answer.output == image.rpartition(":")[2])


def newest(repository: str = REPOSITORY, root: Path = ROOT) -> str:
    """The name of the newest image on this machine that was built from the sources as they are.

    One that was built here goes before one that was pulled.

    Raises:
        MissingPart: there is none.
    """
    labelled = f"label={SOURCES_LABEL}={image_sources.digest(root)}"
    form = "{{.Repository}}:{{.Tag}}"
    answer = probes.run("docker", "image", "ls", "--filter", labelled, "--format", form)
    names = [name for name in (answer.output.split() if answer else []) if "<none>" not in name]
    built = [name for name in names if name.rpartition(":")[0] == repository]
    pulled = [name for name in names if name.rpartition(":")[0].endswith(f"/{repository}")]
    mine = built + pulled
    if not mine:
        raise MissingPart(
            f"{repository}: no image of the sources as they are on this machine. "
            "Build it with notebook 03_build_push first; if AWS CodeBuild has built it, pull it: "
            "docker pull IMAGE, after docker login as docker/README.md shows."
        )
    return mine[0]


def build_command(image: str, base_image: str = "gpu", authorities: str = "") -> List[str]:
    """The command that builds the image with BuildKit, to be run in the repository's root.

    Args:
        image: its name, see :func:`name`.
        base_image: ``gpu``; ``cpu``, far smaller, where no machine that trains has one; or the
            name of another base, see the Dockerfile.
        authorities: a file of certificate authorities, where a network needs its own to reach
            the package index; seen by the build, never kept in the image.
    """
    name = BASES.get(base_image, base_image)
    labels = {
        "VERSION": __version__,
        "REVISION": image.rpartition(":")[2],
        "SOURCES": image_sources.digest(),
        "BASE_IMAGE": name,
    }
    # SageMaker takes a single image only, not one with its attestations.
    command = ["env", "DOCKER_BUILDKIT=1", "BUILDX_NO_DEFAULT_ATTESTATIONS=1", "docker", "build"]
    command += ["--platform", PLATFORM, "--progress", "plain"]
    command += ["--file", DOCKERFILE, "--tag", image]
    for key, value in labels.items():
        command += ["--build-arg", f"{key}={value}"]
    if authorities:
        command += ["--secret", f"id=ca,src={authorities}"]
    return command + ["."]


def unavailable_reason() -> Optional[str]:
    """What keeps images from being built here and the command that helps; ``None`` if nothing."""
    if not shutil.which("docker"):
        return f"Docker is not installed. {_installer()}"
    check = studio.docker()
    if check.status != "ok":
        return f"Docker: {check.detail}. {check.remedy}"
    if studio.is_limited():
        return studio.NO_BUILD
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
        BadInput: there is no file ``authorities``.
        MissingPart: there is no Docker that could.
        HelpersError: the build failed; the message says why and what to do.
    """
    if authorities and not Path(authorities).is_file():
        raise BadInput.of(
            "AUTHORITIES",
            repr(authorities),
            "a file of certificate authorities, in PEM format",
            "Give its path, or leave it empty.",
        )
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
    """Why a build failed: one sentence with what to do, or the last output of the failed step."""
    failed = next((match for match in map(_FAILED.match, lines) if match), None)
    if failed is None:
        words = shell.cause(lines)
        return docker_errors.explain(words, words, docker_errors.OF_BASE)
    of_step = re.compile(rf"#{failed.group(1)} \d+\.\d+ +(.*\S)")
    messages = [match.group(1) for match in map(of_step.match, lines) if match]
    if not messages:
        return docker_errors.explain(failed.group(2), failed.group(2), docker_errors.OF_BASE)
    words = "\n".join(messages[-5:])
    return docker_errors.explain("\n".join(messages), words, docker_errors.IN_STEP)


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
