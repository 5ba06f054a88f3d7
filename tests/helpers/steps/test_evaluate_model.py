"""Every backend measured on the eval split: metrics, detections and drawings."""

import json

import cv2
import numpy as np
import pytest

from helpers.annotations import csv_table
from helpers.evaluation import saved_results
from helpers.export import detection_matching
from helpers.steps.evaluate_model import evaluate_model
from helpers.steps.read_parity import COLUMNS
from helpers.structures.errors import BadInput, MissingPart
from helpers.ui import analysis_plots
from helpers.ui.evaluation_report import MAX_IMAGES


@pytest.fixture(scope="module")
def evaluation(trained):
    """Every backend of the trained model on the eval records, at a threshold it reaches."""
    records = trained.channel.record("eval")
    return evaluate_model(trained.graph, records, trained.evaluation, threshold=0.1, count=4)


def test_metrics_are_written(trained, evaluation):
    result = evaluation.metrics
    written = json.loads((trained.evaluation / "metrics.json").read_text())
    assert written == result
    assert result["images"] == len(csv_table.read(trained.channel.table("eval")))
    for metrics in result["backends"].values():
        assert {*COLUMNS, "per_class", "ms_median", "ms_p95"} <= set(metrics)
        assert 0 <= metrics["mAP"] <= metrics["mAP50"] <= 1
    table = evaluation.backends().rows()
    assert [row["backend"] for row in table] == list(result["backends"])
    assert table[0]["difference"] == 0 and table[0]["kB"] > 100
    assert [row["backend"] for row in evaluation.rows()] == list(result["backends"])
    assert len(evaluation.as_text().splitlines()) == 2 + len(result["backends"])
    assert evaluation.as_text().endswith(evaluation.sentence())


def test_what_was_detected_is_read_back_as_it_was(evaluation):
    read = saved_results.read(evaluation.folder)
    assert list(read) == list(evaluation.analyses)
    for name, results in read.items():
        detected = evaluation.analysis(name).results
        assert results.filenames == detected.filenames
        for one, other in zip(results.detections, detected.detections):
            assert one.labels == other.labels
            np.testing.assert_allclose(one.boxes, other.boxes, rtol=0, atol=0.006)
            np.testing.assert_allclose(one.scores, other.scores, rtol=0, atol=1e-5)


def test_analyses_are_written_and_drawn(evaluation):
    written = json.loads((evaluation.folder / "analysis.json").read_text())
    assert list(written["backends"]) == list(evaluation.analyses)
    for name in (*evaluation.analyses, *analysis_plots.PLOTS):
        image = cv2.imread(str(evaluation.plot(name)))
        assert image is not None and np.ptp(image) > 100
    assert (
        evaluation.table("per_class", "opencv")
        == evaluation.analysis("opencv").tables()["per_class"]
    )
    assert (evaluation.folder / "tables" / "opencv-per_class.csv").is_file()
    assert (evaluation.folder / "tables" / "backends.csv").is_file()
    assert evaluation.figure("confusion", "tflite").axes
    assert evaluation.sentence() == evaluation.analysis().intervals.mAP.sentence()
    assert {one.threshold for one in evaluation.analyses.values()} == {evaluation.threshold}


def test_the_report_is_one_small_file(evaluation):
    page = evaluation.report.read_text("utf-8")
    assert page.count("<figure>") == min(MAX_IMAGES, evaluation.metrics["images"])
    assert evaluation.sentence() in page
    assert evaluation.report.stat().st_size < 5_000_000


def test_a_diagnosis_stands_in_the_report_without_its_code(evaluation):
    rows = [{"code": "boxes-loose", "what is so": "Boxes are loose.", "what to do": "Draw again."}]
    page = evaluation.write_report(rows).read_text("utf-8")
    assert "Boxes are loose." in page and "boxes-loose" not in page
    assert "Boxes are loose." not in evaluation.write_report().read_text("utf-8")


def test_the_gallery_shows_the_worst_images(evaluation):
    gallery = evaluation.gallery("opencv", limit=3)
    worst = evaluation.analysis("opencv").images.rows()[:3]
    assert [gallery._results.filenames[index] for index in gallery.order] == [
        row["image"] for row in worst
    ]


def test_only_the_backends_that_are_asked_for_are_run(trained, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "opencv.png").write_bytes(b"of an earlier model")
    records = trained.channel.record("eval")
    evaluation = evaluate_model(trained.graph, records, tmp_path, backends=["tflite"])
    assert list(evaluation.analyses) == ["tflite"]
    assert evaluation.plot("tflite").is_file() and not evaluation.plot("opencv").exists()
    with pytest.raises(BadInput, match="onnx"):
        evaluate_model(trained.graph, records, tmp_path, backends=["onnx"])


def test_a_checkpoint_is_as_good_as_its_frozen_graph(trained, tmp_path):
    records = trained.channel.record("eval")
    both = {}
    for name, model in (("checkpoint", trained.job_in_use()), ("tensorflow", trained.graph)):
        measured = evaluate_model(model, records, tmp_path / name, count=1).metrics["backends"]
        assert name in measured and measured[name]["AR100"] > 0
        both[name] = saved_results.read(tmp_path / name)[name].detections
    # The graph's batch norms are folded: of boxes whose scores are nearly equal, another may stay.
    different = detection_matching.count_different(both["tensorflow"], both["checkpoint"])
    assert different <= 0.02 * sum(map(len, both["tensorflow"]))


def test_no_model_and_no_records_are_named(tmp_path):
    with pytest.raises(MissingPart, match="04_train"):
        evaluate_model(tmp_path, tmp_path / "eval.record", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("threshold", [-0.1, 50], ids=["negative", "percent"])
def test_a_threshold_that_is_no_score_is_named(tmp_path, threshold):
    with pytest.raises(BadInput, match=f"threshold: .*{threshold}"):
        evaluate_model(tmp_path, tmp_path / "eval.record", tmp_path / "out", threshold)
