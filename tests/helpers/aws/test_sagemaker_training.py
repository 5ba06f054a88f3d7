"""The request for SageMaker, held against the service's own model; its price; the container."""

import json
import re

import pytest
import service_model

from helpers.aws import pricing, sagemaker_training
from helpers.structures.errors import BadInput
from helpers.training import docker_job

ROLE = "arn:aws:iam::123456789012:role/service-role/Trainer"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc"
HYPER = {"num_steps": 500, "quantize": True, "model_dir": None, "inference_type": "FLOAT"}


def request(**changes):
    return sagemaker_training.training_request(
        **dict(
            {
                "name": "train-1",
                "image_uri": IMAGE,
                "role_arn": ROLE,
                "bucket": "my-bucket",
                "hyperparameters": HYPER,
            },
            **changes,
        )
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
        {"max_run": sagemaker_training.LONGEST, "spot": True},
    ],
)
def test_request_is_what_the_service_takes(shape, changes):
    from botocore.validate import ParamValidator

    made = request(**changes)
    report = ParamValidator().validate(made, shape)
    assert not report.has_errors(), report.generate_report()
    assert list(service_model.breaches(shape, made)) == []
    assert json.loads(sagemaker_training.as_text(made)) == made


@pytest.mark.parametrize(
    "path, value",
    [
        (("TrainingJobName",), "a_b"),
        (("RoleArn",), "nobody"),
        (("HyperParameters",), {"a": "x" * 2501}),
        (("ResourceConfig", "InstanceType"), "ml.q9.huge"),
    ],
)
def test_the_oracle_sees_a_bad_request(shape, path, value):
    made = request()
    target = made
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    assert list(service_model.breaches(shape, made))


def test_request_says_what_was_asked():
    made = request(spot=True, max_run=100, max_wait=150)
    assert made["HyperParameters"] == {
        "inference_type": "FLOAT",
        "num_steps": "500",
        "quantize": "true",
    }
    assert made["StoppingCondition"] == {"MaxRuntimeInSeconds": 100, "MaxWaitTimeInSeconds": 150}
    assert made["EnableManagedSpotTraining"] is True
    assert made["CheckpointConfig"] == {
        "S3Uri": "s3://my-bucket/train-1/checkpoints/",
        "LocalPath": "/opt/ml/checkpoints",
    }
    assert made["ResourceConfig"]["InstanceType"] == "ml.g4dn.xlarge"
    assert {
        one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"]
        for one in made["InputDataConfig"]
    } == {"training": "s3://my-bucket/training/", "checkpoint": "s3://my-bucket/checkpoint/"}


def test_metrics_match_tensorflows_own_line():
    line = "I1123 09:00:00.1 140 basic_session_run_hooks.py:262] loss = 3.2847712, step = 100"
    regexes = [one["Regex"] for one in request()["AlgorithmSpecification"]["MetricDefinitions"]]
    assert [re.search(regex, line).group(1) for regex in regexes] == ["3.2847712", "100"]


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"name": "a_b"}, "job name"),
        ({"name": "-a"}, "job name"),
        ({"name": "a" * 64}, "job name"),
        ({"name": ""}, "job name"),
        ({"name": "a-"}, "job name"),
        ({"role_arn": "Trainer"}, "role/NAME"),
        ({"role_arn": "arn:aws:iam::123456789012:user/me"}, "role/NAME"),
        ({"bucket": "My_Bucket"}, "no S3 address"),
        ({"max_run": 0}, "max_run=0"),
        ({"max_run": sagemaker_training.LONGEST + 1}, "expected 1 to 2419200"),
        ({"max_wait": 9999}, "spot=True"),
        ({"spot": True, "max_run": 100, "max_wait": 99}, "at least max_run=100"),
        ({"channels": ("checkpoint",)}, "training among them"),
        ({"instance_type": "g4dn.xlarge"}, "one like ml.g4dn.xlarge"),
        ({"hyperparameters": {"num_stepz": 4}}, "did you mean num_steps"),
        ({"hyperparameters": {"num_steps": 0}}, "num_steps=0"),
    ],
)
def test_request_refuses(changes, said):
    with pytest.raises(BadInput, match=said):
        request(**changes)


def test_request_names_all_mistakes_at_once():
    with pytest.raises(BadInput) as caught:
        request(name="a_b", role_arn="x", max_run=0)
    assert all(word in str(caught.value) for word in ("job name", "role", "time"))


@pytest.mark.parametrize(
    "instance_type, refused",
    [
        ("ml.g4dn.xlarge", False),
        ("ml.p3.2xlarge", False),
        ("ml.p3dn.24xlarge", False),
        ("ml.p2.xlarge", False),
        ("ml.m5.xlarge", False),
        ("ml.c5.4xlarge", False),
        ("ml.c6i.xlarge", False),
        ("ml.m7i.large", False),
        ("ml.p4d.24xlarge", True),
        ("ml.p4de.24xlarge", True),
        ("ml.p5.48xlarge", True),
        ("ml.g5.xlarge", True),
        ("ml.g6.xlarge", True),
        ("ml.g6e.xlarge", True),
        ("ml.trn1.2xlarge", True),
        ("", True),
    ],
)
def test_instances_that_tensorflow_cannot_use_are_refused(instance_type, refused):
    assert bool(sagemaker_training.instance_problem(instance_type)) is refused


@pytest.mark.parametrize(
    "arguments, lowest, highest",
    [
        (("ml.g4dn.xlarge", 3600), 0.736, 0.736),
        (("ml.g4dn.xlarge", 1800, True), 0.0368, 0.368),
        (("ml.m5.xlarge", 7200, False, 2), 0.92, 0.92),
        (("ml.new.type", 3600, False, 1, 2.5), 2.5, 2.5),
        (("ml.g4dn.xlarge", 0), 0, 0),
    ],
)
def test_price(arguments, lowest, highest):
    found = pricing.price(*arguments)
    assert (found.lowest, found.highest) == pytest.approx((lowest, highest))
    assert f"{highest:.2f} USD" in str(found)
    assert ("on spot" in str(found)) is (lowest < highest)


def test_price_of_an_unknown_type_asks_for_it():
    with pytest.raises(BadInput, match="per_hour="):
        pricing.price("ml.new.type", 60)


def test_known_prices_are_of_types_the_service_has_and_we_allow(shape):
    types = shape.members["ResourceConfig"].members["InstanceType"].enum
    assert set(pricing.PER_HOUR) <= set(types)
    assert not any(map(sagemaker_training.instance_problem, pricing.PER_HOUR))
    assert list(pricing.PER_HOUR) == sorted(pricing.PER_HOUR)


def test_container_mounts_real_folders_where_the_job_has_links(tmp_path):
    training, job = tmp_path / "training", tmp_path / "jobs" / "train-1"
    training.mkdir()
    (job / "input" / "data").mkdir(parents=True)
    (job / "input" / "data" / "training").symlink_to(training, target_is_directory=True)
    channels = docker_job.prepare(job)
    assert channels == {"training": training.resolve()}
    assert [path.name for path in sorted(job.iterdir())] == [
        "checkpoints",
        "input",
        "model",
        "output",
    ]
    command = docker_job.run_command("photos:1", job, channels, "12:34")
    mounts = [command[index + 1] for index, word in enumerate(command) if word == "--mount"]
    assert mounts == [
        f"type=bind,source={job}/input/config,target=/opt/ml/input/config,readonly",
        f"type=bind,source={training.resolve()},target=/opt/ml/input/data/training,readonly",
        f"type=bind,source={job}/checkpoints,target=/opt/ml/checkpoints",
        f"type=bind,source={job}/model,target=/opt/ml/model",
        f"type=bind,source={job}/output,target=/opt/ml/output",
    ]
    assert command[-2:] == ["photos:1", "train"] and command[command.index("--user") + 1] == "12:34"
    plain = docker_job.run_command("photos:1", job, channels)
    assert "--user" not in plain and "--gpus" not in plain
    given = docker_job.run_command("photos:1", job, channels, gpus=True)
    assert given[given.index("--gpus") + 1] == "all" and given[-2:] == ["photos:1", "train"]
