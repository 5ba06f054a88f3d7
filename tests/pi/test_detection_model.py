"""OpenCV's own ``DetectionModel`` on the exported files, under each OpenCV that a Pi may have.

It is given the input's size and the order of the channels and nothing else, and finds what
``pi/detect.py`` finds.
"""

import json
import subprocess
from pathlib import Path

import cv2
import pytest
from pi_environments import ENVIRONMENTS
from pi_results import iou

LOOP = Path(__file__).with_name("detection_model_loop.py")
PHOTO = (4000, 3000)  # so large that whole pixels hardly matter


@pytest.fixture(scope="module")
def photo(images, tmp_path_factory):
    """An image of the size that cameras take."""
    path = tmp_path_factory.mktemp("photo") / "photo.png"
    large = cv2.resize(cv2.imread(str(images[0])), PHOTO, interpolation=cv2.INTER_CUBIC)
    assert cv2.imwrite(str(path), large, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return path


def corners(x, y, width, height):
    return x, y, x + width, y + height


def begins_inside(box):
    """OpenCV does not cut a box that begins outside the image, but moves it into it."""
    return min(box[:2]) > 0


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_it_finds_what_detect_py_finds(random_model, photo, environments, name):
    size = json.loads((random_model / "model.json").read_text())["input"]
    command = [environments(name), LOOP, random_model, photo, size["width"], size["height"]]
    found = json.loads(subprocess.check_output(list(map(str, command))).decode())
    assert found["opencv"].startswith(ENVIRONMENTS[name].opencv)
    model, detect_py = found["detection_model"], found["detect_py"]
    assert len(model) == len(detect_py) and sum(begins_inside(box) for *_, box in detect_py) > 5
    for (number, score, box), (expected_number, expected_score, expected) in zip(model, detect_py):
        assert number == expected_number
        assert abs(score - expected_score) <= 0.01
        if begins_inside(expected):
            assert iou(corners(*box), expected) >= 0.98
