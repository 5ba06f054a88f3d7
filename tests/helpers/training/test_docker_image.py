"""The training image's name and tag, its build command, and why a build fails."""

import re

import pytest

from helpers import __version__
from helpers.structures.errors import BadInput, MissingPart
from helpers.training import docker_image, image_sources
from helpers.training.base_image import BaseImage

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


def test_repository_names_are_those_that_ecr_takes():
    """ECR's own model of a repository's name is the oracle."""
    botocore = pytest.importorskip("botocore.session")
    model = botocore.get_session().get_service_model("ecr")
    pattern = model.shape_for("RepositoryName").metadata["pattern"]
    assert docker_image._REPOSITORY.pattern == pattern


@pytest.fixture
def root(tmp_path):
    """A repository of one file."""
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "Dockerfile").write_text("FROM scratch")
    return tmp_path


def test_another_content_or_base_has_another_tag(root):
    bases = BaseImage("a:1", "sha256:1"), BaseImage("b:1", "sha256:1"), BaseImage("a:1", "sha256:2")
    tag, renamed, moved = (docker_image.tag_of(base, root) for base in bases)
    assert re.fullmatch(re.escape(__version__) + "-[0-9a-f]{16}", tag)
    assert docker_image.name("photos", tag)
    assert tag == renamed and tag != moved
    (root / "docker" / "Dockerfile").write_text("FROM scratch\n")
    assert docker_image.tag_of(bases[0], root) != tag


@pytest.mark.parametrize(
    "script, expected",
    [("echo v1", True), ("echo v2", False), ("exit 1", False), (None, False)],
    ids=["of this name", "of another", "no such image", "no Docker"],
)
def test_an_image_is_known_by_its_label(programs, script, expected):
    if script:
        programs(docker=script)
    assert docker_image.is_built("photos:v1") is expected


@pytest.mark.parametrize(
    "listed, expected",
    [
        ("photos-to-pi:v2\nphotos-to-pi:v1", "photos-to-pi:v2"),
        ("other:v1\nphotos-to-pi:<none>\nphotos-to-pi:v1", "photos-to-pi:v1"),
        ("aws/photos-to-pi:v3\nphotos-to-pi:v1", "photos-to-pi:v1"),
        ("aws/my-photos-to-pi:v4\naws/photos-to-pi:v3", "aws/photos-to-pi:v3"),
        ("other:v1", None),
        ("", None),
    ],
    ids=["newest first", "not mine", "pulled too", "pulled", "none of mine", "none"],
)
def test_the_newest_image_of_the_sources(programs, root, listed, expected):
    programs(docker=f"case \"$*\" in *{image_sources.digest(root)}*) echo '{listed}';; esac")
    if expected:
        assert docker_image.newest(root=root) == expected
    else:
        with pytest.raises(MissingPart, match="03_build_push"):
            docker_image.newest(root=root)


def test_the_build_command_has_platform_base_and_secret():
    command = docker_image.build_command("photos:v1", "local:py37", "/etc/ca.crt")
    command_line = " ".join(command)
    for part in (
        "env DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build",
        "--platform linux/amd64",
        "--file docker/Dockerfile",
        "--tag photos:v1",
        "BASE_IMAGE=local:py37",
        "--secret id=ca,src=/etc/ca.crt",
        f"VERSION={__version__}",
        "REVISION=v1",
        f"SOURCES={image_sources.digest()}",
    ):
        assert part in command_line
    assert command[-1] == "."
    assert "--secret" not in " ".join(docker_image.build_command("photos:v1"))


@pytest.mark.parametrize(
    "base, expected",
    [
        ("gpu", docker_image.BASES["gpu"]),
        ("cpu", docker_image.BASES["cpu"]),
        ("local:py37", "local:py37"),
    ],
    ids=["gpu", "cpu", "image"],
)
def test_base_images_have_short_names(base, expected):
    assert f"BASE_IMAGE={expected}" in docker_image.build_command("photos:v1", base)


@pytest.mark.parametrize(
    "line, expected",
    [
        pytest.param("#7 [3/8] RUN pip install", (3, 8, "RUN pip install"), id="step"),
        pytest.param("#12 [ 3/10] COPY a b", (3, 10, "COPY a b"), id="two digits"),
        pytest.param("#7 0.368 [3/8] no", None, id="output"),
        pytest.param("#3 [internal] load metadata", None, id="internal"),
        pytest.param("", None, id="empty"),
    ],
)
def test_steps_are_parsed_from_the_build_output(line, expected):
    assert docker_image.step_of(line) == expected


@pytest.mark.parametrize(
    "lines, expected",
    [
        (NO_SHELL, "exec /bin/sh: no such file or directory"),
        (
            NO_BASE,
            "the registry's name leads nowhere (failed to do request: Head "
            '"https://registry/v2/": dial tcp: no such host). Check the network, its proxy, and '
            "the name.",
        ),
        (
            ["unknown flag: --secret", "See 'docker build --help'."],
            "unknown flag: --secret\nSee 'docker build --help'.",
        ),
        ([], "no output"),
    ],
    ids=["no shell", "no base image", "unknown flag", "no output"],
)
def test_the_cause_of_a_failed_build(lines, expected):
    assert docker_image.cause(lines) == expected


@pytest.mark.parametrize(
    "script, message",
    [
        pytest.param(None, "Docker .*installed", id="no Docker"),
        pytest.param(
            "echo 'Docker version 28.2.2, build x'; [ $1 = --version ]", "daemon", id="no daemon"
        ),
        pytest.param(
            'case "$1" in buildx) exit 1;; --version) echo "Docker version 28.2.2, build x";; '
            "*) echo 28.2.2;; esac",
            "buildx .*docker-buildx-plugin",
            id="28 without buildx",
        ),
        pytest.param(
            'case "$1" in buildx) exit 1;; --version) echo "Docker version 20.10.24, build x";; '
            "*) echo 20.10.24;; esac",
            None,
            id="20.10 without buildx",
        ),
    ],
)
def test_why_no_image_can_be_built(programs, script, message):
    """A script in Docker's place says what real clients of these versions say."""
    if script:
        programs(docker=script)
    reason = docker_image.unavailable_reason()
    if message is None:
        assert reason is None
        return
    assert re.search(message, reason)
    with pytest.raises(MissingPart, match=message):
        docker_image.build("photos:v1")


def test_studio_is_sent_to_codebuild(programs, monkeypatch):
    programs(docker="echo 'Docker version 20.10.25, build x'")
    monkeypatch.setattr(docker_image.studio, "is_limited", lambda: True)
    monkeypatch.setenv("DOCKER_API_VERSION", "1.41")
    with pytest.raises(MissingPart, match="CODEBUILD"):
        docker_image.build("photos:v1")


def test_authorities_that_are_not_there_are_refused_first(programs, tmp_path):
    with pytest.raises(BadInput, match="AUTHORITIES"):
        docker_image.build("photos:v1", authorities=str(tmp_path / "ca.crt"))
