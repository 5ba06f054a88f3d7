"""Jobs that were started, kept in ``state.json`` until they are fetched."""

import pytest
from training_jobs import IMAGE, described

from helpers.aws import launched_jobs
from helpers.aws.launched_jobs import LaunchedJob
from helpers.structures.errors import MissingPart
from helpers.workspace import Workspace

ONE = LaunchedJob("train-261101", "1", "eu-west-1", "my-bucket", "mine", IMAGE, 0.7)
TWO = ONE._replace(name="train-261102")


@pytest.fixture()
def work(tmp_path):
    work = Workspace.at(tmp_path)
    work.remember(job="earlier", image=IMAGE)
    return work


def test_what_was_started_is_found_by_another_kernel(work):
    launched_jobs.remember(work, TWO)
    launched_jobs.remember(work, ONE)
    again = Workspace.at(work.root)
    assert launched_jobs.recall(again, ONE.name) == ONE
    assert launched_jobs.recall(again) == TWO  # names sort by time
    assert again.state()["job"] == "earlier"  # the model in use is still that one's


def test_what_was_fetched_is_forgotten(work):
    launched_jobs.remember(work, ONE)
    assert launched_jobs.is_known(work, ONE.name)
    launched_jobs.forget(work, ONE.name)
    assert not launched_jobs.is_known(work, ONE.name)
    launched_jobs.forget(work, "nobody")


@pytest.mark.parametrize("name", ["", "nobody"], ids=["none", "another"])
def test_what_was_not_started_is_missing(work, name):
    if name:
        launched_jobs.remember(work, ONE)
    with pytest.raises(MissingPart, match=f"found {ONE.name if name else 'none'}"):
        launched_jobs.recall(work, name)


def test_jobs_of_the_same_inputs_are_told_by_their_names(work):
    one, two, other = (
        ONE._replace(name=f"train-261127-06341{n}-{digest}")
        for n, digest in enumerate(("1a-uint8", "1a-uint8", "1a"))
    )
    launched_jobs.remember(work, one)
    launched_jobs.remember(work, other)
    assert launched_jobs.repeated(work, two.name) == [one]
    assert launched_jobs.repeated(work, one.name) == []


def test_a_job_is_known_from_what_sagemaker_says(work):
    job = LaunchedJob.of(described("train-1"), "1", "eu-west-1")
    assert job == ONE._replace(name="train-1", per_hour=0.0)
    assert job.state() == {
        "region": "eu-west-1",
        "bucket": "my-bucket",
        "prefix": "mine",
        "account": "1",
        "where": "sagemaker",
    }


def test_folders_are_those_of_the_account_and_region(work):
    work.remember(**ONE._replace(prefix="fetched").state())
    for job in (ONE, TWO, TWO._replace(name="a", region="us-east-1"), TWO._replace(account="2")):
        launched_jobs.remember(work, job)
    assert launched_jobs.folders(work, "1", "eu-west-1") == [
        ("my-bucket", "fetched"),
        ("my-bucket", "mine"),
    ]
    assert launched_jobs.folders(work, "3", "eu-west-1") == []
