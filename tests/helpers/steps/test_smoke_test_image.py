"""A smoke test with a script in the place of Docker; the real image: tests/docker."""

import tempfile

import pytest

from helpers.steps.smoke_test_image import SmokeTest, smoke_test
from helpers.structures.errors import JobFailed, MissingPart

# Says what it is asked for, then fails as a broken image would.
BROKEN = """
case "$1" in
    --version) echo "Docker version 20.10.24, build x";;
    version) echo 20.10.24;;
    image) echo "[]";;
    info) ;;
    run) echo "no toco here"; exit 1;;
esac"""


def test_of_an_image_that_does_not_train_the_log_stays(programs, tmp_path, monkeypatch):
    programs(docker=BROKEN)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(JobFailed) as error:
        smoke_test("photos:v1")
    (log,) = tmp_path.glob("smoke-test-*/photos-to-pi/jobs/*/train.log")
    assert str(log) in str(error.value) and "no toco here" in log.read_text()


def test_without_docker_there_is_nothing_to_try(programs, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(MissingPart, match="Docker"):
        smoke_test("photos:v1")


def test_the_result_is_told():
    text = SmokeTest("photos:v1", 61.4, ["a.pb", "b.tflite"]).as_text()
    assert "photos:v1" in text and "61 s" in text and "b.tflite" in text
