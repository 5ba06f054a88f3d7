"""``model_dir`` in S3 from a container: with keys of this machine, which nobody else sees."""

import datetime
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from aws_account import REGION

from helpers.steps import train as train_step
from helpers.training.local_job import TrainingJob
from helpers.workspace import Workspace

KEY, SECRET, TOKEN = "AKIAPLANTEDPLANTED00", "plantedsecretplantedsecret", "plantedtoken"


@pytest.fixture
def profile(aws, monkeypatch, tmp_path):
    """A profile whose keys come from a program and expire: TensorFlow's client knows neither."""
    answer = {"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET, "SessionToken": TOKEN}
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    answer["Expiration"] = end.isoformat()
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    (tmp_path / "config").write_text(
        f"[profile mine]\ncredential_process = cat {tmp_path / 'answer.json'}\n"
    )
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


@pytest.fixture
def stored(profile):
    """``stored()``: the keys of all objects of the bucket ``mine``."""
    boto3 = pytest.importorskip("boto3")
    bucket = boto3.resource("s3").Bucket("mine")
    bucket.create(CreateBucketConfiguration={"LocationConstraint": REGION})
    return lambda: [item.key for item in bucket.objects.all()]


def command_lines():
    """The command lines of all processes of this machine."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().decode("utf-8", "replace"))
        except OSError:  # it has ended
            continue
    return lines


def test_checkpoints_arrive_and_the_keys_are_seen_by_nobody(
    built_image, small_channel, stored, monkeypatch, tmp_path
):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    work, seen = Workspace.at(tmp_path / "work"), []
    shutil.copytree(str(small_channel), str(work.training))
    monkeypatch.setattr(train_step, "live_view", lambda: lambda _: seen.append(command_lines()))
    values = {"num_steps": 2, "save_checkpoints_steps": 2, "model_dir": "s3://mine/a/result"}
    job = TrainingJob.of_workspace(work, f"test-{tmp_path.name}", values)
    train_step.train(job, work.graph, "docker", built_image)
    keys = stored()
    assert "a/result/model.ckpt-2.index" in keys and "a/result/checkpoint" in keys
    assert any(key.startswith("a/result/events.out.") for key in keys)
    assert any("AWS_SECRET_ACCESS_KEY" in line for lines in seen for line in lines)
    assert not [line for lines in seen for line in lines if SECRET in line]
    files = [path for path in work.root.glob("**/*") if path.is_file()]
    assert len(files) > 10
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    assert any(str(temporary) in line for lines in seen for line in lines)
    assert not list(temporary.iterdir())
