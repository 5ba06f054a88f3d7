"""How unsure a model is, and what is like what."""

import numpy as np
import pytest

from detection.structures import Detection
from detection.watch.uncertainty import is_like_any, thumbnail, uncertainty


def cup(score=0.5, left=0, label="cup"):
    return Detection(label, score, (left, 0, left + 40, 40))


@pytest.mark.parametrize(
    "detections, expected",
    [
        ([], 0),
        ([cup(0.05)], 0),
        ([cup(1.0)], 0),
        ([cup(0.5)], 1),
        ([cup(0.9)], 0.04),
        ([cup(0.9), cup(0.9, 100)], 0.08),
        ([cup(0.9), cup(0.8, 2, "ball")], 0.9**2 * 2),
        ([cup(0.9), cup(0.8, 30, "ball")], 0.04 + 0.16),
        ([cup(0.9), cup(0.8, 2)], 0.04 + 0.16),
    ],
    ids=[
        "nothing",
        "background",
        "sure",
        "as unsure as can be",
        "nearly sure",
        "a sum",
        "two classes in one place",
        "two classes side by side",
        "one class in one place",
    ],
)
def test_uncertainty(detections, expected):
    assert uncertainty(detections) == pytest.approx(expected)


def test_it_is_that_of_the_library():
    inference = pytest.importorskip("helpers.inference.uncertainty")
    boxes = pytest.importorskip("helpers.structures.boxes")
    random = np.random.RandomState(0)
    corners = random.uniform(0, 60, (30, 2))
    rows = np.hstack([corners, corners + 40])
    found = [
        Detection("ab"[index % 2], float(score), tuple(box))
        for index, (score, box) in enumerate(zip(random.rand(30), rows))
    ]
    labels = tuple(one.label for one in found)
    same = boxes.LabeledBoxes(rows, labels, np.array([one.score for one in found]))
    assert uncertainty(found) == pytest.approx(inference.uncertainty(same), rel=1e-5)


def scene(seed, shape=(480, 640)):
    coarse = np.random.RandomState(seed).randint(40, 200, (8, 8, 3)).astype(np.uint8)
    return np.kron(coarse, np.ones((shape[0] // 8, shape[1] // 8, 1), np.uint8))


@pytest.mark.parametrize(
    "one, other, expected",
    [
        ((scene(0), [cup()]), (scene(0), [cup()]), True),
        ((scene(0) + np.uint8(20), [cup()]), (scene(0), [cup()]), True),
        ((scene(1), [cup()]), (scene(0), [cup()]), False),
        ((scene(0), [cup()]), (scene(0), []), False),
        ((scene(0), []), (scene(0), [cup()]), True),
        ((scene(0), [cup(), cup(left=100)]), (scene(0), [cup()]), False),
        ((scene(0), [cup(left=5)]), (scene(0), [cup(), cup(left=100)]), True),
        ((scene(0), [cup(label="ball")]), (scene(0), [cup()]), False),
    ],
    ids=[
        "the same",
        "brighter",
        "another scene",
        "a new object",
        "an object less",
        "one more",
        "one less",
        "another class",
    ],
)
def test_like(one, other, expected):
    seen, before = ((thumbnail(image), found) for image, found in (one, other))
    assert is_like_any(seen, [before]) == expected
    third = (thumbnail(scene(2)), [])
    assert is_like_any(seen, [third, before]) == expected
    assert not is_like_any(seen, [])


@pytest.mark.parametrize("shape", [(8, 8), (16, 800), (1080, 1920)], ids=str)
def test_thumbnails_of_any_size(shape):
    small = thumbnail(scene(0, shape))
    assert small.shape == (16, 16) and abs(float(small.mean())) < 0.01
