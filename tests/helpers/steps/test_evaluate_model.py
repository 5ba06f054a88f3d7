"""Every backend measured on the eval split: metrics, detections and drawings."""

import json

import cv2
import numpy as np
import pytest

from helpers.annotations import csv_table
from helpers.export import parity
from helpers.steps.evaluate_model import COLUMNS, evaluate_model, metrics_as_text, read_parity
from helpers.structures.errors import MissingPart


def test_metrics_and_images_are_written(trained):
    records = trained.channel.record("eval")
    evaluation = evaluate_model(trained.graph, records, trained.evaluation, count=4)
    result = evaluation.metrics
    written = json.loads((trained.evaluation / "metrics.json").read_text())
    assert written == result
    assert result["images"] == len(csv_table.read(trained.channel.table("eval")))
    for metrics in result["backends"].values():
        assert {*COLUMNS, "per_class", "ms_median", "ms_p95"} <= set(metrics)
        assert 0 <= metrics["mAP"] <= metrics["mAP50"] <= 1
    image = cv2.imread(str(evaluation.plot("opencv")))
    assert image is not None and np.ptp(image) > 100
    assert evaluation.plot("per_class").is_file()
    assert [row["backend"] for row in evaluation.rows()] == list(result["backends"])
    assert len(evaluation.as_text().splitlines()) == 1 + len(result["backends"])


def test_a_checkpoint_is_as_good_as_its_frozen_graph(trained, tmp_path):
    records = trained.channel.record("eval")
    evaluations = [
        evaluate_model(model, records, tmp_path, count=1).metrics["backends"]
        for model in (trained.job_in_use(), trained.graph)
    ]
    assert list(evaluations[0]) == ["checkpoint"]
    found, expected = evaluations[0]["checkpoint"], evaluations[1]["tensorflow"]
    for name in ("mAP", "mAP50", "AR100"):
        assert found[name] == pytest.approx(expected[name], abs=1e-4) and expected[name] > 0


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
    metrics = dict.fromkeys(COLUMNS, value)
    text = metrics_as_text({"backends": {"opencv": metrics}})
    assert text.splitlines()[1].split() == ["opencv"] + 5 * [shown]
