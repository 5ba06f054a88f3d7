"""What the image is made of, read from its files: pins, context, no secrets. None is built here."""

import fnmatch
import re
import subprocess
from pathlib import Path

import pkg_resources
import pytest

from helpers.training import image_sources

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
SAME = {"opencv-python-headless": "opencv-python"}  # the same OpenCV without windows
NOT_WANTED = {"tf-object-detection"}  # what it declares is left out, see requirements.lock


def pins(path):
    versions = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = re.match(r"([\w.-]+)==([^\s;#]+)", line)
        if match:
            versions[normal(match.group(1))] = match.group(2)
        else:
            assert not line or line.startswith("#"), f"{path}: {line}"
    return versions


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def required():
    return pins(ROOT / "docker" / "requirements.txt")


def test_the_images_versions_are_those_of_the_lock(required):
    locked = pins(ROOT / "requirements.lock")
    assert required == {name: locked[SAME.get(name, name)] for name in required}


def test_the_image_has_all_that_its_packages_need(required):
    """The installed packages' own metadata is the oracle."""
    missing = []
    for name in sorted(set(required) - NOT_WANTED):
        for need in pkg_resources.get_distribution(SAME.get(name, name)).requires():
            if normal(need.key) not in required or required[normal(need.key)] not in need:
                missing.append(f"{name} needs {need}")
    assert missing == []


def test_the_image_has_nothing_to_spare(required):
    needed = {
        normal(need.key)
        for name in set(required) - NOT_WANTED
        for need in pkg_resources.get_distribution(SAME.get(name, name)).requires()
    }
    direct = {
        "contextlib2",
        "faster-coco-eval",
        "google-crc32c",
        "opencv-python-headless",
        "pip",
        "psutil",
        "pycocotools",
        "tensorflow",
        "tf-object-detection",
        "tqdm",
        "waitress",
    }
    assert set(required) - needed - direct == set()


def ignored(path, patterns):
    """Docker's rule: the last pattern that matches a path or a folder above it decides."""
    out = False
    for pattern in patterns:
        keep, pattern = pattern.startswith("!"), pattern.lstrip("!")
        regex = re.compile(
            fnmatch.translate(pattern.replace("**/", "*"))
            if "**" not in pattern
            else "(?:.*/)?" + fnmatch.translate(pattern.replace("**/", ""))
        )
        parents = ["/".join(path.split("/")[:depth]) for depth in range(1, path.count("/") + 2)]
        exact = [
            parent
            for parent in parents
            if regex.fullmatch(parent)
            and ("**" in pattern or parent.count("/") == pattern.count("/"))
        ]
        if exact:
            out = not keep
    return out


@pytest.fixture(scope="module")
def patterns():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(
    "path, sent",
    [
        ("docker/train", True),
        ("docker/trainer/job.py", True),
        ("docker/requirements.txt", True),
        ("helpers/training/docker_image.py", True),
        ("helpers/annotations/formats/voc.py", True),
        ("pyproject.toml", True),
        ("LICENSE", True),
        ("NOTICE", True),
        ("README.md", True),
        ("CHANGELOG.md", False),
        ("helpers/pipeline_config/templates/small_ssd.config", True),
        (".git/config", False),
        (".venv/bin/python", False),
        ("work/training/train.record", False),
        (".env", False),
        ("helpers/.env", False),
        (".aws/credentials", False),
        ("credentials.json", False),
        ("docker/.secret", False),
        ("docker/base.sh", False),
        ("notebooks/04_train.ipynb", False),
        ("pi/detect.py", False),
        ("tests/conftest.py", False),
        ("helpers/__pycache__/a.cpython-37.pyc", False),
        ("helpers/a.pyc", False),
    ],
)
def test_only_what_the_image_needs_is_sent_to_docker(patterns, path, sent):
    assert ignored(path, patterns) is not sent


def test_the_context_starts_by_leaving_everything_out(patterns):
    assert patterns[0] == "*"


def test_the_digest_is_of_what_is_sent_and_the_dockerfile(patterns):
    """Everything that lies here and is let in, files that git does not know among it."""
    here = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        stdout=subprocess.PIPE,
        check=True,
        universal_newlines=True,
    ).stdout.splitlines()
    sent = {name for name in here if (ROOT / name).is_file() and not ignored(name, patterns)}
    assert set(image_sources.source_files()) == {*sent, image_sources.DOCKERFILE}


def test_everything_the_dockerfile_copies_is_sent(patterns):
    sources = re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE)
    assert sources
    for source in sources:
        assert (ROOT / source).exists() and not ignored(source, patterns), source


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)aws_?(access|secret|session)",
        r"(?i)password|credentials\s*=",
        r"AKIA[0-9A-Z]{16}",
        r"(?m)^# *syntax=",
        r"(?m)^ADD ",
        r":latest",
    ],
)
def test_the_dockerfile_has_none_of(pattern):
    assert not re.search(pattern, DOCKERFILE)


def test_sagemakers_start_finds_train():
    assert "PATH=/opt/trainer:/opt/python/bin:${PATH}" in DOCKERFILE
    assert "COPY docker/train /opt/trainer/train" in DOCKERFILE
    assert (ROOT / "docker" / "train").stat().st_mode & 0o111 == 0o111


def test_every_hyperparameter_and_no_other_is_explained():
    from helpers.training.hyperparameters import Hyperparameters

    text = (ROOT / "docker" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(Hyperparameters._fields)
