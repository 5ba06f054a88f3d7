"""COCO's metrics: by hand where that can be done, by pycocotools run the ordinary way elsewhere."""

import contextlib
import io
import json

import numpy as np
import pytest

from helpers.evaluation.coco_metrics import coco_metrics
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap

LABELS = LabelMap.of(["cat", "dog"])
CAT, CAT_TOO, DOG = [0, 0, 10, 10], [20, 20, 40, 40], [50, 50, 60, 90]


def truth(*rows):
    return LabeledBoxes.from_rows(rows)


def found(*rows):
    return LabeledBoxes(
        [box for _, box, _ in rows],
        [label for label, _, _ in rows],
        [score for _, _, score in rows],
    )


@pytest.mark.parametrize(
    "truths, detections, expected",
    [
        (
            [truth(("cat", CAT), ("dog", DOG))],
            [found(("cat", CAT, 0.9), ("dog", DOG, 0.4))],
            {"mAP": 1, "mAP50": 1, "mAP75": 1, "AR100": 1, "per_class": {"cat": 1, "dog": 1}},
        ),
        (
            [truth(("cat", CAT), ("dog", DOG))],
            [found()],
            {"mAP": 0, "mAP50": 0, "mAP75": 0, "AR100": 0, "per_class": {"cat": 0, "dog": 0}},
        ),
        # One of two found: precision 1 at the recalls 0.00 to 0.50, which are 51 of 101.
        (
            [truth(("cat", CAT), ("cat", CAT_TOO))],
            [found(("cat", CAT, 0.9))],
            {
                "mAP": 51 / 101,
                "mAP50": 51 / 101,
                "AR100": 0.5,
                "per_class": {"cat": 51 / 101, "dog": None},
            },
        ),
        # An overlap of 0.62 counts at three of the ten thresholds, 0.5 to 0.95.
        (
            [truth(("cat", CAT))],
            [found(("cat", [0, 0, 10, 6.2], 0.9))],
            {"mAP": 0.3, "mAP50": 1, "mAP75": 0, "AR100": 0.3},
        ),
        # A confident false one before the right one halves the precision.
        (
            [truth(("cat", CAT))],
            [found(("cat", CAT_TOO, 0.9), ("cat", CAT, 0.2))],
            {"mAP": 0.5, "mAP50": 0.5, "AR100": 1},
        ),
        # A false one after it does no harm.
        ([truth(("cat", CAT))], [found(("cat", CAT_TOO, 0.1), ("cat", CAT, 0.2))], {"mAP": 1}),
        # The right box with the wrong class is wrong twice.
        (
            [truth(("cat", CAT), ("dog", DOG))],
            [found(("dog", CAT, 0.9), ("dog", DOG, 0.1))],
            {"per_class": {"cat": 0, "dog": 0.5}, "mAP": 0.25},
        ),
        # Images are matched by their order, and one without objects counts what is found on it.
        (
            [truth(("cat", CAT)), truth()],
            [found(("cat", CAT, 0.5)), found(("cat", CAT, 0.9))],
            {"mAP": 0.5, "AR100": 1},
        ),
        (
            [truth()],
            [found()],
            {"mAP": None, "AR100": None, "per_class": {"cat": None, "dog": None}},
        ),
    ],
)
def test_by_hand(truths, detections, expected):
    got = coco_metrics(truths, detections, LABELS)
    assert sorted(got) == ["AR100", "mAP", "mAP50", "mAP75", "per_class"]
    for name, value in expected.items():
        if name == "per_class":
            assert got[name] == {
                key: value[key] and pytest.approx(value[key], abs=1e-4) for key in value
            }
        else:
            assert got[name] == (value and pytest.approx(value, abs=1e-4)), name


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


def ordinary(folder, truths, detections):
    """The same question asked of pycocotools through its JSON files."""
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
    (folder / "found.json").write_text(json.dumps(list(rows(detections, True))))
    stats = {}
    with contextlib.redirect_stdout(io.StringIO()):
        expected = COCO(str(folder / "truth.json"))
        results = expected.loadRes(str(folder / "found.json"))
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
def test_they_are_what_pycocotools_says_of_files(tmp_path, seed):
    truths, detections = scattered(seed)
    expected = ordinary(tmp_path, truths, detections)
    got = coco_metrics(truths, detections, LABELS)
    assert 0.05 < got["mAP"] < 0.8
    assert got.pop("per_class") == pytest.approx(expected.pop("per_class"), abs=1e-4)
    assert got == pytest.approx(expected, abs=1e-4)


def test_the_order_of_detections_does_not_matter_and_they_stay_as_they_are():
    truths, detections = scattered(3)
    before = [boxes.boxes.tolist() for boxes in truths + detections]
    turned = [boxes.select(np.arange(len(boxes))[::-1]) for boxes in detections]
    assert coco_metrics(truths, detections, LABELS) == coco_metrics(truths, turned, LABELS)
    assert [boxes.boxes.tolist() for boxes in truths + detections] == before


def test_another_number_of_images_or_another_class_is_refused():
    with pytest.raises(ValueError, match="expected 1 images' detections, got 0"):
        coco_metrics([truth()], [], LABELS)
    with pytest.raises(BadInput, match="no class 'lynx'"):
        coco_metrics([truth(("lynx", CAT))], [found()], LABELS)


def test_nothing_is_printed(capsys):
    coco_metrics([truth(("cat", CAT))], [found(("cat", CAT, 0.9))], LABELS)
    assert capsys.readouterr().out == ""
