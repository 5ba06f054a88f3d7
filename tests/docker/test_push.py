"""Pushed by the real Docker to a real registry that asks for ECR's login; one small layer."""

import base64
import hashlib
import os
import tempfile
import uuid
from pathlib import Path

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.registry import PASSWORD
from tqdm import tqdm

from helpers.aws import ecr, ecr_push
from helpers.structures.errors import BadInput, HelpersError
from helpers.system import shell
from helpers.training import docker_image

pytestmark = pytest.mark.docker
MEGABYTE = 1 << 20
OCI_INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture
def build(tmp_path):
    """``build(platform)`` is the name of a new image of one layer of a megabyte."""
    reason = docker_image.unavailable_reason()
    if reason:
        pytest.skip(reason)
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY layer /layer\n")
    (tmp_path / "layer").write_bytes(os.urandom(MEGABYTE))
    names = []

    def make(platform=docker_image.PLATFORM):
        names.append(f"photos-to-pi-push/test:{uuid.uuid4().hex[:12]}")
        command = ["env", "DOCKER_BUILDKIT=1", "docker", "build", "--platform", platform]
        shell.run([*command, "--tag", names[-1], str(tmp_path)])
        return names[-1]

    yield make
    ids = shell.run(["docker", "image", "ls", "--quiet", "photos-to-pi-push/test"])
    for name in names:
        ids += shell.run(["docker", "image", "inspect", "--format", "{{.Id}}", name])
    shell.run(["docker", "image", "rm", "--force", *sorted(set(ids))])


def where_the_password_is(*folders):
    """Files that hold the registry's password, as it is or as Docker writes it."""
    encoded = base64.b64encode(f"AWS:{PASSWORD}".encode())
    paths = [path for folder in folders for path in Path(folder).rglob("*") if path.is_file()]
    contents = {path: path.read_bytes() for path in paths}
    return [path for path, text in contents.items() if encoded in text or PASSWORD.encode() in text]


def test_an_image_is_pushed_once_and_known_by_its_digest(
    build, ecr_stub, registry, tmp_path, monkeypatch
):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "settings"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    image = build()
    repository, _, tag = image.rpartition(":")
    pushed = ecr_push.push(ACCOUNT, image)
    headers, manifest = registry.manifest(repository, tag)
    digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    assert pushed == (f"{registry.address}/{repository}@{digest}", True)
    assert headers["Content-Type"] == ecr.MANIFEST
    assert ecr_push.push(ACCOUNT, image) == (pushed.name, False)
    assert ecr_stub.titles("CreateRepository|PutLifecyclePolicy|GetAuthorizationToken") == [
        "ecr CreateRepository",
        "ecr PutLifecyclePolicy",
        "ecr GetAuthorizationToken",
    ]
    assert where_the_password_is(tmp_path / "tmp", tmp_path / "settings") == []


def test_a_refused_login_is_told_as_one(build, ecr_stub, monkeypatch):
    monkeypatch.setattr(ecr, "password", lambda account: "another")
    with pytest.raises(HelpersError, match="login"):
        ecr_push.push(ACCOUNT, build())


def test_a_registry_that_does_not_answer_is_told(build, ecr_stub, monkeypatch):
    monkeypatch.setattr(ecr, "ensure_repository", lambda name, account, kept: f"127.0.0.1:1/{name}")
    with pytest.raises(HelpersError, match="nobody answered"):
        ecr_push.push(ACCOUNT, build())


def test_an_image_for_another_processor_is_not_sent(build, ecr_stub):
    with pytest.raises(BadInput, match="linux/arm64"):
        ecr_push.push(ACCOUNT, build("linux/arm64"))
    assert ecr_stub.titles("GetAuthorizationToken") == []


def test_what_sagemaker_would_refuse_does_not_keep_its_tag(build, ecr_stub, registry, monkeypatch):
    """A registry that says of the manifest what buildx makes by default."""
    monkeypatch.setattr(ecr, "manifest_type", lambda account, repository, digest: OCI_INDEX)
    image = build()
    with pytest.raises(HelpersError, match=OCI_INDEX.replace("+", r"\+")):
        ecr_push.push(ACCOUNT, image)
    assert registry.manifest(*image.rsplit(":", 1)) is None


def test_the_bar_counts_what_is_sent(build, ecr_stub, capfd, monkeypatch):
    class Shown(tqdm):
        def __init__(self, **options):
            super().__init__(**{**options, "disable": False})

    monkeypatch.setattr(ecr_push, "tqdm", Shown)
    ecr_push.push(ACCOUNT, build())
    last = capfd.readouterr().err.split("\r")[-1]
    assert "1.05M/1.05M" in last and "1 of 1 layers" in last
