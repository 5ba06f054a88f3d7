"""The parity check: what counts as the same, and that a spoilt model does not pass."""

import hashlib
import json
import re
import shutil

import cv2
import numpy as np
import pytest
import tiny_model
from builders import detections

from helpers.export import detection_matching, parity, quantization
from helpers.inference import model_folder, registry
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import MissingPart, ParityFailed
from helpers.tfrecords.tfrecord import RecordImage

BOX = [10, 10, 110, 110]
CAT, UNSURE_CAT = detections((BOX, "cat", 0.5)), detections((BOX, "cat", 0.1))


@pytest.mark.parametrize(
    "trained, own, others, message",
    [
        pytest.param(0.5, 0.505, [UNSURE_CAT] * 2, "", id="within the tolerance"),
        pytest.param(0.5, 0.52, [CAT, CAT], "", id="equal detections"),
        pytest.param(
            0.5, 0.52, [CAT, UNSURE_CAT], r"opencv: .*0\.5200 .*0\.5000; 2 det", id="other score"
        ),
        pytest.param(0.5, 0.4, [CAT, detections()], r"0\.4000 .*; 1 det", id="missed"),
        pytest.param(
            0.5,
            0.4,
            [CAT, detections((BOX, "cat", 0.5), (BOX, "dog", 0.5))],
            r"0\.4000 .*; 1 det",
            id="false positive",
        ),
        pytest.param(None, None, [UNSURE_CAT] * 2, "", id="no objects"),
        pytest.param(
            None, 0.3, [UNSURE_CAT] * 2, r"0\.3000 .*0\.0000; ", id="no objects, but an mAP"
        ),
    ],
)
def test_map_may_differ_only_by_the_order_of_equal_detections(trained, own, others, message):
    problems = parity.differences_in_map("opencv", (trained, own), [CAT, CAT], others)
    assert len(problems) == bool(message) and re.search(message, "".join(problems))


def test_the_report_has_every_backend(trained):
    report = json.loads((trained.graph / "export.json").read_text())
    assert report["passed"] and report["problems"] == []
    for name in ("opencv", "tflite"):
        same = report["backends"][name]["same_pixels"]
        assert same["images"] == 12 and same["unmatched"] == 0
        assert report["backends"][name]["images_that_differ"] == 0
    assert set(report["files"]) >= {"frozen_inference_graph.pb", "detect.tflite"}


@pytest.fixture(scope="module")
def images():
    """Three images as the records hold them; what is on them does not matter here."""
    pixels = [tiny_model.image((160, 120), seed) for seed in range(3)]
    return [
        RecordImage(
            f"{number}.jpg",
            cv2.imencode(".jpg", image)[1].tobytes(),
            160,
            120,
            LabeledBoxes.from_rows([]),
        )
        for number, image in enumerate(pixels)
    ]


def test_honest_export_passes(exported, images):
    report = parity.compare_backends(exported.folder, images, tiny_model.LABELS)
    assert report["backends"]["opencv"]["same_pixels"]["detections"] > 10
    assert report["checkpoint"] == {"name": "model.ckpt", "step": None}
    assert report["tflite"]["kind"] == "float" and "drop" not in report["tflite"]
    assert report["warnings"] == [] and report["images"] == 3
    for name, listed in report["files"].items():
        content = (exported.folder / name).read_bytes()
        assert listed == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert json.loads((exported.folder / "export.json").read_text()) == report


def test_images_of_one_name_in_records_made_elsewhere_all_count(exported, images):
    same = [image._replace(filename="a.jpg") for image in images]
    report = parity.compare_backends(exported.folder, same, tiny_model.LABELS)
    assert report["images"] == report["backends"]["opencv"]["same_pixels"]["images"] == 3


def as_quantized(exported, folder, images):
    """A copy that calls its model quantized, and images of what TensorFlow finds."""
    shutil.copytree(str(exported.folder), str(folder))
    shutil.copy(str(folder / "detect.tflite"), str(folder / "detect_float.tflite"))
    report = json.loads((folder / "export.json").read_text())
    report["tflite"] = quantization.description("int8", None)
    (folder / "export.json").write_text(json.dumps(report))
    backend = registry.open_backend("tensorflow", folder, tiny_model.LABELS)
    return [
        image._replace(objects=truth_of(backend.detect(backend.decode(image.encoded))))
        for image in images
    ]


def truth_of(detections):
    return LabeledBoxes(detections.boxes[:5], detections.labels[:5])


def test_quantization_that_costs_little_passes(exported, images, tmp_path):
    truth = as_quantized(exported, tmp_path / "graph", images)
    report = parity.compare_backends(tmp_path / "graph", truth, tiny_model.LABELS)
    assert report["passed"] and report["warnings"] == []
    tflite, backends = report["tflite"], report["backends"]
    assert tflite["float_mAP"] == backends["tensorflow"]["mAP"] > 0.9
    assert abs(tflite["drop"]) <= 0.02 and tflite["mAP"] == backends["tflite"]["mAP"]
    assert set(backends) == {"tensorflow", "opencv", "tflite", "tflite_float"}


def without_weights(path):
    """Sets the weights of the largest layers of a TensorFlow Lite model to 0."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_path=str(path))
    interpreter.allocate_tensors()
    content, spoilt = path.read_bytes(), 0
    for detail in interpreter.get_tensor_details():
        if np.prod(detail["shape"]) > 20000:
            weights = interpreter.get_tensor(detail["index"]).tobytes()
            spoilt += weights in content
            content = content.replace(weights, bytes(len(weights)))
    assert spoilt > 3
    path.write_bytes(content)


def test_quantization_that_costs_much_fails_and_all_else_is_kept(exported, images, tmp_path):
    graph = tmp_path / "graph"
    truth = as_quantized(exported, graph, images)
    without_weights(graph / "detect.tflite")
    with pytest.raises(
        ParityFailed,
        match=r"\d\d\.\d points of mAP: tflite \(int8\) .* 3 images .* detect_float.tflite. "
        f".*{graph}/export.json",
    ):
        parity.compare_backends(graph, truth, tiny_model.LABELS)
    report = json.loads((graph / "export.json").read_text())
    assert not report["passed"] and len(report["problems"]) == 1
    assert report["tflite"]["drop"] > 0.1
    assert report["backends"]["tflite_float"]["same_pixels"]["unmatched"] == 0


def test_a_folder_that_no_export_made_is_refused(images, tmp_path):
    with pytest.raises(MissingPart, match="export.json: .*no such"):
        parity.compare_backends(tmp_path, images, tiny_model.LABELS)


def test_spoilt_text_graph_is_stopped_and_named(exported, images, tmp_path):
    graph = tmp_path / "graph"
    shutil.copytree(str(exported.folder), str(graph))
    text_graph = (graph / "cvgraph.pbtxt").read_text()
    assert "float_val: 57.6" in text_graph
    (graph / "cvgraph.pbtxt").write_text(text_graph.replace("float_val: 57.6", "float_val: 36.0"))
    with pytest.raises(ParityFailed, match=r"opencv on \d.jpg: .*counterpart") as caught:
        parity.compare_backends(graph, images, tiny_model.LABELS)
    assert "tflite" not in str(caught.value)
    assert not json.loads((graph / "export.json").read_text())["passed"]


def with_equal_scores(exported, folder):
    """A copy that gives every candidate one score, as does a model that has learned nothing."""
    import tensorflow as tf

    shutil.copytree(str(exported.folder), str(folder))
    graph_def = model_folder.load_frozen_graph(folder / "frozen_inference_graph.pb")
    for node in graph_def.node:
        if re.search("ClassPredictor/(biases|(pointwise_)?weights)$", node.name):
            values = np.zeros_like(tf.make_ndarray(node.attr["value"].tensor))
            if node.name.endswith("biases"):
                values.reshape(-1, len(tiny_model.LABELS) + 1)[:, 1] = 3
            node.attr["value"].tensor.CopyFrom(tf.compat.v1.make_tensor_proto(values))
    (folder / "frozen_inference_graph.pb").write_bytes(graph_def.SerializeToString())
    (folder / "detect.tflite").unlink()
    report = json.loads((folder / "export.json").read_text())
    (folder / "export.json").write_text(json.dumps({**report, "tflite": None}))
    return folder


def test_a_model_that_has_learned_nothing_passes(exported, images, tmp_path):
    graph = with_equal_scores(exported, tmp_path / "graph")
    backends = [
        registry.open_backend(name, graph, tiny_model.LABELS) for name in ("tensorflow", "opencv")
    ]
    pixels = backends[0].resize(backends[0].decode(images[0].encoded))
    found = [backend.detect_resized(pixels) for backend in backends]
    assert detection_matching.match(*found).unmatched  # or it would pass without Suppression
    report = parity.compare_backends(graph, images, tiny_model.LABELS)
    same = report["backends"]["opencv"]["same_pixels"]
    assert report["passed"] and same["detections"] > 10 and not same["unmatched"]


def test_a_graph_that_samples_at_corners_is_stopped(exported, images, tmp_path):
    graph = tmp_path / "graph"
    shutil.copytree(str(exported.folder), str(graph))
    path = graph / "frozen_inference_graph.pb"
    definition = model_folder.load_frozen_graph(path)
    for node in definition.node:
        if node.op == "ResizeBilinear":
            node.attr["half_pixel_centers"].b = False
    path.write_bytes(definition.SerializeToString())
    with pytest.raises(ParityFailed, match=r"frozen_inference_graph.pb on \d.jpg: resized pixels"):
        parity.compare_backends(graph, images, tiny_model.LABELS)


def test_bundle_holds_what_the_pi_needs(bundle):
    model = json.loads((bundle / "model.json").read_text())
    assert model["input"] == {
        "width": 160,
        "height": 160,
        "mean": 127.5,
        "std": 127.5,
        "resize": "bilinear-half-pixel-centers",
    }
    assert set(model["files"]) == {
        "frozen_inference_graph.pb",
        "cvgraph.pbtxt",
        "detect.tflite",
        "labels.txt",
        "selftest.jpg",
        "selftest.json",
    }
    assert set(model["backends"]) == {"tensorflow", "opencv", "tflite"}
    assert (bundle / "labels.txt").read_text().split() == ["apple", "banana", "donut"]


def test_bundle_refuses_what_did_not_pass(trained, tmp_path):
    graph = tmp_path / "graph"
    shutil.copytree(str(trained.graph), str(graph))
    report = json.loads((graph / "export.json").read_text())
    (graph / "export.json").write_text(json.dumps(dict(report, passed=False, problems=["boxes"])))
    from helpers.export import bundle

    with pytest.raises(ParityFailed, match="boxes"):
        bundle.make(graph, tmp_path / "out", {})
    with pytest.raises(MissingPart):
        bundle.make(tmp_path, tmp_path / "out", {})
    assert not (tmp_path / "out").exists()
