"""What a real model finds."""

import itertools
import json
import shutil

import cv2
import numpy as np
import pytest

from detection.backends import tflite_model
from detection.backends.settings import Settings
from detection.detector import load
from detection.device.cpu_limit import usable_cores
from detection.errors import InputError
from detection.images import read_image


@pytest.fixture(scope="module")
def detectors(random_model, installed):
    """A detector for each backend that the model and this machine have."""
    loaded = {"opencv": load(random_model, "opencv")}
    if installed(*tflite_model.RUNTIMES) and (random_model / "detect.tflite").exists():
        loaded["tflite"] = load(random_model, "tflite")
    return loaded


def test_detections_lie_in_the_image_best_first(detectors, images):
    number = 0
    for path in images:
        image = read_image(path)
        before = image.copy()
        for detector in detectors.values():
            detections = detector.detect(image, 0.3)
            number += len(detections)
            scores = [detection.score for detection in detections]
            assert scores == sorted(scores, reverse=True)
            assert all(0.3 <= score <= 1 for score in scores)
            assert all(detection.label in detector.labels for detection in detections)
            for x_min, y_min, x_max, y_max in (detection.box for detection in detections):
                assert 0 <= x_min < x_max <= image.shape[1]
                assert 0 <= y_min < y_max <= image.shape[0]
        assert np.array_equal(image, before)
    assert number > 0


def test_both_backends_find_the_same(detectors, images):
    if "tflite" not in detectors:
        pytest.skip("no detect.tflite in the model, or no TensorFlow Lite runtime")
    compared = set()
    for backend, other in (("opencv", "tflite"), ("tflite", "opencv")):
        for path, mirrored in itertools.product(images, (False, True)):
            image = read_image(path)[:, :: -1 if mirrored else 1]
            expected = detectors[other].detect(image, 0.25)
            for detection in detectors[backend].detect(image, 0.3):
                compared.add(detection.label)
                assert any(
                    detection.label == match.label
                    and abs(detection.score - match.score) < 0.01
                    and np.allclose(detection.box, match.box, atol=0.5)
                    for match in expected
                ), f"{path.name}: {other} misses {detection}"
    # A class that is never found cannot be missed.
    assert compared == set(detectors["opencv"].labels)


def test_opencv_finds_what_tensorflow_finds(tensorflow, random_model, images):
    """The oracle: the same frozen graph in TensorFlow itself, on pixels rounded as cv2 does."""
    definition = tensorflow.compat.v1.GraphDef()
    definition.ParseFromString((random_model / "frozen_inference_graph.pb").read_bytes())
    detector = load(random_model, "opencv")
    section = json.loads((random_model / "model.json").read_text())["input"]
    size = section["width"], section["height"]
    with tensorflow.Graph().as_default(), tensorflow.compat.v1.Session() as session:
        tensorflow.import_graph_def(definition, name="")
        for path in images:
            image = read_image(path)
            boxes_rel_yxyx, scores, classes = session.run(
                ["detection_boxes:0", "detection_scores:0", "detection_classes:0"],
                {"image_tensor:0": cv2.resize(image, size)[None]},
            )
            scale = np.tile(image.shape[:2], 2)
            expected = list(zip(boxes_rel_yxyx[0] * scale, scores[0], classes[0].astype(int)))
            for detection in detector.detect(image, 0.3):
                number = detector.labels.index(detection.label) + 1
                x_min, y_min, x_max, y_max = detection.box
                assert any(
                    number == expected_number
                    and abs(detection.score - score) < 2e-3
                    and np.allclose((y_min, x_min, y_max, x_max), box, atol=1e-3 * max(scale))
                    for box, score, expected_number in expected
                ), f"{path.name}: TensorFlow misses {detection}"


def test_the_red_channel_is_the_first(random_model, images):
    """What a swap of red and blue anywhere would change: the network's own answer."""
    detector = load(random_model, "opencv")
    image = read_image(images[0])
    assert detector.detect(image, 0.05) != detector.detect(image[..., ::-1], 0.05)


def test_auto_says_why(random_model):
    detector = load(random_model, "auto")
    other = {"opencv": "tflite", "tflite": "opencv"}[detector.backend]
    assert other in detector.reason and " ms an image" in detector.reason
    assert load(random_model, detector.backend).reason == ""


def test_threads_as_asked(random_model):
    assert load(random_model, "opencv", Settings(threads=1)).threads == 1
    assert cv2.getNumThreads() == 1
    assert load(random_model, "opencv").threads == usable_cores()


def test_a_bundle_without_tflite(random_model, tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(str(random_model), str(copy))
    description = json.loads((copy / "model.json").read_text())
    description["files"].pop("detect.tflite", None)
    (copy / "model.json").write_text(json.dumps(description))
    assert load(copy, "auto").backend == "opencv"
    with pytest.raises(InputError, match="detect.tflite.*--backend opencv"):
        load(copy, "tflite")
