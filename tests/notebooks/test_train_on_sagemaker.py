"""Notebook 4 from top to bottom with a job on SageMaker, which the stand-in trains for real."""

import json

import notebook_run
import pytest
from aws_account import ACCOUNT
from image_in_ecr import URI, put

from helpers.aws import policies
from helpers.aws.policies import Scope
from helpers.workspace import Workspace


@pytest.mark.training
def test_the_job_is_trained_fetched_and_remembered(training_jobs, trained, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", training_jobs.url)  # ECR describes no image in moto
    trust = json.dumps(policies.trust(Scope(ACCOUNT.number, "", "")))
    ACCOUNT.client("iam").create_role(RoleName=policies.ROLE_NAME, AssumeRolePolicyDocument=trust)
    put(training_jobs, cuda=False)
    work = Workspace.at(tmp_path / "work")
    work.root.mkdir()
    for name in ("training", "checkpoint"):
        (trained.root / name).mkdir(exist_ok=True)
        (work.root / name).symlink_to(trained.root / name, target_is_directory=True)
    work.remember(image=URI)
    notebook_run.run(
        ["04_train"],
        work.root,
        WHERE="sagemaker",
        CONFIRM=True,
        STEPS=5,
        BUCKET="my-bucket",
        INSTANCE_TYPE="ml.c5.xlarge",
        PER_HOUR=0.2,
    )
    state = work.state()
    (name,) = training_jobs.runs
    assert (state["job"], state["where"], state["launched"]) == (name, "sagemaker", {})
    assert json.loads((work.graph / "export.json").read_text())["passed"]
    assert "step = 5" in (work.job(name) / "train.log").read_text()
