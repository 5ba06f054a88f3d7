"""The Pi bundle from any exported folder: complete, with checksums, never half replaced."""

import hashlib
import json

import pytest
from builders import names_in

from helpers.export import bundle
from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput, MissingPart, ParityFailed
from helpers.system import files

REPORT = {
    "passed": True,
    "problems": [],
    "input": {"width": 160, "height": 160, "resize": "bilinear-half-pixel-centers"},
    "backends": {
        "tensorflow": {"mAP": 0.5, "mAP50": 0.8, "mAP75": 0.4},
        "opencv": {"mAP": 0.5, "mAP50": 0.7},
    },
}
NEEDED = ["cvgraph.pbtxt", "frozen_inference_graph.pb", "labels.txt"]


@pytest.fixture()
def graph(tmp_path):
    """An exported folder; what is in the graphs is not read."""
    graph = tmp_path / "graph"
    for name in NEEDED + ["detect.tflite", "label_map.pbtxt"]:
        files.write_text(graph / name, f"this is {name}")
    pipeline.write(pipeline.read("small_ssd"), graph / "pipeline.config")
    files.write_json(graph / "export.json", REPORT)
    return graph


@pytest.mark.parametrize("tflite", [True, False], ids=["with TFLite", "without TFLite"])
def test_the_bundle_has_the_needed_files_and_their_checksums(graph, tmp_path, tflite):
    if not tflite:
        (graph / "detect.tflite").unlink()
    files.write_text(tmp_path / "pi" / "model" / "former.txt", "old")
    out = bundle.make(graph, tmp_path / "pi" / "model", {"job": "train-1"})
    names = sorted(NEEDED + (["detect.tflite"] if tflite else []))
    assert names_in(out) == sorted(names + ["MODEL_CARD.md", "model.json"])
    model = json.loads((out / "model.json").read_text())
    for name in names:
        content = (out / name).read_bytes()
        assert content == (graph / name).read_bytes()
        assert model["files"].pop(name) == {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
    assert model["files"] == {}
    assert model["input"] == REPORT["input"]
    assert model["backends"] == {
        "tensorflow": {"mAP": 0.5, "mAP50": 0.8},
        "opencv": {"mAP": 0.5, "mAP50": 0.7},
    }
    assert model["trained"] == {"job": "train-1"}
    assert "train-1" in (out / "MODEL_CARD.md").read_text()
    assert names_in(tmp_path / "pi") == ["model"]


@pytest.mark.parametrize(
    "change, error, message",
    [
        pytest.param(
            lambda graph: (graph / "export.json").unlink(),
            MissingPart,
            "graph: .*export.json",
            id="no report",
        ),
        pytest.param(
            lambda graph: files.write_json(graph / "export.json", dict(REPORT, input={})),
            BadInput,
            "export.json: .*tf1-bilinear.* helpers export",
            id="former resize",
        ),
        pytest.param(
            lambda graph: (graph / "labels.txt").unlink(),
            MissingPart,
            "graph/labels.txt: ",
            id="no labels",
        ),
        pytest.param(
            lambda graph: files.write_json(
                graph / "export.json", dict(REPORT, passed=False, problems=["opencv on 1.jpg"])
            ),
            ParityFailed,
            "graph: .*opencv on 1.jpg",
            id="parity failed",
        ),
    ],
)
def test_an_incomplete_export_leaves_the_former_bundle(graph, tmp_path, change, error, message):
    files.write_text(tmp_path / "pi" / "model" / "labels.txt", "former")
    change(graph)
    with pytest.raises(error, match=message):
        bundle.make(graph, tmp_path / "pi" / "model", {})
    assert (tmp_path / "pi" / "model" / "labels.txt").read_text() == "former"
    assert names_in(tmp_path / "pi") == ["model"]
