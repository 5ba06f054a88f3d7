"""What is removed of an account, and what stays, in a stand-in for AWS."""

import aws_leftovers
import pytest
from aws_account import ACCOUNT
from aws_leftovers import BUCKET, PREFIX

from helpers.aws import inventory, removal, tags
from helpers.aws.inventory import Resource
from helpers.aws.s3_layout import Place
from helpers.structures.errors import HelpersError

FOLDER = Place(BUCKET, PREFIX)


def keys(bucket):
    return [item["Key"] for item in bucket.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_all_of_ours_goes_and_nothing_else(bucket, monkeypatch):
    aws_leftovers.make_ours_and_theirs()
    found = inventory.find(ACCOUNT, [FOLDER])
    assert removal.remove(ACCOUNT, found) == found
    assert inventory.find(ACCOUNT, [FOLDER]) == []
    assert keys(bucket) == ["photos-to-pi/birds-2/a", "photos.txt"]
    monkeypatch.setattr(tags, "PROJECT", aws_leftovers.NOBODY)
    assert len(inventory.find(ACCOUNT)) == len(found) - 1  # all of theirs; they have no folder


def test_former_versions_go_too(bucket):
    bucket.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"a", b"b"):
        bucket.put_object(Bucket=BUCKET, Key=f"{PREFIX}a", Body=body)
    bucket.delete_object(Bucket=BUCKET, Key=f"{PREFIX}a")
    (found,) = inventory.find(ACCOUNT, [FOLDER])
    assert found.detail.startswith("3 objects")
    removal.remove(ACCOUNT, [found])
    assert list(inventory.object_versions(ACCOUNT, FOLDER)) == []


def test_one_that_cannot_go_keeps_no_other(bucket):
    aws_leftovers.make("ours", tags.PROJECT)
    missing = Resource("image repository", "nowhere")
    role = Resource("role", "photos-to-pi-ours")
    with pytest.raises(HelpersError, match="nowhere") as caught:
        removal.remove(ACCOUNT, [missing, role])
    assert str(caught.value).startswith("1 removed")
    assert "photos-to-pi-ours" not in [item.name for item in inventory.find(ACCOUNT)]


def test_a_running_job_is_stopped(monkeypatch, aws):
    stopped = []

    class Client:
        def stop_training_job(self, **arguments):
            stopped.append(arguments)

    monkeypatch.setattr(type(ACCOUNT), "client", lambda account, service: Client())
    removal.remove(ACCOUNT, [Resource("running job", "train-1")])
    assert stopped == [{"TrainingJobName": "train-1"}]


def test_every_kind_that_is_found_can_be_removed():
    assert set(removal._REMOVE) == {*inventory.KINDS, "role", "folder in S3"}
