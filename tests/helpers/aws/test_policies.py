"""The policies of the job's role and of the user: least privilege, and what IAM takes."""

import json
import re

import pytest
from aws_account import ACCOUNT

from helpers.aws import policies
from helpers.aws.policies import Scope

SCOPE = Scope("123456789012", "eu-west-1", "my-bucket", "mine/", "repository", "trainer")
# Actions that are no operation of the service's model, by the operation that they allow.
# Source: the service authorization reference.
_OPERATIONS = {
    "s3:AbortMultipartUpload": "AbortMultipartUpload",
    "s3:GetLifecycleConfiguration": "GetBucketLifecycleConfiguration",
    "s3:ListBucket": "ListObjectsV2",
    "s3:ListBucketVersions": "ListObjectVersions",
    "s3:ListBucketMultipartUploads": "ListMultipartUploads",
    "s3:ListMultipartUploadParts": "ListParts",
    "s3:PutBucketPublicAccessBlock": "PutPublicAccessBlock",
    "s3:PutEncryptionConfiguration": "PutBucketEncryption",
    "s3:PutLifecycleConfiguration": "PutBucketLifecycleConfiguration",
    "ec2:CreateNetworkInterfacePermission": "CreateNetworkInterfacePermission",
}
# Those that know no resource, or none that exists before.
_ANYWHERE = {
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "iam:ListRoles",
    "logs:DescribeLogGroups",
    "pricing:GetProducts",
    "servicequotas:ListServiceQuotas",
    "tag:GetResources",
}
_NO_OPERATION = ("PassRole", "InvokeEndpoint")  # the latter is of sagemaker-runtime
_SERVICES = {  # that botocore names otherwise
    "servicequotas": "service-quotas",
    "tag": "resourcegroupstaggingapi",
}


def every_policy(scope=SCOPE):
    return {
        "trust": policies.trust(scope),
        "job": policies.job_policy(scope),
        "vpc": policies.job_policy(scope, vpc=True),
        "user": policies.user_policy(scope),
    }


def statements(kind, scope=SCOPE):
    return every_policy(scope)[kind]["Statement"]


def actions(kind):
    for statement in statements(kind):
        given = statement["Action"]
        yield from given if isinstance(given, list) else [given]


@pytest.mark.parametrize("kind", ["trust", "job", "vpc", "user"])
def test_actions_are_whole_and_exist(kind):
    botocore = pytest.importorskip("botocore.session").get_session()
    for action in actions(kind):
        assert "*" not in action
        service, _, name = action.partition(":")
        model = botocore.get_service_model(_SERVICES.get(service, service))
        known = (*model.operation_names, *_NO_OPERATION)
        assert _OPERATIONS.get(action, name) in known


@pytest.mark.parametrize("kind", ["job", "user"])
def test_only_what_knows_no_resource_is_allowed_anywhere(kind):
    for statement in statements(kind):
        if "*" in statement["Resource"]:
            assert set(statement["Action"]) <= _ANYWHERE
        for resource in statement["Resource"]:
            assert resource == "*" or re.match(r"arn:aws:[a-z0-9]+:", resource)


@pytest.mark.parametrize("kind", ["job", "user"])
def test_objects_are_those_of_the_project(kind):
    resources = [
        resource
        for statement in statements(kind)
        for resource in statement["Resource"]
        if resource.startswith("arn:aws:s3:::my-bucket/")
    ]
    assert resources == ["arn:aws:s3:::my-bucket/mine/*"]
    (listing,) = [item for item in statements(kind) if "s3:ListBucket" in item["Action"]]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["mine/", "mine/*"]}}
    at_root = [item for item in statements(kind, SCOPE._replace(prefix="")) if "s3" in str(item)]
    assert not any("Condition" in item for item in at_root if "ListBucket" in str(item))


def test_a_role_is_passed_to_the_two_services_alone():
    (passing,) = [item for item in statements("user") if item["Action"] == ["iam:PassRole"]]
    assert passing["Resource"] == [
        "arn:aws:iam::123456789012:role/trainer",
        "arn:aws:iam::123456789012:role/photos-to-pi-image",
    ]
    services = ["codebuild.amazonaws.com", "sagemaker.amazonaws.com"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": services}}
    (trust,) = statements("trust")
    assert trust["Principal"] == {"Service": services}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@pytest.mark.parametrize(
    "region, partition",
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_names_are_of_the_region_s_partition(region, partition):
    scope = SCOPE._replace(region=region)
    assert scope.role_arn == f"arn:{partition}:iam::123456789012:role/trainer"
    assert scope.bucket_arn == f"arn:{partition}:s3:::my-bucket"


@pytest.mark.parametrize("kind", ["job", "vpc", "user"])
def test_iam_takes_them(aws, kind):
    document = json.dumps(every_policy()[kind])
    made = ACCOUNT.client("iam").create_policy(PolicyName=kind, PolicyDocument=document)
    assert made["Policy"]["PolicyName"] == kind
    assert len(re.sub(r"\s", "", document)) < 6144  # of a managed policy; 10,240 inside a role
