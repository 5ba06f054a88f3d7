"""Whose a bucket is and where it lies; a new one in a stand-in for S3."""

import json

import boto3
import pytest
from aws_account import ACCOUNT, REGION
from aws_stand_ins.answers import page, refusal

from helpers.aws import bucket as buckets
from helpers.aws import tags
from helpers.structures.errors import BadInput, HelpersError, MissingPart

CHANGES = r"s3 (PUT|POST|DELETE) "


def test_a_bucket_of_this_account_and_region_is_ready(bucket, aws_stub):
    buckets.require_ready("my-bucket", ACCOUNT)
    (asked,) = aws_stub.asked
    assert asked.title == "s3 GET /my-bucket?location"
    assert asked.headers["x-amz-expected-bucket-owner"] == ACCOUNT.number


@pytest.mark.parametrize("create", [False, True])
def test_a_bucket_of_another_account_is_refused_and_never_made(bucket, aws_stub, create):
    aws_stub.owners["my-bucket"] = "999999999999"
    with pytest.raises(MissingPart, match=f"s3://my-bucket: .*{ACCOUNT.number}"):
        buckets.require_ready("my-bucket", ACCOUNT, create)
    assert aws_stub.titles(CHANGES) == []


def test_a_bucket_of_another_region_is_refused(bucket):
    other = ACCOUNT._replace(region="us-west-2")
    with pytest.raises(BadInput, match=f"{REGION}, .*us-west-2.*AWS_REGION={REGION}"):
        buckets.require_ready("my-bucket", other)


def test_the_region_of_a_bucket(bucket):
    assert buckets.region_of("my-bucket", ACCOUNT._replace(region="us-east-1")) == REGION
    with pytest.raises(MissingPart, match="s3://another-bucket"):
        buckets.region_of("another-bucket", ACCOUNT)


def test_the_region_of_an_old_bucket(bucket, aws_stub):
    text = '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">EU</LocationConstraint>'
    aws_stub.plan(page(text))
    assert buckets.region_of("my-bucket", ACCOUNT) == "eu-west-1"


def test_what_is_not_there_is_made_only_when_asked_for(aws_stub):
    with pytest.raises(MissingPart, match="s3://new-bucket: .*BUCKET"):
        buckets.require_ready("new-bucket", ACCOUNT)
    assert boto3.client("s3").list_buckets()["Buckets"] == []
    buckets.require_ready("new-bucket", ACCOUNT, create=True)
    buckets.require_ready("new-bucket", ACCOUNT)
    assert aws_stub.titles("s3 HEAD") == []  # would need the right to list more than the prefix


def test_other_refusals_are_translated(bucket, aws_stub):
    aws_stub.plan(refusal("RequestTimeTooSkewed", status=400), to="location")
    with pytest.raises(HelpersError, match="s3://my-bucket"):
        buckets.require_ready("my-bucket", ACCOUNT, create=True)
    assert aws_stub.titles(CHANGES) == []


@pytest.mark.parametrize("region, location", [("us-east-1", None), ("eu-west-1", "eu-west-1")])
def test_where_a_new_bucket_lies(aws, region, location):
    account = ACCOUNT._replace(region=region)
    buckets.require_ready("new-bucket", account, create=True)
    answer = boto3.client("s3", region).get_bucket_location(Bucket="new-bucket")
    assert answer["LocationConstraint"] == location
    assert buckets.region_of("new-bucket", account) == region


def test_a_new_bucket_is_closed(aws):
    buckets.make("new-bucket", ACCOUNT)
    client, name = boto3.client("s3"), {"Bucket": "new-bucket"}
    block = client.get_public_access_block(**name)["PublicAccessBlockConfiguration"]
    assert len(block) == 4 and all(block.values())
    (rule,) = client.get_bucket_encryption(**name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (rule,) = client.get_bucket_lifecycle_configuration(**name)["Rules"]
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": buckets.DAYS}
    assert rule["Status"] == "Enabled" and rule["Filter"] == {"Prefix": ""}
    assert tags.are_ours(client.get_bucket_tagging(**name)["TagSet"])
    (rule,) = client.get_bucket_ownership_controls(**name)["OwnershipControls"]["Rules"]
    assert rule["ObjectOwnership"] == "BucketOwnerEnforced"
    kept = json.loads(client.get_bucket_policy(**name)["Policy"])
    assert kept == buckets.policy("new-bucket", ACCOUNT)
    (statement,) = kept["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == ["arn:aws:s3:::new-bucket", "arn:aws:s3:::new-bucket/*"]


def test_the_policy_follows_the_partition_of_the_account():
    account = ACCOUNT._replace(arn="arn:aws-cn:iam::123456789012:user/me")
    (statement,) = buckets.policy("a-bucket", account)["Statement"]
    assert statement["Resource"][0] == "arn:aws-cn:s3:::a-bucket"


@pytest.mark.parametrize("what", ["publicAccessBlock", "encryption", "policy", "lifecycle"])
def test_no_bucket_is_left_half_closed(aws_stub, what):
    aws_stub.plan(refusal("AccessDenied", "not allowed", 403), to=rf"PUT .*\?{what}")
    with pytest.raises(HelpersError, match="s3://new-bucket: .*AccessDenied"):
        buckets.require_ready("new-bucket", ACCOUNT, create=True)
    assert aws_stub.left == 0
    assert boto3.client("s3").list_buckets()["Buckets"] == []


def test_a_name_that_somebody_else_took_meanwhile(aws_stub):
    aws_stub.plan(refusal("BucketAlreadyExists", "not available", 409), to="PUT /new-bucket")
    with pytest.raises(HelpersError, match="BucketAlreadyExists"):
        buckets.require_ready("new-bucket", ACCOUNT, create=True)
    assert aws_stub.titles("DELETE") == []
