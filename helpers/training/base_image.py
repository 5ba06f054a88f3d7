"""The image that the training image is built on: its short names, and the digest behind a name.

A tag can be moved to another image, a digest cannot. Registries are asked as the OCI Distribution
Specification has it: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Dict, NamedTuple, Tuple

from helpers.system import probes

# NVIDIA has withdrawn its own images of CUDA 10.0; TensorFlow's, which stand on them, are there.
BASES = {"gpu": "tensorflow/tensorflow:1.15.5-gpu-py3", "cpu": "python:3.7-slim-bookworm"}
TIMEOUT = 4.0  # seconds for each of at most three requests
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DOCKER_HUB = "registry-1.docker.io"
_KINDS = (
    "vnd.oci.image.index.v1",
    "vnd.docker.distribution.manifest.list.v2",
    "vnd.oci.image.manifest.v1",
    "vnd.docker.distribution.manifest.v2",
)
_ACCEPT = ", ".join(f"application/{kind}+json" for kind in _KINDS)


class BaseImage(NamedTuple):
    """What the image is built on.

    Attributes:
        name: what Docker is told: with a digest where one is known.
        identity: what tells its content from any other: a digest, or only the name where neither
            Docker nor a registry knows one.
    """

    name: str
    identity: str


def resolve(base_image: str = "gpu") -> BaseImage:
    """Finds out which image a name means now: asks Docker, then the registry of the name.

    Args:
        base_image: ``gpu``; ``cpu``, far smaller; or the name of another base, see the Dockerfile.
    """
    name = BASES.get(base_image, base_image)
    if "@" in name:
        return BaseImage(name, name.rpartition("@")[2])
    answer = probes.run("docker", "image", "inspect", "--format", "{{json .}}", name)
    if answer and answer.code == 0:
        image = json.loads(answer.output)
        pulled = [digest for digest in image.get("RepoDigests") or [] if _is_of(digest, name)]
        if not pulled:  # made on this machine: no registry could give it
            return BaseImage(name, image["Id"])
        digest = pulled[0].rpartition("@")[2]
    else:
        digest = registry_digest(name)
    return BaseImage(f"{name}@{digest}", digest) if digest else BaseImage(name, name)


def _is_of(digest: str, name: str) -> bool:
    return digest.rpartition("@")[0] == split(name)[1] or digest.startswith(_untagged(name) + "@")


def _untagged(name: str) -> str:
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def split(name: str) -> Tuple[str, str, str]:
    """The registry, the repository and the tag of an image's name, as Docker reads it."""
    repository = _untagged(name)
    tag = name[len(repository) + 1 :] or "latest"
    first, slash, rest = repository.partition("/")
    if slash and (set(".:") & set(first) or first == "localhost"):
        return first, rest, tag
    return _DOCKER_HUB, repository if slash else f"library/{repository}", tag


def registry_digest(name: str) -> str:
    """The digest that a registry has for a name; empty where it does not answer or wants a login.

    Args:
        name: of the image, with a tag.
    """
    registry, repository, tag = split(name)
    local = registry.split(":")[0] in ("localhost", "127.0.0.1")  # as Docker does
    url = f"http{'' if local else 's'}://{registry}/v2/{repository}/manifests/{tag}"
    try:
        return _manifest_digest(url, {})
    except urllib.error.HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate", "")
        if error.code != 401 or not challenge.lower().startswith("bearer "):
            return ""
    except (OSError, http.client.HTTPException):
        return ""
    try:
        return _manifest_digest(url, {"Authorization": f"Bearer {_token(challenge)}"})
    except (OSError, http.client.HTTPException, ValueError):
        return ""


def _manifest_digest(url: str, headers: Dict[str, str]) -> str:
    request = urllib.request.Request(url, headers={"Accept": _ACCEPT, **headers}, method="HEAD")
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        digest = answer.headers.get("Docker-Content-Digest", "")
    return digest if _DIGEST.fullmatch(digest) else ""


def _token(challenge: str) -> str:
    """The anonymous token that a registry's challenge asks for."""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    query = urllib.parse.urlencode({key: fields[key] for key in fields if key != "realm"})
    url = f"{fields.get('realm', '')}?{query}"
    with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
        values = json.loads(answer.read().decode("utf-8"))
    return str(values.get("token") or values.get("access_token") or "")
