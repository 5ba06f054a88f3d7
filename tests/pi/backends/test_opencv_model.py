"""From the output of OpenCV's DetectionOutput layer to classes, scores and boxes."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from detection.backends import opencv_model
from detection.errors import InputError

MODEL = Path("model")


def opencv_rows(*rows):
    return np.array(rows, np.float32).reshape((1, 1, -1, 7))


@pytest.mark.parametrize(
    "rows, classes, scores, boxes",
    [
        ([], [], [], []),
        ([[0, 0, 0, 0, 0, 0, 0]], [], [], []),
        ([[0, 2, 0.75, 0.1, 0.2, 0.3, 0.4]], [1], [0.75], [[0.1, 0.2, 0.3, 0.4]]),
        (
            [[0, 1, 0.5, 0, 0, 1, 1], [0, 2, 0.25, 0, 0.5, 0.5, 1]],
            [0, 1],
            [0.5, 0.25],
            [[0, 0, 1, 1], [0, 0.5, 0.5, 1]],
        ),
    ],
    ids=["no rows", "row of zeros", "one detection", "two detections"],
)
def test_opencv_output(rows, classes, scores, boxes):
    decoded = opencv_model.decode(opencv_rows(*rows), MODEL)
    assert decoded[0].tolist() == classes
    assert decoded[1].tolist() == scores
    np.testing.assert_allclose(decoded[2], np.reshape(boxes, (-1, 4)), atol=1e-6)


@pytest.mark.parametrize(
    "shape",
    [(1, 100, 7), (1, 1, 100, 6), (2, 1, 100, 7)],
    ids=["3 axes", "6 columns", "batch of 2"],
)
def test_opencv_output_of_another_shape(shape):
    with pytest.raises(InputError, match=f"cvgraph.pbtxt.*{re.escape(str(shape))}.*expected"):
        opencv_model.decode(np.zeros(shape, np.float32), Path("cvgraph.pbtxt"))


@pytest.mark.parametrize("name", ["frozen_inference_graph.pb", "cvgraph.pbtxt"])
@pytest.mark.parametrize("content", ["node {", "text"], ids=["truncated", "text"])
def test_opencv_cannot_load_it(run_detect, photos, model, seal, name, content, refused):
    size = json.loads((model / "model.json").read_text())["input"]
    (model / name).write_text(content)
    seal(model, **size)
    result = run_detect("photos", "--model", "model", "--backend", "opencv")
    refused(result, "cvgraph.pbtxt", "frozen_inference_graph.pb", "export ")
