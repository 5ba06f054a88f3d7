"""Scoring 10,000 images with 20 boxes each, beside pycocotools by itself; no inference."""

import json

import pytest
from conftest import COUNT

# Objects of all sizes, a detection near each, one in ten of another class.
MADE = """
import json, sys, time
import numpy as np
from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap

def made(images, boxes=20, classes=7):
    random, labels = np.random.RandomState(0), LabelMap.of(f"class{n}" for n in range(classes))
    truth, detections = [], []
    for _ in range(images):
        low = random.uniform(0, 400, (boxes, 2))
        size = np.exp(random.uniform(np.log(10), np.log(150), (boxes, 2)))
        corners = np.hstack([low, low + size]).astype(np.float32)
        number = random.randint(0, classes, boxes)
        moved = corners + random.normal(0, 0.06, corners.shape) * np.tile(size, 2)
        moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + 1)
        other = np.where(random.rand(boxes) < 0.1, 0, number)
        truth.append(LabeledBoxes(corners, [labels.names[n] for n in number]))
        detections.append(
            LabeledBoxes(moved, [labels.names[n] for n in other], random.rand(boxes))
        )
    names = [f"{n}.jpg" for n in range(images)]
    return DetectionResults(names, [(640, 480)] * images, truth, detections, labels)

results = made(int(sys.argv[1]))
"""
THEIRS = """
import contextlib, io
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

def rows(sets):
    found = []
    for image_id, boxes in enumerate(sets, start=1):
        for label, box in zip(boxes.labels, boxes.boxes.astype(float).tolist()):
            size = [box[2] - box[0], box[3] - box[1]]
            found.append({"image_id": image_id, "category_id": results.label_map.id_of(label),
                          "bbox": box[:2] + size, "area": size[0] * size[1], "iscrowd": 0})
    return found

truth, found = rows(results.truth), rows(results.detections)
for number, row in enumerate(truth, start=1):
    row["id"] = number
scores = np.concatenate([boxes.scores for boxes in results.detections]).tolist()
found = [dict(row, score=score) for row, score in zip(found, scores)]
names = enumerate(results.label_map.names, start=1)
dataset = {"annotations": truth, "images": [{"id": n + 1} for n in range(len(results))],
           "categories": [{"id": number, "name": name} for number, name in names]}
started = time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()):
    expected = COCO()
    expected.dataset = dataset
    expected.createIndex()
    evaluation = COCOeval(expected, expected.loadRes(found), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
print(json.dumps([time.perf_counter() - started, *evaluation.stats]))
"""
OURS = """
from helpers.evaluation.coco_metrics import coco_metrics
started = time.perf_counter()
metrics = coco_metrics(results)
values = [value for value in vars(metrics).values() if not isinstance(value, dict)]
print(json.dumps([time.perf_counter() - started, *values]))
"""
ANALYSES = """
from helpers.evaluation import bootstrap, calibration, matching, precision_recall
for name, analysis in (
    ("matching", matching.match),
    ("curves", precision_recall.curves),
    ("F1 by threshold", precision_recall.f1_by_threshold),
    ("calibration", calibration.calibrate),
    ("intervals, 1,000 samples", bootstrap.intervals),
):
    started = time.perf_counter()
    analysis(results)
    print(f"  {name:<28} {time.perf_counter() - started:8.2f} s")
"""


def test_cocos_metrics_beside_pycocotools(ran, side_by_side):
    values, megabytes = [], {}

    def run(program):
        done = ran(MADE + program, COUNT)
        seconds, *metrics = json.loads(done.printed)
        values.append(metrics)
        megabytes[program] = done.megabytes
        return seconds

    side_by_side(
        f"COCO's twelve metrics of {COUNT} images with 20 boxes each",
        rounds=2,
        pycocotools=lambda: run(THEIRS),
        ours=lambda: run(OURS),
    )
    print(f"  MB: {megabytes[THEIRS]:.0f} and {megabytes[OURS]:.0f}")
    assert all(metrics == pytest.approx(values[0], abs=1e-9) for metrics in values)


def test_memory_grows_with_the_images(ran):
    """Both what a process takes with the boxes alone and what scoring adds is linear."""
    print("\nMB of a process with the boxes, and what scoring adds")
    for images in (COUNT // 4, COUNT // 2, COUNT):
        alone = ran(MADE + "time.sleep(1)", images).megabytes
        scored = ran(MADE + OURS, images).megabytes
        print(f"  {images:6} images {alone:7.0f} + {scored - alone:5.0f}")


@pytest.mark.parametrize("images", [40, 500, COUNT])
def test_the_other_analyses(ran, images):
    print(
        f"\n{images} images with 20 boxes each, seconds\n  {ran(MADE + ANALYSES, images).printed}"
    )
