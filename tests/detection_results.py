"""Detection results that tests of the evaluation build, and the independent oracles for them."""

import contextlib
import io

import numpy as np
from builders import detections as detected
from hypothesis import strategies as st

from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap

LABELS = LabelMap.of(["cat", "dog"])


def truth(*rows, crowds=()):
    """Ground truth from ``(class name, box)`` rows; the rows of these indices are crowds."""
    boxes = LabeledBoxes.from_rows(rows)
    flags = [index in crowds for index in range(len(boxes))]
    return LabeledBoxes(boxes.boxes, boxes.labels, group_of=flags)


def results(truths, detections, labels=LABELS):
    """Results on as many images as there are sets of boxes."""
    names = [f"{number:05d}.jpg" for number in range(len(truths))]
    return DetectionResults(names, [(640, 480)] * len(names), truths, detections, labels)


def one_image(truth_boxes, *rows):
    """Results on one image; detections as ``(box, class name, score)`` rows."""
    return results([truth_boxes], [detected(*rows)])


def scattered(seed, images=25, labels=LABELS, most=30):
    """Objects of all sizes, some of them crowds, and detections near most of them, with ties."""
    random = np.random.RandomState(seed)
    truths, detections = [], []
    for _ in range(images):
        count = random.randint(0, most)
        low = random.uniform(0, 300, (count, 2))
        size = np.exp(random.uniform(np.log(8), np.log(180), (count, 2)))
        boxes = np.hstack([low, low + size]).astype(np.float32)
        names = [labels.names[index] for index in random.randint(0, len(labels), count)]
        truths.append(LabeledBoxes(boxes, names, group_of=random.rand(count) < 0.05))
        near = np.flatnonzero(random.rand(2 * count) < 0.6) % max(count, 1)
        noise = random.normal(0, 0.04, (len(near), 4)) * np.tile(size[near], 2)
        moved = boxes[near] + noise
        moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + 1)
        found = [
            names[index] if random.rand() < 0.9 else labels.names[-1] for index in near.tolist()
        ]
        detections.append(LabeledBoxes(moved, found, random.randint(1, 40, len(near)) / 40))
    return results(truths, detections, labels)


@st.composite
def small_results(draw):
    """A strategy: up to four images with few objects and detections on a coarse grid."""
    corner, size = st.integers(0, 3), st.integers(1, 3)
    boxes = st.tuples(corner, corner, size, size).map(
        lambda box: [10 * box[0], 10 * box[1], 10 * (box[0] + box[2]), 10 * (box[1] + box[3])]
    )
    name = st.sampled_from(LABELS.names)
    objects = st.lists(st.tuples(name, boxes, st.integers(0, 4)), max_size=4)
    score = st.integers(1, 9).map(lambda tenths: tenths / 10)
    found = st.lists(st.tuples(boxes, name, score), max_size=6)
    images = draw(st.lists(st.tuples(objects, found), max_size=4))
    return results(
        [
            truth(
                *((label, box) for label, box, _ in rows),
                crowds=[index for index, row in enumerate(rows) if row[2] == 0],
            )
            for rows, _ in images
        ],
        [detected(*rows) for _, rows in images],
    )


def coco_annotations(made, sets):
    """The boxes of all images as COCO has them, ids from 1."""
    rows = []
    for number, boxes in enumerate(sets, start=1):
        for index, label in enumerate(boxes.labels):
            x_min, y_min, x_max, y_max = map(float, boxes.boxes[index])
            row = {
                "id": len(rows) + 1,
                "image_id": number,
                "category_id": made.label_map.names.index(label) + 1,
                "bbox": [x_min, y_min, x_max - x_min, y_max - y_min],
                "area": (x_max - x_min) * (y_max - y_min),
                "iscrowd": int(boxes.flags("group_of")[index]),
            }
            rows.append(row if boxes.scores is None else {**row, "score": boxes.scores[index]})
    return rows


def coco_dataset(made):
    """The ground truth as a COCO data set."""
    return {
        "images": [{"id": number + 1} for number in range(len(made))],
        "categories": [
            {"id": number, "name": name} for number, name in enumerate(made.label_map.names, 1)
        ],
        "annotations": coco_annotations(made, made.truth),
    }


def cocoeval(made, **parameters):
    """pycocotools' ``COCOeval``, used as its own demo does, after ``evaluate``.

    Args:
        made: the results, with at least one detection.
        **parameters: attributes of ``COCOeval.params``.
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        expected = COCO()
        expected.dataset = coco_dataset(made)
        expected.createIndex()
        found = [
            {key: row[key] for key in ("image_id", "category_id", "bbox", "score")}
            for row in coco_annotations(made, made.detections)
        ]
        evaluation = COCOeval(expected, expected.loadRes(found), "bbox")
        for name, value in parameters.items():
            setattr(evaluation.params, name, value)
        evaluation.evaluate()
    return evaluation


def summarized(made, **parameters):
    """The twelve numbers that pycocotools prints; -1 where there is none."""
    evaluation = cocoeval(made, **parameters)
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats


def by_the_api(made):
    """The twelve numbers as the Object Detection API measures them while training."""
    from object_detection.metrics.coco_evaluation import CocoDetectionEvaluator

    names = made.label_map.names
    evaluator = CocoDetectionEvaluator(
        [{"id": number, "name": name} for number, name in enumerate(names, start=1)]
    )
    for filename, objects, found in zip(made.filenames, made.truth, made.detections):
        ids = [
            np.array([names.index(label) + 1 for label in boxes.labels], int)
            for boxes in (objects, found)
        ]
        evaluator.add_single_ground_truth_image_info(
            filename,
            {
                "groundtruth_boxes": objects.boxes[:, [1, 0, 3, 2]],
                "groundtruth_classes": ids[0],
                "groundtruth_is_crowd": objects.flags("group_of").astype(int),
                "groundtruth_difficult": objects.flags("difficult"),
            },
        )
        evaluator.add_single_detected_image_info(
            filename,
            {
                "detection_boxes": found.boxes[:, [1, 0, 3, 2]],
                "detection_scores": found.scores,
                "detection_classes": ids[1],
            },
        )
    with contextlib.redirect_stdout(io.StringIO()):
        return list(evaluator.evaluate().values())
