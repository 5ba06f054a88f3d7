"""The self-test of a model folder: what passes, what differs, and what cannot be tested."""

import json
import shutil

import cv2
import pytest

from detection import self_test
from detection.backends.expectations import Expected, differences
from detection.detector import load
from detection.errors import InputError
from detection.images import read_image


def as_json(detections):
    return [{"label": one.label, "score": one.score, "box": one.box} for one in detections]


@pytest.fixture()
def tested(model, images, seal):
    """A model folder with a self-test of what OpenCV finds here."""
    shutil.copy(str(images[1]), str(model / "selftest.jpg"))
    found = load(model, "opencv").detect(read_image(model / "selftest.jpg"), 0.5)
    assert len(found) > 3

    def write(**changes):
        opencv = {"min_iou": 0.95, "max_score_difference": 0.02, "min_score": 0.5}
        opencv["detections"] = as_json(found)
        content = {"backends": {"opencv": opencv, "tflite": opencv}, **changes}
        (model / "selftest.json").write_text(json.dumps(content))
        description = json.loads((model / "model.json").read_text())
        seal(model, **{key: description["input"][key] for key in ("width", "height")})
        return opencv

    write.folder, write.found = model, found
    return write


def test_every_backend_that_is_there_is_tested(run_detect, tested, installed):
    tested()
    result = run_detect("--self-test", "--model", tested.folder)
    assert (result.returncode, result.stderr) == (0, "")
    lines = dict(line.split(": ", 1) for line in result.stdout.splitlines())
    assert lines["opencv"].startswith(f"passed, expected detections: {len(tested.found)},")
    runs = installed("tensorflow", "tflite_runtime", "ai_edge_litert")
    assert lines["tflite"].startswith("passed" if runs else "not tested")


def test_what_differs_is_said(run_detect, tested):
    opencv = tested()
    wrong = dict(opencv["detections"][0], label="dragon")
    opencv["detections"] = [wrong, *opencv["detections"][1:]]
    tested(backends={"opencv": opencv})
    result = run_detect("--self-test", "--model", tested.folder)
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith("opencv: differs in 2, ")
    assert "expected dragon" in result.stdout


def test_swapped_colours_are_noticed(tested):
    tested()
    image = cv2.imread(str(tested.folder / "selftest.jpg"))
    found = load(tested.folder, "opencv").detect(image, 0.0)
    wanted = tuple(tested.found)
    assert differences(Expected(wanted, 0.5, 0.95, 0.02), found)


def test_the_folder_is_damaged(run_detect, tested, refused):
    tested()
    (tested.folder / "selftest.jpg").write_bytes(b"other")
    refused(run_detect("--self-test", "--model", tested.folder), "selftest.jpg: ", "copy")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"backends": {"opencv": {"min_score": None}}}, id="no lowest score"),
        pytest.param({"backends": []}, id="a list of backends"),
        pytest.param({"backends": {"opencv": {}}}, id="nothing expected"),
        pytest.param({"backends": {}}, id="no backend"),
    ],
)
def test_a_file_that_is_no_self_test(tested, changes):
    tested(**changes)
    with pytest.raises(InputError, match="selftest.json: "):
        self_test.run(tested.folder)


def test_a_model_without_one(run_detect, random_model, refused):
    refused(run_detect("--self-test", "--model", random_model), "selftest.json", "helpers bundle")


def test_a_backend_of_which_nothing_is_expected(tested):
    opencv = tested()
    tested(backends={"opencv": opencv})
    assert self_test.run(tested.folder, "opencv") == 0
    with pytest.raises(InputError, match="--backend"):
        self_test.run(tested.folder, "tflite")
