"""Names in ECR, the commands that push there, and a registry that a stand-in for AWS serves."""

import pytest
from aws_account import ACCOUNT, REGION

from helpers.aws import ecr
from helpers.aws.account import Account
from helpers.structures.errors import BadInput, HelpersError

NUMBER = ACCOUNT.number


@pytest.mark.parametrize(
    "region, repository, expected",
    [
        ("eu-west-1", "photos", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos:v1"),
        ("cn-north-1", "a/b-c.d", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b-c.d:v1"),
    ],
    ids=["Europe", "China"],
)
def test_uri(region, repository, expected):
    assert ecr.uri(NUMBER, region, repository, "v1") == expected


@pytest.mark.parametrize(
    "account, repository, tag, message",
    [
        ("12345", "photos", "v1", "twelve digits"),
        (NUMBER, "Photos", "v1", "ECR repository"),
        (NUMBER, "a", "v1", "ECR repository"),
        (NUMBER, "a//b", "v1", "ECR repository"),
        (NUMBER, "photos", "latest", "not latest"),
        (NUMBER, "photos", "", "image tag"),
        (NUMBER, "photos", "a b", "image tag"),
        (NUMBER, "photos", "-a", "image tag"),
    ],
    ids=[
        "short account",
        "capital letter",
        "one letter",
        "empty folder",
        "latest",
        "no tag",
        "blank in the tag",
        "hyphen first",
    ],
)
def test_uri_refuses(account, repository, tag, message):
    with pytest.raises(BadInput, match=message):
        ecr.uri(account, "us-east-1", repository, tag)


def test_push_commands_require_no_password():
    target = ecr.uri(NUMBER, "eu-west-1", "photos", "v1")
    login, tag, push = ecr.push_commands("photos:v1", target)
    assert login == [
        "docker",
        "login",
        "--username",
        "AWS",
        "--password-stdin",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    ]
    assert tag == ["docker", "tag", "photos:v1", target]
    assert push == ["docker", "push", target]


def test_push_refuses_a_name_that_is_not_in_ecr():
    with pytest.raises(BadInput, match="registry.example.org"):
        ecr.push(ACCOUNT, "photos:v1", "registry.example.org/photos:v1")


@pytest.mark.parametrize(
    "lines, expected",
    [
        (
            ["399bd61a00a0: Pushed", "t: digest: sha256:" + "14" * 32 + " size: 523"],
            "sha256:" + "14" * 32,
        ),
        ([], ""),
    ],
    ids=["pushed", "no output"],
)
def test_digest_of(lines, expected):
    assert ecr.digest_of(lines) == expected


def test_the_repository_is_made_once_and_scanned(aws):
    client = ACCOUNT.client("ecr")
    uri = ecr.ensure_repository("photos", ACCOUNT)
    assert uri == ecr.ensure_repository("photos", ACCOUNT)
    assert uri == f"{NUMBER}.dkr.ecr.{REGION}.amazonaws.com/photos"
    (repository,) = client.describe_repositories()["repositories"]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}


def test_the_password_is_that_of_the_token(aws):
    assert ecr.password(ACCOUNT) == f"{NUMBER}-auth-token"


def test_a_token_of_another_form_is_refused(monkeypatch):
    class Client:
        def get_authorization_token(self):
            return {"authorizationData": [{"authorizationToken": "bm9ib2R5"}]}

    monkeypatch.setattr(Account, "client", lambda account, service: Client())
    with pytest.raises(HelpersError, match=REGION):
        ecr.password(ACCOUNT)
