"""COCO's metrics: by hand where that can be done, by pycocotools run the ordinary way elsewhere."""

import contextlib
import io
import json

import numpy as np
import pytest
from builders import detections as detected

from helpers.evaluation.coco_metrics import coco_metrics
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap

LABELS = LabelMap.of(["cat", "dog"])
CAT, CAT_TOO, DOG = [0, 0, 10, 10], [20, 20, 40, 40], [50, 50, 60, 90]


def truth(*rows):
    return LabeledBoxes.from_rows(rows)


@pytest.mark.parametrize(
    "truths, detections, expected",
    [
        pytest.param(
            [truth(("cat", CAT), ("dog", DOG))],
            [detected((CAT, "cat", 0.9), (DOG, "dog", 0.4))],
            {"mAP": 1, "mAP50": 1, "mAP75": 1, "AR100": 1, "per_class": {"cat": 1, "dog": 1}},
            id="all found",
        ),
        pytest.param(
            [truth(("cat", CAT), ("dog", DOG))],
            [detected()],
            {"mAP": 0, "mAP50": 0, "mAP75": 0, "AR100": 0, "per_class": {"cat": 0, "dog": 0}},
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
            {"mAP": 0.3, "mAP50": 1, "mAP75": 0, "AR100": 0.3},
            id="IoU of 0.62",
        ),
        # It halves the precision.
        pytest.param(
            [truth(("cat", CAT))],
            [detected((CAT_TOO, "cat", 0.9), (CAT, "cat", 0.2))],
            {"mAP": 0.5, "mAP50": 0.5, "AR100": 1},
            id="false positive before",
        ),
        # It does no harm.
        pytest.param(
            [truth(("cat", CAT))],
            [detected((CAT_TOO, "cat", 0.1), (CAT, "cat", 0.2))],
            {"mAP": 1},
            id="false positive after",
        ),
        # The right box with the wrong class is wrong twice.
        pytest.param(
            [truth(("cat", CAT), ("dog", DOG))],
            [detected((CAT, "dog", 0.9), (DOG, "dog", 0.1))],
            {"per_class": {"cat": 0, "dog": 0.5}, "mAP": 0.25},
            id="wrong class",
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
            [detected()],
            {"mAP": None, "AR100": None, "per_class": {"cat": None, "dog": None}},
            id="no objects",
        ),
    ],
)
def test_metrics_are_those_worked_out_by_hand(truths, detections, expected):
    metrics = coco_metrics(truths, detections, LABELS)
    assert sorted(metrics) == ["AR100", "mAP", "mAP50", "mAP75", "per_class"]
    for name, value in expected.items():
        if name == "per_class":
            assert metrics[name] == {
                key: value[key] and pytest.approx(value[key], abs=1e-4) for key in value
            }
        else:
            assert metrics[name] == (value and pytest.approx(value, abs=1e-4)), name


def scattered(seed, images=25):
    """Boxes of two classes and detections near some of them, on several images."""
    random = np.random.RandomState(seed)
    truths, detections = [], []
    for _ in range(images):
        count = random.randint(0, 30)  # more than ten, or the limit of 100 would not show
        low = random.uniform(0, 200, (count, 2))
        boxes = np.hstack([low, low + random.uniform(10, 150, (count, 2))])
        names = [LABELS.names[i] for i in random.randint(0, 2, count)]
        truths.append(LabeledBoxes(boxes, names))
        moved = boxes + random.normal(0, 8, boxes.shape)
        moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + 1)
        extra = np.array([[5, 5, 30, 60]] * random.randint(0, 3), float).reshape(-1, 4)
        wrong = [name if random.rand() < 0.9 else "dog" for name in names]
        detections.append(
            LabeledBoxes(
                np.vstack([moved, extra]),
                wrong + ["cat"] * len(extra),
                random.rand(len(moved) + len(extra)),
            )
        )
    return truths, detections


def by_pycocotools(folder, truths, detections):
    """The same metrics by pycocotools, through its JSON files."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    def rows(sets, scored):
        for number, boxes in enumerate(sets, start=1):
            for index, label in enumerate(boxes.labels):
                x_min, y_min, x_max, y_max = map(float, boxes.boxes[index])
                row = {
                    "image_id": number,
                    "category_id": LABELS.names.index(label) + 1,
                    "bbox": [x_min, y_min, x_max - x_min, y_max - y_min],
                }
                yield (
                    dict(row, score=float(boxes.scores[index]))
                    if scored
                    else dict(row, iscrowd=0, area=(x_max - x_min) * (y_max - y_min))
                )

    annotations = [dict(row, id=number) for number, row in enumerate(rows(truths, False), start=1)]
    (folder / "truth.json").write_text(
        json.dumps(
            {
                "images": [{"id": number + 1} for number in range(len(truths))],
                "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
                "annotations": annotations,
            }
        )
    )
    (folder / "detections.json").write_text(json.dumps(list(rows(detections, True))))
    stats = {}
    with contextlib.redirect_stdout(io.StringIO()):
        expected = COCO(str(folder / "truth.json"))
        results = expected.loadRes(str(folder / "detections.json"))
        for name, ids in (("all", [1, 2]), ("cat", [1]), ("dog", [2])):
            evaluation = COCOeval(expected, results, "bbox")
            evaluation.params.catIds = ids
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
            stats[name] = evaluation.stats
    return {
        "mAP": stats["all"][0],
        "mAP50": stats["all"][1],
        "mAP75": stats["all"][2],
        "AR100": stats["all"][8],
        "per_class": {name: stats[name][0] for name in ("cat", "dog")},
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_metrics_are_those_of_pycocotools_on_files(tmp_path, seed):
    truths, detections = scattered(seed)
    expected = by_pycocotools(tmp_path, truths, detections)
    metrics = coco_metrics(truths, detections, LABELS)
    assert 0.05 < metrics["mAP"] < 0.8
    assert metrics.pop("per_class") == pytest.approx(expected.pop("per_class"), abs=1e-4)
    assert metrics == pytest.approx(expected, abs=1e-4)


def by_the_trainers_evaluator(truths, detections):
    """mAP as the Object Detection API measures it while training."""
    from object_detection.metrics.coco_evaluation import CocoDetectionEvaluator

    categories = [{"id": LABELS.id_of(name), "name": name} for name in LABELS.names]
    evaluator = CocoDetectionEvaluator(categories)
    for number, (truth_boxes, detected_boxes) in enumerate(zip(truths, detections)):
        ids = [
            np.array([LABELS.id_of(label) for label in boxes.labels])
            for boxes in (truth_boxes, detected_boxes)
        ]
        yxyx = [boxes.boxes[:, [1, 0, 3, 2]] for boxes in (truth_boxes, detected_boxes)]
        evaluator.add_single_ground_truth_image_info(
            str(number),
            {
                "groundtruth_boxes": yxyx[0],
                "groundtruth_classes": ids[0],
                "groundtruth_is_crowd": truth_boxes.flags("group_of").astype(int),
            },
        )
        evaluator.add_single_detected_image_info(
            str(number),
            {
                "detection_boxes": yxyx[1],
                "detection_scores": detected_boxes.scores,
                "detection_classes": ids[1],
            },
        )
    with contextlib.redirect_stdout(io.StringIO()):
        return evaluator.evaluate()["DetectionBoxes_Precision/mAP"]


CROWD = LabeledBoxes([CAT, CAT_TOO], ("cat", "cat"), group_of=[False, True])
ON_BOTH = detected((CAT, "cat", 0.9), (CAT_TOO, "cat", 0.8))


@pytest.mark.parametrize(
    "truth_boxes, detections, expected",
    [
        pytest.param(CROWD, ON_BOTH, 1, id="all found"),
        pytest.param(CROWD, detected((CAT, "cat", 0.9)), 1, id="the crowd not found"),
        pytest.param(
            CROWD,
            detected((CAT, "cat", 0.5), ([20, 20, 30, 30], "cat", 0.9)),
            1,
            id="a part of the crowd found",
        ),
        pytest.param(CROWD, detected((CAT_TOO, "cat", 0.9)), 0, id="only the crowd found"),
        pytest.param(CROWD.select([1]), ON_BOTH.select([1]), None, id="nothing but crowds"),
    ],
)
def test_crowds_count_as_in_the_evaluation_while_training(truth_boxes, detections, expected):
    metrics = coco_metrics([truth_boxes], [detections], LABELS)
    trainers = by_the_trainers_evaluator([truth_boxes], [detections])
    assert (-1 if expected is None else expected) == pytest.approx(trainers, abs=1e-4)
    assert metrics["mAP"] == metrics["per_class"]["cat"] == expected


def test_the_order_of_detections_does_not_matter_and_they_stay_as_they_are():
    truths, detections = scattered(3)
    before = [boxes.boxes.tolist() for boxes in truths + detections]
    turned = [boxes.select(np.arange(len(boxes))[::-1]) for boxes in detections]
    assert coco_metrics(truths, detections, LABELS) == coco_metrics(truths, turned, LABELS)
    assert [boxes.boxes.tolist() for boxes in truths + detections] == before


def test_another_number_of_images_or_another_class_is_refused():
    with pytest.raises(ValueError, match="expected 1 .*got 0"):
        coco_metrics([truth()], [], LABELS)
    with pytest.raises(BadInput, match="'lynx'"):
        coco_metrics([truth(("lynx", CAT))], [detected()], LABELS)


def test_nothing_is_printed(capsys):
    coco_metrics([truth(("cat", CAT))], [detected((CAT, "cat", 0.9))], LABELS)
    assert capsys.readouterr().out == ""
