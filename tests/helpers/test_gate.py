"""The gate: what counts as the same, and that a spoilt model does not get through."""

import json
import shutil

import cv2
import pytest

from helpers import gate
from helpers.boxes import LabeledBoxes
from helpers.errors import GateFailed
from helpers.tfrecord import Stored


def found(*rows):
    return LabeledBoxes([box for box, _, _ in rows], tuple(label for _, label, _ in rows),
                        [score for _, _, score in rows])


BOX = [10, 10, 110, 110]


@pytest.mark.parametrize("other, unmatched", [
    (found((BOX, "cat", 0.9)), 0),
    (found((BOX, "cat", 0.885)), 0),
    (found((BOX, "cat", 0.87)), 1),
    (found((BOX, "dog", 0.9)), 1),
    (found(([10, 10, 110, 113], "cat", 0.9)), 0),
    (found(([10, 10, 110, 120], "cat", 0.9)), 1),
    (found((BOX, "dog", 0.9), (BOX, "cat", 0.9)), 0),
    (found(), 1),
], ids=["same", "near score", "far score", "class", "near box", "far box", "second", "none"])
def test_agreement(other, unmatched):
    reference = found((BOX, "cat", 0.9), (BOX, "cat", 0.2))
    result = gate.agreement(reference, other)
    assert (result.detections, result.unmatched) == (1, unmatched)


def test_agreement_on_nothing():
    assert gate.agreement(found(), found()) == (0, 0, 1.0, 0.0)


@pytest.fixture(scope="module")
def pictures():
    """Three pictures as the records hold them; what is on them does not matter here."""
    import tiny_model
    images = [tiny_model.picture((160, 120), seed) for seed in range(3)]
    return [Stored(f"{number}.jpg", cv2.imencode(".jpg", image)[1].tobytes(), 160, 120,
                   LabeledBoxes.of([])) for number, image in enumerate(images)]


def test_honest_export_passes(exported, pictures):
    import tiny_model
    report = gate.run(exported.folder, pictures, tiny_model.LABELS)
    assert report["backends"]["opencv"]["same_pixels"]["detections"] > 10


def test_spoilt_text_graph_is_stopped_and_named(exported, pictures, tmp_path):
    import tiny_model
    graph = tmp_path / "graph"
    shutil.copytree(str(exported.folder), str(graph))
    text = (graph / "cvgraph.pbtxt").read_text()
    assert "float_val: 56.0" in text
    (graph / "cvgraph.pbtxt").write_text(text.replace("float_val: 56.0", "float_val: 30.0"))
    with pytest.raises(GateFailed, match=r"opencv on \d.jpg: .* no counterpart") as caught:
        gate.run(graph, pictures, tiny_model.LABELS)
    assert "tflite" not in str(caught.value)
    assert not json.loads((graph / "export.json").read_text())["passed"]
