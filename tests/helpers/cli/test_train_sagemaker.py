"""``train --where sagemaker`` to the line where money is spent, and back to a job."""

import json
import re
from argparse import ArgumentParser
from pathlib import Path

import nbformat
import pytest
import training_channel
from aws_account import ACCOUNT
from aws_stand_ins.answers import Reply
from training_jobs import described, says

from helpers.aws import launched_jobs
from helpers.aws.launched_jobs import LaunchedJob
from helpers.cli import train_sagemaker
from helpers.cli.main import main
from helpers.workspace import Workspace

NOTEBOOK = Path(__file__).resolve().parents[3] / "notebooks" / "04_train.ipynb"
JOB = "train-261127-063415-1a2b3c4d"


@pytest.fixture()
def work(tmp_path):
    (tmp_path / "training").mkdir()
    training_channel.write(tmp_path / "training")
    return Workspace.at(tmp_path)


def train(work, *arguments):
    return main(["train", "--where", "sagemaker", "--work", str(work.root), *arguments])


@pytest.mark.usefixtures("without_aws")
def test_without_aws_the_request_is_shown_and_nothing_started(work, capsys):
    options = ["--bucket", "my-bucket", "--spot", "--hours", "0.5", "--resume", "train-1"]
    assert train(work, *options, "--hyperparameter", "num_steps=7", "--confirm") == 1
    shown = capsys.readouterr().err
    request, end = json.JSONDecoder().raw_decode(shown)
    assert request["HyperParameters"] == {"num_steps": "7"}
    assert request["StoppingCondition"]["MaxWaitTimeInSeconds"] == 3600
    assert "/train-1/checkpoints/" in request["CheckpointConfig"]["S3Uri"]
    assert "USD" in shown[end:] and "error: nothing is sent to AWS" in shown[end:]
    assert "launched" not in work.state()


@pytest.mark.usefixtures("without_aws")
def test_disk_network_tags_and_speed_are_those_of_the_request(work, capsys):
    options = ["--volume-gb", "50", "--retries", "2", "--tags", "team=vision", "--isolated"]
    options += ["--subnets", "subnet-0a1b2c3d, subnet-1a1b2c3d", "--security-groups", "sg-0a1b2c3d"]
    options += ["--bucket", "my-bucket", "--create-bucket", "--images-per-second", "10"]
    assert train(work, *options) == 1
    shown = capsys.readouterr().err
    request, end = json.JSONDecoder().raw_decode(shown)
    assert request["ResourceConfig"]["VolumeSizeInGB"] == 50
    assert request["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert {"Key": "team", "Value": "vision"} in request["Tags"]
    assert request["EnableNetworkIsolation"]
    assert request["VpcConfig"]["Subnets"] == ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]
    assert request["VpcConfig"]["SecurityGroupIds"] == ["sg-0a1b2c3d"]
    assert "s3://my-bucket: " in shown[end:] and "10 images/s" in shown[end:]


def test_every_parameter_of_the_notebook_is_an_option():
    cells = [cell.source for cell in nbformat.read(str(NOTEBOOK), 4).cells]
    names = re.findall(r'^(\w+) = parameter\("\1"', "\n".join(cells), re.M)
    elsewhere = {"STEPS", "INFERENCE_TYPE", "MODEL_DIR"}  # --hyperparameter
    elsewhere |= {"TUNE", "TUNE_JOBS"}  # searches are the notebook's
    parser = ArgumentParser()
    train_sagemaker.add_options(parser)
    known = {action.dest.upper() for action in parser._actions} | {"WORK", "WHERE"}
    assert len(names) > 20 and set(names) - known == elsewhere


def test_a_job_is_stopped_by_its_name(aws_stub, work, capsys):
    job = LaunchedJob(JOB, ACCOUNT.number, ACCOUNT.region, "my-bucket", "mine", "image")
    launched_jobs.remember(work, job)
    aws_stub.plan(says(described(JOB)), says(described(JOB, "Stopping")), to="Describe")
    aws_stub.plan(lambda asked, forward: Reply(200, {}, b"{}"), to="StopTrainingJob")
    assert train(work, "--stop", JOB) == 0
    assert f"--attach {JOB}" in capsys.readouterr().out


def test_a_job_that_failed_is_told_with_its_cause(aws_stub, work, capsys):
    failed = described(JOB, "Failed", "Failed", FailureReason="a.jpg: found 0 bytes")
    aws_stub.plan(*[says(failed)] * 3, to="Describe")
    assert train(work, "--attach", JOB) == 1
    assert "error: a.jpg: found 0 bytes" in capsys.readouterr().err
