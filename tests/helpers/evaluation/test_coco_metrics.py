"""COCO's metrics: by hand where that can be done, by independent programs elsewhere."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from builders import detections as detected
from detection_results import (
    by_the_api,
    one_image,
    results,
    scattered,
    small_results,
    summarized,
    truth,
)
from hypothesis import given, settings

from helpers.evaluation.coco_metrics import coco_metrics
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap

# Of 100, 400 and 400 pixels' area: all small.
CAT, CAT_TOO, DOG = [0, 0, 10, 10], [20, 20, 40, 40], [50, 50, 60, 90]
NUMBERS = (
    ["mAP", "mAP50", "mAP75", "mAP_small", "mAP_medium", "mAP_large"]
    + ["AR1", "AR10", "AR100", "AR_small", "AR_medium", "AR_large"]
)  # fmt: skip
THREE = LabelMap.of(["cat", "dog", "cow"])


@pytest.mark.parametrize(
    "truths, detections, expected",
    [
        pytest.param(
            [truth(("cat", CAT), ("dog", DOG))],
            [detected((CAT, "cat", 0.9), (DOG, "dog", 0.4))],
            {
                **dict.fromkeys(NUMBERS, 1),
                **dict.fromkeys(["mAP_medium", "mAP_large", "AR_medium", "AR_large"]),
                "per_class": {"cat": 1, "dog": 1},
                "per_class50": {"cat": 1, "dog": 1},
            },
            id="all found",
        ),
        pytest.param(
            [truth(("cat", CAT), ("dog", DOG))],
            [detected()],
            {
                **dict.fromkeys(["mAP", "mAP50", "mAP75", "mAP_small", "AR1", "AR10", "AR100"], 0),
                "mAP_medium": None,
                "per_class": {"cat": 0, "dog": 0},
                "per_class50": {"cat": 0, "dog": 0},
            },
            id="no detections",
        ),
        # Precision 1 at the recalls 0.00 to 0.50, which are 51 of 101.
        pytest.param(
            [truth(("cat", CAT), ("cat", CAT_TOO))],
            [detected((CAT, "cat", 0.9))],
            {
                "mAP": 51 / 101,
                "mAP50": 51 / 101,
                "AR100": 0.5,
                "per_class": {"cat": 51 / 101, "dog": None},
            },
            id="half found",
        ),
        # An overlap of 0.62 counts at three of the ten thresholds, 0.5 to 0.95.
        pytest.param(
            [truth(("cat", CAT))],
            [detected(([0, 0, 10, 6.2], "cat", 0.9))],
            {"mAP": 0.3, "mAP50": 1, "mAP75": 0, "AR100": 0.3, "per_class50": {"cat": 1}},
            id="IoU of 0.62",
        ),
        # It halves the precision, and is the one that AR1 sees.
        pytest.param(
            [truth(("cat", CAT))],
            [detected((CAT_TOO, "cat", 0.9), (CAT, "cat", 0.2))],
            {"mAP": 0.5, "mAP50": 0.5, "AR1": 0, "AR10": 1, "AR100": 1},
            id="false positive before",
        ),
        pytest.param(
            [truth(("cat", CAT))],
            [detected((CAT_TOO, "cat", 0.1), (CAT, "cat", 0.2))],
            {"mAP": 1, "AR1": 1},
            id="false positive after",
        ),
        # The right box with the wrong class is wrong twice.
        pytest.param(
            [truth(("cat", CAT), ("dog", DOG))],
            [detected((CAT, "dog", 0.9), (DOG, "dog", 0.1))],
            {"per_class": {"cat": 0, "dog": 0.5}, "mAP": 0.25},
            id="wrong class",
        ),
        pytest.param(
            [
                truth(
                    ("cat", [0, 0, 40, 40]), ("cat", [0, 100, 100, 200]), ("cat", [200, 0, 210, 9])
                )
            ],
            [detected(([0, 0, 40, 40], "cat", 0.9), (CAT_TOO, "cat", 0.8))],
            {"mAP_small": 0, "mAP_medium": 1, "mAP_large": 0, "AR_medium": 1, "AR_large": 0},
            id="sizes",
        ),
        # Images are matched by their order, and a detection on one without objects counts.
        pytest.param(
            [truth(("cat", CAT)), truth()],
            [detected((CAT, "cat", 0.5)), detected((CAT, "cat", 0.9))],
            {"mAP": 0.5, "AR100": 1},
            id="image without objects",
        ),
        pytest.param(
            [truth()],
            [detected((CAT, "cat", 0.5))],
            {**dict.fromkeys(NUMBERS), "per_class": {"cat": None, "dog": None}},
            id="no objects",
        ),
        pytest.param(
            [],
            [],
            {**dict.fromkeys(NUMBERS), "per_class50": {"cat": None, "dog": None}},
            id="no images",
        ),
    ],
)
def test_metrics_are_those_worked_out_by_hand(truths, detections, expected):
    metrics = asdict(coco_metrics(results(truths, detections)))
    assert list(metrics) == [*NUMBERS, "per_class", "per_class50"]
    for name, value in expected.items():
        if isinstance(value, dict):
            for label, average in value.items():
                assert metrics[name][label] == (average and pytest.approx(average)), (name, label)
        else:
            assert metrics[name] == (value and pytest.approx(value)), name


def numbers(metrics):
    """The twelve numbers in COCO's order, -1 where there is none."""
    values = [getattr(metrics, name) for name in NUMBERS]
    return [-1 if value is None else value for value in values]


CASES = [
    pytest.param(scattered(1), id="many"),
    pytest.param(scattered(2), id="many others"),
    pytest.param(scattered(5, labels=THREE).select(range(4)), id="few images"),
    pytest.param(scattered(4, images=1), id="one image"),
    pytest.param(
        results([truth(("cat", CAT)), truth()], [detected((CAT, "cat", 0.5))] * 2, THREE),
        id="classes that are on no image",
    ),
    pytest.param(one_image(truth(), (CAT, "cat", 0.9)), id="no objects"),
    pytest.param(
        results(
            [truth(("cat", CAT)), truth(("cat", CAT_TOO))],
            [detected((CAT_TOO, "cat", 0.5), (CAT, "cat", 0.5)), detected((CAT, "cat", 0.5))],
        ),
        id="equal scores",
    ),
    pytest.param(
        one_image(truth(("cat", CAT), ("dog", DOG), crowds=[0]), (CAT, "cat", 0.9)),
        id="nothing but crowds of a class",
    ),
]


@pytest.mark.parametrize("made", CASES)
def test_the_twelve_numbers_and_those_of_each_class_are_those_of_pycocotools(made):
    metrics = coco_metrics(made)
    assert numbers(metrics) == pytest.approx(summarized(made).tolist(), abs=1e-12)
    for class_id, name in enumerate(made.label_map.names, start=1):
        stats = summarized(made, catIds=[class_id])
        values = metrics.per_class[name], metrics.per_class50[name]
        assert [-1 if value is None else value for value in values] == pytest.approx(stats[:2])


@pytest.mark.parametrize("made", [*CASES, pytest.param(one_image(truth(("cat", CAT))), id="none")])
def test_the_twelve_numbers_are_those_of_the_evaluation_while_training(made):
    assert numbers(coco_metrics(made)) == pytest.approx(by_the_api(made), abs=1e-4)


@given(made=small_results())
@settings(max_examples=60, deadline=None)
def test_any_results_give_what_the_evaluation_while_training_gives(made):
    if len(made):
        assert numbers(coco_metrics(made)) == pytest.approx(by_the_api(made), abs=1e-4)


CROWD = truth(("cat", CAT), ("cat", CAT_TOO), crowds=[1])


@pytest.mark.parametrize(
    "made, expected",
    [
        pytest.param(one_image(CROWD, (CAT, "cat", 0.9), (CAT_TOO, "cat", 0.8)), 1, id="both"),
        pytest.param(one_image(CROWD, (CAT, "cat", 0.9)), 1, id="the crowd not found"),
        pytest.param(
            one_image(CROWD, (CAT, "cat", 0.5), ([20, 20, 30, 30], "cat", 0.9)),
            1,
            id="a part of it",
        ),
        pytest.param(one_image(CROWD, (CAT_TOO, "cat", 0.9)), 0, id="only the crowd found"),
        pytest.param(
            one_image(CROWD.select([1]), (CAT_TOO, "cat", 0.8)), None, id="nothing but crowds"
        ),
    ],
)
def test_crowds_need_not_be_found_and_spoil_nothing(made, expected):
    metrics = coco_metrics(made)
    assert by_the_api(made)[0] == pytest.approx(-1 if expected is None else expected, abs=1e-4)
    assert metrics.mAP == metrics.per_class["cat"] == (expected and pytest.approx(expected))


def test_difficult_objects_must_be_found():
    """The Object Detection API's COCO evaluation knows no ``difficult``; VOC's does."""
    made = one_image(LabeledBoxes([CAT], ["cat"], difficult=[True]))
    assert coco_metrics(made).mAP == by_the_api(made)[0] == 0


def test_the_order_of_detections_does_not_matter_and_they_stay_as_they_are():
    made = scattered(3)
    apart = [
        LabeledBoxes(boxes.boxes, boxes.labels, boxes.scores + np.arange(len(boxes)) * 1e-5)
        for boxes in made.detections
    ]
    before = [boxes.boxes.tolist() for boxes in [*made.truth, *apart]]
    turned = [boxes.select(np.arange(len(boxes))[::-1]) for boxes in apart]
    assert coco_metrics(results(made.truth, apart)) == coco_metrics(results(made.truth, turned))
    assert [boxes.boxes.tolist() for boxes in [*made.truth, *apart]] == before


def test_rows_and_json_have_four_decimals_and_no_nan():
    metrics = coco_metrics(scattered(6, labels=THREE, images=3))
    written = json.loads(json.dumps(metrics.as_dict(), allow_nan=False))
    assert list(written) == list(asdict(metrics)) and written["mAP"] == round(metrics.mAP, 4)
    assert [row["class"] for row in metrics.rows()] == list(THREE.names)
    assert metrics.rows()[0]["AP50"] == written["per_class50"]["cat"]
    absent = coco_metrics(one_image(truth(("dog", DOG)))).rows()[0]
    assert absent == {"class": "cat", "AP": None, "AP50": None}


def test_nothing_is_printed(capsys):
    coco_metrics(scattered(1, images=2))
    assert capsys.readouterr().out == ""
