"""What an export writes, what it refuses, and that it never leaves half a model."""

import pytest
import tiny_model

from helpers import export, labelmap, pipeline
from helpers.errors import BadInput, JobFailed
from helpers.labelmap import LabelMap

QUANTIZED = "graph_rewriter { quantization { delay: 0 weight_bits: 8 activation_bits: 8 } }"
RESIZER = "model { ssd { image_resizer { fixed_shape_resizer { height: 160 } } } }"
FILES = ["cvgraph.pbtxt", "detect.tflite", "frozen_inference_graph.pb", "label_map.pbtxt",
         "labels.txt", "pipeline.config"]


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def test_an_export_is_complete_and_leaves_nothing_beside_it(exported):
    assert listing(exported.folder) == FILES
    assert [path.name for path in exported.folder.parent.iterdir() if path.is_dir()] == ["graph"]
    assert (exported.width, exported.height, exported.inference_type) == (*tiny_model.SIZE, "FLOAT")
    assert all(path.stat().st_size > 1000 for path in (
        exported.frozen_graph, exported.text_graph, exported.tflite))


def test_config_and_classes_travel_with_the_model(exported):
    assert pipeline.read(exported.folder / "pipeline.config") == tiny_model.config()
    assert labelmap.read(exported.folder / "label_map.pbtxt") == tiny_model.LABELS
    assert labelmap.read_labels(exported.folder / "labels.txt") == tiny_model.LABELS


def test_an_export_replaces_the_former_only_when_it_is_done(tmp_path):
    former = tmp_path / "graph" / "of the former.txt"
    former.parent.mkdir()
    former.write_text("still good")
    narrow = tiny_model.config(size=(96, 96))
    checkpoint = tiny_model.checkpoint(narrow, tmp_path)
    wide = tiny_model.config("model { ssd { feature_extractor { depth_multiplier: 1.0 } } }")
    with pytest.raises(BadInput, match=r"model.ckpt: found Key .* not found in checkpoint, expect"):
        export.export(wide, checkpoint, tiny_model.LABELS, former.parent, tflite=False)
    assert listing(former.parent) == ["of the former.txt"]
    made = export.export(narrow, checkpoint, tiny_model.LABELS, former.parent, tflite=False)
    assert listing(made.folder) == [name for name in FILES if name != "detect.tflite"]
    assert made.tflite is None
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["graph"]


@pytest.mark.training
def test_a_quantised_model_takes_bytes(tmp_path):
    import tensorflow as tf
    config = tiny_model.config(QUANTIZED, size=(96, 96))
    checkpoint = tiny_model.checkpoint(config, tmp_path)
    made = export.export(config, checkpoint, tiny_model.LABELS, tmp_path / "graph",
                         inference_type="QUANTIZED_UINT8", image_size=96)
    model = tf.lite.Interpreter(model_path=str(made.tflite)).get_input_details()[0]
    assert (model["dtype"], model["quantization"]) == (tf.uint8.as_numpy_dtype, (1 / 128, 128))


def test_an_export_without_its_checkpoint_names_it(tmp_path):
    with pytest.raises(BadInput, match=r"model.ckpt-7.index: found no such file"):
        export.export(tiny_model.config(), tmp_path / "model.ckpt-7", tiny_model.LABELS,
                      tmp_path / "graph")
    assert listing(tmp_path) == []


def test_an_export_with_another_label_map_is_refused(tmp_path):
    with pytest.raises(BadInput, match="num_classes: 9"):
        export.export(tiny_model.config(), tmp_path / "model.ckpt", LabelMap.of(["one"]),
                      tmp_path / "graph")


def test_a_damaged_checkpoint_is_named(tmp_path):
    for suffix in ("index", "data-00000-of-00001"):
        (tmp_path / f"model.ckpt.{suffix}").write_bytes(b"cut short")
    with pytest.raises(BadInput, match="model.ckpt: found .* expected the weights"):
        export.export(tiny_model.config(size=(96, 96)), tmp_path / "model.ckpt",
                      tiny_model.LABELS, tmp_path / "graph")


def test_a_process_that_dies_is_reported_with_its_last_word(tmp_path, monkeypatch):
    (tmp_path / "model.ckpt.index").write_bytes(b"")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(JobFailed, match="export of .*model.ckpt ended with code 1: no message"):
        export.export(tiny_model.config(), tmp_path / "model.ckpt", tiny_model.LABELS,
                      tmp_path / "graph")
    assert listing(tmp_path) == ["model.ckpt.index"]


@pytest.mark.parametrize("changes, wishes, message", [
    ("", dict(inference_type="INT8"), "inference_type: found 'INT8', expected FLOAT or QUANT"),
    ("", dict(inference_type="QUANTIZED_UINT8"), "my.config: found no graph_rewriter"),
    ("", dict(image_size=300), "my.config: found an input of 160x128, expected .*300x300"),
    ("model { ssd { post_processing { logit_scale: 2 } } }", {}, "my.config: found logit_scale"),
])
def test_what_cannot_be_exported_is_refused_before_training(changes, wishes, message):
    with pytest.raises(BadInput, match=message):
        export.check(tiny_model.config(changes), where="my.config", **wishes)


@pytest.mark.parametrize("changes, wishes", [
    ("", {}), (RESIZER, dict(image_size=160)),
    ("", dict(tflite=False, image_size=300, inference_type="QUANTIZED_UINT8")),
    (QUANTIZED, dict(inference_type="QUANTIZED_UINT8")),
])
def test_what_can_be_exported_is_taken(changes, wishes):
    export.check(tiny_model.config(changes), **wishes)


def test_the_input_is_described_for_the_device():
    assert export.input_spec(tiny_model.config(size=(128, 96))) == {
        "width": 128, "height": 96, "mean": 127.5, "std": 127.5, "resize": "tf1-bilinear"}


@pytest.mark.parametrize("noise, cause", [
    ("", "no message"),
    ("Traceback:\n  File x\nValueError: no such op\n\n", "ValueError: no such op"),
    ("2020-01-01 00:00:00.1: I tensorflow/a.cc:1] fine\n"
     "2020-01-01 00:00:00.2: F tensorflow/lite/toco/tooling_util.cc:1728] Array x lacks min/max\n"
     "Fatal Python error: Aborted\n", "Array x lacks min/max"),
])
def test_the_cause_is_found_in_the_noise(noise, cause):
    assert export.cause_in(noise) == cause
