"""OpenCV with the text graph of a Faster R-CNN against TensorFlow, which runs the graph itself."""

import json
import subprocess
from pathlib import Path

import cv2
import pytest
import tiny_model
import two_stage_model

from helpers.export import bundle, exporter, parity
from helpers.pipeline_config.export_options import ExportOptions
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import ParityFailed
from helpers.tfrecords.tfrecord import RecordImage

LOOP = Path(__file__).resolve().parents[2] / "pi" / "detection_model_loop.py"
DEBIANS_PYTHON = "/usr/bin/python3"
PHOTO = (1600, 1200)


# ResNet 101 differs from ResNet 50 in the number of its blocks alone.
@pytest.fixture(scope="module", params=two_stage_model.EXTRACTORS[:2])
def graph(request, tmp_path_factory):
    """The folder of an exported model of each architecture."""
    folder = tmp_path_factory.mktemp(request.param)
    config = two_stage_model.config(extractor=request.param)
    checkpoint = two_stage_model.checkpoint(config, folder)
    options = ExportOptions(tflite=False)
    out = folder / "graph"
    return exporter.export_model(config, checkpoint, two_stage_model.LABELS, out, options).folder


@pytest.fixture(scope="module")
def images():
    """Four images as the records hold them."""
    encoded = [
        cv2.imencode(".png", tiny_model.image((160, 120), seed))[1].tobytes() for seed in range(4)
    ]
    nothing = LabeledBoxes.from_rows([])
    return [RecordImage(f"{at}.png", each, 160, 120, nothing) for at, each in enumerate(encoded)]


@pytest.fixture(scope="module")
def passed(graph, images):
    """What ``export.json`` says of it."""
    return parity.compare_backends(graph, images, two_stage_model.LABELS)


def test_opencv_finds_what_tensorflow_finds(passed):
    assert passed["passed"] and set(passed["backends"]) == {"tensorflow", "opencv"}
    same = passed["backends"]["opencv"]["same_pixels"]
    assert same["unmatched"] == 0 and same["detections"] > 100
    assert same["min_iou"] > 0.999 and same["max_score_difference"] < 1e-3
    assert passed["tflite"] is None


def test_a_spoilt_text_graph_is_stopped(graph, passed, images):
    path = graph / "cvgraph.pbtxt"
    text = path.read_text()
    assert text.count("loc_pred_transposed") == 2
    path.write_text(text.replace("loc_pred_transposed", "not_transposed", 1))
    try:
        with pytest.raises(ParityFailed, match=r"opencv on \d.png"):
            parity.compare_backends(graph, images, two_stage_model.LABELS)
    finally:
        path.write_text(text)


def test_debians_opencv_runs_the_bundle(graph, passed, tmp_path):
    model = bundle.make(graph, tmp_path / "model", {})
    photo = tmp_path / "photo.png"
    cv2.imwrite(str(photo), tiny_model.image(PHOTO))
    size = json.loads((model / "model.json").read_text())["input"]
    command = [DEBIANS_PYTHON, LOOP, model, photo, size["width"], size["height"]]
    try:
        subprocess.check_output([DEBIANS_PYTHON, "-c", "import cv2"], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"{DEBIANS_PYTHON} has no OpenCV")
    found = json.loads(subprocess.check_output(list(map(str, command))).decode())
    assert found["opencv"].startswith("4.")
    model_found, detect_py = found["detection_model"], found["detect_py"]
    assert len(model_found) == len(detect_py) > 10
    for (number, score, _), (expected_number, expected_score, _) in zip(model_found, detect_py):
        assert number == expected_number and abs(score - expected_score) <= 0.01
