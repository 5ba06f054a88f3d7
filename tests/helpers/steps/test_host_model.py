"""Hosting the model of a job: planned, made on the user's word, in a stand-in for AWS."""

import pytest
from aws_account import ACCOUNT
from training_jobs import IMAGE, request

from helpers.aws import inventory
from helpers.steps import host_model
from helpers.structures.errors import BadInput, MissingPart
from helpers.workspace import Workspace

NAME = "train-1"


@pytest.fixture()
def work(aws, tmp_path):
    """A work folder whose job has run on the stand-in."""
    ACCOUNT.client("sagemaker").create_training_job(**request(NAME))
    work = Workspace.at(tmp_path)
    work.remember(job=NAME, where="sagemaker", region=ACCOUNT.region)
    return work


def test_image_role_and_model_are_those_of_the_job(work):
    plan = host_model.plan_hosting(work)
    assert plan.me.unavailable_reason == ""
    assert (plan.model.name, plan.model.role_arn) == (NAME, request(NAME)["RoleArn"])
    assert plan.model.image_uri == request(NAME)["AlgorithmSpecification"]["TrainingImage"]
    assert plan.model.artefact.uri.endswith("/model.tar.gz")
    assert len(plan.requests()) == 3
    assert "USD an hour" in plan.as_text() and "USD a month" in plan.as_text()


def test_nothing_is_made_without_a_word(work):
    plan = host_model.plan_hosting(work)
    with pytest.raises(BadInput, match="HOST"):
        host_model.host(plan, confirm=False)
    assert inventory.find(ACCOUNT) == []


def test_an_endpoint_is_made(work):
    assert host_model.host(host_model.plan_hosting(work), confirm=True) == NAME
    assert [item.kind for item in inventory.find(ACCOUNT)][0] == "endpoint"


def test_a_job_of_this_machine_shows_an_example_and_sends_nothing(tmp_path, aws):
    work = Workspace.at(tmp_path)
    work.remember(job="here", image=IMAGE)
    plan = host_model.plan_hosting(work)
    assert plan.model.image_uri == IMAGE and "nothing is sent" in plan.as_text()
    with pytest.raises(MissingPart):
        host_model.host(plan, confirm=True)
    assert inventory.find(ACCOUNT) == []


def test_a_job_without_a_model_is_not_hosted(work, monkeypatch):
    answer = {"TrainingJobStatus": "Failed", "ModelArtifacts": {}}
    monkeypatch.setattr(host_model.RunningJob, "describe", lambda job: answer)
    with pytest.raises(BadInput, match="Failed"):
        host_model.plan_hosting(work)
