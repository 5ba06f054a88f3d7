"""The image as it is built: what is in it and what is not, how it runs, stops and travels."""

import hashlib
import io
import json
import re
import subprocess
import tarfile

import pytest
import saved_image
from aws_account import ACCOUNT

from helpers import __version__
from helpers.aws import ecr_push
from helpers.steps import smoke_test_image
from helpers.system import shell
from helpers.training import docker_image, image_sources

DEADLINE = 120.0
# A file of each kind that must not be in an image, and what is in it.
PLANTED = {
    "usr/bin/x86_64-linux-gnu-gcc-12": b"",
    "usr/bin/ld": b"",
    "root/.aws/config": b"",
    "etc/pip.conf": b"[global]\nextra-index-url = x\n",
    "root/.cache/pip/a": b"",
    "tmp/a": b"",
    "opt/a.py": b"aws_secret_access_key = '" + b"a" * 40 + b"'",
    "opt/b.sh": b"export AWS_SECRET_ACCESS_KEY=" + b"b" * 40,
    "opt/c": b"x AKIA" + b"C" * 16,
    "opt/d.pem": b"-----BEGIN PRIVATE KEY-----\n" + b"d" * 64 + b"\n-----END PRIVATE KEY-----\n",
    "opt/e": b"ghp_" + b"e" * 36,
    "opt/.git/HEAD": b"",
    "opt/f.crt": b"# seen by the build, kept by no layer\n",
    "opt/open": b"",
}


def inspect(name, form):
    return json.loads(
        "".join(shell.run(["docker", "image", "inspect", "--format", "{{json %s}}" % form, name]))
    )


def in_image(name, *command):
    return "\n".join(shell.run(["docker", "run", "--rm", name, *command]))


def test_the_search_finds_what_should_not_be_there(base_image, tmp_path):
    """The base is only asked for to know that Docker is there."""
    tree = tmp_path / "tree.tar"
    with tarfile.open(str(tree), "w") as file:
        for name, content in sorted(PLANTED.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o666 if name == "opt/open" else 0o644
            file.addfile(member, io.BytesIO(content))
    name = shell.run(["docker", "import", str(tree)])[-1]
    try:
        findings = saved_image.findings(saved_image.save(name, tmp_path / "image.tar"))
    finally:
        shell.run(["docker", "image", "rm", name])
    assert {path for _, path in findings} == set(PLANTED)
    kinds = {*saved_image.UNWANTED, *saved_image.SECRETS, "open to anyone's writing"}
    assert {kind for kind, _ in findings} == kinds


def test_no_layer_holds_secrets_compilers_caches_or_open_files(built_image, tmp_path):
    path = saved_image.save(built_image, tmp_path / "image.tar")
    try:
        assert saved_image.findings(path) == []
    finally:
        path.unlink()


def test_history_tells_no_secrets(built_image):
    history = shell.run(
        ["docker", "history", "--no-trunc", "--format", "{{.CreatedBy}}", built_image]
    )
    arguments = {name for line in history for name in re.findall(r"\bARG (\w+)", line)}
    assert arguments <= {"BASE_IMAGE", "VERSION", "REVISION", "SOURCES"}
    assert not [
        line
        for line in history
        if re.search(r"(?i)password|token|api_?key|access_?key|://[^/ ]*@", line)
    ]
    assert not [line for line in history if "PIP_" in line and "index" in line.lower()]


def test_the_configuration_holds_labels_and_no_more_variables_than_needed(built_image):
    labels = inspect(built_image, ".Config.Labels")
    assert labels["org.opencontainers.image.version"] == __version__
    assert labels["org.opencontainers.image.revision"] == built_image.split(":")[1]
    assert labels[docker_image.SOURCES_LABEL] == image_sources.digest()
    assert docker_image.is_built(built_image)
    assert docker_image.newest("photos-to-pi-test")
    names = {line.split("=")[0] for line in inspect(built_image, ".Config.Env")}
    assert {"LANG", "PATH", "PYTHONUNBUFFERED"} <= names
    assert not [name for name in names if re.match(r"AWS|PIP_|SSL|.*(TOKEN|SECRET|PASSWORD)", name)]
    docker_image.check_platform(built_image)


@pytest.mark.parametrize(
    "command, expected",
    [
        (["python", "-c", "import sys; print(*sys.version_info[:2])"], "3 7"),
        (
            ["python", "-c", "import helpers; print(helpers.__version__, helpers.__file__)"],
            f"{__version__} /opt/python/lib/python3.7/site-packages/helpers/__init__.py",
        ),
        (["sh", "-c", "command -v train"], "/opt/trainer/train"),
        (["sh", "-c", "command -v toco_from_protos"], "/opt/python/bin/toco_from_protos"),
        (["sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline | cut -d ' ' -f 1"], "dumb-init"),
        (["python", "-m", "pip", "check"], None),
    ],
    ids=["python", "helpers", "train", "converter", "init", "pip"],
)
def test_in_the_image(built_image, command, expected):
    if expected is None:
        ran = subprocess.run(
            ["docker", "run", "--rm", built_image, *command],
            stdout=subprocess.PIPE,
            universal_newlines=True,
        )
        assert not [
            line
            for line in ran.stdout.splitlines()
            if not line.startswith(("tf-object-detection", "No broken"))
        ], ran.stdout
    else:
        assert in_image(built_image, *command) == expected


def test_the_images_packages_are_the_pinned_ones(built_image):
    installed = in_image(built_image, "python", "-m", "pip", "freeze", "--all")
    pinned = in_image(built_image, "cat", "/opt/trainer/requirements.txt")

    def names(requirements):
        packages = {
            re.sub(r"[-_.]+", "-", line.split("#")[0].strip().lower())
            for line in requirements.splitlines()
            if re.match(r"[\w.-]+==", line)
        }
        return packages - {line for line in packages if line.startswith("photos-to-pi==")}

    assert names(installed) == names(pinned)


def test_trains_and_exports(built_image):
    assert {
        "frozen_inference_graph.pb",
        "cvgraph.pbtxt",
        "detect.tflite",
        "export.json",
        "hyperparameters.json",
        "label_map.pbtxt",
        "labels.txt",
        "pipeline.config",
    } <= set(smoke_test_image.smoke_test(built_image).files)


def test_a_bad_hyperparameter_ends_the_container_within_30_seconds(new_job, run_in_image):
    ran = run_in_image(new_job(num_step="3"), patience=30)
    assert ran.code == 1, ran.log
    assert "mean num_steps" in ran.failure[0]


def test_sigterm_reaches_the_trainer(new_job, start_in_image):
    """Sent to the container alone, as ``docker stop`` and SageMaker do; nothing kills it after.

    A process without an init above it would not hear it: the kernel spares number 1.
    """
    job = new_job(num_steps="100000")
    container = start_in_image(job, patience=DEADLINE)
    assert container.stdout.readline()
    shell.run(["docker", "kill", "--signal", "TERM", job.name])
    container.communicate()
    assert container.returncode != 137  # by the watchdog


def test_pushed_and_pulled_it_is_the_same(built_image, ecr_stub, registry):
    pushed = ecr_push.push(ACCOUNT, built_image)
    repository, _, digest = pushed.name.partition("/")[2].partition("@")
    _, manifest = registry.manifest(repository, digest)
    assert digest == f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    login = registry.login()
    shell.run(["docker", "image", "rm", f"{registry.address}/{built_image}"])
    try:
        pulled = shell.run(["env", f"DOCKER_CONFIG={login}", "docker", "pull", pushed.name])
        assert f"Digest: {digest}" in pulled
        assert inspect(pushed.name, ".Id") == inspect(built_image, ".Id")
        assert json.loads(manifest.decode())["config"]["digest"] == inspect(built_image, ".Id")
    finally:
        shell.run(["docker", "image", "rm", pushed.name])
