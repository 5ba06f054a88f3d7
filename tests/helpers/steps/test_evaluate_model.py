"""Every backend measured on the eval split: metrics, detections and drawings."""

import json

import cv2
import numpy as np
import pytest

from helpers.annotations import csv_table
from helpers.evaluation.backend_evaluation import METRICS
from helpers.export import parity
from helpers.steps.evaluate_model import evaluate_model, metrics_as_text, read_parity
from helpers.structures.errors import MissingPart


def test_metrics_and_images_are_written(trained):
    records = trained.channel.record("eval")
    evaluation = evaluate_model(trained.graph, records, trained.evaluation, count=4)
    result = evaluation.metrics
    written = json.loads((trained.evaluation / "metrics.json").read_text())
    assert written == result
    assert result["images"] == len(csv_table.read(trained.channel.table("eval")))
    for metrics in result["backends"].values():
        assert list(metrics) == list(METRICS)
        assert 0 <= metrics["mAP"] <= metrics["mAP50"] <= 1
    image = cv2.imread(str(evaluation.plot("opencv")))
    assert image is not None and np.ptp(image) > 100
    assert evaluation.plot("per_class").is_file()
    assert [row["backend"] for row in evaluation.rows()] == list(result["backends"])
    assert len(evaluation.as_text().splitlines()) == 1 + len(result["backends"])


def test_the_report_of_the_parity_check(trained):
    report = read_parity(trained.graph)
    assert report.report["passed"]
    assert [row["backend"] for row in report.rows()] == ["opencv", "tflite"]
    assert all(row["unmatched"] == 0 for row in report.rows())
    assert report.as_text().splitlines()[1].startswith(parity.REFERENCE)


def test_no_model_and_no_records_are_named(tmp_path):
    with pytest.raises(MissingPart, match="04_train"):
        evaluate_model(tmp_path, tmp_path / "eval.record", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("value, shown", [(None, "-"), (0.25, "0.25")], ids=["none", "number"])
def test_a_metric_that_there_is_none_of_is_a_dash(value, shown):
    metrics = dict.fromkeys(METRICS, value)
    text = metrics_as_text({"backends": {"opencv": metrics}})
    assert text.splitlines()[1].split() == ["opencv"] + 5 * [shown]
