"""What acts on AWS, against moto's server on this machine: S3, ECR, STS and SageMaker over HTTP."""

import socket
import tarfile
import time

import pytest

from helpers import aws, image, launch, storage
from helpers.errors import HelpersError, JobFailed
from helpers.settings import Work

REGION, BUCKET = "eu-west-1", "photos-of-mine"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


@pytest.fixture(scope="module")
def server():
    """The address of the server; everything in it is gone with the module."""
    moto = pytest.importorskip("moto.server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = moto.ThreadedMotoServer("127.0.0.1", port=port, verbose=False)
    running.start()
    yield f"http://127.0.0.1:{port}"
    running.stop()


@pytest.fixture
def nobody(monkeypatch, tmp_path):
    """A machine on which nobody has ever set up AWS."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", *KEYS):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.fixture
def amazon(nobody, server, monkeypatch):
    """A client maker for the server, with keys, a region and one bucket; the bucket starts empty."""
    for name, value in dict(KEYS, AWS_ENDPOINT_URL=server, AWS_DEFAULT_REGION=REGION).items():
        monkeypatch.setenv(name, value)
    import boto3
    boto3.setup_default_session()
    s3 = aws.client("s3", REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield lambda service: aws.client(service, REGION)
    for key in keys(s3):
        s3.delete_object(Bucket=BUCKET, Key=key)
    s3.delete_bucket(Bucket=BUCKET)


def keys(s3):
    return sorted(one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))


def channel(tmp_path, **sizes):
    """A work folder whose training channel has these files, one byte value repeated."""
    work = Work.at(tmp_path)
    work.training.mkdir(parents=True, exist_ok=True)
    for name, size in sizes.items():
        (work.training / name.replace("__", ".").replace("_OF_", "-of-")).write_bytes(b"x" * size)
    return work


@pytest.mark.parametrize("keys_set, region, endpoint, expected", [
    (False, "", "", "aws configure"),
    (True, "", "", "AWS_DEFAULT_REGION"),
    (True, REGION, "http://127.0.0.1:9", "aws sso login"),
])
def test_identity_of_nobody_says_why_within_seconds(nobody, monkeypatch, keys_set, region,
                                                    endpoint, expected):
    for name, value in dict(KEYS if keys_set else {}, AWS_DEFAULT_REGION=region,
                            AWS_ENDPOINT_URL=endpoint).items():
        if value:
            monkeypatch.setenv(name, value)
    started = time.monotonic()
    me = aws.identity()
    assert expected in me.why_not and time.monotonic() - started < 6
    assert image.uri(me.account, me.region, "photos", "v1")
    assert aws.execution_role(me).startswith(f"arn:aws:iam::{me.account}:role/")


def test_identity_of_somebody(amazon):
    me = aws.identity()
    assert (me.why_not, me.region, me.account) == ("", REGION, "123456789012")
    assert me.arn == amazon("sts").get_caller_identity()["Arn"]


def test_upload_sends_what_changed_and_takes_old_shards_away(amazon, tmp_path):
    work = channel(tmp_path, train__record=9 << 20, eval__record=10, pipeline__config=0)
    s3 = amazon("s3")
    for key in ("training/train.record-00000-of-00002", "training/notes.txt", "result/x"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"old")
    plan = storage.plan(work, BUCKET)
    assert storage.upload(plan, REGION) == plan
    assert keys(s3) == ["result/x", "training/eval.record", "training/notes.txt",
                        "training/pipeline.config", "training/train.record"]
    assert storage.upload(plan, REGION) == []
    (work.training / "eval.record").write_bytes(b"y" * 10)
    assert [one.path.name for one in storage.upload(plan, REGION)] == ["eval.record"]
    body = s3.get_object(Bucket=BUCKET, Key="training/train.record")["Body"].read()
    assert body == (work.training / "train.record").read_bytes()


@pytest.mark.parametrize("size", [0, 1, storage.PART - 1, storage.PART, storage.PART + 1,
                                  3 * storage.PART])
def test_etag_is_what_the_store_says(amazon, tmp_path, size):
    work = channel(tmp_path, train__record=size)
    storage.upload(storage.plan(work, BUCKET), REGION)
    found = amazon("s3").head_object(Bucket=BUCKET, Key="training/train.record")["ETag"]
    assert storage.etag(work.training / "train.record") == found.strip('"')


def test_upload_to_no_bucket_says_how_to_make_one(amazon, tmp_path):
    plan = storage.plan(channel(tmp_path, train__record=1), "nobodys-bucket")
    with pytest.raises(HelpersError, match="NoSuchBucket.*aws s3 mb s3://nobodys-bucket"):
        storage.upload(plan, REGION)


def test_fetch_model_brings_the_archive_and_replaces_an_older_model(amazon, tmp_path):
    made = tmp_path / "made"
    (made / "graph").mkdir(parents=True)
    (made / "graph" / "labels.txt").write_text("cat\n")
    with tarfile.open(str(tmp_path / "made.tar.gz"), "w:gz") as tar:
        tar.add(str(made), ".")
    place = storage.artefact(BUCKET, "job-1")
    amazon("s3").upload_file(str(tmp_path / "made.tar.gz"), BUCKET, place.key)
    job = tmp_path / "jobs" / "job-1"
    (job / "model").mkdir(parents=True)
    (job / "model" / "stale").write_text("")
    folder = storage.fetch_model(place, REGION, job)
    assert folder == job / "model"
    assert [path.name for path in sorted(folder.rglob("*"))] == ["graph", "labels.txt"]
    with pytest.raises(HelpersError, match="404"):
        storage.fetch_model(place._replace(key="none"), REGION, job)
    assert (folder / "graph" / "labels.txt").read_text() == "cat\n"


def test_the_repository_is_made_once_and_found_again(amazon):
    first = image.ensure_repository("team/photos", REGION)
    assert first == image.uri("123456789012", REGION, "team/photos", "x").rpartition(":")[0]
    assert image.ensure_repository("team/photos", REGION) == first
    found = amazon("ecr").describe_repositories()["repositories"]
    assert [one["imageScanningConfiguration"] for one in found] == [{"scanOnPush": True}]
    assert image.password(REGION)


def test_a_job_is_started_watched_and_refused_the_second_time(amazon):
    request = launch.training_request(
        "job-7", image.uri("123456789012", REGION, "photos", "v1"),
        "arn:aws:iam::123456789012:role/Trainer", BUCKET, {"num_steps": 5})
    arn = launch.start(request, REGION)
    assert arn == f"arn:aws:sagemaker:{REGION}:123456789012:training-job/job-7"
    seen = []
    place = launch.wait("job-7", REGION, seen.append, every=0)
    assert place == storage.artefact(BUCKET, "job-7")
    assert seen == ["Completed: Completed"]
    with pytest.raises(HelpersError, match="none-such"):
        launch.wait("none-such", REGION, every=0)


@pytest.mark.parametrize("answer, expected", [
    ({"TrainingJobStatus": "InProgress"}, None),
    ({"TrainingJobStatus": "Stopping"}, None),
    ({"TrainingJobStatus": "Failed", "FailureReason": "AlgorithmError: no records"},
     "AlgorithmError: no records"),
    ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxRuntimeExceeded"},
     "it was stopped .MaxRuntimeExceeded"),
    ({"TrainingJobStatus": "Completed",
      "ModelArtifacts": {"S3ModelArtifacts": f"s3://{BUCKET}/j/output/model.tar.gz"}},
     storage.artefact(BUCKET, "j")),
])
def test_outcome(answer, expected):
    answer = dict(answer, TrainingJobName="j")
    if isinstance(expected, str):
        with pytest.raises(JobFailed, match=f"^{expected}"):
            launch.outcome(answer)
    else:
        assert launch.outcome(answer) == expected
