"""Listing a bucket of a stand-in for S3."""

import pytest
from aws_account import ACCOUNT

from helpers.aws import s3_layout, s3_objects
from helpers.aws.s3_layout import Place
from helpers.structures.errors import HelpersError


def test_without_the_bucket_aws_is_quoted(bucket):
    place = s3_layout.parse_uri("s3://another-bucket/made/")
    with pytest.raises(HelpersError, match="s3://another-bucket/made/: .*NoSuchBucket"):
        s3_objects.names(place, ACCOUNT)


@pytest.mark.parametrize(
    "key, expected",
    [("a/", ["a/b", "a/c/d"]), ("none/", []), ("", ["a/b", "a/c/d", "ab"])],
    ids=["folder", "empty folder", "whole bucket"],
)
def test_keys_of_a_folder(bucket, key, expected):
    for name in ("a/b", "a/c/d", "ab"):
        bucket.put_object(Bucket="my-bucket", Key=name, Body=b"x")
    assert list(s3_objects.keys(bucket, Place("my-bucket", key))) == expected


def test_marks_tell_what_we_have_sent(bucket):
    bucket.put_object(Bucket="my-bucket", Key="ours", Metadata={s3_objects.MARK: "abc"})
    bucket.put_object(Bucket="my-bucket", Key="theirs", Metadata={"sha256": "abc"})
    marks = s3_objects.marks(bucket, "my-bucket", ["ours", "theirs"])
    assert marks == {"ours": "abc", "theirs": ""}
