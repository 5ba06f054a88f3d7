"""A job that trains with eight bits, from a config that knows nothing of them, to its end."""

import json

import pytest

from helpers.pipeline_config import pipeline
from helpers.steps import dataset_steps, training_steps
from helpers.system import files
from helpers.workspace import Workspace


@pytest.mark.training
def test_a_job_trains_exports_and_measures_eight_bits(sample_folder, tmp_path):
    import tensorflow as tf

    work = Workspace.at(tmp_path)
    dataset_steps.collect(work, sample_folder / "annotations", sample_folder / "img")
    dataset_steps.map_labels(work)
    dataset_steps.divide(work)
    dataset_steps.write_records(work, shards=1)
    dataset_steps.configure(work, "small_ssd", 5, batch_size=2, image_size=96)
    assert not pipeline.read(work.config).HasField("graph_rewriter")
    finished = training_steps.train(
        work,
        {
            "num_steps": 5,
            "save_checkpoints_steps": 5,
            "quantize": "True",
            "image_size": "96",
            "inference_type": "quantized_uint8",
        },
    )
    assert "8 bits    from step 4 on" in files.read_text(finished.log)
    assert finished.name.endswith("-uint8")
    used = pipeline.read(finished.graph / "pipeline.config")
    assert used.graph_rewriter.quantization.delay == 4
    report = json.loads((finished.graph / "export.json").read_text())
    assert report["passed"] and report["checkpoint"] == {"name": "model.ckpt-5", "step": 5}
    assert report["tflite"]["kind"] == "uint8" and report["tflite"]["drop"] <= 0.1
    assert report["tflite"]["eight_bits_from_step"] == 4
    assert set(report["backends"]) == {"tensorflow", "opencv", "tflite", "tflite_float"}
    interpreter = tf.lite.Interpreter(model_path=str(finished.graph / "detect.tflite"))
    taken = interpreter.get_input_details()[0]
    assert (taken["dtype"], tuple(taken["shape"])) == (tf.uint8.as_numpy_dtype, (1, 96, 96, 3))
