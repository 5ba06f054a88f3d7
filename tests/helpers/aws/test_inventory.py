"""What is found of this project, and what it costs, in a stand-in for AWS."""

import aws_leftovers
import pytest
from aws_account import ACCOUNT
from aws_leftovers import BUCKET, PREFIX

from helpers.aws import inventory, pricing
from helpers.aws.inventory import Resource
from helpers.aws.s3_layout import Place


@pytest.fixture()
def found(bucket):
    """What is found where there is one of each kind of this project and of another one."""
    aws_leftovers.make_ours_and_theirs()
    return inventory.find(ACCOUNT, [Place(BUCKET, PREFIX)])


def test_ours_are_found_and_theirs_are_not(found):
    assert [(item.kind, item.name) for item in found] == [
        ("endpoint", "endpoint-ours"),
        ("endpoint configuration", "config-ours"),
        ("model", "model-ours"),
        ("build project", "build-ours"),
        ("image repository", "images-ours"),
        ("log group", "/aws/codebuild/build-ours"),
        ("log of job", "train-ours"),
        ("role", "photos-to-pi-ours"),
        ("folder in S3", f"s3://{BUCKET}/{PREFIX}"),
    ]


def test_an_endpoint_costs_all_its_machines_all_month(found):
    assert found[0].monthly_usd == pytest.approx(2 * 730 * pricing.PER_HOUR["ml.m5.xlarge"])
    assert found[-1].detail.startswith("1 objects") and found[-1].monthly_usd > 0


@pytest.mark.parametrize(
    "key", ["", "/", "photos-to-pi/bird"], ids=["bucket", "slash", "beginning of a name"]
)
def test_a_folder_is_never_more_than_itself(bucket, key):
    bucket.put_object(Bucket=BUCKET, Key=f"{PREFIX}a", Body=b"a")
    assert inventory.find(ACCOUNT, [Place(BUCKET, key)]) == []


@pytest.mark.parametrize(
    "monthly, expected", [(0.0, "0.00"), (None, "unknown"), (12.345, "12.35")], ids=str
)
def test_row(monthly, expected):
    assert Resource("model", "a", "b", monthly).row() == {
        "what": "model",
        "name": "a",
        "detail": "b",
        "USD a month": expected,
    }
