"""Who asks and what they may do: each refusal played by a stub or met by a real client."""

import aws_error_calls as error_calls
import boto3
import pytest
from aws_error_calls import WHO, not_authorized
from aws_stand_ins.answers import refusal

from helpers.aws import account, error_messages
from helpers.aws.access_errors import ACCESS_ERRORS

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
ROLE = "arn:aws:iam::123456789012:role/Trainer"
SKEW = "The difference between the request time and the current time is too large."
LATE = "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z"
WRONG = "The request signature we calculated does not match the signature you provided."
DENY = not_authorized("s3:PutObject", why="with an explicit deny in a service control policy")
PASS = not_authorized("iam:PassRole", ROLE)
KMS = not_authorized("kms:GenerateDataKey", KEY)
REFUSALS = {
    "expired token": ("put", "ExpiredToken", "The provided token has expired.", ["aws sso login"]),
    "expired token of SageMaker": ("job", "ExpiredTokenException", "", ["have expired", "aws sso"]),
    "malformed token": ("put", "InvalidToken", "", ["AWS_SESSION_TOKEN"]),
    "unknown key of STS": ("sts", "InvalidClientTokenId", "", ["access key", "aws configure"]),
    "unknown key of S3": ("put", "InvalidAccessKeyId", "", ["access key", "aws configure"]),
    "unknown key of SageMaker": ("job", "UnrecognizedClientException", "", ["aws configure"]),
    "unknown key of EC2": ("sts", "AuthFailure", "", ["access key"]),
    "skewed clock of S3": ("put", "RequestTimeTooSkewed", SKEW, ["clock", "timedatectl"]),
    "skewed clock of STS": ("sts", "SignatureDoesNotMatch", LATE, ["clock", "timedatectl"]),
    "skewed clock of SageMaker": ("job", "InvalidSignatureException", LATE, ["timedatectl"]),
    "wrong secret": ("put", "SignatureDoesNotMatch", WRONG, ["secret key", "aws configure"]),
    "no signature": ("job", "MissingAuthenticationTokenException", "", ["HTTPS_PROXY"]),
    "not activated": ("sts", "OptInRequired", "", ["activated", "billing"]),
    "account suspended": ("put", "AccountProblem", "Suspended", ["Suspended", "billing"]),
    "denied": ("job", "AccessDeniedException", not_authorized("sagemaker:X"), [WHO, "sagemaker:X"]),
    "denied by S3": ("put", "AccessDenied", not_authorized("s3:PutObject"), [WHO, "s3:PutObject"]),
    "denied without a word": ("list", "AccessDenied", "Access Denied", ["s3:ListBucket"]),
    "denied in few words": ("ecr", "AccessDeniedException", "no: ecr:GetX", ["may not ecr:GetX"]),
    "denied by an administrator": ("put", "AccessDenied", DENY, ["forbidden s3:PutObject"]),
    "pass role": ("job", "AccessDeniedException", PASS, ["iam:PassRole", ROLE]),
    "key of another": ("put", "AccessDenied", KMS, ["kms:GenerateDataKey", KEY]),
    "key disabled": ("put", "KMS.DisabledException", "", ["disabled", "amazon.com/kms"]),
    "key gone": ("put", "KMS.NotFoundException", "", ["not there"]),
}


@pytest.fixture
def once(monkeypatch):
    """Nothing is asked twice."""
    monkeypatch.setattr(account, "ATTEMPTS", 0)


@pytest.mark.parametrize("call, code, words, expected", list(REFUSALS.values()), ids=list(REFUSALS))
def test_refusals(aws_stub, once, call, code, words, expected):
    aws_stub.plan(refusal(code, words, 403))
    text = error_calls.said(call, "Make a bucket.")
    assert f"[{code}]" in text and [part for part in expected if part not in text] == []
    assert "Make a bucket" not in text and aws_stub.left == 0


def test_what_a_caller_knows_of_rights_that_aws_does_not_name(aws_stub, once):
    aws_stub.plan(*[refusal("AccessDeniedException")] * 2)
    assert "DescribeImages" in error_calls.said("ecr", "Attach ecr:X.")
    assert error_calls.said("ecr", "Attach ecr:X.").endswith("Attach ecr:X.")


def test_a_refusal_without_a_body(aws_stub, once):
    aws_stub.plan(refusal("AccessDenied", "Access Denied", 403), to="HEAD")
    text = error_calls.said("head")
    assert "[403]" in text and "s3:ListBucket" in text


SSO = "[default]\nregion = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n"
SSO += "sso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = Dev\n"
SETTINGS = {
    "no credentials": ({}, "", "", "NoCredentialsError", ["aws configure"]),
    "half of the keys": ({"AWS_ACCESS_KEY_ID": "A"}, "", "", "PartialCredentialsError", ["SECRET"]),
    "unknown profile": ({"AWS_PROFILE": "other"}, "", "", "ProfileNotFound", ["profile other"]),
    "broken config": ({}, "nonsense", "", "ConfigParseError", ["aws-config"]),
    "broken credentials": ({}, "", "[default\nx", "ConfigParseError", ["aws-credentials"]),
    "config not UTF-8": ({}, "[default]\nregion = \udcff", "", "ConfigParseError", ["aws-config"]),
    "single sign-on": ({}, SSO, "", "SSOTokenLoadError UnauthorizedSSOTokenError", ["sso login"]),
    "program fails": (
        {},
        "[default]\ncredential_process = /bin/false\n",
        "",
        "CredentialRetrievalError",
        ["custom-process"],
    ),
    "profiles in a circle": (
        {"AWS_PROFILE": "a"},
        "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n"
        "[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = a\n",
        "",
        "InfiniteLoopConfigError",
        ["~/.aws/config"],
    ),
}


@pytest.mark.parametrize(
    "variables, config, credentials, codes, expected", list(SETTINGS.values()), ids=list(SETTINGS)
)
def test_settings(
    without_aws, monkeypatch, tmp_path, variables, config, credentials, codes, expected
):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, text in (("config", config), ("credentials", credentials)):
        path = tmp_path / f"aws-{name}"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        variable = "AWS_CONFIG_FILE" if name == "config" else "AWS_SHARED_CREDENTIALS_FILE"
        monkeypatch.setenv(variable, str(path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    text = error_calls.said("sts")
    assert any(f"[{code}]" in text for code in codes.split())
    assert [part for part in expected if part not in text] == []


@pytest.mark.parametrize(
    "region, code", [(None, "NoRegionError"), ("eu west", "InvalidRegionError")], ids=str
)
def test_regions(without_aws, region, code):
    with pytest.raises(Exception) as caught:
        boto3.client("sagemaker", region_name=region)
    said = error_messages.explain(caught.value)
    assert said.code == code and "AWS_DEFAULT_REGION" in said.remedy


def test_every_entry_has_a_cause_and_a_remedy():
    for known in ACCESS_ERRORS:
        assert known.names and known.cause and known.remedy
        assert ". " not in known.cause + known.remedy and not known.remedy.endswith(".")
