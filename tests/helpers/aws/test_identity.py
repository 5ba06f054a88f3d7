"""Who we are on AWS: asked of a stand-in, and what is told where nobody answers."""

import select
import socket
import time

import pytest
from aws_stand_ins.answers import hung_up, page, refusal, slow

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
    [("nobody", "", "nobody"), ("nobody", "Run: aws configure", "nobody. Run: aws configure.")],
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


KEYS = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"}


@pytest.mark.parametrize(
    "settings, config, status, message",
    [
        ({}, "", "missing", "AWS credentials"),
        ({"AWS_PROFILE": "nobody"}, "", "clash", "ProfileNotFound"),
        ({}, "[default", "clash", "ConfigParseError"),
        ({}, "[default]\ncredential_process = sleep 60\n", "clash", "answer"),
        (dict(KEYS, AWS_ENDPOINT_URL="http://127.0.0.1:9"), "", "clash", "EndpointConnectionError"),
        (dict(KEYS, AWS_ENDPOINT_URL="nonsense"), "", "clash", "Invalid endpoint"),
        (dict(KEYS, AWS_DEFAULT_REGION="eu west"), "", "clash", "InvalidRegionError"),
    ],
    ids=[
        "no credentials",
        "unknown profile",
        "broken config",
        "silent program",
        "no connection",
        "no URL",
        "no region",
    ],
)
def test_aws_without_an_answer(
    without_aws, monkeypatch, tmp_path, settings, config, status, message
):
    monkeypatch.setattr(identity, "PATIENCE", 2)
    (tmp_path / "config").write_text(config)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    started = time.monotonic()
    me = identity.identity()
    assert time.monotonic() - started < 3
    check = me.as_check()
    assert (check.status, check.blocks) == (status, False) and message in check.detail
    assert me.account == identity.EXAMPLE_ACCOUNT and "\n" not in me.unavailable_reason


@pytest.mark.parametrize(
    "answer, message",
    [
        (hung_up, "ConnectionClosedError"),
        (refusal("ExpiredToken"), "ExpiredToken"),
        (refusal("InvalidClientTokenId"), "InvalidClientTokenId"),
        (page("<html><p>Log in"), "ResponseParserError"),
        (page("<html/>"), "not AWS"),
    ],
    ids=["hung up", "expired", "unknown", "page of a proxy", "another service"],
)
def test_answers_that_are_none(aws_stub, answer, message):
    aws_stub.plan(answer)
    me = identity.identity()
    assert message in me.problem and me.as_check().status == "clash"
    with pytest.raises(MissingPart):
        identity.account(me)
    assert aws_stub.titles() == ["sts GetCallerIdentity"]


def test_a_slow_answer_is_not_waited_for(aws_stub, monkeypatch):
    monkeypatch.setattr(identity, "PATIENCE", 2)
    aws_stub.plan(slow(5))
    started = time.monotonic()
    me = identity.identity()
    assert time.monotonic() - started < 3
    assert "answer" in me.problem and me.as_check().status == "clash"


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
