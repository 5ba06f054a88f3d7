"""Amazon ECR: the training image's name in a registry, and pushing it there."""

from __future__ import annotations

import base64
import re
from typing import Any, Callable, List, Sequence

from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.structures.errors import BadInput, HelpersError
from helpers.system import shell
from helpers.training import docker_image

_DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")
_URI = re.compile(r"([^/]+)/([^:]+):[^:]+$")


def uri(account: str, region: str, repository: str, tag: str) -> str:
    """The image's full name in ECR.

    Args:
        account: twelve digits.
        region: as ``us-east-1``.
        repository: its name in ECR.
        tag: what tells this build from others; ``latest`` does not.

    Raises:
        BadInput: one of them is not valid.
    """
    return f"{registry(account, region)}/{docker_image.name(repository, tag)}"


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


def push_commands(image: str, target: str) -> List[List[str]]:
    """The commands that bring an image to its registry, in their order.

    The first reads the registry's password from standard input.

    Args:
        image: its name on this machine.
        target: its full name in ECR, see :func:`uri`.
    """
    return [
        ["docker", "login", "--username", "AWS", "--password-stdin", target.split("/")[0]],
        ["docker", "tag", image, target],
        ["docker", "push", target],
    ]


def push(
    account: Account, image: str, target: str, on_line: Callable[[str], Any] = lambda line: None
) -> str:
    """Pushes an image to ECR, making the repository if there is none.

    Args:
        account: whose registry it is.
        image: its name on this machine.
        target: its full name in ECR, see :func:`uri`.
        on_line: called with each line that Docker prints.

    Returns:
        The digest, ``sha256:...``, by which ECR knows just this image.

    Raises:
        BadInput: the image is for another kind of machine, or ``target`` is not in the registry of
            that account and region.
        HelpersError: Docker or AWS refused, with its own words.
    """
    host, match = registry(account.number, account.region), _URI.match(target)
    if not match or match.group(1) != host:
        raise BadInput.of(
            "image name", repr(target), f"{host}/REPOSITORY:TAG", "Make it with ecr.uri."
        )
    docker_image.check_platform(image)
    ensure_repository(match.group(2), account)
    login, *others = push_commands(image, target)
    shell.run(login, on_line, secret=password(account))
    for command in others:
        lines = shell.run(command, on_line)
    return digest_of(lines)


def digest_of(lines: Sequence[str]) -> str:
    """The digest that ``docker push`` prints at its end; empty when it printed none."""
    digests = [match.group(1) for match in map(_DIGEST.search, lines) if match]
    return digests[-1] if digests else ""


def ensure_repository(repository: str, account: Account) -> str:
    """Finds the repository in ECR or makes it, with a scan of each push; returns its URI.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    client = account.client("ecr")
    with translated_errors(f"ECR repository {repository}"):
        try:
            answer = client.describe_repositories(repositoryNames=[repository])["repositories"][0]
        except client.exceptions.RepositoryNotFoundException:
            answer = client.create_repository(
                repositoryName=repository, imageScanningConfiguration={"scanOnPush": True}
            )["repository"]
    return str(answer["repositoryUri"])


def password(account: Account) -> str:
    """A registry password for these credentials, good for twelve hours.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(f"ECR in {account.region}"):
        answer = account.client("ecr").get_authorization_token()
    token = base64.b64decode(answer["authorizationData"][0]["authorizationToken"]).decode("utf-8")
    user, _, secret = token.partition(":")
    if user != "AWS" or not secret:
        raise HelpersError(f"ECR in {account.region}: its token is not of the form AWS:password.")
    return secret
