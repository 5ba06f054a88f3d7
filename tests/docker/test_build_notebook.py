"""Notebook 3 with the real Docker, a real registry as ECR, and builds of CodeBuild run here."""

import uuid

import boto3
import notebook_run
import pytest
from aws_account import REGION
from aws_stand_ins.code_build import builds_here

from helpers.steps.build_image import plan_image
from helpers.system import shell
from helpers.training import docker_image
from helpers.workspace import Workspace

NOTEBOOK = "03_build_push"
BUILD, PUSH = "if BUILD:", "if PUSH:"  # first lines of cells


@pytest.fixture
def work(tmp_path):
    """An empty work folder."""
    work = Workspace.at(tmp_path / "work")
    work.root.mkdir()
    return work


@pytest.fixture
def bucket(aws):
    """The bucket for the sources; one that CodeBuild's plan makes itself is read by TLS alone."""
    where = {"LocationConstraint": REGION}
    boto3.client("s3").create_bucket(Bucket="my-bucket", CreateBucketConfiguration=where)


@pytest.fixture
def plan(built_image, base_image, authorities, ecr_stub):
    """The plan of an image that Docker has the layers of; it is gone after the test."""
    repository = f"photos-to-pi-test/{uuid.uuid4().hex[:12]}"
    yield plan_image(repository, base_image, str(authorities))
    form = "{{.Repository}}:{{.Tag}}"
    for pattern in (repository, f"*/{repository}"):
        names = shell.run(["docker", "image", "ls", "--format", form, pattern])
        if names:
            shell.run(["docker", "image", "rm", *names])


def parameters(plan, **values):
    """The parameters of the notebook that make it plan the same."""
    repository = plan.local.rpartition(":")[0]
    given = {"REPOSITORY": repository, "BASE_IMAGE": plan.base.name, "BUCKET": "my-bucket"}
    return dict(given, AUTHORITIES=plan.authorities, **values)


def stored(registry, plan):
    """The name by its digest of what the registry has of an image."""
    repository, _, tag = plan.local.rpartition(":")
    headers, _ = registry.manifest(repository, tag)
    return f"{registry.address}/{repository}@{headers['Docker-Content-Digest']}"


def test_an_image_is_built_and_pushed_once(plan, ecr_stub, registry, work):
    given = parameters(plan, BUILD=True, PUSH=True)
    assert not docker_image.is_built(plan.local)
    notebook_run.run([NOTEBOOK], work.root, **given)
    name = stored(registry, plan)
    assert work.state()["image"] == name
    assert len(ecr_stub.titles("GetAuthorizationToken")) == 1
    again = {
        BUILD: f"{plan.local}: there already, from the same sources on the same base\n",
        PUSH: f"{name}: there already\n",
    }
    notebook_run.run_printing(NOTEBOOK, work.root, again, **given)
    assert work.state()["image"] == name
    assert len(ecr_stub.titles("GetAuthorizationToken")) == 1
    assert ecr_stub.titles("StartBuild") == []


def test_without_docker_aws_builds_it(plan, ecr_stub, registry, bucket, work, tmp_path):
    ecr_stub.plan(builds_here(registry, tmp_path), to="StartBuild")
    notebook_run.run([NOTEBOOK], work.root, **parameters(plan, CODEBUILD=True))
    assert work.state()["image"] == stored(registry, plan)
    assert len(ecr_stub.titles("StartBuild")) == 1
