"""The request for records made on several machines, compared with the service's own model."""

import json

import pytest
import service_model

from helpers.aws import identity, job_plan, s3_layout, sagemaker_processing
from helpers.aws.sagemaker_processing import ProcessingOptions
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace

ROLE = "arn:aws:iam::123456789012:role/service-role/Trainer"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc"
NAME = "records-1"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"machines": 3, "shards": 1, "max_side": 320, "seed": 5},
        {"machines": 1},
        {
            "instance_type": "ml.m5.4xlarge",
            "volume_gb": 16384,
            "max_run": sagemaker_processing.MAX_RUN,
        },
        {"where": sagemaker_processing.places("s3://other.bucket/deep/photos", "a" * 63, "b")},
    ],
    ids=["defaults", "every argument", "one machine", "largest disk, longest run", "other bucket"],
)
def test_request_is_what_the_service_takes(request_of, changes):
    from botocore.validate import ParamValidator

    shape = service_model.shape_of("CreateProcessingJob")
    request = request_of(**changes)
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    assert list(service_model.breaches(shape, request)) == []
    assert json.loads(job_plan.as_text(request)) == request


def test_request_says_what_was_asked(request_of):
    request = request_of(machines=3, shards=1, max_side=320, seed=5)
    inputs = {item["InputName"]: item["S3Input"] for item in request["ProcessingInputs"]}
    assert {
        name: (item["S3Uri"], item["LocalPath"], item["S3DataDistributionType"])
        for name, item in inputs.items()
    } == {
        "images": ("s3://my-bucket/pictures/", "/opt/ml/processing/input/images", "ShardedByS3Key"),
        "tables": (
            "s3://my-bucket/records/records-1/tables/",
            "/opt/ml/processing/input/tables",
            "FullyReplicated",
        ),
    }
    (output,) = request["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"] == "s3://my-bucket/records/records-1/made/"
    assert request["AppSpecification"]["ContainerArguments"] == [
        "--shards=1",
        "--max-side=320",
        "--seed=5",
    ]
    assert request["AppSpecification"]["ContainerEntrypoint"] == ["make_tfrecords"]
    cluster = request["ProcessingResources"]["ClusterConfig"]
    assert (cluster["InstanceType"], cluster["InstanceCount"]) == ("ml.c5.2xlarge", 3)


def test_in_local_mode_everyone_gets_everything_and_knows_it(request_of):
    request = request_of(instance_type="local")
    assert {item["S3Input"]["S3DataDistributionType"] for item in request["ProcessingInputs"]} == {
        "FullyReplicated"
    }
    assert request["AppSpecification"]["ContainerArguments"][-1] == "--local"


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": "a_b"}, "job name"),
        ({"role_arn": "Trainer"}, "role/NAME"),
        ({"instance_type": "c5.xlarge"}, "instance type: .*'c5.xlarge'"),
        ({"machines": 0}, "machines: .* 0, .* 1 to 100"),
        ({"machines": 101}, "machines: .* 101,"),
        ({"max_run": 0}, "time: .* 0,"),
        ({"max_run": sagemaker_processing.MAX_RUN + 1}, "time: .* 604801,"),
        ({"volume_gb": 0}, "disk: .* 0,"),
        ({"shards": -1}, "each machine: .* -1,"),
        ({"max_side": -1}, "longest edge: .* -1,"),
        ({"machines": 4}, "data_eval.csv: .* 3 images, .* 4"),
        ({"machines": 2, "shards": 2}, "data_eval.csv: .* 3 images, .* 4"),
    ],
    ids=[
        "underscore in the name",
        "role without ARN",
        "instance type without ml",
        "no machine",
        "too many machines",
        "no time",
        "too long",
        "no disk",
        "negative shards",
        "negative edge",
        "more machines than images",
        "more shards than images",
    ],
)
def test_request_refuses(request_of, changes, message):
    with pytest.raises(BadInput, match=message):
        request_of(**changes)


def test_request_names_all_mistakes_at_once(request_of):
    with pytest.raises(BadInput, match="^3 .*processing job: job name: ") as caught:
        request_of(name="a_b", role_arn="x", max_run=0)
    assert all(f"{part}: " in str(caught.value) for part in ("role", "time"))


@pytest.mark.parametrize(
    "images, expected",
    [
        ("s3://my-bucket/pictures/", "s3://my-bucket/pictures/"),
        ("s3://my-bucket/deep/photos", "s3://my-bucket/deep/photos/"),  # and not deep/photos2
        ("s3://my-bucket", "s3://my-bucket/"),
    ],
    ids=["folder", "no slash at the end", "bucket alone"],
)
def test_places(images, expected):
    assert sagemaker_processing.places(images, NAME, "owls") == (
        expected,
        "s3://my-bucket/owls/records/records-1/tables/",
        "s3://my-bucket/owls/records/records-1/made/",
    )


@pytest.mark.parametrize(
    "images",
    ["", "/photos", "s3://My_Bucket/pictures/"],
    ids=["empty", "local folder", "no bucket name"],
)
def test_places_refuses(images):
    with pytest.raises(BadInput, match="S3 address"):
        sagemaker_processing.places(images, NAME, "owls")


def test_job_name_tells_tables_and_times_apart(tables, request_of):
    name = sagemaker_processing.job_name(tables, 0)
    assert name == sagemaker_processing.job_name(tables, 0) and name.endswith("-700101-000000")
    assert name != sagemaker_processing.job_name(tables, 1)
    assert request_of(name=sagemaker_processing.job_name(tables))
    path = tables / "data_eval.csv"
    path.write_text(path.read_text().replace("cat", "dog"))
    assert name != sagemaker_processing.job_name(tables, 0)


@pytest.mark.parametrize(
    "images, role, expected",
    [
        (
            "",
            "",
            (
                "s3://sagemaker-us-east-1-123456789012/owls/pictures/",
                "arn:aws:iam::123456789012:role/SageMakerRole",
            ),
        ),
        ("s3://my-bucket/photos/", ROLE, ("s3://my-bucket/photos/", ROLE)),
    ],
    ids=["nothing given", "photos and role given"],
)
def test_plan_fills_in_what_is_known(tables, images, role, expected):
    work = Workspace.at(tables.parent)
    tables.rename(work.training)
    me = identity.example("nobody")
    options = ProcessingOptions(machines=3, max_run=1800, max_side=320, role_arn=role)
    plan = sagemaker_processing.plan(work, me, options, images, "owls")
    request = plan.request
    (output,) = request["ProcessingOutputConfig"]["Outputs"]
    bucket = s3_layout.parse_uri(expected[0]).bucket
    assert output["S3Output"]["S3Uri"].startswith(f"s3://{bucket}/owls/records/records-")
    assert (request["ProcessingInputs"][0]["S3Input"]["S3Uri"], request["RoleArn"]) == expected
    assert request["AppSpecification"]["ImageUri"].endswith("/photos-to-pi:TAG")
    work.remember(image=IMAGE)
    again = sagemaker_processing.plan(work, me, ProcessingOptions(machines=3)).request
    assert again["AppSpecification"]["ImageUri"] == IMAGE
    text = plan.as_text()
    assert json.loads(text[: text.rindex("}") + 1]) == request
    assert "0.61 USD: 1.50 h of ml.c5.2xlarge" in text
