"""The rights that the jobs and the user need, as IAM policies for the user to attach.

Least privilege: only this project's prefix, repository, builds and logs; no action has a wildcard.
Some actions know no resource, so that IAM asks for ``*``. To make CodeBuild's role, and to remove
what was made, is not among them.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Sequence

from helpers.aws import codebuild_request, s3_layout
from helpers.training import docker_image

ROLE_NAME = "photos-to-pi"
Policy = Dict[str, Any]
_LOG_GROUPS = ("TrainingJobs", "ProcessingJobs", "TransformJobs", "Endpoints/*")
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH = (
    "ecr:BatchDeleteImage",
    "ecr:CompleteLayerUpload",
    "ecr:CreateRepository",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:PutLifecyclePolicy",
    "ecr:TagResource",
    "ecr:UploadLayerPart",
)
_BUCKET = (
    "s3:CreateBucket",
    "s3:DeleteBucket",
    "s3:GetBucketLocation",
    "s3:ListBucketMultipartUploads",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
_OBJECTS = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject")
_JOBS = (
    "sagemaker:AddTags",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTrainingJob",
    "sagemaker:DescribeProcessingJob",
    "sagemaker:DescribeTrainingJob",
    "sagemaker:StopTrainingJob",
)
_BUILDS = ("codebuild:BatchGetBuilds", "codebuild:CreateProject", "codebuild:StartBuild")
_MORE = {  # by the kind of resource
    "hyper-parameter-tuning-job": (
        "sagemaker:AddTags",
        "sagemaker:CreateHyperParameterTuningJob",
        "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
    ),
    "model": ("sagemaker:AddTags", "sagemaker:CreateModel"),
    "transform-job": (
        "sagemaker:AddTags",
        "sagemaker:CreateTransformJob",
        "sagemaker:DescribeTransformJob",
        "sagemaker:StopTransformJob",
    ),
    "endpoint-config": (
        "sagemaker:AddTags",
        "sagemaker:CreateEndpointConfig",
        "sagemaker:DescribeEndpointConfig",
    ),
    "endpoint": (
        "sagemaker:AddTags",
        "sagemaker:CreateEndpoint",
        "sagemaker:DescribeEndpoint",
        "sagemaker:InvokeEndpoint",
    ),
}
# What asks for ``*``: a login, prices, quotas, and the search for what is tagged.
_ANYWHERE = (
    "ecr:GetAuthorizationToken",
    "iam:ListRoles",
    "logs:DescribeLogGroups",
    "pricing:GetProducts",
    "servicequotas:ListServiceQuotas",
    "tag:GetResources",
)
_VPC = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)


class Scope(NamedTuple):
    """What the rights are confined to.

    Attributes:
        account: twelve digits.
        region: as ``eu-west-1``.
        bucket: of the data.
        prefix: of the project's keys in it, with a slash at its end; empty is the whole bucket.
        repository: of the image in ECR.
        role: the name of the jobs' role.
    """

    account: str
    region: str
    bucket: str
    prefix: str = ""
    repository: str = docker_image.REPOSITORY
    role: str = ROLE_NAME

    @property
    def partition(self) -> str:
        """Of AWS, as ``aws``."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    @property
    def role_arn(self) -> str:
        """Of the jobs' role."""
        return self.named(self.role)

    def named(self, role: str) -> str:
        """The ARN of a role of this account."""
        return f"arn:{self.partition}:iam::{self.account}:role/{role}"

    def arn(self, service: str, resource: str) -> str:
        """The name of something in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    @property
    def bucket_arn(self) -> str:
        """Of the bucket."""
        return f"arn:{self.partition}:s3:::{self.bucket}"


def trust(scope: Scope) -> Policy:
    """Who may act as the role: SageMaker for jobs, CodeBuild for the image; for this account only.

    Source: the IAM user guide, "The confused deputy problem".
    """
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": ["codebuild.amazonaws.com", "sagemaker.amazonaws.com"]},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": scope.account}},
        }
    )


def job_policy(scope: Scope, vpc: bool = False) -> Policy:
    """What a job's role may do.

    Args:
        scope: what it is confined to.
        vpc: whether jobs run in a VPC of the user's.
    """
    group = f"{scope.arn('logs', 'log-group:/aws/sagemaker/')}"
    statements = [
        *_data(scope, ("s3:GetBucketLocation",)),
        _allow(_PULL, scope.arn("ecr", f"repository/{scope.repository}")),
        _allow(("ecr:GetAuthorizationToken",), "*"),
        _allow(
            (
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ),
            *(f"{group}{name}{part}" for name in _LOG_GROUPS for part in ("", ":log-stream:*")),
        ),
        dict(
            _allow(("cloudwatch:PutMetricData",), "*"),
            Condition={"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
        ),
    ]
    return _policy(*statements, *([_allow(_VPC, "*")] if vpc else []))


def user_policy(scope: Scope) -> Policy:
    """What the user of the notebooks may do: build, push, upload, train, watch, fetch, host."""
    group = f"{scope.arn('logs', 'log-group:/aws/sagemaker/')}"
    passed = {"iam:PassedToService": ["codebuild.amazonaws.com", "sagemaker.amazonaws.com"]}
    jobs = [scope.arn("sagemaker", f"{kind}-job/*") for kind in ("processing", "training")]
    project, roles = (
        codebuild_request.PROJECT,
        [scope.role_arn, scope.named(codebuild_request.ROLE)],
    )
    return _policy(
        *_data(scope, _BUCKET, ("s3:ListBucket", "s3:ListBucketVersions")),
        _allow((*_PULL, *_PUSH), scope.arn("ecr", f"repository/{scope.repository}")),
        _allow(_ANYWHERE, "*"),
        _allow(_JOBS, *jobs),
        *(_allow(actions, scope.arn("sagemaker", f"{kind}/*")) for kind, actions in _MORE.items()),
        _allow(_BUILDS, scope.arn("codebuild", f"project/{project}")),
        _allow(("iam:GetRole", "iam:ListRoleTags"), *roles),
        dict(_allow(("iam:PassRole",), *roles), Condition={"StringEquals": passed}),
        _allow(
            ("logs:GetLogEvents",),
            scope.arn("logs", f"log-group:/aws/codebuild/{project}:log-stream:*"),
        ),
        _allow(
            ("logs:DescribeLogStreams", "logs:GetLogEvents"),
            *(f"{group}{name}{part}" for name in _LOG_GROUPS for part in ("", ":log-stream:*")),
        ),
    )


def _data(
    scope: Scope, bucket_actions: Sequence[str], listed: Sequence[str] = ("s3:ListBucket",)
) -> List[Dict[str, Any]]:
    """The rights on the bucket, those to list the project's keys in it, and those on the keys."""
    place = s3_layout.Place(scope.bucket, scope.prefix)
    listing = _allow(listed, scope.bucket_arn)
    if place.key:
        listing["Condition"] = {"StringLike": {"s3:prefix": [place.key, f"{place.key}*"]}}
    return [
        _allow(bucket_actions, scope.bucket_arn),
        listing,
        _allow(_OBJECTS, f"{scope.bucket_arn}/{place.key}*"),
    ]


def _allow(actions: Sequence[str], *resources: str) -> Dict[str, Any]:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}


def _policy(*statements: Dict[str, Any]) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}
