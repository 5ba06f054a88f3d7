"""The image of a training job as it lies in ECR: whether it is there, and which machines run it."""

from __future__ import annotations

import json
import urllib.request
from typing import Any, Dict, NamedTuple, Optional

from helpers.aws import request_checks
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, translated_errors
from helpers.structures.errors import BadInput
from helpers.training.docker_image import PLATFORM

_AGAIN = "Push it with notebook 03_build_push."
_SECONDS = 20
# What SageMaker starts: one image, not an index of several.
_MEDIA_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)


class TrainingImage(NamedTuple):
    """An image in ECR.

    Attributes:
        uri: with its digest, ``REPOSITORY@sha256:...``: no later push can change it.
        platform: as ``linux/amd64``.
        has_cuda: whether it is for machines with GPUs of NVIDIA.
    """

    uri: str
    platform: str
    has_cuda: bool


def find(account: Account, uri: str) -> TrainingImage:
    """Asks ECR for an image.

    Args:
        account: whose registry it is in.
        uri: with a tag or a digest.

    Raises:
        BadInput: there is no such image, or it is an index of several.
        HelpersError: AWS refused, with its own words.
    """
    name, repository, identifier = _parts(uri)
    client = account.client("ecr")
    manifest = _manifest(client, uri, repository, identifier)
    if "config" not in manifest:
        raise BadInput.of(
            f"image {uri}",
            f"an index of several ({manifest.get('mediaType')})",
            "one image, which is all that SageMaker starts",
            f"Build it again without attestations. {_AGAIN}",
        )
    with translated_errors(f"image {uri}", "These credentials need ecr:GetDownloadUrlForLayer."):
        address = client.get_download_url_for_layer(
            repositoryName=repository, layerDigest=manifest["config"]["digest"]
        )["downloadUrl"]
    config = _fetched(address, uri)
    variables = [entry.partition("=")[0] for entry in config.get("config", {}).get("Env") or []]
    digest = manifest["digest"]
    platform = f"{config.get('os')}/{config.get('architecture')}"
    return TrainingImage(f"{name}@{digest}", platform, "CUDA_VERSION" in variables)


def require_fit(image: TrainingImage, instance_type: str) -> None:
    """Refuses an image that an instance type cannot run, or that leaves its GPU idle.

    Raises:
        BadInput: says which of the two to change.
    """
    if image.platform != PLATFORM:
        raise BadInput.of(f"image {image.uri}", image.platform, PLATFORM, f"Build it. {_AGAIN}")
    has_gpu = request_checks.is_gpu(instance_type)
    if has_gpu and not image.has_cuda:
        raise BadInput.of(
            f"image {image.uri}",
            f"one without CUDA, for {instance_type}, whose GPU would be paid for and stand idle",
            "one with CUDA",
            "Build it with BASE_IMAGE=gpu in notebook 3, or choose a machine without "
            "a GPU with INSTANCE_TYPE, such as ml.c5.2xlarge.",
        )
    if image.has_cuda and not has_gpu:
        raise BadInput.of(
            f"image {image.uri}",
            f"one with CUDA, which does not train on {instance_type}, a machine without a GPU",
            "one without CUDA",
            "Build it with BASE_IMAGE=cpu in notebook 3, or choose a machine with a "
            f"GPU with INSTANCE_TYPE, such as {request_checks.TRAINING_INSTANCE}.",
        )


def _parts(uri: str) -> Any:
    """Name without tag or digest, repository, and what tells the image from others."""
    registry, _, rest = uri.partition("/")
    if "@" in rest:
        repository, _, digest = rest.partition("@")
        identifier = {"imageDigest": digest}
        repository = repository.partition(":")[0]
    else:
        repository, _, tag = rest.partition(":")
        identifier = {"imageTag": tag or "latest"}
    return f"{registry}/{repository}", repository, identifier


def _manifest(client: Any, uri: str, repository: str, identifier: Dict[str, str]) -> Dict[str, Any]:
    """The manifest of an image, with its ``digest``."""
    from botocore.exceptions import ClientError

    images = []
    with translated_errors(f"image {uri}", "These credentials need ecr:BatchGetImage."):
        try:
            answer = client.batch_get_image(
                repositoryName=repository,
                imageIds=[identifier],
                acceptedMediaTypes=list(_MEDIA_TYPES),
            )
            images = answer["images"]
        except ClientError as error:
            if code_of(error) != "RepositoryNotFoundException":
                raise
    if not images:
        raise BadInput(f"image {uri}: not in ECR. {_AGAIN}")
    manifest: Dict[str, Any] = json.loads(images[0]["imageManifest"])
    return dict(manifest, digest=images[0]["imageId"]["imageDigest"])


def _fetched(address: str, uri: str) -> Dict[str, Any]:
    """The image's own description, from the address that ECR signed for it."""
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:
            config: Optional[Dict[str, Any]] = json.loads(answer.read().decode())
    except (OSError, ValueError) as error:
        raise BadInput(
            f"image {uri}: its description cannot be fetched ({error}). Try again. {_AGAIN}"
        ) from error
    return config or {}
