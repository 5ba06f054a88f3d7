"""What CodeBuild is asked for: valid requests, the commands of a build, few rights."""

import json
import re
import subprocess

import pytest
from aws_account import ACCOUNT, REGION
from aws_stand_ins import asked

from helpers.aws import codebuild_request as request
from helpers.aws.codebuild_request import BuildOrder
from helpers.aws.s3_layout import Place

HOST = f"{ACCOUNT.number}.dkr.ecr.{REGION}.amazonaws.com"
ROLE = f"arn:aws:iam::{ACCOUNT.number}:role/builder"
ORDER = BuildOrder(
    ACCOUNT.number, REGION, "photos:v1", "a b:1", Place("my-bucket", "photos/image/1.zip")
)


def model(operation):
    botocore = pytest.importorskip("botocore.session")
    service = botocore.get_session().get_service_model("codebuild")
    return service.operation_model(operation).input_shape


@pytest.mark.parametrize(
    "operation, sent",
    [
        ("CreateProject", request.project_request(ORDER, ROLE)),
        ("StartBuild", request.build_request(ORDER, ROLE)),
    ],
    ids=["project", "build"],
)
def test_requests_are_valid(operation, sent):
    assert asked.breaches(model(operation), sent) == ""


def test_a_build_logs_in_builds_and_pushes(tmp_path):
    """Its commands are run by a real shell, with scripts in the place of both programs."""
    for name in ("aws", "env", "docker"):
        path = tmp_path / name
        path.write_text(
            f'#!/bin/sh\nread password\nfor word in {name} "$@" "$password"; do echo "<$word>"; '
            f'done >> "{tmp_path}/log"\necho secret\n'
        )
        path.chmod(0o755)
    for command in json.loads(request.buildspec(ORDER))["phases"]["build"]["commands"]:
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        subprocess.run(["sh", "-c", command], env=environment, check=True, input=b"")
    log = (tmp_path / "log").read_text().replace("\n", "")
    assert "<docker><login><--username><AWS><--password-stdin>" + f"<{HOST}><secret>" in log
    assert f"<--tag><{HOST}/photos:v1>" in log and "<BASE_IMAGE=a b:1>" in log
    assert log.endswith(f"<docker><push><{HOST}/photos:v1><>")


def test_the_project_may_run_docker_and_carries_the_tag():
    sent = request.project_request(ORDER, ROLE)
    assert sent["environment"]["privilegedMode"] is True
    assert sent["tags"] == [{"key": "project", "value": "photos-to-pi"}]
    assert sent["source"]["location"] == "my-bucket/photos/image/1.zip"


def test_rights_are_for_this_project_only():
    statements = request.role_policy(ORDER)["Statement"]
    assert not [one for one in statements if any("*" in action for action in one["Action"])]
    wide = [one["Action"] for one in statements if "*" in one["Resource"]]
    assert wide == [["ecr:GetAuthorizationToken"]]
    resources = {arn for one in statements for arn in one["Resource"]} - {"*"}
    assert resources == {
        f"arn:aws:logs:{REGION}:{ACCOUNT.number}:log-group:/aws/codebuild/photos-to-pi-image",
        f"arn:aws:logs:{REGION}:{ACCOUNT.number}:log-group:/aws/codebuild/photos-to-pi-image:*",
        "arn:aws:s3:::my-bucket/photos/image/*",
        "arn:aws:s3:::my-bucket",
        f"arn:aws:ecr:{REGION}:{ACCOUNT.number}:repository/photos",
    }


def test_only_codebuild_of_this_account_acts_as_the_role():
    (statement,) = request.trust_policy(ORDER)["Statement"]
    assert statement["Principal"] == {"Service": "codebuild.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT.number}}


@pytest.mark.parametrize(
    "region, partition",
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_partitions(region, partition):
    assert ORDER._replace(region=region).role_arn.startswith(f"arn:{partition}:iam:")


def test_the_price_is_that_of_all_minutes():
    assert re.findall(r"\d+\.\d\d", request.price_as_text()) == ["0.01", "0.60"]
