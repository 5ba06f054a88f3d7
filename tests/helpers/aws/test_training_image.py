"""The image as it lies in ECR: whether it is there, and which machines run it."""

import json

import pytest
from aws_account import ACCOUNT, REGION
from aws_stand_ins.answers import refusal
from image_in_ecr import DIGEST, REPOSITORY, URI, put

from helpers.aws import training_image
from helpers.aws.training_image import TrainingImage
from helpers.structures.errors import BadInput, HelpersError

AMD = "linux/amd64"


@pytest.mark.parametrize("by", ["tag", "digest", "tag and digest"])
@pytest.mark.parametrize("cuda", [True, False], ids=["gpu", "cpu"])
def test_an_image_is_known_by_its_digest(aws_stub, by, cuda):
    digest = put(aws_stub, cuda=cuda)
    name = URI.partition(":")[0]
    given = {"tag": URI, "digest": f"{name}@{digest}", "tag and digest": f"{URI}@{digest}"}[by]
    assert training_image.find(ACCOUNT, given) == TrainingImage(f"{name}@{digest}", AMD, cuda)


@pytest.mark.parametrize(
    "uri",
    [URI, URI.replace(":abc", ":other"), URI.replace(":abc", f"@{DIGEST}")],
    ids=["no repository", "no such tag", "no such digest"],
)
def test_an_image_that_is_not_there_is_refused(aws_stub, uri):
    if uri != URI:
        put(aws_stub)
    with pytest.raises(BadInput, match="not in ECR.*03_build_push"):
        training_image.find(ACCOUNT, uri)


def test_an_index_of_several_is_refused(aws_stub):
    media_type = "application/vnd.oci.image.index.v1+json"
    client = ACCOUNT.client("ecr")
    client.create_repository(repositoryName=REPOSITORY)
    manifest = {"schemaVersion": 2, "mediaType": media_type, "manifests": []}
    client.put_image(
        repositoryName=REPOSITORY,
        imageManifest=json.dumps(manifest),
        imageTag="abc",
        imageManifestMediaType=media_type,
    )
    with pytest.raises(BadInput, match="an index .*attestations"):
        training_image.find(ACCOUNT, URI)


@pytest.mark.parametrize(
    "operation", ["BatchGetImage", "GetDownloadUrlForLayer"], ids=["manifest", "description"]
)
def test_who_may_not_read_it_is_told_what_is_missing(aws_stub, operation):
    aws_stub.plan(refusal("AccessDeniedException", "no"), to=f"ecr {operation}")
    put(aws_stub)
    with pytest.raises(HelpersError, match=f"ecr:{operation}"):
        training_image.find(ACCOUNT, URI)


def test_a_description_that_does_not_come_is_no_image(aws_stub):
    put(aws_stub, address="http://127.0.0.1:9/")
    with pytest.raises(BadInput, match="description .*03_build_push"):
        training_image.find(ACCOUNT, URI)


@pytest.mark.parametrize(
    "platform, cuda, instance_type, remedy",
    [
        (AMD, True, "ml.g4dn.xlarge", ""),
        (AMD, False, "ml.c5.2xlarge", ""),
        ("linux/arm64", True, "ml.g4dn.xlarge", "linux/arm64"),
        (AMD, False, "ml.p3.2xlarge", "BASE_IMAGE=gpu"),
        (AMD, True, "ml.m5.xlarge", "BASE_IMAGE=cpu"),
    ],
    ids=["GPU", "CPU", "another architecture", "CPU image on GPU", "GPU image on CPU"],
)
def test_image_and_machine_have_to_fit(platform, cuda, instance_type, remedy):
    image = TrainingImage(f"repository@{DIGEST}", platform, cuda)
    if not remedy:
        training_image.require_fit(image, instance_type)
        return
    with pytest.raises(BadInput, match=remedy):
        training_image.require_fit(image, instance_type)


def test_the_region_is_that_of_the_account():
    assert f".{REGION}." in URI
