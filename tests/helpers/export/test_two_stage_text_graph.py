"""OpenCV with the text graph of a Faster R-CNN against TensorFlow, which runs the graph itself."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
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
# The second stage is most of the work, and twelve times less on crops of this size.
SMALL_CROPS = two_stage_model.MODEL % "initial_crop_size: 4"


# ResNet 101 differs from ResNet 50 in the number of its blocks alone.
@pytest.fixture(scope="module", params=two_stage_model.EXTRACTORS[:2])
def graph(request, tmp_path_factory):
    """The folder of an exported model of each architecture."""
    folder = tmp_path_factory.mktemp(request.param)
    config = two_stage_model.config(SMALL_CROPS, extractor=request.param)
    checkpoint = two_stage_model.checkpoint(config, folder)
    options = ExportOptions(tflite=False)
    out = folder / "graph"
    return exporter.export_model(config, checkpoint, two_stage_model.LABELS, out, options).folder


@pytest.fixture(scope="module")
def images():
    """Two images as the records hold them."""
    encoded = [
        cv2.imencode(".png", tiny_model.image((160, 120), seed))[1].tobytes() for seed in (1, 2)
    ]
    truth = LabeledBoxes.from_rows([("disc", [10, 10, 90, 80])])
    return [RecordImage(f"{at}.png", each, 160, 120, truth) for at, each in enumerate(encoded)]


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


def test_a_spoilt_text_graph_is_stopped(graph, images, tmp_path):
    spoilt = tmp_path / "graph"
    shutil.copytree(str(graph), str(spoilt))
    text = (spoilt / "cvgraph.pbtxt").read_text()
    assert text.count("loc_pred_transposed") == 2
    (spoilt / "cvgraph.pbtxt").write_text(text.replace("loc_pred_transposed", "not_it", 1))
    with pytest.raises(ParityFailed, match=r"opencv on \d.png"):
        parity.compare_backends(spoilt, images[:1], two_stage_model.LABELS)


def has_opencv(python):
    """Whether a Python is there and has OpenCV."""
    found = shutil.which(python)
    return found and not subprocess.call([found, "-c", "import cv2"], stderr=subprocess.DEVNULL)


def test_each_opencv_runs_the_bundle(graph, passed, tmp_path):
    if not has_opencv(DEBIANS_PYTHON):
        pytest.skip(f"{DEBIANS_PYTHON} has no OpenCV: apt-get install python3-opencv")
    model = bundle.make(graph, tmp_path / "model", {})
    photo = tmp_path / "photo.png"
    cv2.imwrite(str(photo), tiny_model.image(PHOTO))
    size = json.loads((model / "model.json").read_text())["input"]
    programs = [LOOP, model, photo, size["width"], size["height"]]
    this, debians = (
        json.loads(subprocess.check_output([python, *map(str, programs)]).decode())
        for python in (sys.executable, DEBIANS_PYTHON)
    )
    assert this["opencv"] == cv2.__version__ and debians["opencv"].startswith("4.")
    assert len(this["detect_py"]) > 10
    expected = [row[:2] for row in this["detect_py"]]
    for found in (this["detection_model"], debians["detect_py"], debians["detection_model"]):
        assert [number for number, *_ in found] == [number for number, _ in expected]
        assert np.allclose([row[1] for row in found], [score for _, score in expected], atol=0.01)
    for box, other in zip(this["detect_py"], debians["detect_py"]):
        assert np.allclose(box[2], other[2], atol=PHOTO[0] / 1000)
