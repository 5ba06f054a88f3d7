"""Why Docker failed to build or push, in one sentence with what to do."""

from __future__ import annotations

import re
from typing import NamedTuple, Tuple


class DockerError(NamedTuple):
    """A failure that Docker's output tells.

    Attributes:
        pattern: found in the output, whatever the case.
        cause: what went wrong.
        remedy: what the user can do.
    """

    pattern: str
    cause: str
    remedy: str


_ANYWHERE = (
    DockerError(
        r"no space left on device", "the disk of Docker is full", "Free some: docker system prune."
    ),
)
# Of a command inside the build: it reads the bundle of authorities, Docker does not.
IN_STEP = (
    DockerError(
        r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|self.signed certificate in",
        "pip does not know the authority that signed the package index's certificate",
        "Where the network has an authority of its own, give the file with it: AUTHORITIES in "
        "notebook 03_build_push.",
    ),
    DockerError(
        r"NewConnectionError|Temporary failure (in name resolution|resolving)|Could not resolve|"
        r"Read timed out|No route to host|Network is unreachable",
        "the build could not reach Debian's or Ubuntu's archive or the package index",
        "Check the network that Docker's containers have; a proxy goes into the section proxies "
        "of ~/.docker/config.json.",
    ),
    *_ANYWHERE,
)
_LINE = (
    DockerError(
        r"x509: |certificate signed by unknown authority",
        "Docker does not know the authority that signed the registry's certificate",
        "Put its file into /etc/docker/certs.d/REGISTRY/ca.crt on the machine of the Docker "
        "daemon: AUTHORITIES is for the package index only.",
    ),
    DockerError(
        r"no such host|server misbehaving|failure in name resolution",
        "the registry's name leads nowhere",
        "Check the network, its proxy, and the name.",
    ),
    DockerError(
        r"connection refused|i/o timeout|handshake timeout|connection reset|"
        r"Client\.Timeout exceeded|unexpected EOF|broken pipe",
        "the line to the registry broke, or nobody answered there",
        "Run the cell again: what has arrived is not sent again.",
    ),
    *_ANYWHERE,
)
OF_BASE = (
    DockerError(
        r"pull access denied|no basic auth|401 Unauthorized|authorization failed",
        "there is no such base image, or its registry wants a login",
        "Check BASE_IMAGE in notebook 03_build_push; for a private registry: docker login.",
    ),
    DockerError(
        r"manifest unknown|not found",
        "the registry has no such base image",
        "Check BASE_IMAGE in notebook 03_build_push.",
    ),
    DockerError(
        r"toomanyrequests|429 Too Many",
        "the registry has had too many requests from this address",
        "Wait an hour, or log in first: docker login.",
    ),
    *_LINE,
)
OF_PUSH = (
    DockerError(
        r"no basic auth|authorization token has expired|authentication required",
        "the registry was sent no valid login",
        "Run the cell again: it logs in anew. Should it last, check the clock of this machine.",
    ),
    DockerError(
        r"tag invalid|TagAlreadyExists|tag is immutable|already exists in the .* repository",
        "the repository has this tag already, for another image, and its tags are immutable",
        "Delete that image in ECR, or take another REPOSITORY.",
    ),
    DockerError(
        r"name unknown|repository with name .* does not exist|RepositoryNotFound",
        "the registry of this account and region has no such repository",
        "It may lie in another region: check AWS_DEFAULT_REGION.",
    ),
    DockerError(
        r"denied|403 Forbidden|unauthorized",
        "the registry refused these credentials",
        "They need ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload, ecr:UploadLayerPart, "
        "ecr:CompleteLayerUpload and ecr:PutImage for this repository.",
    ),
    *_LINE,
)


def explain(output: str, words: str, errors: Tuple[DockerError, ...]) -> str:
    """The sentence for a failure, or Docker's own words where none fits.

    Args:
        output: that is searched.
        words: Docker's own, which are quoted.
        errors: that are possible here.
    """
    for error in errors:
        if re.search(error.pattern, output, re.IGNORECASE):
            return f"{error.cause} ({words.strip().splitlines()[-1]}). {error.remedy}"
    return words
