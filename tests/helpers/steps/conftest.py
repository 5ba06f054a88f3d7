"""A training channel made from the sample; accounts: ready for a job, and without credentials."""

import pytest
import sagemaker_ready
import workflow

from helpers.workspace import Workspace


@pytest.fixture(scope="session")
def prepared_work(sample_folder):
    """``prepared_work(folder)``: a work folder there with the sample's records and config."""

    def prepare(folder):
        work = Workspace.at(folder)
        workflow.import_annotations(work, sample_folder / "annotations", sample_folder / "img")
        workflow.map_labels(work)
        workflow.split_dataset(work)
        workflow.write_tfrecords(work)
        workflow.configure_pipeline_for(work, "small_ssd", 5)
        return work

    return prepare


@pytest.fixture(scope="session")
def prepared(prepared_work, tmp_path_factory):
    """A work folder as :func:`prepared_work` makes it. Not to be written to."""
    return prepared_work(tmp_path_factory.mktemp("prepared"))


@pytest.fixture()
def work(prepared, tmp_path):
    """A work folder with the prepared channel, and a state of its own."""
    return sagemaker_ready.linked(prepared, tmp_path / "work")


@pytest.fixture()
def ready(aws_stub, bucket, work):
    """An account in which a job can be started: bucket, role and image; the stub."""
    sagemaker_ready.make(aws_stub, work)
    return aws_stub


@pytest.fixture()
def without_credentials(monkeypatch, tmp_path):
    """No credentials for AWS: neither variables, nor files, nor those of an EC2 instance."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
