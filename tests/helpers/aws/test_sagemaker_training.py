"""The request for a training job, compared with the service's own model; the plan of a job."""

import json
import re

import pytest
import service_model
from aws_account import ACCOUNT

from helpers.aws import identity, job_plan, request_checks, s3_layout, sagemaker_training
from helpers.aws.sagemaker_training import Resources, TrainingJobOptions
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace

ROLE = "arn:aws:iam::123456789012:role/service-role/Trainer"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc"
HYPER = {"num_steps": 500, "quantize": True, "model_dir": None, "inference_type": "FLOAT"}


def request(name="train-1", role_arn=ROLE, bucket="my-bucket", hyperparameters=HYPER, **options):
    return sagemaker_training.training_request(
        name,
        Resources(IMAGE, role_arn, bucket, "mine"),
        hyperparameters,
        TrainingJobOptions(**options),
    )


@pytest.fixture(scope="module")
def shape():
    return service_model.shape_of("CreateTrainingJob")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"spot": True},
        {"spot": True, "max_run": 60, "max_wait": 60},
        {"hyperparameters": {}},
        {"channels": ("training",)},
        {"instance_type": "ml.m5.xlarge", "volume_gb": 1},
        {"instance_type": "ml.g5.xlarge", "force": True},
        {"name": "a" * 63},
        {"name": "7"},
        {"max_run": request_checks.MAX_RUN, "spot": True},
    ],
    ids=[
        "defaults",
        "spot",
        "spot without waiting",
        "no hyperparameters",
        "no checkpoint",
        "smallest disk",
        "forced instance type",
        "longest name",
        "shortest name",
        "longest spot run",
    ],
)
def test_request_is_what_the_service_takes(shape, changes):
    from botocore.validate import ParamValidator

    job_request = request(**changes)
    report = ParamValidator().validate(job_request, shape)
    assert not report.has_errors(), report.generate_report()
    assert list(service_model.breaches(shape, job_request)) == []
    assert json.loads(job_plan.as_text(job_request)) == job_request


@pytest.mark.parametrize(
    "path, value",
    [
        (("TrainingJobName",), "a_b"),
        (("RoleArn",), "nobody"),
        (("HyperParameters",), {"a": "x" * 2501}),
        (("ResourceConfig", "InstanceType"), "ml.q9.huge"),
    ],
    ids=["name", "role", "long hyperparameter", "instance type"],
)
def test_the_oracle_sees_a_bad_request(shape, path, value):
    job_request = request()
    target = job_request
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    assert list(service_model.breaches(shape, job_request))


def test_request_says_what_was_asked():
    job_request = request(spot=True, max_run=100, max_wait=150)
    assert job_request["HyperParameters"] == {
        "inference_type": "FLOAT",
        "num_steps": "500",
        "quantize": "true",
    }
    assert job_request["StoppingCondition"] == {
        "MaxRuntimeInSeconds": 100,
        "MaxWaitTimeInSeconds": 150,
    }
    assert job_request["EnableManagedSpotTraining"] is True
    assert job_request["CheckpointConfig"] == {
        "S3Uri": "s3://my-bucket/mine/train-1/checkpoints/",
        "LocalPath": "/opt/ml/checkpoints",
    }
    assert job_request["ResourceConfig"]["InstanceType"] == "ml.g4dn.xlarge"
    assert {
        item["ChannelName"]: item["DataSource"]["S3DataSource"]["S3Uri"]
        for item in job_request["InputDataConfig"]
    } == {
        "training": "s3://my-bucket/mine/training/",
        "checkpoint": "s3://my-bucket/mine/checkpoint/",
    }
    assert job_request["OutputDataConfig"] == {"S3OutputPath": "s3://my-bucket/mine/"}


def test_metrics_match_tensorflows_own_line():
    line = "I1123 09:00:00.1 140 basic_session_run_hooks.py:262] loss = 3.2847712, step = 100"
    regexes = [item["Regex"] for item in request()["AlgorithmSpecification"]["MetricDefinitions"]]
    assert [re.search(regex, line).group(1) for regex in regexes] == ["3.2847712", "100"]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": "a_b"}, "job name"),
        ({"name": "-a"}, "job name"),
        ({"name": "a" * 64}, "job name"),
        ({"name": ""}, "job name"),
        ({"name": "a-"}, "job name"),
        ({"role_arn": "Trainer"}, "role/NAME"),
        ({"role_arn": "arn:aws:iam::123456789012:user/me"}, "role/NAME"),
        ({"bucket": "My_Bucket"}, "S3 address"),
        ({"max_run": 0}, "max_run=0"),
        ({"max_run": request_checks.MAX_RUN + 1}, "2419201, .*1 to 2419200"),
        ({"max_wait": 9999}, "spot=True"),
        ({"spot": True, "max_run": 100, "max_wait": 99}, "99, .*max_run=100"),
        ({"channels": ("checkpoint",)}, "channels: .*training among"),
        ({"instance_type": "g4dn.xlarge"}, "'g4dn.xlarge', .*ml.g4dn.xlarge"),
        ({"hyperparameters": {"num_stepz": 4}}, "num_stepz.* num_steps"),
        ({"hyperparameters": {"num_steps": 0}}, "num_steps=0"),
    ],
    ids=[
        "underscore in the name",
        "hyphen first",
        "long name",
        "no name",
        "hyphen last",
        "role without ARN",
        "user for a role",
        "no bucket name",
        "no time",
        "too long",
        "waiting without spot",
        "waiting shorter than the run",
        "checkpoint alone",
        "instance type without ml",
        "misspelt hyperparameter",
        "no steps",
    ],
)
def test_request_refuses(changes, message):
    with pytest.raises(BadInput, match=message):
        request(**changes)


def test_request_names_all_mistakes_at_once():
    with pytest.raises(BadInput) as caught:
        request(name="a_b", role_arn="x", max_run=0)
    assert all(f"{part}: " in str(caught.value) for part in ("job name", "role", "time"))


@pytest.fixture()
def work(tmp_path):
    """A work folder with one file to train on; what it holds is not read."""
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "train.record").write_bytes(b"x" * 2000)
    return Workspace.at(tmp_path)


def test_plan_fills_in_what_is_usual(work):
    me = identity.example("nobody")
    plan = sagemaker_training.plan("train-1", work, me, HYPER, TrainingJobOptions(max_run=3600))
    assert plan.name == "train-1" and plan.me == me
    bucket = s3_layout.default_bucket(me.account, me.region)
    project = f"photos-to-pi/{work.state()['project']}"
    assert plan.root == s3_layout.root(bucket, project)
    assert plan.rows() == [{"to": f"s3://{bucket}/{project}/training/train.record", "kB": 2}]
    assert [channel["ChannelName"] for channel in plan.request["InputDataConfig"]] == ["training"]
    assert plan.request["RoleArn"] == identity.execution_role(me)
    assert plan.request["AlgorithmSpecification"]["TrainingImage"].endswith("/photos-to-pi:TAG")
    text = plan.as_text()
    assert json.loads(text[: text.rindex("}") + 1]) == plan.request
    assert "0.74 USD: 1.00 h of ml.g4dn.xlarge" in text


def test_plan_takes_what_is_given(work):
    work.remember(image=IMAGE)
    resources = Resources(role_arn=ROLE, bucket="my-bucket", prefix="/")
    me = identity.example("nobody")
    plan = sagemaker_training.plan("train-1", work, me, HYPER, resources=resources)
    assert plan.request["RoleArn"] == ROLE
    assert plan.request["AlgorithmSpecification"]["TrainingImage"] == IMAGE
    assert plan.transfers[0].place.uri == "s3://my-bucket/training/train.record"


def test_plan_refuses_a_bad_hyperparameter(work):
    with pytest.raises(BadInput, match="num_stepz"):
        sagemaker_training.plan("train-1", work, identity.example("nobody"), {"num_stepz": 4})


def test_start_sends_the_request(aws):
    client = ACCOUNT.client("sagemaker")
    arn = sagemaker_training.start(request(), ACCOUNT)
    assert arn.endswith("training-job/train-1")
    answer = client.describe_training_job(TrainingJobName="train-1")
    assert answer["HyperParameters"] == request()["HyperParameters"]
