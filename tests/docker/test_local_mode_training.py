"""SageMaker's local mode trains the real image from S3; no key and no container stays behind."""

import re
import shutil
import threading

import pytest
from aws_account import REGION
from aws_stand_ins.fixtures import KEYS

from helpers.aws import local_mode
from helpers.steps import train_local_mode
from helpers.structures.errors import JobFailed
from helpers.system import shell
from helpers.training.local_job import TrainingJob
from helpers.workspace import Workspace

BUCKET, SECRET = "mine", "plantedsecretplantedsecret"


@pytest.fixture
def work(small_channel, aws, monkeypatch, tmp_path):
    """A work folder whose channel is about to go to S3, with planted credentials."""
    if shutil.which(local_mode.COMPOSE) is None:
        pytest.skip("no docker-compose. Run: apt-get install docker-compose")
    pytest.importorskip("sagemaker.local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    boto3 = pytest.importorskip("boto3")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    # Not the usual bucket: moto takes its policy against requests without TLS for one against all.
    where = {"LocationConstraint": REGION}
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    work = Workspace.at(tmp_path / "work")
    shutil.copytree(str(small_channel), str(work.training))
    return work


@pytest.fixture
def found(monkeypatch, tmp_path):
    """What there is while the job runs: compose files, and containers as Docker has them."""
    root, over, texts = tmp_path / "temporary", threading.Event(), []
    root.mkdir()
    monkeypatch.setattr(local_mode.tempfile, "tempdir", str(root))

    def look():
        while not over.wait(0.5):
            files = root.glob("*/*/docker-compose.yaml")
            texts.extend(path.read_text() for path in files if path.exists())
            names = shell.run(["docker", "ps", "--all", "--quiet", "--filter", "name=algo-1"])
            for name in names:
                texts.append("".join(shell.run(["docker", "inspect", name])))

    thread = threading.Thread(target=look)
    thread.start()
    yield texts
    over.set()
    thread.join()
    assert not list(root.iterdir())


def left_behind():
    containers = shell.run(["docker", "ps", "--all", "--quiet", "--filter", "name=algo-1"])
    networks = shell.run(["docker", "network", "ls", "--quiet", "--filter", "name=sagemaker-local"])
    return containers + networks


def test_trains_from_s3_and_leaves_nothing(built_image, work, found, monkeypatch):
    shown = []
    monkeypatch.setattr(train_local_mode, "live_view", lambda: shown.append)
    values = {"num_steps": 2, "save_checkpoints_steps": 2}
    job = TrainingJob.of_workspace(work, "local-1", values)
    model = train_local_mode.train_in_local_mode(work, job, BUCKET, image=built_image)
    assert (work.graph / "export.json").is_file() and (job.layout.model / "best").is_dir()
    assert model.job.summary and shown[-1].status == "Completed" and shown[-1].where == "local"
    assert shown[-1].progress.step == 2
    log = job.layout.log.read_text()
    assert re.search(r"^[IW]\d{4} .*\] loss = .*, step = ", log, re.MULTILINE)
    assert left_behind() == []
    assert any("services:" in text for text in found) and any("Env" in text for text in found)
    files = [
        path.read_bytes().decode("utf-8", "replace")
        for path in job.folder.glob("**/*.*")
        if path.is_file()
    ]
    for text in [*found, *files]:
        assert SECRET not in text and KEYS["AWS_ACCESS_KEY_ID"] not in text


def test_a_failure_is_told_by_its_cause(built_image, work, monkeypatch):
    shown = []
    monkeypatch.setattr(train_local_mode, "live_view", lambda: shown.append)
    values = {"num_steps": 2}
    (work.training / "label_map.pbtxt").write_text("item { id: 1 name: 'apple' }\n")
    job = TrainingJob.of_workspace(work, "local-2", values)
    with pytest.raises(JobFailed, match="num_classes: 3"):
        train_local_mode.train_in_local_mode(work, job, BUCKET, image=built_image)
    assert shown[-1].status == "Failed" and "num_classes: 3" in shown[-1].failure
    assert left_behind() == []
