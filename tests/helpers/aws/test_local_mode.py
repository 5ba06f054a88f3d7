"""SageMaker's local mode, as far as it goes without Docker: requests, lines, what is missing."""

import io
import tarfile

import pytest
from aws_account import ACCOUNT
from builders import names_in

from helpers.aws import local_mode
from helpers.structures.errors import BadInput, JobFailed, MissingPart
from helpers.system.probes import Check
from helpers.training.job_layout import JobLayout
from helpers.training.local_job import TrainingJob

CHANNELS = {"training": "s3://my-bucket/mine/training/"}


@pytest.fixture
def job(tmp_path):
    values = {"num_steps": 20, "quantize": True}
    return TrainingJob(tmp_path / "jobs" / "train-1", tmp_path, tmp_path, values)


@pytest.fixture
def docker(monkeypatch):
    monkeypatch.setattr(local_mode.probes, "docker", lambda: Check("Docker", "20.10", "ok"))


def test_the_request_is_one_of_sagemaker(job):
    import botocore.session
    from botocore.validate import ParamValidator

    request = local_mode.request(job, CHANNELS, "photos:1")
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("CreateTrainingJob").input_shape
    full = dict(request, RoleArn=ACCOUNT.arn + "x" * 20, StoppingCondition={})
    full["ResourceConfig"] = dict(request["ResourceConfig"], VolumeSizeInGB=1)
    assert not ParamValidator().validate(full, shape).has_errors()
    assert request["HyperParameters"] == {"num_steps": "20", "quantize": "true"}
    assert request["ResourceConfig"]["InstanceType"] in ("local", "local_gpu")


@pytest.mark.parametrize(
    "line, text",
    [
        ("abc123-algo-1-x1y2z | one", "one"),
        ("\x1b[36mabc_algo-1-x_1 |\x1b[0m I1123] loss = 1, step = 2", "I1123] loss = 1, step = 2"),
        ("a | b | c", "b | c"),
        ("Creating network", "Creating network"),
    ],
    ids=["plain", "coloured", "a bar in the line", "of compose itself"],
)
def test_the_containers_name_is_taken_away(line, text):
    assert local_mode._PREFIX.sub("", line) == text


def test_text_becomes_lines():
    lines = []
    stream = local_mode._Lines(lines.append)
    for text in ("one\ntw", "o\n", "", "three"):
        print(text, end="", file=stream)
    assert lines == ["one\n", "two\n"]


def test_no_docker_is_said(job, monkeypatch):
    missing = Check("Docker", "", "missing", "apt-get install docker.io")
    monkeypatch.setattr(local_mode.probes, "docker", lambda: missing)
    with pytest.raises(MissingPart, match="docker.io"):
        local_mode.train(job, CHANNELS, ACCOUNT, "photos:1")
    assert not job.folder.exists()


def test_studio_is_told_to_train_with_docker(job, docker, monkeypatch):
    monkeypatch.setattr(local_mode.studio, "is_limited", lambda: True)
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    with pytest.raises(MissingPart, match="Studio"):
        local_mode.train(job, CHANNELS, ACCOUNT, "photos:1")


def test_no_docker_compose_is_said(job, docker, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingPart, match="docker-compose: "):
        local_mode.train(job, CHANNELS, ACCOUNT, "photos:1")


@pytest.mark.parametrize("name", ["model_dir", "num_step"])
def test_what_cannot_be_is_refused_before_anything_starts(job, name):
    given = job._replace(hyperparameters={name: "s3://b/x"})
    with pytest.raises(BadInput, match=name):
        local_mode.train(given, CHANNELS, ACCOUNT, "photos:1")
    assert not job.folder.exists()


def pack(root, name, members):
    """An archive as the SDK leaves one."""
    archive = root / "tmp1" / "compressed_artifacts" / name
    archive.parent.mkdir(parents=True)
    with tarfile.open(str(archive), "w:gz") as tar:
        for member, text in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))


@pytest.mark.parametrize(
    "members, cause",
    [
        pytest.param(
            {"data/x": "", "failure": "no room\nDo this.\n\nTraceback"},
            "no room\nDo this.",
            id="failure file",
        ),
        pytest.param({"data/x": ""}, "", id="no failure file"),
        pytest.param({}, "", id="nothing"),
    ],
)
def test_the_cause_is_that_of_the_failure_file(tmp_path, members, cause):
    assert local_mode._cause(tmp_path) == ""
    pack(tmp_path, "output.tar.gz", members)
    assert local_mode._cause(tmp_path) == cause


@pytest.mark.parametrize(
    "names, kept",
    [
        pytest.param(["graph/labels.txt"], ["graph"], id="a model"),
        pytest.param([], ["old"], id="nothing, of a job that failed early"),
    ],
)
def test_a_model_takes_the_place_of_an_earlier_one(tmp_path, names, kept):
    layout = JobLayout(tmp_path / "job")
    layout.model.mkdir(parents=True)
    (layout.model / "old").write_text("old")
    pack(tmp_path / "root", "model.tar.gz", dict.fromkeys(names, "cat"))
    local_mode._keep_model(tmp_path / "root", layout)
    assert names_in(layout.model) == kept and names_in(layout.base) == ["model"]


def test_the_sdk_has_the_credentials_afterwards_again():
    image = pytest.importorskip("sagemaker.local.image")
    original = image._aws_credentials
    with local_mode._without_credentials():
        assert image._aws_credentials(None) is None and image._aws_credentials is not original
    assert image._aws_credentials is original


class Sdk:
    """The SDK's client, of a container that failed; ``docker-compose`` may say that it did not."""

    def __init__(self, root, says_so):
        self._root, self._says_so = root, says_so

    def create_training_job(self, **request):
        print("abc-algo-1-x | the job failed: no room")
        pack(self._root, "output.tar.gz", {"failure": "no room\n\nTraceback"})
        if self._says_so:
            raise RuntimeError("Failed to run: docker-compose")


@pytest.mark.parametrize("says_so", [True, False], ids=["code 1", "code 0"])
def test_a_job_that_failed_is_one_whatever_compose_says(job, docker, monkeypatch, says_so):
    pytest.importorskip("sagemaker.local")
    monkeypatch.setattr(local_mode, "require_available", lambda: None)
    monkeypatch.setattr(local_mode, "_client", lambda account, root: Sdk(root, says_so))
    monkeypatch.setattr(local_mode.docker_job, "user", lambda: "")
    shown = []
    with pytest.raises(JobFailed, match="^no room"):
        local_mode.train(job, CHANNELS, ACCOUNT, "photos:1", shown.append)
    assert (shown[-1].status, shown[-1].failure) == ("Failed", "no room")
    assert job.layout.log.read_text() == "the job failed: no room\n"
