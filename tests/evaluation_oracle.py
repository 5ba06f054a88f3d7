"""Evaluates detections with other people's code and prints what it finds, as JSON.

    python evaluation_oracle.py supervision|tidecv < QUESTION

The question is JSON: ``classes`` (their number), ``images`` (each with ``truth``, rows
``[class id, box, crowd]``, and ``detections``, rows ``[class id, box, score]``; ids from 0, boxes
``[x_min, y_min, x_max, y_max]``), ``iou``, and for supervision ``threshold``.
Run by the fixtures of ``tests/helpers/evaluation/conftest.py``.
"""

import json
import sys


def supervision(question):
    """The confusion matrix, truth in rows."""
    import numpy as np
    from supervision import ConfusionMatrix, Detections

    def detections(rows, **columns):
        return Detections(
            xyxy=np.array([row[1] for row in rows], np.float32).reshape(-1, 4),
            class_id=np.array([row[0] for row in rows], int),
            **columns,
        )

    made = ConfusionMatrix.from_detections(
        predictions=[
            detections(
                image["detections"],
                confidence=np.array([row[2] for row in image["detections"]], np.float32),
            )
            for image in question["images"]
        ],
        targets=[detections(image["truth"]) for image in question["images"]],
        classes=[str(number) for number in range(question["classes"])],
        conf_threshold=question["threshold"],
        iou_threshold=question["iou"],
    )
    return made.matrix.astype(int).tolist()


def tidecv(question):
    """AP, and for each kind of error how many there are and what they cost, in percent."""
    from tidecv import TIDE, Data

    truth, detections = Data("truth"), Data("detections")
    for number, image in enumerate(question["images"]):
        truth.add_image(number, str(number))
        for class_id, box, crowd in image["truth"]:
            add = truth.add_ignore_region if crowd else truth.add_ground_truth
            add(number, class_id, _size(box))
        for class_id, box, score in image["detections"]:
            detections.add_detection(number, class_id, score, _size(box))
    tide = TIDE(pos_threshold=question["iou"])
    run = tide.evaluate(truth, detections, mode=TIDE.BOX)
    return {
        "ap": run.ap,
        "counts": {kind.short_name: count for kind, count in run.count_errors().items()},
        "costs": {kind.short_name: cost for kind, cost in run.fix_main_errors().items()},
        "sums": {kind.short_name: cost for kind, cost in run.fix_special_errors().items()},
    }


def _size(box):
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](json.load(sys.stdin)), sys.stdout)
