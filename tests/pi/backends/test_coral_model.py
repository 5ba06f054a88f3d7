"""What a Coral accelerator needs, told where it is missing. No accelerator is within reach."""

import json
import shutil

import pytest

from detection.backends import coral_model
from detection.backends.backend import NoRuntime
from detection.backends.model_bundle import read_bundle
from detection.detector import runnable


@pytest.fixture()
def compiled(model, seal):
    """A model folder with a file of the name that Google's compiler gives it."""
    shutil.copy(str(model / "detect.tflite"), str(model / "detect_edgetpu.tflite"))
    described = json.loads((model / "model.json").read_text())["input"]
    seal(model, width=described["width"], height=described["height"])
    return model


def test_a_model_that_was_not_compiled(run_detect, photos, model, refused):
    result = run_detect("photos", "--model", "model", "--backend", "coral")
    refused(result, "detect_edgetpu.tflite", "edgetpu_compiler")


def test_no_library_or_no_accelerator(run_detect, photos, compiled, refused):
    result = run_detect("photos", "--model", "model", "--backend", "coral")
    refused(result, "libedgetpu")


def test_the_runtime_says_why():
    with pytest.raises(NoRuntime, match=r"no_such_runtime.*libedgetpu"):
        coral_model._delegate(["no_such_runtime.interpreter"])


def test_auto_tries_it_where_it_was_compiled(random_model, compiled, run_detect, photos):
    assert runnable(read_bundle(random_model)) == ["opencv", "tflite"]
    assert runnable(read_bundle(compiled)) == ["opencv", "tflite", "coral"]
    ran = run_detect("photos", "--model", "model", "--json")
    assert ran.returncode == 0, ran.stderr
    assert "not coral: no Coral accelerator" in ran.notices[0]
