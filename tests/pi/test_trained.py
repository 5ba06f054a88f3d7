"""The folder that training made is one that detect.py takes."""

import json

import pytest


@pytest.mark.parametrize("backend", ["auto", "opencv", "tflite"])
def test_a_trained_model_runs(run_detect, bundle, bundle_images, backend):
    result = run_detect(
        bundle_images[0].parent,
        "--model",
        bundle,
        "--backend",
        backend,
        "--json",
        "--threshold",
        "0.01",
    )
    assert (result.returncode, result.stderr) == (0, "")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["source"] for row in rows] == [path.name for path in bundle_images]
    labels = (bundle / "labels.txt").read_text(encoding="utf-8").split("\n")
    found = [one["label"] for row in rows for one in row["detections"]]
    assert found
    assert set(found) <= set(labels)
