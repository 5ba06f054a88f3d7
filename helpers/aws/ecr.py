"""Amazon ECR: the training image's name in a registry, its repository, and what lies in it."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Dict, List

from helpers.aws import tags
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, translated_errors
from helpers.structures.errors import BadInput, HelpersError
from helpers.training import docker_image

KEPT_IMAGES = 10
# SageMaker refuses the OCI's manifests: "Unsupported manifest media type" (buildkit issue 5480).
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_KINDS = (
    MANIFEST,
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)


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


def repository_request(repository: str) -> Dict[str, Any]:
    """The request that makes a repository: scanned on push, a tag never means another image.

    Args:
        repository: its name in ECR.
    """
    return {
        "repositoryName": repository,
        "imageScanningConfiguration": {"scanOnPush": True},
        "imageTagMutability": "IMMUTABLE",
        "tags": tags.as_list(),
    }


def lifecycle_request(repository: str, kept: int = KEPT_IMAGES) -> Dict[str, Any]:
    """The request that lets ECR delete all but the newest images of a repository.

    Args:
        repository: its name in ECR.
        kept: how many stay.
    """
    rule = {
        "rulePriority": 1,
        "description": f"the newest {kept} stay",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": kept},
        "action": {"type": "expire"},
    }
    text = json.dumps({"rules": [rule]})
    return {"repositoryName": repository, "lifecyclePolicyText": text}


def ensure_repository(repository: str, account: Account, kept: int = KEPT_IMAGES) -> str:
    """Finds the repository in ECR, or makes it as the two requests above say; returns its URI.

    One that is there stays as it is.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    client = account.client("ecr")
    with translated_errors(f"ECR repository {repository}"):
        try:
            answer = client.describe_repositories(repositoryNames=[repository])["repositories"][0]
        except client.exceptions.RepositoryNotFoundException:
            answer = client.create_repository(**repository_request(repository))["repository"]
            client.put_lifecycle_policy(**lifecycle_request(repository, kept))
    return str(answer["repositoryUri"])


def stored_digest(account: Account, repository: str, tag: str) -> str:
    """The digest of the image that a tag means in ECR; empty where there is none.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    client = account.client("ecr")
    with translated_errors(f"ECR image {repository}:{tag}"):
        try:
            answer = client.describe_images(
                repositoryName=repository, imageIds=[{"imageTag": tag}]
            )["imageDetails"][0]
        except client.exceptions.ClientError as error:
            if code_of(error) in ("ImageNotFoundException", "RepositoryNotFoundException"):
                return ""
            raise
    return str(answer["imageDigest"])


def manifest_type(account: Account, repository: str, digest: str) -> str:
    """The media type of an image's manifest, as ``application/vnd....+json``.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(f"ECR image {repository}@{digest}"):
        answer = account.client("ecr").batch_get_image(
            repositoryName=repository,
            imageIds=[{"imageDigest": digest}],
            acceptedMediaTypes=list(_KINDS),
        )
    images: List[Dict[str, Any]] = answer["images"]
    if not images:
        raise HelpersError(
            f"{repository}@{digest}: ECR does not have it any more. Push it again with notebook "
            "03_build_push."
        )
    kind = images[0].get("imageManifestMediaType")  # the service's model promises it to nobody
    return str(kind or json.loads(images[0]["imageManifest"]).get("mediaType", ""))


def delete(account: Account, repository: str, digest: str) -> None:
    """Deletes one image, so that its tag is free again.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(f"ECR image {repository}@{digest}"):
        account.client("ecr").batch_delete_image(
            repositoryName=repository, imageIds=[{"imageDigest": digest}]
        )


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
