"""Two models compared: saved evaluations, models that are run, names, sums and files."""

import json

import detection_results
import pytest
from builders import detections
from detection_results import truth

from helpers.evaluation import saved_results
from helpers.evaluation.bootstrap import difference
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.steps.compare_models import (
    ComparisonOptions,
    compare_models,
    detections_of,
    distinct_names,
)
from helpers.structures.errors import BadInput, MissingPart

FIRST = detection_results.scattered(1, 15)
SECOND = FIRST.with_min_score(0.6)


@pytest.fixture
def compare(tmp_path):
    """``compare(first, second)``: two results compared, saved as work folders have them."""

    def run(first, second, **options):
        for name, results in (("old", first), ("new", second)):
            saved_results.write({"opencv": results}, tmp_path / name / "evaluation")
        return compare_models(
            tmp_path / "old",
            tmp_path / "new" / "evaluation",
            tmp_path / "eval.record",
            tmp_path / "out",
            ComparisonOptions(**options),
        )

    return run


def test_metrics_of_both_and_their_difference(compare):
    comparison = compare(FIRST, SECOND)
    metrics = [coco_metrics(results) for results in comparison.results]
    assert comparison.names == ("old", "new")
    row = comparison.rows()[0]
    assert (row["metric"], row["old"]) == ("mAP", round(metrics[0].mAP, 4))
    assert row["difference"] == pytest.approx(metrics[1].mAP - metrics[0].mAP, abs=1e-4)
    assert [row["metric"] for row in comparison.rows()[4:]] == ["AP cat", "AP dog"]
    assert comparison.difference == difference(*comparison.results)
    assert comparison.as_text().endswith(comparison.sentence())


def test_each_model_has_its_own_threshold_unless_one_is_given(compare):
    own = compare(FIRST, SECOND).images.thresholds
    assert own[0] != own[1] or own[0] > 0
    assert compare(FIRST, SECOND, threshold=0.7).images.thresholds == (0.7, 0.7)


def test_everything_is_written(compare):
    comparison = compare(FIRST, SECOND)
    written = json.loads((comparison.folder / "comparison.json").read_text())
    assert written == json.loads(json.dumps(comparison.as_dict(), allow_nan=False))
    assert len((comparison.folder / "metrics.csv").read_text().splitlines()) == 1 + 6
    assert comparison.sentence() in comparison.report.read_text("utf-8")
    assert comparison.figure().axes


def test_a_class_that_one_model_does_not_know_has_no_difference(compare):
    known = detection_results.LabelMap.of(["dog"])
    made = [
        detection_results.results(
            [truth(("dog", [0, 0, 9, 9]))], [detections(([0, 0, 9, 9], "dog", 0.9))], labels
        )
        for labels in (known, detection_results.LABELS)
    ]
    rows = {row["metric"]: row["difference"] for row in compare(*made).rows()}
    assert (rows["AP dog"], rows["AP cat"]) == (0.0, None)


def test_nothing_to_compare_is_said(compare):
    nothing = detection_results.one_image(truth())
    comparison = compare(nothing, nothing)
    assert comparison.images.rows() == []
    assert "-" in comparison.as_text().splitlines()[1]
    assert comparison.report.is_file()


def test_other_images_are_refused(compare):
    with pytest.raises(BadInput, match="00014.jpg"):
        compare(FIRST, SECOND.select(range(14)))


def test_a_backend_that_was_not_saved_is_named(compare):
    with pytest.raises(BadInput, match="tflite.*opencv"):
        compare(FIRST, SECOND, backend="tflite")


def test_no_model_and_no_evaluation_are_named(tmp_path):
    with pytest.raises(MissingPart, match="nowhere"):
        detections_of(tmp_path / "nowhere", tmp_path / "eval.record")


@pytest.mark.parametrize(
    "first, second, names",
    [
        ("/a/work/evaluation", "/a/other/evaluation", ("work", "other")),
        ("/a/work/evaluation", "/b/work/model/graph", ("a", "b")),
        ("work", "work/jobs/job-1", ("first", "jobs/job-1")),
        ("/a/work", "/a/work/evaluation", ("first", "second")),
    ],
    ids=["two work folders", "an evaluation and a model", "a job inside", "the same"],
)
def test_names_are_what_differs(first, second, names):
    assert distinct_names(first, second) == names


def test_a_model_is_run_where_nothing_is_saved(trained, tmp_path):
    records, options = trained.channel.record("eval"), ComparisonOptions("opencv", 0.1)
    found = detections_of(trained.graph, records, "opencv")
    saved_results.write({"opencv": found.with_min_score(0.2)}, tmp_path / "before")
    comparison = compare_models(
        tmp_path / "before", trained.graph, records, tmp_path / "out", options
    )
    assert len(comparison.images.rows()) > 0
    page = comparison.report.read_text("utf-8")
    assert page.count("<figure>") == 2 * min(20, len(comparison.images.rows()))
