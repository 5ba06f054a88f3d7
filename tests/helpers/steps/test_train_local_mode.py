"""What local mode checks, sends and leaves, with the SDK's part left out."""

import pytest
import workflow
from aws_account import ACCOUNT

from helpers.aws import local_mode
from helpers.steps import train_local_mode
from helpers.structures.errors import BadInput, JobFailed, MissingPart
from helpers.training.local_job import TrainingJob
from helpers.workspace import Workspace


@pytest.fixture
def work(sample_folder, tmp_path, monkeypatch):
    """A work folder that can be trained, and a machine that has all that local mode needs."""
    monkeypatch.setattr(local_mode, "require_available", lambda: None)
    work = Workspace.at(tmp_path / "work")
    workflow.import_annotations(work, sample_folder / "annotations", sample_folder / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work)
    workflow.configure_pipeline_for(work, "small_ssd", 4)
    return work


def job(work, **values):
    return TrainingJob.of_workspace(work, "local-1", values)


def test_channels_are_sent_to_the_projects_own_folder(work, bucket, monkeypatch):
    given = {}

    def train(job, channels, account, image, show):
        given.update(channels=channels, account=account, image=image)
        raise JobFailed("enough")

    monkeypatch.setattr(local_mode, "train", train)
    with pytest.raises(JobFailed):
        train_local_mode.train_in_local_mode(work, job(work), "my-bucket", "a/b", "photos:1")
    assert given["channels"] == {"training": "s3://my-bucket/a/b/training/"}
    assert (given["account"].number, given["image"]) == (ACCOUNT.number, "photos:1")
    keys = [item["Key"] for item in bucket.list_objects_v2(Bucket="my-bucket")["Contents"]]
    assert "a/b/training/pipeline.config" in keys
    assert all(key.startswith("a/b/") for key in keys)


def test_a_wrong_hyperparameter_sends_nothing(work, bucket):
    with pytest.raises(BadInput, match="num_step"):
        train_local_mode.train_in_local_mode(
            work, job(work, num_step=3), "my-bucket", "a", "photos:1"
        )
    assert "Contents" not in bucket.list_objects_v2(Bucket="my-bucket")


def test_without_an_account_nothing_is_sent(work, without_aws):
    with pytest.raises(MissingPart, match="no AWS credentials"):
        train_local_mode.train_in_local_mode(work, job(work), image="photos:1")
