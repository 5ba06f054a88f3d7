"""The processes that make the models: what they write, and how they report a failure."""

import json
import subprocess
import sys

import pytest
import tiny_model
from builders import names_in

from helpers.annotations import label_map_file
from helpers.export import exporter
from helpers.inference import registry
from helpers.pipeline_config import pipeline
from helpers.pipeline_config.export_options import ExportOptions
from helpers.structures.errors import BadInput, JobFailed

PLAIN_FILES = [
    "cvgraph.pbtxt",
    "export.json",
    "frozen_inference_graph.pb",
    "label_map.pbtxt",
    "labels.txt",
    "pipeline.config",
]


def test_a_uint8_model_needs_quantization_aware_training(tmp_path):
    config = tiny_model.config(size=(96, 96))
    checkpoint = tiny_model.checkpoint(config, tmp_path)
    with pytest.raises(BadInput, match="model.ckpt: .*fake quantization.* QUANTIZED_UINT8"):
        exporter.export_model(
            tiny_model.config(tiny_model.REWRITER, size=(96, 96)),
            checkpoint,
            tiny_model.LABELS,
            tmp_path / "graph",
            ExportOptions(inference_type="QUANTIZED_UINT8"),
        )
    # What could be made is there, and says why it is not all.
    assert names_in(tmp_path / "graph") == sorted([*PLAIN_FILES, "detect_float.tflite"])
    report = json.loads((tmp_path / "graph" / "export.json").read_text())
    assert not report["passed"] and "fake quantization" in report["problems"][0]
    registry.open_backend("opencv", tmp_path / "graph", tiny_model.LABELS)


ABORTING = """#!/bin/sh
exec {python} -c "
import sys
from helpers.export import export_worker as worker
worker._add_fake_quant = worker._check_fake_quant = lambda *arguments: None
sys.exit(worker.main(sys.argv[3:]))
" "$@"
"""


def test_a_converter_that_aborts_the_process_is_quoted(tmp_path, monkeypatch):
    """Without ranges in the graph TensorFlow's converter ends the process in C++."""
    config = tiny_model.config(tiny_model.REWRITER, size=(96, 96))
    checkpoint = tiny_model.checkpoint(tiny_model.config(size=(96, 96)), tmp_path)
    aborting = tmp_path / "python"
    aborting.write_text(ABORTING.format(python=sys.executable))
    aborting.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(aborting))
    with pytest.raises(JobFailed, match="model.ckpt .*code -6: Array .*min/max"):
        exporter.export_model(
            config,
            checkpoint,
            tiny_model.LABELS,
            tmp_path / "graph",
            ExportOptions(inference_type="QUANTIZED_UINT8"),
        )
    assert names_in(tmp_path / "graph") == sorted([*PLAIN_FILES, "detect_float.tflite"])


def test_a_damaged_checkpoint_is_named(tmp_path):
    for suffix in ("index", "data-00000-of-00001"):
        (tmp_path / f"model.ckpt.{suffix}").write_bytes(b"cut short")
    with pytest.raises(BadInput, match="model.ckpt: .* expected .*weights"):
        exporter.export_model(
            tiny_model.config(size=(96, 96)),
            tmp_path / "model.ckpt",
            tiny_model.LABELS,
            tmp_path / "graph",
        )


@pytest.mark.parametrize("target", ["frozen_inference_graph.pb", "float"])
def test_a_process_leaves_its_error_where_the_exporter_reads_it(tmp_path, target):
    pipeline.write(tiny_model.config(size=(96, 96)), tmp_path / "pipeline.config")
    label_map_file.write(tiny_model.LABELS, tmp_path / "label_map.pbtxt")
    checkpoint = str(tmp_path / "model.ckpt")
    command = [sys.executable, "-m", "helpers.export.export_worker", str(tmp_path), checkpoint]
    assert subprocess.run([*command, json.dumps([[target]])]).returncode == 1
    error = json.loads(exporter.error_file(tmp_path, target).read_text())
    assert error["kind"] == "BadInput"
    assert error["message"].startswith(checkpoint)
