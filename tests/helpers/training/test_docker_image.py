"""The training image's name and tag, its build command, and why a build fails."""

import subprocess

import pytest

from helpers import __version__
from helpers.structures.errors import MissingPart
from helpers.training import docker_image

# As BuildKit prints them, of builds that really failed.
NO_SHELL = """\
#6 [2/8] COPY docker/requirements.txt /opt/trainer/requirements.txt
#6 CACHED

#7 [3/8] RUN --mount=type=secret,id=ca     if [ -f /run/secrets/ca ]; then true; fi
#7 sha256:97640638a7eac0dc3a9f9071127b73c8430b56d8e57235487bb00a3be2bb898b
#7 0.368 exec /bin/sh: no such file or directory
#7 ERROR: executor failed running [/bin/sh -c true]: exit code: 1
------
 > [3/8] RUN --mount=type=secret,id=ca     if [ -f /run/secrets/ca ]; then true; fi:
------
executor failed running [/bin/sh -c true]: exit code: 1""".splitlines()
NO_BASE = """\
#3 [internal] load metadata for docker.io/library/no-such-base:1
#3 ERROR: failed to do request: Head "https://registry/v2/": dial tcp: no such host
------
failed to solve with frontend dockerfile.v0: failed to create LLB definition""".splitlines()


def test_names_that_ecr_takes():
    """ECR's own model of a repository's name is the oracle."""
    botocore = pytest.importorskip("botocore.session")
    model = botocore.get_session().get_service_model("ecr")
    pattern = model.shape_for("RepositoryName").metadata["pattern"]
    assert docker_image._REPOSITORY.pattern == pattern


@pytest.mark.parametrize(
    "commit, changed, expected",
    [
        ("0123456789abcdef", False, "0123456789ab"),
        ("0123456789abcdef", True, "0123456789ab-changed"),
        ("", False, __version__),
    ],
)
def test_tag_of(commit, changed, expected):
    tag = docker_image.tag_of(commit, changed)
    assert tag == expected
    assert docker_image.name("photos", tag)


def git(folder, *arguments):
    return subprocess.run(
        [
            "git",
            "-C",
            str(folder),
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            *arguments,
        ],
        stdout=subprocess.PIPE,
        check=True,
        universal_newlines=True,
    ).stdout.strip()


def test_current_tag_tells_a_changed_source_from_a_changed_note(tmp_path):
    assert docker_image.current_tag(tmp_path) == __version__
    git(tmp_path, "init", "-q")
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "a.py").write_text("1")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    commit = git(tmp_path, "rev-parse", "HEAD")[:12]
    (tmp_path / "note.txt").write_text("x")
    assert docker_image.current_tag(tmp_path) == commit
    (tmp_path / "helpers" / "a.py").write_text("2")
    assert docker_image.current_tag(tmp_path) == f"{commit}-changed"


def test_build_command():
    command = docker_image.build_command("photos:v1", "local:py37", "/etc/ca.crt")
    text = " ".join(command)
    for part in (
        "env DOCKER_BUILDKIT=1 docker build",
        "--platform linux/amd64",
        "--file docker/Dockerfile",
        "--tag photos:v1",
        "BASE_IMAGE=local:py37",
        "--secret id=ca,src=/etc/ca.crt",
        f"VERSION={__version__}",
        "REVISION=v1",
    ):
        assert part in text
    assert command[-1] == "."
    assert "--secret" not in " ".join(docker_image.build_command("photos:v1"))


@pytest.mark.parametrize(
    "base, expected",
    [
        ("gpu", docker_image.BASES["gpu"]),
        ("cpu", docker_image.BASES["cpu"]),
        ("local:py37", "local:py37"),
    ],
)
def test_bases_have_short_names(base, expected):
    assert f"BASE_IMAGE={expected}" in docker_image.build_command("photos:v1", base)


@pytest.mark.parametrize(
    "line, expected",
    [
        ("#7 [3/8] RUN pip install", (3, 8, "RUN pip install")),
        ("#12 [ 3/10] COPY a b", (3, 10, "COPY a b")),
        ("#7 0.368 [3/8] no", None),
        ("#3 [internal] load metadata", None),
        ("", None),
    ],
)
def test_step_of(line, expected):
    assert docker_image.step_of(line) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (NO_SHELL, "exec /bin/sh: no such file or directory"),
        (NO_BASE, 'failed to do request: Head "https://registry/v2/": dial tcp: no such host'),
        (
            ["unknown flag: --secret", "See 'docker build --help'."],
            "unknown flag: --secret\nSee 'docker build --help'.",
        ),
        ([], "no output"),
    ],
)
def test_cause_of_a_failed_build(lines, expected):
    assert docker_image.cause(lines) == expected


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    "script, expected",
    [
        (None, "Docker is not installed"),
        ("echo 'Docker version 28.2.2, build x'; [ $1 = --version ]", "no daemon"),
        (
            'case "$1" in buildx) exit 1;; --version) echo "Docker version 28.2.2, build x";; '
            "*) echo 28.2.2;; esac",
            "buildx is missing",
        ),
        (
            'case "$1" in buildx) exit 1;; --version) echo "Docker version 20.10.24, build x";; '
            "*) echo 20.10.24;; esac",
            None,
        ),
    ],
)
def test_unavailable_reason(tmp_path, monkeypatch, script, expected):
    """A script in Docker's place says what real clients of these versions say."""
    if script:
        program(tmp_path, "docker", script)
    monkeypatch.setenv("PATH", str(tmp_path))
    reason = docker_image.unavailable_reason()
    assert reason is None if expected is None else expected in reason
    if reason:
        with pytest.raises(MissingPart, match=expected):
            docker_image.build("photos:v1")
