"""Listing a bucket of a stand-in for S3."""

import pytest
from aws_account import ACCOUNT

from helpers.aws import s3_layout, s3_objects
from helpers.structures.errors import HelpersError


def test_without_the_bucket_aws_is_quoted(bucket):
    place = s3_layout.parse_uri("s3://another-bucket/made/")
    with pytest.raises(HelpersError, match="s3://another-bucket/made/: .*NoSuchBucket"):
        s3_objects.names(place, ACCOUNT)


def test_objects_have_a_key_and_the_md5_of_their_content(bucket):
    for key in ("training/a", "training/sub/b", "trainings/c"):
        bucket.put_object(Bucket="my-bucket", Key=key, Body=b"x")
    md5 = "9dd4e461268c8034f5c8564e155c67a6"
    assert list(s3_objects.objects(bucket, "my-bucket", "training/")) == [
        ("training/a", md5),
        ("training/sub/b", md5),
    ]
    assert list(s3_objects.objects(bucket, "my-bucket", "none/")) == []
