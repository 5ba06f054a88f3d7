"""Names in ECR, the commands that push there, and a registry that a stand-in for AWS serves."""

import json

import pytest
from aws_account import ACCOUNT, REGION
from aws_stand_ins.answers import Reply, refusal

from helpers.aws import ecr, tags
from helpers.aws.account import Account
from helpers.structures.errors import BadInput, HelpersError

NUMBER = ACCOUNT.number
DIGEST = "sha256:" + "0" * 64


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


def test_the_repository_is_made_once_scanned_immutable_and_tagged(aws):
    client = ACCOUNT.client("ecr")
    uri = ecr.ensure_repository("photos", ACCOUNT, kept=3)
    assert uri == ecr.ensure_repository("photos", ACCOUNT)
    assert uri == f"{ACCOUNT.number}.dkr.ecr.{REGION}.amazonaws.com/photos"
    (repository,) = client.describe_repositories()["repositories"]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert tags.are_ours(
        client.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
    )
    policy = client.get_lifecycle_policy(repositoryName="photos")["lifecyclePolicyText"]
    (rule,) = json.loads(policy)["rules"]
    assert (rule["selection"]["countNumber"], rule["action"]) == (3, {"type": "expire"})


def test_a_repository_that_is_there_stays_as_it_is(aws):
    client = ACCOUNT.client("ecr")
    client.create_repository(repositoryName="photos")
    ecr.ensure_repository("photos", ACCOUNT)
    (repository,) = client.describe_repositories()["repositories"]
    assert repository["imageTagMutability"] == "MUTABLE"
    with pytest.raises(client.exceptions.LifecyclePolicyNotFoundException):
        client.get_lifecycle_policy(repositoryName="photos")


def put(client, tag, kind=ecr.MANIFEST):
    """An image of one layer; returns its digest."""
    manifest = {"schemaVersion": 2, "mediaType": kind, "layers": [{"digest": "1"}]}
    manifest["config"] = {"digest": tag, "size": 7}
    return client.put_image(
        repositoryName="photos",
        imageManifest=json.dumps(manifest),
        imageManifestMediaType=kind,
        imageTag=tag,
    )["image"]["imageId"]["imageDigest"]


def test_what_is_stored_is_found_by_its_tag(aws):
    client = ACCOUNT.client("ecr")
    assert ecr.stored_digest(ACCOUNT, "photos", "v1") == ""
    client.create_repository(repositoryName="photos")
    assert ecr.stored_digest(ACCOUNT, "photos", "v1") == ""
    digest = put(client, "v1")
    assert ecr.stored_digest(ACCOUNT, "photos", "v1") == digest
    assert ecr.stored_digest(ACCOUNT, "photos", "v2") == ""


def test_manifest_and_deletion_are_of_one_digest(aws):
    client = ACCOUNT.client("ecr")
    client.create_repository(repositoryName="photos")
    digests = put(client, "v1"), put(client, "v2")
    assert ecr.manifest_type(ACCOUNT, "photos", digests[0]) == ecr.MANIFEST
    ecr.delete(ACCOUNT, "photos", digests[0])
    assert ecr.stored_digest(ACCOUNT, "photos", "v1") == ""
    assert ecr.stored_digest(ACCOUNT, "photos", "v2") == digests[1]


def test_an_image_that_is_gone_is_told(aws_stub):
    gone = Reply(200, {}, b'{"images": [], "failures": []}')
    aws_stub.plan(lambda asked, forward: gone, to="BatchGetImage")
    with pytest.raises(HelpersError, match="03_build_push"):
        ecr.manifest_type(ACCOUNT, "photos", DIGEST)


@pytest.mark.parametrize(
    "call, title",
    [
        (lambda: ecr.ensure_repository("photos", ACCOUNT), "DescribeRepositories"),
        (lambda: ecr.stored_digest(ACCOUNT, "photos", "v1"), "DescribeImages"),
        (lambda: ecr.manifest_type(ACCOUNT, "photos", DIGEST), "BatchGetImage"),
        (lambda: ecr.delete(ACCOUNT, "photos", DIGEST), "BatchDeleteImage"),
        (lambda: ecr.password(ACCOUNT), "GetAuthorizationToken"),
    ],
    ids=["repository", "image", "manifest", "deletion", "login"],
)
def test_a_refusal_is_told(aws_stub, call, title):
    aws_stub.plan(refusal("AccessDeniedException", f"not authorized: ecr:{title}"), to=title)
    with pytest.raises(HelpersError, match=f"ecr:{title}"):
        call()


def test_the_password_is_that_of_the_token(aws):
    assert ecr.password(ACCOUNT) == f"{NUMBER}-auth-token"


def test_a_token_of_another_form_is_refused(monkeypatch):
    class Client:
        def get_authorization_token(self):
            return {"authorizationData": [{"authorizationToken": "bm9ib2R5"}]}

    monkeypatch.setattr(Account, "client", lambda account, service: Client())
    with pytest.raises(HelpersError, match=REGION):
        ecr.password(ACCOUNT)
