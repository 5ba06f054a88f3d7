"""The request for a training job, compared with the service's own model, and what it refuses."""

import json
import re

import pytest
import service_model
import training_channel

from helpers.aws import identity, job_plan, request_checks, sagemaker_training
from helpers.aws.identity import Identity
from helpers.aws.job_cost import Speed
from helpers.aws.job_options import Network, TrainingJobOptions
from helpers.aws.policies import Scope
from helpers.aws.sagemaker_training import Resources
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace

ROLE = "arn:aws:iam::123456789012:role/service-role/Trainer"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc"
HYPER = {"num_steps": 500, "quantize": True, "model_dir": None, "inference_type": "FLOAT"}


ME = Identity("123456789012", "arn:aws:iam::123456789012:user/me", "eu-west-1")


def parts(name="train-1", role_arn=ROLE, bucket="my-bucket", hyperparameters=HYPER, **options):
    image = options.pop("image", IMAGE)
    resources = Resources(image, role_arn, bucket, "mine")
    return name, resources, hyperparameters, TrainingJobOptions(**{"volume_gb": 30, **options})


def request(**changes):
    return sagemaker_training.training_request(*parts(**changes))


def check(**changes):
    name, *others = parts(**changes)
    sagemaker_training.check(name, ME, *others)


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
        {"network": Network(("subnet-0a1b2c3d",), ("sg-0a1b2c3d",))},
        {"network": Network(isolated=True)},
        {"retries": 30},
        {"tags": {"team": "vision", "cost": ""}},
        {"resume": "train-0"},
        {"image": IMAGE.replace(":abc", "@sha256:" + "a" * 64)},
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
        "VPC",
        "isolated",
        "retries",
        "tags",
        "resumed",
        "image by digest",
    ],
)
def test_request_is_what_the_service_takes(shape, changes):
    from botocore.validate import ParamValidator

    check(**changes)
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
    assert job_request["Tags"] == [{"Key": "project", "Value": "photos-to-pi"}]
    assert job_request["OutputDataConfig"] == {"S3OutputPath": "s3://my-bucket/mine/"}


@pytest.mark.parametrize(
    "line, expected",
    [
        ("I1123 09:00:00.1 140 hooks.py:262] loss = 3.2847712, step = 100", {"loss": "3.2847712"}),
        ("I1123 09:00:00.1 140 hooks.py:262] loss = 3.2847712, step = 100", {"step": "100"}),
        (
            " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.750",
            {"mAP": "0.750", "mAP50": None},
        ),
        (
            " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = 0.964",
            {"mAP50": "0.964", "mAP": None},
        ),
        (
            " Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = 0.1",
            {"mAP": None, "mAP50": None},
        ),
        (
            " Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.8",
            {"mAP": None, "mAP50": None},
        ),
        ("I1127 00:19 1 hooks.py:171] 12.6 images/s, 0:04:08 left; images", {"images/s": "12.6"}),
    ],
    ids=["loss", "step", "mAP", "mAP50", "small objects", "recall", "speed"],
)
def test_metrics_match_what_the_trainer_logs(line, expected):
    definitions = request()["AlgorithmSpecification"]["MetricDefinitions"]
    regexes = {item["Name"]: item["Regex"] for item in definitions}
    for name, value in expected.items():
        match = re.search(regexes[name], line)
        assert (match and match.group(1)) == value


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
        (
            {"role_arn": ROLE.replace("123456789012", "999999999999")},
            "999999999999, .*123456789012",
        ),
        ({"image": IMAGE.replace("eu-west-1", "us-east-1")}, "us-east-1, .*eu-west-1"),
        ({"image": IMAGE.replace("123456789012", "999999999999")}, "999999999999, .*123456789012"),
        ({"image": "photos-to-pi:abc"}, "image: .*'photos-to-pi:abc'"),
        ({"volume_gb": 126}, "disk: found 126, expected 1 to 125"),
        ({"network": Network(("subnet-0a1b2c3d",))}, "network: .*both"),
        ({"network": Network(("vpc-1",), ("sg-0a1b2c3d",))}, "vpc-1"),
        (
            {"network": Network(isolated=True), "hyperparameters": {"model_dir": "s3://b/r"}},
            "isolation: .*s3://b/r",
        ),
        ({"retries": 31}, "retries: found 31"),
        ({"tags": {"aws:x": "1"}}, "tags: .*'aws:x'"),
        ({"tags": {"a": "<"}}, "tags: found a='<'"),
        ({"tags": {str(number): "" for number in range(50)}}, "tags: found 50"),
        ({"resume": "a_b"}, "go on from: found 'a_b'"),
        ({"hyperparameters": {f"a{n}": 1 for n in range(101)}}, "found 101, expected at most 100"),
        ({"hyperparameters": {"model_dir": "s3://b/" + "x" * 2500}}, "model_dir .* 2507 .* 2500"),
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
        "role of another account",
        "image of another region",
        "image of another account",
        "image of this machine",
        "disk larger than the machine's own",
        "subnet without group",
        "no subnet",
        "isolated with model_dir",
        "too many retries",
        "AWS's own tag",
        "impossible tag",
        "too many tags",
        "impossible job to go on from",
        "too many hyperparameters",
        "long hyperparameter",
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
def test_what_sagemaker_would_refuse_is_refused(changes, message):
    with pytest.raises(BadInput, match=message):
        check(**changes)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(BadInput) as caught:
        check(name="a_b", role_arn="x", max_run=0)
    assert all(f"{part}: " in str(caught.value) for part in ("job name", "role", "time"))


@pytest.fixture()
def work(tmp_path):
    """A work folder with a training channel."""
    (tmp_path / "training").mkdir()
    training_channel.write(tmp_path / "training")
    return Workspace.at(tmp_path)


def test_plan_fills_in_what_is_usual(work):
    me = identity.example("nobody")
    plan = sagemaker_training.plan("train-1", work, me, HYPER)
    root = f"s3://sagemaker-us-east-1-123456789012/photos-to-pi/{work.state()['project']}/"
    assert (plan.name, plan.me, plan.root.uri) == ("train-1", me, root)
    assert f"{root}training/eval.record" in [row["to"] for row in plan.rows()]
    assert [channel["ChannelName"] for channel in plan.request["InputDataConfig"]] == ["training"]
    assert plan.request["RoleArn"] == plan.scope.role_arn
    assert plan.image_uri.endswith("/photos-to-pi:TAG")
    assert plan.request["ResourceConfig"]["VolumeSizeInGB"] == 30
    shown, end = json.JSONDecoder().raw_decode(plan.as_text())
    assert shown == plan.request and plan.estimate.as_text() in plan.as_text()[end:]


def test_plan_takes_what_is_given(work):
    work.remember(image=IMAGE)
    (work.root / "checkpoint").mkdir()
    (work.root / "checkpoint" / "model.ckpt.index").write_bytes(b"1")
    options = TrainingJobOptions(network=Network(isolated=True), speed=Speed(2.0, 10))
    resources = Resources(role_arn=ROLE, bucket="my-bucket", prefix="/")
    plan = sagemaker_training.plan("train-1", work, ME, HYPER, options, resources)
    assert (plan.request["RoleArn"], plan.image_uri) == (ROLE, IMAGE)
    assert plan.transfers[0].place.uri == "s3://my-bucket/checkpoint/model.ckpt.index"
    assert plan.estimate.machine.hourly.per_hour == 2.0
    assert plan.scope == Scope("123456789012", "eu-west-1", "my-bucket", "", role="Trainer")
    assert "network isolation" in plan.as_text()


def test_plan_refuses_a_bad_hyperparameter(work):
    with pytest.raises(BadInput, match="num_stepz"):
        sagemaker_training.plan("train-1", work, identity.example("nobody"), {"num_stepz": 4})
