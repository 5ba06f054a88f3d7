"""Who we are on AWS: asked of a stand-in, and what is told where nobody answers."""

import select
import socket
import time

import pytest

from helpers.aws import identity
from helpers.structures.errors import MissingPart

ROLE = "arn:aws:iam::123456789012:role/SageMakerRole"


def test_identity_is_what_aws_answers(aws):
    me = identity.identity()
    assert (me.account, me.region, me.unavailable_reason) == ("123456789012", "eu-west-1", "")
    check = me.as_check()
    assert (check.status, check.blocks) == ("ok", False) and me.arn in check.detail


def test_without_a_region_the_remedy_is_to_name_one(without_aws, aws, monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    me = identity.identity()
    assert me.region == identity.EXAMPLE_REGION and "AWS region" in me.problem
    assert "AWS_DEFAULT_REGION" in me.remedy and me.as_check().status == "clash"


@pytest.mark.parametrize(
    "variables, given, expected",
    [
        ({"AWS_REGION": "eu-north-1"}, "", "eu-north-1"),
        ({}, "", "eu-west-1"),
        ({"AWS_REGION": "eu-north-1"}, "us-east-2", "us-east-2"),
    ],
    ids=["AWS_REGION", "AWS_DEFAULT_REGION", "given"],
)
def test_which_region_counts(aws, monkeypatch, variables, given, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert identity.account(identity.identity(given)).region == expected


def test_an_example_is_no_account():
    with pytest.raises(MissingPart, match="nobody"):
        identity.account(identity.example("nobody"))


@pytest.mark.parametrize(
    "problem, remedy, expected",
    [("nobody", "", "nobody"), ("nobody", "aws configure", "nobody. Run: aws configure")],
    ids=["without remedy", "with remedy"],
)
def test_the_example_says_why_it_is_none(problem, remedy, expected):
    me = identity.example(problem, remedy)
    assert me.unavailable_reason == expected and me.account == identity.EXAMPLE_ACCOUNT
    assert identity.execution_role(me) == ROLE


def test_a_user_is_no_role_for_sagemaker(monkeypatch):
    sagemaker = pytest.importorskip("sagemaker")

    def refuse():
        raise ValueError("not a role")

    monkeypatch.setattr(sagemaker, "get_execution_role", refuse)
    me = identity.Identity("123456789012", "arn:aws:iam::123456789012:user/me", "eu-west-1")
    with pytest.raises(MissingPart, match="user/me"):
        identity.execution_role(me)


@pytest.mark.parametrize(
    "settings, status, message",
    [
        ({}, "missing", "AWS credentials"),
        ({"AWS_PROFILE": "nobody"}, "clash", "ProfileNotFound"),
        (
            {
                "AWS_ACCESS_KEY_ID": "A",
                "AWS_SECRET_ACCESS_KEY": "B",
                "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            },
            "clash",
            "EndpointConnectionError",
        ),
        (
            {
                "AWS_ACCESS_KEY_ID": "A",
                "AWS_SECRET_ACCESS_KEY": "B",
                "AWS_ENDPOINT_URL": "nonsense",
            },
            "clash",
            "Invalid endpoint",
        ),
    ],
    ids=["no credentials", "unknown profile", "no connection", "no URL"],
)
def test_aws_without_an_answer(without_aws, monkeypatch, settings, status, message):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    started = time.monotonic()
    check = identity.identity().as_check()
    assert (check.status, check.blocks) == (status, False)
    assert message in check.detail
    assert time.monotonic() - started < 2.5


def test_the_address_of_ec2_is_asked_on_ec2_only(without_aws, monkeypatch):
    with socket.socket() as metadata:
        metadata.bind(("127.0.0.1", 0))
        metadata.listen(5)
        monkeypatch.setenv(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:%d" % metadata.getsockname()[1]
        )
        assert identity.identity().as_check().detail == "no AWS credentials"
        asked = bool(select.select([metadata], [], [], 0)[0])
    assert asked is identity._on_amazon()
