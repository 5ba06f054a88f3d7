"""What AWS CodeBuild is asked for where this machine has no Docker; nothing is sent here.

The project, its role and each build are plain requests. A build gets the sources of the image and
nothing else, and runs the commands that Docker would run here.
"""

from __future__ import annotations

import json
import shlex
from typing import Any, Dict, List, NamedTuple

from helpers.aws import ecr, tags
from helpers.aws.s3_layout import Place
from helpers.training import docker_image

PROJECT = "photos-to-pi-image"
ROLE = "photos-to-pi-image"
COMPUTER = "BUILD_GENERAL1_MEDIUM"  # 4 processors, 7 GB
MACHINE = "aws/codebuild/standard:7.0"
USD_A_MINUTE = 0.01  # of that computer with Linux in us-east-1, November 2023
MINUTES = 60  # after which a build is stopped


class BuildOrder(NamedTuple):
    """What is built and where it goes.

    Attributes:
        account: twelve digits.
        region: as ``eu-west-1``.
        image: repository and tag, as ``photos-to-pi:0.1.0-...``.
        base: that it is built on.
        source: where the ZIP of the sources lies.
        create_bucket: make its bucket where it is not there; SageMaker's usual one always is.
    """

    account: str
    region: str
    image: str
    base: str
    source: Place
    create_bucket: bool = False

    @property
    def repository(self) -> str:
        """Its name in ECR."""
        return self.image.rpartition(":")[0]

    @property
    def role_arn(self) -> str:
        """Of the role that is made where none is given."""
        return f"arn:{_partition(self.region)}:iam::{self.account}:role/{ROLE}"


def project_request(order: BuildOrder, role_arn: str) -> Dict[str, Any]:
    """The request that makes the project; each build brings its own sources and commands.

    Args:
        order: of the first build.
        role_arn: that builds act as.
    """
    return {
        "name": PROJECT,
        "description": "builds the training image of photos-to-pi",
        "source": {**_source(order), "buildspec": buildspec(order)},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {
            "type": "LINUX_CONTAINER",
            "image": MACHINE,
            "computeType": COMPUTER,
            "privilegedMode": True,  # without it there is no Docker inside
        },
        "serviceRole": role_arn,
        "timeoutInMinutes": MINUTES,
        "tags": tags.as_list(key="key", value="value"),
    }


def build_request(order: BuildOrder, role_arn: str) -> Dict[str, Any]:
    """The request that starts a build.

    Args:
        order: what is built.
        role_arn: that it acts as.
    """
    return {
        "projectName": PROJECT,
        "sourceTypeOverride": "S3",
        "sourceLocationOverride": _source(order)["location"],
        "buildspecOverride": buildspec(order),
        "serviceRoleOverride": role_arn,
        "timeoutInMinutesOverride": MINUTES,
    }


def buildspec(order: BuildOrder) -> str:
    """The commands of a build, as JSON, which is YAML too."""
    host = ecr.registry(order.account, order.region)
    target = f"{host}/{order.image}"
    build = docker_image.build_command(target, order.base)
    password = f"aws ecr get-login-password --region {order.region}"
    commands = [
        f"{password} | docker login --username AWS --password-stdin {host}",
        " ".join(map(shlex.quote, build)),
        f"docker push {shlex.quote(target)}",
    ]
    return json.dumps({"version": 0.2, "phases": {"build": {"commands": commands}}}, indent=1)


def trust_policy(order: BuildOrder) -> Dict[str, Any]:
    """Who may act as the role: CodeBuild, for this account alone."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "codebuild.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": order.account}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def role_policy(order: BuildOrder) -> Dict[str, Any]:
    """What the role may do: read the sources, write its log, push to its repository."""
    partition, here = _partition(order.region), f"{order.region}:{order.account}"
    log = f"arn:{partition}:logs:{here}:log-group:/aws/codebuild/{PROJECT}"
    folder = order.source.key.rpartition("/")[0]
    push = (
        "BatchCheckLayerAvailability",
        "BatchGetImage",
        "CompleteLayerUpload",
        "GetDownloadUrlForLayer",
        "InitiateLayerUpload",
        "PutImage",
        "UploadLayerPart",
    )
    statements = [
        _allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [log, f"{log}:*"]
        ),
        _allow(
            ["s3:GetObject", "s3:GetObjectVersion"],
            [f"arn:{partition}:s3:::{order.source.bucket}/{folder}/*"],
        ),
        _allow(["s3:GetBucketLocation"], [f"arn:{partition}:s3:::{order.source.bucket}"]),
        _allow(["ecr:GetAuthorizationToken"], ["*"]),  # the action knows no narrower resource
        _allow(
            [f"ecr:{action}" for action in push],
            [f"arn:{partition}:ecr:{here}:repository/{order.repository}"],
        ),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def price_as_text() -> str:
    """What a build costs in us-east-1."""
    most = MINUTES * USD_A_MINUTE
    return (
        f"{USD_A_MINUTE:.2f} USD a minute, at most {most:.2f} USD: a build is stopped after "
        f"{MINUTES} minutes (us-east-1, November 2023)"
    )


def _source(order: BuildOrder) -> Dict[str, Any]:
    return {"type": "S3", "location": f"{order.source.bucket}/{order.source.key}"}


def _allow(actions: List[str], resources: List[str]) -> Dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _partition(region: str) -> str:
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
