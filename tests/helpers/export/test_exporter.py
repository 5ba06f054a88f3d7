"""What an export writes, what it refuses, and that it never leaves half a model."""

import json

import numpy as np
import pytest
import tiny_model
from builders import names_in

from helpers.annotations import label_map_file
from helpers.export import exporter
from helpers.inference import model_folder, registry
from helpers.pipeline_config import freezing, pipeline
from helpers.pipeline_config.export_options import ExportOptions
from helpers.structures.errors import BadInput, JobFailed
from helpers.structures.label_map import LabelMap

NO_TFLITE = ExportOptions(tflite=False)
FILES = [
    "cvgraph.pbtxt",
    "detect.tflite",
    "export.json",
    "frozen_inference_graph.pb",
    "label_map.pbtxt",
    "labels.txt",
    "pipeline.config",
]


def test_an_export_is_complete_and_leaves_nothing_beside_it(exported):
    assert names_in(exported.folder) == FILES
    assert [path.name for path in exported.folder.parent.iterdir() if path.is_dir()] == ["graph"]
    assert (exported.width, exported.height, exported.kind) == (*tiny_model.SIZE, "float")
    assert not exported.tflite_float.exists()
    assert all(
        path.stat().st_size > 1000
        for path in (exported.frozen_graph, exported.text_graph, exported.tflite)
    )


def test_config_and_classes_travel_with_the_model(exported):
    assert pipeline.read(exported.folder / "pipeline.config") == tiny_model.config()
    assert label_map_file.read(exported.folder / "label_map.pbtxt") == tiny_model.LABELS
    assert label_map_file.read_labels(exported.folder / "labels.txt") == tiny_model.LABELS


def test_an_export_replaces_the_former_only_when_it_is_done(tmp_path):
    former = tmp_path / "graph" / "former.txt"
    former.parent.mkdir()
    former.write_text("still good")
    narrow = tiny_model.config(size=(96, 96))
    checkpoint = tiny_model.checkpoint(narrow, tmp_path)
    wide = tiny_model.config("model { ssd { feature_extractor { depth_multiplier: 1.0 } } }")
    with pytest.raises(BadInput, match=r"model.ckpt: .*Key .* in checkpoint, expect"):
        exporter.export_model(wide, checkpoint, tiny_model.LABELS, former.parent, NO_TFLITE)
    assert names_in(former.parent) == ["former.txt"]
    made = exporter.export_model(narrow, checkpoint, tiny_model.LABELS, former.parent, NO_TFLITE)
    assert names_in(made.folder) == [name for name in FILES if name != "detect.tflite"]
    assert not made.tflite.exists() and not made.tflite_float.exists()
    report = json.loads((made.folder / "export.json").read_text())
    assert report == {
        "passed": False,
        "problems": ["the parity check has not run"],
        "tflite": None,
        "input": model_folder.input_spec(narrow),
        "checkpoint": {"name": "model.ckpt", "step": None},
    }
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["graph"]


def test_a_quantized_model_is_small_and_lies_beside_its_float_model(quantized_model):
    import tensorflow as tf

    assert names_in(quantized_model.folder) == sorted(FILES + ["detect_float.tflite"])
    assert quantized_model.tflite.stat().st_size < 0.4 * quantized_model.tflite_float.stat().st_size
    interpreter = tf.lite.Interpreter(model_path=str(quantized_model.tflite))
    model_input, trained = interpreter.get_input_details()[0], quantized_model.kind == "uint8"
    assert model_input["dtype"] == (np.uint8 if trained else np.float32)
    assert model_input["quantization"] == ((1 / 128, 128) if trained else (0, 0))
    kinds = {detail["dtype"] for detail in interpreter.get_tensor_details()}
    assert (np.uint8 in kinds, np.int8 in kinds) == (trained, not trained)
    tflite = json.loads((quantized_model.folder / "export.json").read_text())["tflite"]
    dtype = np.dtype(model_input["dtype"]).name
    assert (tflite["kind"], tflite["input"]) == (quantized_model.kind, dtype)
    if not trained:  # ranges are learned in training, which this model has not seen
        agree_with_float(quantized_model)


def agree_with_float(made):
    """The quantized model finds most confident detections of the float model too."""
    image = tiny_model.image((96, 96), 5)
    quantized, plain = (
        registry.open_backend(name, made.folder, tiny_model.LABELS).detect_resized(image)
        for name in ("tflite", "tflite_float")
    )
    confident = plain.with_min_score(0.3)
    assert len(confident) > 10
    near = [
        any(
            label == other_label and np.abs(box - other_box).max() < 12
            for other_label, other_box in zip(quantized.labels, quantized.boxes)
        )
        for label, box in zip(confident.labels, confident.boxes)
    ]
    assert np.mean(near) > 0.6


def test_a_uint8_model_of_frozen_layers_is_calibrated(sample_folder, tmp_path):
    import tensorflow as tf

    config = freezing.with_frozen(tiny_model.config(size=(96, 96)), "expanded_conv_12")
    made = exporter.export_model(
        config,
        tiny_model.checkpoint(config, tmp_path),
        tiny_model.LABELS,
        tmp_path / "graph",
        ExportOptions(
            inference_type="QUANTIZED_UINT8",
            calibration_records=tiny_model.records(sample_folder / "img", tmp_path),
        ),
    )
    tflite = json.loads((made.folder / "export.json").read_text())["tflite"]
    assert (tflite["kind"], tflite["max_calibration_images"]) == ("uint8", 100)
    assert "qat_start_step" not in tflite
    interpreter = tf.lite.Interpreter(model_path=str(made.tflite))
    details = interpreter.get_tensor_details()
    values = [detail for detail in details if detail["dtype"] == np.uint8]
    assert len(values) > 100 and all(0 < detail["quantization"][0] < 10 for detail in values)
    agree_with_float(made)


def test_a_former_export_stays_where_the_new_one_fails_half_way(tmp_path):
    former = tmp_path / "graph" / "former.txt"
    former.parent.mkdir()
    former.write_text("still good")
    config = tiny_model.config(size=(96, 96))
    checkpoint = tiny_model.checkpoint(config, tmp_path)
    (tmp_path / "train.record").write_bytes(b"cut short")
    with pytest.raises(BadInput, match="train.record"):
        exporter.export_model(
            config,
            checkpoint,
            tiny_model.LABELS,
            former.parent,
            ExportOptions(post_training="int8", calibration_records=[tmp_path / "train.record"]),
        )
    assert names_in(former.parent) == ["former.txt"]


@pytest.mark.parametrize(
    "options, message",
    [
        pytest.param({"post_training": "int8"}, "post_training: .*int8 .*train.record", id="int8"),
        pytest.param(
            {"inference_type": "QUANTIZED_UINT8"},
            "inference_type: .*uint8 .*train.record",
            id="uint8",
        ),
    ],
)
def test_a_calibrated_model_without_calibration_images_is_refused(tmp_path, options, message):
    (tmp_path / "model.ckpt.index").write_bytes(b"")
    with pytest.raises(BadInput, match=message):
        exporter.export_model(
            tiny_model.config(),
            tmp_path / "model.ckpt",
            tiny_model.LABELS,
            tmp_path / "graph",
            ExportOptions(**options),
        )


def test_an_export_without_its_checkpoint_names_it(tmp_path):
    with pytest.raises(BadInput, match="model.ckpt-7.index: .*no such"):
        exporter.export_model(
            tiny_model.config(), tmp_path / "model.ckpt-7", tiny_model.LABELS, tmp_path / "graph"
        )
    assert names_in(tmp_path) == []


def test_an_export_with_another_label_map_is_refused(tmp_path):
    with pytest.raises(BadInput, match="num_classes: 9, expected 1"):
        exporter.export_model(
            tiny_model.config(), tmp_path / "model.ckpt", LabelMap.of(["cat"]), tmp_path / "graph"
        )


def test_a_process_that_dies_is_reported_with_its_exit_code(tmp_path, monkeypatch):
    (tmp_path / "model.ckpt.index").write_bytes(b"")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(JobFailed, match="model.ckpt .*code 1: no message"):
        exporter.export_model(
            tiny_model.config(), tmp_path / "model.ckpt", tiny_model.LABELS, tmp_path / "graph"
        )
    assert names_in(tmp_path) == ["model.ckpt.index"]


@pytest.mark.parametrize(
    "output, cause",
    [
        pytest.param("", "no message", id="no output"),
        pytest.param(
            "Traceback:\n  File x\nValueError: no such op\n\n",
            "ValueError: no such op",
            id="traceback",
        ),
        pytest.param(
            "2020-01-01 00:00:00.1: I tensorflow/a.cc:1] fine\n"
            "2020-01-01 00:00:00.2: F tensorflow/lite/toco/tooling.cc:1728] Array x lacks min/max\n"
            "Fatal Python error: Aborted\n",
            "Array x lacks min/max",
            id="abort in C++",
        ),
    ],
)
def test_the_cause_is_found_in_the_output(output, cause):
    assert exporter.cause_in(output) == cause
