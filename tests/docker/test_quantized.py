"""A quantization-aware job, from a config without the rewriter, to its end."""

import json

import pytest
import workflow
from job_here import shrink

from helpers.pipeline_config import pipeline
from helpers.system import files
from helpers.workspace import Workspace


@pytest.mark.training
def test_a_job_trains_exports_and_evaluates_a_quantized_model(sample_folder, tmp_path):
    import tensorflow as tf

    work = Workspace.at(tmp_path)
    workflow.import_annotations(work, sample_folder / "annotations", sample_folder / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work, shards=1)
    workflow.configure_pipeline_for(work, "small_ssd", 5, batch_size=2, image_size=96)
    shrink(work.config)
    assert not pipeline.read(work.config).HasField("graph_rewriter")
    finished = workflow.train(
        work,
        {
            "num_steps": 5,
            "save_checkpoints_steps": 5,
            "quantize": "True",
            "image_size": "96",
            "inference_type": "quantized_uint8",
        },
    )
    assert "QAT       from step 4 on" in files.read_text(finished.log)
    assert finished.name.endswith("-uint8")
    used = pipeline.read(finished.graph / "pipeline.config")
    assert used.graph_rewriter.quantization.delay == 4
    report = json.loads((finished.graph / "export.json").read_text())
    assert report["passed"] and report["checkpoint"] == {"name": "model.ckpt-5", "step": 5}
    assert report["tflite"]["kind"] == "uint8" and report["tflite"]["drop"] <= 0.1
    assert report["tflite"]["qat_start_step"] == 4
    assert set(report["backends"]) == {"tensorflow", "opencv", "tflite", "tflite_float"}
    interpreter = tf.lite.Interpreter(model_path=str(finished.graph / "detect.tflite"))
    taken = interpreter.get_input_details()[0]
    assert (taken["dtype"], tuple(taken["shape"])) == (tf.uint8.as_numpy_dtype, (1, 96, 96, 3))
