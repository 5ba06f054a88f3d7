"""Results of a detector that never ran: drawn at random, or with one fault planted."""

import numpy as np

from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap

SIZE = (640, 480)


def results_of(images, classes=("cat", "dog"), size=SIZE):
    """Results from ``(truth, detections)`` of each image.

    Truth rows are ``(class, box)`` or ``(class, box, is crowd)``, detections ``(class, box,
    score)``. The images are named ``000.jpg`` and so on.
    """
    truth, detections = [], []
    for annotated, found in images:
        crowds = [len(row) > 2 and row[2] for row in annotated]
        truth.append(
            LabeledBoxes(
                [row[1] for row in annotated], [row[0] for row in annotated], group_of=crowds
            )
        )
        detections.append(
            LabeledBoxes(
                [row[1] for row in found],
                [row[0] for row in found],
                scores=[row[2] for row in found],
            )
        )
    names = [f"{number:03d}.jpg" for number in range(len(images))]
    return DetectionResults(names, [size] * len(names), truth, detections, LabelMap.of(classes))


def random_results(seed, images=30, classes=("cat", "dog", "owl"), crowds=0.0):
    """Detections beside, on and far from the truth, some of the wrong class, some twice."""
    random = np.random.RandomState(seed)
    made = []
    for _ in range(images):
        truth = [
            (random.choice(classes), box, bool(random.uniform() < crowds))
            for box in _boxes(random, random.randint(0, 6))
        ]
        near = [
            (label if random.uniform() < 0.7 else random.choice(classes), _shaken(random, box))
            for label, box, _ in truth
            for _ in range(random.randint(0, 4))
        ]
        far = [(random.choice(classes), box) for box in _boxes(random, random.randint(0, 4))]
        made.append((truth, [(*row, float(random.uniform(0.01, 1))) for row in near + far]))
    return results_of(made, classes)


def _boxes(random, count):
    low = random.uniform(0, 400, (count, 2))
    return np.concatenate([low, low + random.uniform(20, 200, (count, 2))], axis=1).tolist()


def _shaken(random, box):
    width, height = box[2] - box[0], box[3] - box[1]
    share = random.uniform(-1, 1, 4) * random.choice([0.03, 0.15, 0.4])
    return (np.array(box) + share * [width, height, width, height]).tolist()


def question(results, **options):
    """The same results as ``evaluation_oracle.py`` takes them."""
    names = results.label_map.names
    images = [
        {
            "truth": [
                [names.index(label), box, bool(crowd)]
                for label, box, crowd in zip(
                    truth.labels, truth.boxes.tolist(), truth.flags("group_of")
                )
            ],
            "detections": [
                [names.index(label), box, score]
                for label, box, score in zip(
                    detections.labels, detections.boxes.tolist(), detections.scores.tolist()
                )
            ],
        }
        for truth, detections in zip(results.truth, results.detections)
    ]
    return {"classes": len(names), "images": images, **options}


def planted(fault="", images=60, seed=0):
    """Results of a good detector of cats and dogs, or of one with one fault.

    Args:
        fault: ``small`` (a third of the objects has 20 pixels and is missed), ``confused`` (many
            cats are detected as dogs), ``loose``, ``missed dogs``, ``missed`` (half of all),
            ``spurious`` (where nothing is); empty for none.
        images: how many.
        seed: of what is drawn at random.
    """
    random, made = np.random.RandomState(seed), []
    for number in range(images):
        truth, found = [], []
        for place, label in enumerate(("cat", "dog", "cat")):
            x, y = 200 * place + random.uniform(0, 50), random.uniform(0, 300)
            edge = 20 if fault == "small" and place == 0 else random.uniform(80, 140)
            box = [x, y, x + edge, y + edge]
            truth.append((label, box))
            found += _detected(fault, label, box, random)
        if fault == "spurious" and number % 2:
            found.append(("cat", [10, 430, 60, 475], 0.95))
        made.append((truth, found))
    return results_of(made)


def _detected(fault, label, box, random):
    missed = {"small": box[2] - box[0] <= 20, "missed dogs": label == "dog", "missed": True}
    if missed.get(fault) and random.uniform() < (1.0 if fault == "small" else 0.6):
        return []
    share = 0.3 if fault == "loose" else 0.03
    width = (box[2] - box[0]) * random.uniform(0.8, 1) * share
    near, score = [box[0] + width, box[1], box[2] + width, box[3]], random.uniform(0.7, 0.95)
    if fault == "confused" and label == "cat" and random.uniform() < 0.4:
        return [("dog", near, score), ("cat", near, score / 2)]
    return [(label, near, score)]
