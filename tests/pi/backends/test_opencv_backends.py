"""What this OpenCV can compute with, and what it is refused."""

import cv2
import pytest

from detection.backends import opencv_backends
from detection.backends.settings import DEFAULTS, Settings
from detection.errors import InputError


def test_every_build_computes_on_the_cpu():
    assert "cpu" in opencv_backends.available()["opencv"]


@pytest.mark.parametrize(
    "settings, backend",
    [
        pytest.param(DEFAULTS, cv2.dnn.DNN_BACKEND_DEFAULT, id="nothing asked"),
        pytest.param(Settings(None, "opencv"), cv2.dnn.DNN_BACKEND_OPENCV, id="a backend"),
        pytest.param(Settings(None, "opencv", "cpu"), cv2.dnn.DNN_BACKEND_OPENCV, id="both"),
    ],
)
def test_what_this_build_has(settings, backend):
    assert opencv_backends.preferred(settings) == (backend, cv2.dnn.DNN_TARGET_CPU)


@pytest.mark.parametrize("backend", sorted(opencv_backends.BACKENDS))
@pytest.mark.parametrize("target", sorted(opencv_backends.TARGETS))
def test_what_is_not_listed_is_refused(backend, target):
    listed = opencv_backends.available()
    if backend != "default" and target not in [*listed.get(backend, []), "default"]:
        with pytest.raises(InputError, match=f"{backend}.*{target}.*: opencv on "):
            opencv_backends.preferred(Settings(None, backend, target))


@pytest.mark.parametrize("name", ["cuda", "cann"])
def test_the_whole_program_refuses(run_detect, photos, model, refused, name):
    if name in opencv_backends.available():
        pytest.skip("this OpenCV has it")
    result = run_detect("photos", "--model", "model", "--opencv-backend", name)
    refused(result, f"--opencv-backend {name}", "opencv on cpu")
