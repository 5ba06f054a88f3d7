"""From the outputs of a TensorFlow Lite model, float or quantized, to detections."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from detection.backends import tflite_model
from detection.backends.model_bundle import read_bundle
from detection.detector import load
from detection.errors import InputError
from detection.images import read_image

MODEL = Path("model")
T = "TFLite_Detection_PostProcess"


def tflite_arrays(boxes, classes, scores, count):
    return [
        np.array(boxes, np.float32).reshape((1, -1, 4)),
        np.array([classes], np.float32),
        np.array([scores], np.float32),
        np.array([count], np.float32),
    ]


@pytest.mark.parametrize(
    "names, order",
    [
        ([T, f"{T}:1", f"{T}:2", f"{T}:3"], [0, 1, 2, 3]),
        ([f"{T}:3", f"{T}:2", f"{T}:1", T], [3, 2, 1, 0]),
        (["a", "b", "c", "d"], [0, 1, 2, 3]),
        (["a", "b", "c", "d"], [3, 1, 0, 2]),
    ],
    ids=["by name", "by name, reversed", "by shape", "by shape, permuted"],
)
def test_tflite_output_in_any_order(names, order):
    arrays = tflite_arrays(
        [[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1], [9, 9, 9, 9]], [1, 0, 7], [0.75, 0.5, 0.9], 2
    )
    classes, scores, boxes = tflite_model.decode(names, [arrays[i] for i in order], MODEL)
    assert classes.tolist() == [1, 0]
    assert scores.tolist() == [0.75, 0.5]
    np.testing.assert_allclose(boxes, [[0.2, 0.1, 0.4, 0.3], [0, 0, 1, 1]], atol=1e-6)


def test_tflite_output_with_one_place_and_nothing_in_it():
    arrays = tflite_arrays([[0, 0, 0, 0]], [0], [0], 0)
    classes, scores, boxes = tflite_model.decode("abcd", arrays, MODEL)
    assert (classes.size, scores.size, boxes.shape) == (0, 0, (0, 4))


def test_tflite_output_of_another_kind_of_model():
    with pytest.raises(InputError, match=r"other.tflite.*\(1, 1001\).*detection"):
        tflite_model.decode(
            ["MobilenetV2/Predictions"], [np.zeros((1, 1001))], Path("other.tflite")
        )


@pytest.mark.parametrize(
    "cores, classes, expected",
    [(1, 1, 1), (1, 9, 1), (2, 2, 2), (2, 3, 1), (4, 1, 4), (4, 4, 4), (4, 5, 1), (4, 90, 1)],
)
def test_threads_that_lose_no_class(cores, classes, expected):
    assert tflite_model.thread_count(cores, classes) == expected


def test_no_tflite_runtime(random_model):
    if not (random_model / "detect.tflite").exists():
        pytest.skip("no detect.tflite in the model")
    with pytest.raises(tflite_model.NoRuntime, match="tflite .*no_such_runtime: not .*install.sh"):
        tflite_model.TfliteModel(
            read_bundle(random_model), runtimes=["no_such_runtime.interpreter"]
        )


def test_a_tflite_file_of_another_input(installed, random_model, tmp_path):
    if not installed(*tflite_model.RUNTIMES):
        pytest.skip("no TensorFlow Lite runtime")
    copy = tmp_path / "model"
    shutil.copytree(str(random_model), str(copy))
    description = json.loads((copy / "model.json").read_text())
    description["input"]["width"] += 8
    (copy / "model.json").write_text(json.dumps(description))
    with pytest.raises(InputError, match=r"detect.tflite: takes \(.*\), model.json .*3\)"):
        load(copy, "tflite")


def test_detections_are_those_of_the_library(tensorflow, quantized_model, images, seal, tmp_path):
    import tiny_model

    from helpers.inference import registry

    model = tmp_path / "model"
    model.mkdir()
    for name in ("frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite", "labels.txt"):
        shutil.copy(str(quantized_model.folder / name), str(model))
    seal(model, width=quantized_model.width, height=quantized_model.height)
    detector = load(model, "tflite")
    backend = registry.open_backend("tflite", quantized_model.folder, tiny_model.LABELS)
    number = 0
    for path in images:
        image = read_image(path)
        detections, expected = (
            detector.detect(image, 0.1),
            backend.detect(image).with_min_score(0.1),
        )
        number += len(detections)
        assert [detection.label for detection in detections] == list(expected.labels)
        np.testing.assert_allclose(
            [detection.score for detection in detections], expected.scores, atol=1e-6
        )
        np.testing.assert_allclose(
            [detection.box for detection in detections], expected.boxes, atol=1e-3
        )
    assert number > 0
