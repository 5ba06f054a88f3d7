"""The training image: named, built with Docker, and pushed to ECR."""

from __future__ import annotations

import base64
import platform
import re
import shutil
from pathlib import Path
from typing import Any, Callable, List, NamedTuple, Optional, Sequence

from tqdm.auto import tqdm

from helpers import __version__
from helpers.aws import identity
from helpers.structures.errors import BadInput, HelpersError, MissingPart
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
_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
_ECR = re.compile(r"\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:]+):[^:]+$")
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


def uri(account: str, region: str, repository: str, tag: str) -> str:
    """The image's full name in ECR.

    Args:
        account: twelve digits.
        region: as ``us-east-1``.
        repository: its name in ECR.
        tag: what tells this build from others; ``latest`` does not.

    Raises:
        BadInput: one of them cannot be.
    """
    return f"{registry(account, region)}/{name(repository, tag)}"


def registry(account: str, region: str) -> str:
    """The host name of an account's registry in a region.

    Raises:
        BadInput: the account is not twelve digits.
    """
    if not re.fullmatch(r"\d{12}", account):
        raise BadInput.of(
            "AWS account", repr(account), "twelve digits", "See: aws sts get-caller-identity"
        )
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{account}.dkr.ecr.{region}.{suffix}"


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
        image: its name, see :func:`name` or :func:`uri`.
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


def push_commands(image: str, target: str) -> List[List[str]]:
    """The commands that bring an image to its registry, in their order.

    The first one reads the registry's password from standard input.

    Args:
        image: its name on this machine.
        target: its full name, see :func:`uri`.
    """
    return [
        ["docker", "login", "--username", "AWS", "--password-stdin", target.split("/")[0]],
        ["docker", "tag", image, target],
        ["docker", "push", target],
    ]


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
        shell.run(
            build_command(image, base_image, authorities),
            lambda line: (_advance(bar, line), on_line(line)),
            ROOT,
            explain=cause,
        )
    return image


def cause(lines: Sequence[str]) -> str:
    """What the step that failed said last, or else what Docker says of it."""
    failed = next((match for match in map(_FAILED.match, lines) if match), None)
    if failed is None:
        return shell.cause(lines)
    said = re.compile(rf"#{failed.group(1)} \d+\.\d+ +(.*\S)")
    found = [match.group(1) for match in map(said.match, lines) if match]
    return "\n".join(found[-5:] or [failed.group(2)])


def step_of(line: str) -> Optional[Step]:
    """The step that a line of the build's output announces; ``None`` for any other line."""
    match = _STEP.match(line)
    return Step(int(match.group(1)), int(match.group(2)), match.group(3)) if match else None


def _advance(bar: tqdm, line: str) -> None:
    step = step_of(line)
    if step:
        bar.n, bar.total = step.number, step.total
        bar.set_postfix_str(step.what[:60])


def push(image: str, target: str, on_line: Callable[[str], Any] = lambda line: None) -> str:
    """Pushes an image to ECR, making the repository if there is none.

    Args:
        image: its name on this machine.
        target: its full name, see :func:`uri`.
        on_line: called with each line that Docker prints.

    Returns:
        The digest, ``sha256:...``, by which ECR knows just this image.

    Raises:
        BadInput: the image is for another kind of machine, or ``target`` is not in ECR.
        HelpersError: Docker or AWS refused, with its own words.
    """
    match = _ECR.match(target)
    if not match:
        raise BadInput.of(
            "image name",
            repr(target),
            "ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG",
            "Make it with image.uri.",
        )
    check_platform(image)
    region, repository = match.groups()
    ensure_repository(repository, region)
    login, *others = push_commands(image, target)
    shell.run(login, on_line, secret=password(region))
    for command in others:
        lines = shell.run(command, on_line)
    return digest_of(lines)


def digest_of(lines: Sequence[str]) -> str:
    """The digest that ``docker push`` prints at its end; empty when it printed none."""
    found = [match.group(1) for match in map(_DIGEST.search, lines) if match]
    return found[-1] if found else ""


def check_platform(image: str) -> None:
    """Holds an image on this machine against what SageMaker runs.

    Raises:
        BadInput: it is for another kind of machine.
        HelpersError: there is no such image.
    """
    found = shell.run(
        ["docker", "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", image]
    )
    if found[-1:] != [PLATFORM]:
        raise BadInput.of(
            f"image {image}",
            " ".join(found),
            PLATFORM,
            "Build it again with the command of notebook 03_build_push.",
        )


def ensure_repository(repository: str, region: str) -> str:
    """Finds the repository in ECR or makes it, with a scan of each push; returns its URI.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    client = identity.client("ecr", region)
    with identity.translated_errors(f"ECR repository {repository}"):
        try:
            found = client.describe_repositories(repositoryNames=[repository])["repositories"][0]
        except client.exceptions.RepositoryNotFoundException:
            found = client.create_repository(
                repositoryName=repository, imageScanningConfiguration={"scanOnPush": True}
            )["repository"]
    return found["repositoryUri"]


def password(region: str) -> str:
    """A registry password for these credentials, good for twelve hours.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with identity.translated_errors(f"ECR in {region}"):
        answer = identity.client("ecr", region).get_authorization_token()
    token = base64.b64decode(answer["authorizationData"][0]["authorizationToken"]).decode("utf-8")
    user, _, secret = token.partition(":")
    if user != "AWS" or not secret:
        raise HelpersError(f"ECR in {region}: its token is not of the form AWS:password.")
    return secret
