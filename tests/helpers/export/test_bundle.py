"""The Pi bundle from any exported folder: complete, with checksums, never half replaced."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from builders import names_in

from helpers.export import bundle
from helpers.export.bundle import BundleFacts
from helpers.export.self_test import SelfTest
from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput, MissingPart, ParityFailed
from helpers.system import files
from helpers.workspace import DETECT

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


def test_a_model_that_was_compiled_for_a_coral_goes_with_it(graph, tmp_path):
    files.write_text(graph / "detect_edgetpu.tflite", "compiled")
    out = bundle.make(graph, tmp_path / "model", {"job": "train-1"})
    assert (out / "detect_edgetpu.tflite").read_text() == "compiled"
    assert "detect_edgetpu.tflite" in json.loads((out / "model.json").read_text())["files"]


@pytest.mark.parametrize("tflite", [True, False], ids=["with TFLite", "without TFLite"])
def test_the_bundle_has_the_needed_files_and_their_checksums(graph, tmp_path, tflite):
    if not tflite:
        (graph / "detect.tflite").unlink()
    for name in ("former.txt", "model.json"):
        files.write_text(tmp_path / "pi" / "model" / name, "old")
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
    assert "threshold" not in model and model["versions"].keys() == {"helpers"}
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


TEST = SelfTest(b"image", {"backends": {}})
FACTS = BundleFacts(
    0.35, TEST, {"sha256": "ab", "splits": {}}, {"mAP": {"value": 0.5}}, ("small apples",)
)


def test_what_is_known_is_in_it(graph, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle.model_card, "text", lambda description, labels: "card")
    os.utime(str(graph / "export.json"), (0, 86400))
    out = bundle.make(graph, tmp_path / "pi" / "model", {}, FACTS)
    model = json.loads((out / "model.json").read_text())
    assert (model["threshold"], model["exported"]) == (0.35, "1970-01-02")
    assert (model["data"], model["intervals"]) == (FACTS.data, FACTS.intervals)
    assert model["weak_spots"] == ["small apples"]
    assert (out / "selftest.jpg").read_bytes() == b"image"
    assert json.loads((out / "selftest.json").read_text()) == TEST.expected
    assert {"selftest.jpg", "selftest.json"} <= set(model["files"])


@pytest.mark.parametrize(
    "name, content",
    [
        pytest.param("out/letter.txt", "mine", id="a folder with other files"),
        pytest.param("out", "mine", id="a file"),
    ],
)
def test_what_is_no_bundle_is_not_written_over(graph, tmp_path, name, content):
    files.write_text(tmp_path / name, content)
    with pytest.raises(BadInput, match=f"{tmp_path}/out: "):
        bundle.make(graph, tmp_path / "out", {})
    assert (tmp_path / name).read_text() == content
    assert names_in(tmp_path) == ["graph", "out"]


def test_a_link_stays_one(graph, tmp_path):
    (tmp_path / "card").mkdir()
    (tmp_path / "model").symlink_to(tmp_path / "card", target_is_directory=True)
    bundle.make(graph, tmp_path / "model", {})
    bundle.make(graph, tmp_path / "model", {"job": "again"})
    assert (tmp_path / "model").is_symlink()
    assert json.loads((tmp_path / "card" / "model.json").read_text())["trained"] == {"job": "again"}


# Makes a bundle again and again, in a process of its own that is killed before its Nth change of
# the disk, until it comes to its end; prints what stood there each time, as the device reads it.
KILLED = """
import os, signal, sys
from pathlib import Path
graph, out, pi = map(Path, sys.argv[1:])
sys.path.append(str(pi))
from detection.backends.model_bundle import read_bundle
from helpers.export import bundle
from helpers.export.bundle import BundleFacts
from helpers.export.self_test import SelfTest
CHANGES = {"open", "mkdir", "rename", "replace", "rmdir", "unlink"}
bundle.make(graph, out, {"job": "old"})
(graph / "labels.txt").write_text("new")
def make(number):
    left = [number]
    def before(frame, event, function):
        if event == "c_call" and function.__name__ in CHANGES:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(before)
    bundle.make(graph, out, {"job": "new"})
    os._exit(0)
number, status = 0, -1
while status:
    number += 1
    child = os.fork()
    if not child:
        make(number)
    status = os.waitpid(child, 0)[1]
    print(read_bundle(out).labels[0], (out / "MODEL_CARD.md").read_text().count("job: new"))
"""


def test_a_process_that_is_killed_leaves_the_former_bundle_or_the_new_one(graph, tmp_path):
    description = dict(REPORT["input"], mean=127.5, std=127.5)
    files.write_json(graph / "export.json", dict(REPORT, input=description))
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, graph, tmp_path / "pi" / "model", DETECT.parent],
        check=True,
        stdout=subprocess.PIPE,
        universal_newlines=True,
    )
    lines = ran.stdout.splitlines()
    assert len(lines) > 15
    changed = lines.index("new 1")
    assert set(lines[:changed]) == {"this is labels.txt 0"} and set(lines[changed:]) == {"new 1"}
    assert names_in(tmp_path / "pi") == ["model"]
