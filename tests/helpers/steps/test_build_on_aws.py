"""A build on AWS: its plan without an account; one that was interrupted is found again."""

import json

import pytest
from aws_account import ACCOUNT, REGION
from aws_stand_ins.answers import Reply, refusal

from helpers.aws import codebuild
from helpers.aws.codebuild_request import PROJECT
from helpers.steps.build_image import plan_image
from helpers.steps.build_on_aws import build_on_aws, plan_build
from helpers.structures.errors import BadInput, HelpersError, MissingPart
from helpers.workspace import Workspace

BASE = "sha@sha256:" + "0" * 64


@pytest.mark.usefixtures("without_aws")
def test_the_request_the_files_and_the_price_are_shown(tmp_path):
    image = plan_image("photos", BASE)
    plan = plan_build(Workspace.at(tmp_path), image, "my-bucket", "mine")
    assert plan.order.source.bucket == "my-bucket"
    assert plan.order.source.key.startswith("mine/image/")
    for part in (image.target, plan.order.source.uri, plan.order.role_arn, "0.60 USD"):
        assert part in plan.as_text()
    assert "repository/photos" in plan.rights_as_text()


@pytest.mark.usefixtures("without_aws")
def test_a_role_that_is_given_is_shown(tmp_path):
    role = "arn:aws:iam::123456789012:role/builder"
    plan = plan_build(Workspace.at(tmp_path), plan_image("photos", BASE), role_arn=role)
    assert role in plan.as_text() and plan.order.role_arn not in plan.as_text()


@pytest.mark.usefixtures("without_aws")
def test_a_bucket_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(BadInput):
        plan_build(Workspace.at(tmp_path), plan_image("photos", BASE), "My_Bucket")


@pytest.mark.usefixtures("without_aws")
def test_for_an_example_nothing_is_built(tmp_path):
    plan = plan_build(Workspace.at(tmp_path), plan_image("photos", BASE))
    with pytest.raises(MissingPart):
        build_on_aws(plan)


@pytest.fixture()
def plan(aws_stub, bucket, tmp_path, monkeypatch):
    """A plan in an account on the stand-in, whose builds are asked about at once."""
    monkeypatch.setattr(codebuild, "POLL", 0.01)
    return plan_build(Workspace.at(tmp_path), plan_image("photos", BASE), "my-bucket", "mine")


def builds(status):
    """CodeBuild's answer about a build."""
    body = json.dumps({"builds": [{"id": "1", "buildStatus": status}]}).encode()
    return lambda asked, forward: Reply(200, {}, body)


def test_a_build_that_nobody_waits_for_any_more_is_found_again(aws_stub, plan):
    aws_stub.plan(refusal("AccessDeniedException"), to="BatchGetBuilds")
    with pytest.raises(HelpersError, match="60 minutes"):
        build_on_aws(plan)
    kept = Workspace.at(plan.work.root).state()["build"]
    assert (kept["account"], kept["region"], kept["project"]) == (ACCOUNT.number, REGION, PROJECT)
    aws_stub.plan(*[builds("IN_PROGRESS")] * 2, builds("STOPPED"), to="BatchGetBuilds")
    with pytest.raises(HelpersError, match=f"{kept['id']}: stopped"):
        build_on_aws(plan)
    assert len(aws_stub.titles("StartBuild")) == 1


def test_a_build_that_ended_or_of_another_image_is_not_followed(aws_stub, plan):
    first = {"account": ACCOUNT.number, "region": REGION, "project": PROJECT, "id": "photos:1"}
    for image, asked in (("photos:other", 1), (plan.order.image, 2)):
        plan.work.remember(build=dict(first, image=image))
        aws_stub.plan(*[builds("FAILED")] * asked, to="BatchGetBuilds")
        with pytest.raises(HelpersError, match=f"{PROJECT}:"):
            build_on_aws(plan)
    assert len(aws_stub.titles("StartBuild")) == 2 and aws_stub.left == 0
