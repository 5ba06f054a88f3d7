"""The user's policy has the right for every operation that the library calls, and no other."""

import aws_permissions
import pytest

from helpers.aws import policies
from helpers.aws.policies import Scope

SCOPE = Scope("123456789012", "eu-west-1", "my-bucket", "mine/")
# What the policy leaves out: it says so itself.
LEFT_OUT = {"helpers/aws/removal.py"}
LEFT_OUT_RIGHTS = {"iam:CreateRole", "iam:PutRolePolicy", "iam:TagRole"}
# Rights for what others call in the user's name, by who does.
BY_OTHERS = {
    "ecr:BatchCheckLayerAvailability": "docker push",
    "ecr:CompleteLayerUpload": "docker push",
    "ecr:InitiateLayerUpload": "docker push",
    "ecr:PutImage": "docker push",
    "ecr:UploadLayerPart": "docker push",
}


def allowed():
    """The actions of the user's policy."""
    statements = policies.user_policy(SCOPE)["Statement"]
    return {action for statement in statements for action in statement["Action"]}


def test_the_sources_call_something():
    found = {(call.service, call.operation) for call in aws_permissions.calls()}
    assert {("sagemaker", "CreateTrainingJob"), ("s3", "PutObject"), ("s3", "GetObject")} <= found
    assert ("logs", "DescribeLogStreams") in found  # a paginator's
    assert len(found) > 50


@pytest.mark.parametrize("service", aws_permissions.SERVICES)
def test_each_call_is_allowed(service):
    wanted = {
        (right, call.module)
        for call in aws_permissions.calls()
        for right in call.rights
        if call.service == service and call.module not in LEFT_OUT
    }
    assert {one for one in wanted if one[0] not in allowed() | LEFT_OUT_RIGHTS} == set()


def test_no_right_is_left_over():
    used = {right for call in aws_permissions.calls() for right in call.rights}
    assert allowed() - used - set(BY_OTHERS) == set()
    assert set(BY_OTHERS) <= allowed() - used
