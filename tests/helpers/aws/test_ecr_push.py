"""The commands of a push; what is there is not sent; what arrives is looked at."""

import pytest
from aws_account import ACCOUNT, REGION

from helpers.aws import ecr, ecr_push
from helpers.structures.errors import HelpersError

REGISTRY = f"{ACCOUNT.number}.dkr.ecr.{REGION}.amazonaws.com"
DIGEST = "sha256:" + "14" * 32
# What a Docker says that pushes to nowhere.
PRETENDER = f"""
case "$1" in
    image) echo linux/amd64;;
    context) echo unix:///somewhere.sock;;
    push) echo "v1: digest: {DIGEST} size: 528"; cat "$DOCKER_CONFIG/config.json" > "$0.login"
        echo "$DOCKER_HOST $2" >> "$0.login";;
esac"""


def test_the_commands_need_no_password():
    target = ecr.uri(ACCOUNT.number, REGION, "photos", "v1")
    login, tag, push = ecr_push.commands("photos:v1", target)
    assert login == ["docker", "login", "--username", "AWS", "--password-stdin", REGISTRY]
    assert (tag, push) == (["docker", "tag", "photos:v1", target], ["docker", "push", target])


def test_what_ecr_has_needs_no_docker(aws, programs):
    client = ACCOUNT.client("ecr")
    client.create_repository(repositoryName="photos")
    image = client.put_image(
        repositoryName="photos",
        imageManifest='{"config": {"digest": "1"}, "layers": []}',
        imageManifestMediaType=ecr.MANIFEST,
        imageTag="v1",
    )["image"]
    pushed = ecr_push.push(ACCOUNT, "photos:v1")
    digest = image["imageId"]["imageDigest"]
    assert pushed == (f"{REGISTRY}/photos@{digest}", False)
    assert digest in pushed.as_text()


def test_what_does_not_arrive_is_told(aws, monkeypatch, tmp_path):
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh" + PRETENDER)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(HelpersError, match=f"nothing in ECR, expected {DIGEST}"):
        ecr_push.push(ACCOUNT, "photos:v1")
    login, _, where = (tmp_path / "docker.login").read_text().rpartition("}")
    assert REGISTRY in login
    assert where.split() == ["unix:///somewhere.sock", f"{REGISTRY}/photos:v1"]
