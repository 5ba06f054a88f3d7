"""No key stays behind: planted ones are searched for in all that a job on SageMaker leaves."""

import json
import logging
from pathlib import Path

import aws_stand_ins
import notebook_run
import pytest
from aws_account import ACCOUNT
from image_in_ecr import URI, put

from helpers.aws import policies
from helpers.aws.running_job import RunningJob
from helpers.steps import train_sagemaker as sagemaker
from helpers.steps.train_sagemaker import AccountOptions, SagemakerOptions, Speed

PLANTED = {
    "AWS_ACCESS_KEY_ID": "AKIAPLANTEDKEYOFTEST",
    "AWS_SECRET_ACCESS_KEY": "planted/secret+key0of1the2test3planted4s",
    "AWS_SESSION_TOKEN": "planted-token-of-the-test",
}
COUNTING = Path(aws_stand_ins.__file__).with_name("counting_trainer.py")


def leaks(text):
    """The variables whose values are in a text."""
    return [name for name, value in PLANTED.items() if value in text]


@pytest.fixture()
def ready(prepared_work, training_jobs, aws_stub, bucket, tmp_path, monkeypatch):
    """A work folder and an account in which a job can be started, both by planted keys."""
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    training_jobs.program = COUNTING
    trust = json.dumps(policies.trust(policies.Scope(ACCOUNT.number, "", "")))
    ACCOUNT.client("iam").create_role(RoleName=policies.ROLE_NAME, AssumeRolePolicyDocument=trust)
    put(aws_stub)
    work = prepared_work(tmp_path / "work")
    work.remember(image=URI)
    return work


def test_a_job_leaves_no_key(ready, tmp_path, capfd, caplog):
    caplog.set_level(logging.INFO)
    options = SagemakerOptions(account=AccountOptions("my-bucket", "mine"), speed=Speed(2.0))
    plan = sagemaker.plan_sagemaker(ready, {"num_steps": 3}, options)
    job = sagemaker.launch(ready, plan, True)
    ended = RunningJob(job.name, ACCOUNT).wait(interval=0.2)
    assert job.name in (tmp_path / "work" / "state.json").read_text()
    shown = capfd.readouterr()
    said = [plan.as_text(), str(plan.rows()), repr(job), repr(ended), shown.out, shown.err]
    assert leaks("\n".join([*said, caplog.text])) == []
    written = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert len(written) > 10
    secret = {path.name: leaks(path.read_bytes().decode("latin-1")) for path in written}
    assert {name: found for name, found in secret.items() if found} == {}


@pytest.mark.parametrize(
    "name, shown",
    [("03_build_push", "rights_as_text"), ("04_train", "HyperParameters")],
    ids=["build and push", "train"],
)
def test_a_saved_notebook_holds_no_key(ready, training_jobs, name, shown):
    given = {"WHERE": "sagemaker", "BUCKET": "my-bucket", "PER_HOUR": 2, "STEPS": 3}
    saved = notebook_run.run_kept(name, ready.root, CONFIRM=True, **given)
    assert ACCOUNT.number in saved and shown in saved and leaks(saved) == []
    assert bool(training_jobs.titles("CreateTrainingJob")) == (name == "04_train")


def test_a_key_that_is_left_is_found():
    text = f'{{"key": "{PLANTED["AWS_SECRET_ACCESS_KEY"]}"}}'
    assert leaks(text) == ["AWS_SECRET_ACCESS_KEY"] and leaks("{}") == []
