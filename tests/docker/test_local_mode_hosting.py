"""SageMaker's local mode hosts the real image: an endpoint, and a batch job over photos in S3.

The requests are those for SageMaker itself, but for the instance type. Of local mode's own limits:
it passes a refusal on as an answer instead of raising, it puts a folder of the job's name around
the answers, a batch job is over when its request returns, and the containers that it has stopped
stay, with their network.
"""

import json
import shutil
import socket
import subprocess
import tarfile

import pytest
import served_model
from aws_account import ACCOUNT, REGION
from served_model import as_json, photo, text

from helpers.aws import sagemaker_transform
from helpers.aws.s3_layout import Place
from helpers.aws.sagemaker_hosting import HostedModel
from helpers.inference import photo_reader
from helpers.system import shell
from helpers.training.job_layout import JobLayout
from server import main

BUCKET, JOB, NAME = "mine", "train-1", "train-1-batch-1"
ROLE = f"arn:aws:iam::{ACCOUNT.number}:role/Trainer"
INSTANCE = "local"


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """The ``/opt/ml`` of a training job that has exported a model."""
    return served_model.lay_out(tmp_path_factory.mktemp("job"))


@pytest.fixture(scope="module")
def detector(job):
    """The same model in this process."""
    return main.load(JobLayout(job))


@pytest.fixture
def model(built_image, job, aws, monkeypatch, tmp_path):
    """A model whose archive lies in S3, as the training job leaves it."""
    boto3 = pytest.importorskip("boto3")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    # Not the usual bucket: moto takes its policy against requests without TLS for one against all.
    where = {"LocationConstraint": REGION}
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(str(archive), "w:gz") as packed:
        packed.add(str(job / "model" / "graph"), "graph")
    artefact = Place(BUCKET, f"mine/{JOB}/output/model.tar.gz")
    boto3.client("s3").upload_file(str(archive), *artefact)
    return HostedModel(NAME, built_image, ROLE, artefact, threshold=0)


@pytest.fixture
def session(monkeypatch, tmp_path):
    """The SDK's session of local mode, on a free port; what it leaves is taken away."""
    if shutil.which("docker-compose") is None:
        pytest.skip("no docker-compose. Run: apt-get install docker-compose")
    boto3 = pytest.importorskip("boto3")
    local = pytest.importorskip("sagemaker.local")
    image = pytest.importorskip("sagemaker.local.image")
    monkeypatch.setattr(image, "_aws_credentials", lambda session: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = tmp_path / "local"
    root.mkdir()
    session = local.LocalSession(boto3.Session(region_name=REGION))
    session.config = {"local": {"container_root": str(root), "serving_port": port}}
    session.sagemaker_runtime_client = local.LocalSagemakerRuntimeClient(session.config)
    yield session
    containers = containers_below(root)
    if containers:
        shell.run(["docker", "rm", "--force", *containers])
    subprocess.run(["docker", "network", "rm", "sagemaker-local"], check=True)


def containers_below(root):
    """The containers that docker-compose made of files in folders of this one."""
    label = "com.docker.compose.project.working_dir"
    form = f'{{{{.ID}}}} {{{{.Label "{label}"}}}}'
    shown = shell.run(["docker", "ps", "--all", "--filter", f"label={label}", "--format", form])
    pairs = [line.split(maxsplit=1) for line in shown]
    return [name for name, folder in pairs if folder.startswith(f"{root}/")]


def expected(detector, data):
    """What the detector finds in this process."""
    shown = photo_reader.decode(data, "photo", (detector.width, detector.height))
    return shown.in_full_size(detector.detect(shown.pixels))


def is_same(found, boxes):
    """Whether an answer has the same objects, but for what JSON rounds."""
    assert len(boxes) and len(found["detections"]) == len(boxes)
    rows = [(*one["box"], one["score"]) for one in found["detections"]]
    wanted = [(*box, score) for box, score in zip(boxes.boxes.tolist(), boxes.scores)]
    assert [one["label"] for one in found["detections"]] == list(boxes.labels)
    return all(one == pytest.approx(other, abs=0.06) for one, other in zip(rows, wanted))


def test_an_endpoint_answers_every_kind_of_request(model, detector, session):
    client, runtime = session.sagemaker_client, session.sagemaker_runtime_client

    def ask(body, kind):
        answer = runtime.invoke_endpoint(Body=body, EndpointName=NAME, ContentType=kind)["Body"]
        return answer.status, json.loads(answer.read().decode())

    client.create_model(**model.model_request())
    config, endpoint = model.endpoint_requests(INSTANCE)
    client.create_endpoint_config(**config)
    client.create_endpoint(**endpoint)
    assert client.describe_endpoint(EndpointName=NAME)["EndpointStatus"] == "InService"
    jpeg, png = photo((64, 48)), photo((50, 40), "PNG")
    for body, kind, photos in (
        (jpeg, "image/jpeg", [jpeg]),
        (png, "image/png", [png]),
        (as_json(text(jpeg), text(png)), "application/json", [jpeg, png]),
    ):
        status, answer = ask(body, kind)
        assert status == 200 and len(answer["images"]) == len(photos)
        for found, data in zip(answer["images"], photos):
            assert is_same(found, expected(detector, data))
    for body, kind, refused in ((b"no", "image/jpeg", 400), (b"{}", "application/json", 400)):
        status, answer = ask(body, kind)
        assert status == refused and answer["error"]
    assert ask(jpeg, "text/csv")[0] == 415
    client.delete_endpoint(EndpointName=NAME)


def test_a_batch_job_answers_all_but_the_broken_photo(model, detector, session, tmp_path):
    client = session.sagemaker_client
    photos = {"a.jpg": photo((64, 48)), "b.png": photo((50, 40), "PNG"), "broken.jpg": b"no"}
    paths = {name: tmp_path / name for name in photos}
    for name, path in paths.items():
        path.write_bytes(photos[name])
    where = sagemaker_transform.places(model, JOB, NAME)
    sagemaker_transform.send_photos(paths, where, ACCOUNT)
    sagemaker_transform.start(client, model, model.transform_request(*where, INSTANCE))
    assert sagemaker_transform.wait(lambda: client, NAME) == ""
    rows = sagemaker_transform.answers(list(photos), where, ACCOUNT)
    assert [row["image"] for row in rows] == list(photos)
    for row in rows[:2]:
        assert is_same(row, expected(detector, photos[row["image"]]))
    assert "the request's body" in rows[2]["error"] and "detections" not in rows[2]
