"""Records made on several machines: the request, what it costs, what is sent and fetched."""

import json
import threading
import urllib.request

import pytest
import service_model

from helpers.annotations import csv_table, label_map_file
from helpers.aws import identity, s3, sagemaker_processing, sagemaker_training
from helpers.structures.errors import BadInput, HelpersError, JobFailed
from helpers.tfrecords import manifest, tfrecord
from helpers.workspace import TrainingChannel, Workspace

ROLE = "arn:aws:iam::123456789012:role/service-role/Trainer"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc"
REGION = "eu-west-1"
NAME = "records-1"


@pytest.fixture()
def tables(tmp_path, many, three_labels):
    """Tables of seven and three images."""
    _, records = many
    for side, ours in (("train", records[:7]), ("eval", records[7:])):
        csv_table.write(ours, tmp_path / "tables" / f"data_{side}.csv")
    label_map_file.write(three_labels, tmp_path / "tables" / "label_map.pbtxt")
    return tmp_path / "tables"


@pytest.fixture()
def request_of(tables):
    def build(**changes):
        return sagemaker_processing.request(
            **dict(
                {
                    "name": NAME,
                    "image_uri": IMAGE,
                    "role_arn": ROLE,
                    "tables": tables,
                    "where": sagemaker_processing.places("s3://my-bucket/pictures/", NAME),
                },
                **changes,
            )
        )

    return build


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"machines": 3, "shards": 1, "max_side": 320, "seed": 5},
        {"machines": 1},
        {
            "instance_type": "ml.m5.4xlarge",
            "volume_gb": 16384,
            "max_run": sagemaker_processing.LONGEST,
        },
        {"where": sagemaker_processing.places("s3://other.bucket/deep/photos", "a" * 63)},
    ],
)
def test_request_is_what_the_service_takes(request_of, changes):
    from botocore.validate import ParamValidator

    shape = service_model.shape_of("CreateProcessingJob")
    made = request_of(**changes)
    report = ParamValidator().validate(made, shape)
    assert not report.has_errors(), report.generate_report()
    assert list(service_model.breaches(shape, made)) == []
    assert json.loads(sagemaker_training.as_text(made)) == made


def test_request_says_what_was_asked(request_of):
    made = request_of(machines=3, shards=1, max_side=320, seed=5)
    inputs = {one["InputName"]: one["S3Input"] for one in made["ProcessingInputs"]}
    assert {
        name: (one["S3Uri"], one["LocalPath"], one["S3DataDistributionType"])
        for name, one in inputs.items()
    } == {
        "images": ("s3://my-bucket/pictures/", "/opt/ml/processing/input/images", "ShardedByS3Key"),
        "tables": (
            "s3://my-bucket/records/records-1/tables/",
            "/opt/ml/processing/input/tables",
            "FullyReplicated",
        ),
    }
    (output,) = made["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"] == "s3://my-bucket/records/records-1/made/"
    assert made["AppSpecification"]["ContainerArguments"] == [
        "--shards=1",
        "--max-side=320",
        "--seed=5",
    ]
    cluster = made["ProcessingResources"]["ClusterConfig"]
    assert (cluster["InstanceType"], cluster["InstanceCount"]) == ("ml.c5.2xlarge", 3)


def test_in_local_mode_everyone_gets_everything_and_knows_it(request_of):
    made = request_of(instance_type="local")
    assert {one["S3Input"]["S3DataDistributionType"] for one in made["ProcessingInputs"]} == {
        "FullyReplicated"
    }
    assert made["AppSpecification"]["ContainerArguments"][-1] == "--local"


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"name": "a_b"}, "job name"),
        ({"role_arn": "Trainer"}, "role/NAME"),
        ({"instance_type": "c5.xlarge"}, "instance type: found 'c5.xlarge'"),
        ({"machines": 0}, "machines: found 0, expected 1 to 100"),
        ({"machines": 101}, "machines: found 101"),
        ({"max_run": 0}, "time: found 0"),
        ({"max_run": sagemaker_processing.LONGEST + 1}, "time: found"),
        ({"volume_gb": 0}, "disk: found 0"),
        ({"shards": -1}, "files of each machine: found -1"),
        ({"max_side": -1}, "longest side: found -1"),
        ({"machines": 4}, "data_eval.csv: found 3 images, expected at least 4"),
        ({"machines": 2, "shards": 2}, "data_eval.csv: found 3 images, expected at least 4"),
    ],
)
def test_request_refuses(request_of, changes, said):
    with pytest.raises(BadInput, match=said):
        request_of(**changes)


def test_request_names_all_mistakes_at_once(request_of):
    with pytest.raises(BadInput, match="^3 a processing job that cannot be: job name") as caught:
        request_of(name="a_b", role_arn="x", max_run=0)
    assert all(word in str(caught.value) for word in ("role", "time"))


@pytest.mark.parametrize(
    "images, expected",
    [
        ("s3://my-bucket/pictures/", "s3://my-bucket/pictures/"),
        ("s3://my-bucket/deep/photos", "s3://my-bucket/deep/photos/"),  # and not deep/photos2
        ("s3://my-bucket", "s3://my-bucket/"),
    ],
)
def test_places(images, expected):
    assert sagemaker_processing.places(images, NAME) == (
        expected,
        "s3://my-bucket/records/records-1/tables/",
        "s3://my-bucket/records/records-1/made/",
    )


@pytest.mark.parametrize("images", ["", "/photos", "s3://My_Bucket/pictures/"])
def test_places_refuses(images):
    with pytest.raises(BadInput, match="no S3 address"):
        sagemaker_processing.places(images, NAME)


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
                "s3://sagemaker-us-east-1-123456789012/pictures/",
                "arn:aws:iam::123456789012:role/SageMakerRole",
            ),
        ),
        ("s3://my-bucket/photos/", ROLE, ("s3://my-bucket/photos/", ROLE)),
    ],
)
def test_plan_fills_in_what_is_known(tables, images, role, expected):
    work = Workspace.at(tables.parent)
    tables.rename(work.training)
    made = sagemaker_processing.plan(work, identity.example("nobody"), 3, 0.5, 320, images, role)
    assert (made["ProcessingInputs"][0]["S3Input"]["S3Uri"], made["RoleArn"]) == expected
    assert made["AppSpecification"]["ImageUri"].endswith("/photos-to-pi:TAG")
    work.remember(image=IMAGE)
    assert (
        sagemaker_processing.plan(work, identity.example("nobody"), 3, 1)["AppSpecification"][
            "ImageUri"
        ]
        == IMAGE
    )
    said = sagemaker_processing.as_text(made)
    assert json.loads(said[: said.rindex("}") + 1]) == made
    assert "0.61 USD: 1.50 h of ml.c5.2xlarge" in said


@pytest.mark.parametrize(
    "answer, said",
    [
        (
            {
                "ProcessingJobStatus": "Failed",
                "ExitMessage": "a.jpg: found 0 bytes",
                "FailureReason": "AlgorithmError",
            },
            "^a.jpg: found 0 bytes .processing job records-1",
        ),
        ({"ProcessingJobStatus": "Failed", "FailureReason": "AlgorithmError"}, "^AlgorithmError"),
        ({"ProcessingJobStatus": "Stopped"}, "^it was stopped"),
    ],
)
def test_a_failed_job_starts_with_the_cause(answer, said):
    with pytest.raises(JobFailed, match=said):
        sagemaker_processing.is_finished(dict(answer, ProcessingJobName=NAME))


@pytest.mark.parametrize(
    "status, finished", [("InProgress", False), ("Stopping", False), ("Completed", True)]
)
def test_a_job_is_finished_when_it_is_completed(status, finished):
    assert (
        sagemaker_processing.is_finished({"ProcessingJobName": NAME, "ProcessingJobStatus": status})
        is finished
    )


@pytest.fixture()
def bucket(monkeypatch):
    """A bucket of a stand-in for AWS, served on this machine, with a client of it."""
    moto = pytest.importorskip("moto.server", reason="no moto here. Run: make setup")
    from werkzeug.serving import make_server

    server = make_server(
        "127.0.0.1", 0, moto.DomainDispatcherApplication(moto.create_backend_app), threaded=True
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    for name, value in (
        ("AWS_ENDPOINT_URL", url),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
    ):
        monkeypatch.setenv(name, value)
    client = identity.client("s3", REGION)
    client.create_bucket(
        Bucket="my-bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    yield client
    urllib.request.urlopen(f"{url}/moto-api/reset", data=b"").close()  # it outlives its server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture()
def written(bucket, tmp_path, many, tables, three_labels):
    """The photos in S3, and there too what two machines made of them."""
    images, records = many
    for record in records:
        bucket.upload_file(str(images / record.path), "my-bucket", f"pictures/{record.path}")
    for number in range(2):
        out = tmp_path / f"machine-{number}"
        entries = []
        for side, ours in (("train", records[:7]), ("eval", records[7:])):
            path = out / f"{side}.record-{number:05d}-of-00002"
            tfrecord.write(ours[number::2], three_labels, images, path)
            entries += manifest.entries([path], three_labels)
        manifest.write_part(out, number, 2, entries, tables, {})
        for path in out.glob("[!.]*"):
            bucket.upload_file(str(path), "my-bucket", f"records/{NAME}/made/{path.name}")
    return bucket


def test_records_are_made_fetched_and_put_beside_the_tables(
    written, request_of, tables, three_labels
):
    (tables / "train.record").write_bytes(b"of an earlier run")
    (tables / "mine.txt").write_text("mine")
    seen = []
    whole = sagemaker_processing.make_records(request_of(), tables, REGION, seen.append)
    assert seen == ["Completed"] and whole["train"]["images"] == 7
    assert sorted(path.name for path in tables.iterdir()) == [
        "data_eval.csv",
        "data_train.csv",
        "eval.record-00000-of-00002",
        "eval.record-00001-of-00002",
        "label_map.pbtxt",
        "manifest.json",
        "mine.txt",
        "train.record-00000-of-00002",
        "train.record-00001-of-00002",
    ]
    stored = list(tfrecord.read(tfrecord.existing(tables / "train.record"), three_labels))
    assert sorted(one.filename for one in stored) == [f"{number}.jpg" for number in range(7)]
    sent = written.list_objects_v2(Bucket="my-bucket", Prefix=f"records/{NAME}/tables/")
    assert [one["Key"].rpartition("/")[2] for one in sent["Contents"]] == sorted(
        path.name for path in TrainingChannel(tables).record_inputs
    )


def test_records_that_do_not_add_up_replace_nothing(written, request_of, tables):
    (tables / "train.record").write_bytes(b"of an earlier run")
    written.delete_object(
        Bucket="my-bucket", Key=f"records/{NAME}/made/train.record-00001-of-00002"
    )
    with pytest.raises(BadInput, match="train.record-00001-of-00002: missing"):
        sagemaker_processing.make_records(request_of(), tables, REGION)
    assert tfrecord.existing(tables / "train.record") == [tables / "train.record"]
    assert (tables / "train.record").read_bytes() == b"of an earlier run"


def test_a_photo_that_is_not_there_is_named_before_anything_is_sent(written, request_of, tables):
    written.delete_object(Bucket="my-bucket", Key="pictures/4.jpg")
    with pytest.raises(BadInput, match="photos missing: s3://my-bucket/pictures/4.jpg"):
        sagemaker_processing.make_records(request_of(), tables, REGION)
    sagemaker = identity.client("sagemaker", REGION)
    assert sagemaker.list_processing_jobs()["ProcessingJobSummaries"] == []


def test_without_the_bucket_aws_is_quoted(bucket):
    place = s3.parse_uri("s3://another-bucket/made/")
    with pytest.raises(HelpersError, match="s3://another-bucket/made/: AWS refused .NoSuchBucket"):
        s3.names(place, REGION)


def test_only_files_directly_in_a_folder_are_fetched(bucket, tmp_path):
    for key in ("made/a", "made/", "made/sub/b", "made/../c", "made/.hidden/d"):
        bucket.put_object(Bucket="my-bucket", Key=key, Body=b"x")
    place = s3.parse_uri("s3://my-bucket/made/")
    assert s3.fetch_folder(place, REGION, tmp_path / "out") == [tmp_path / "out" / "a"]
    assert s3.names(place, REGION) == ["", "../c", ".hidden/d", "a", "sub/b"]
