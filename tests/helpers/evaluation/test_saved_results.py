"""Detection results on disk: what is read is what was written; damaged files are named."""

import json

import detection_results
import numpy as np
import pytest
from builders import detections
from detection_results import truth

from helpers.evaluation import saved_results
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.structures.errors import BadInput, MissingPart

BOX = [1.25, 2.0, 30.5, 40.75]
ONE = detection_results.one_image(truth(("cat", BOX)), (BOX, "cat", 0.5))


def as_plain(results):
    return [
        (name, size, boxes.labels, boxes.boxes.tolist(), boxes.flags("group_of").tolist())
        + (found.labels, found.boxes.tolist(), found.scores.tolist())
        for name, size, boxes, found in zip(
            results.filenames, results.sizes.tolist(), results.truth, results.detections
        )
    ]


@pytest.mark.parametrize(
    "made",
    [
        detection_results.results([], []),
        detection_results.one_image(truth()),
        detection_results.one_image(truth(("cat", BOX), ("dog", BOX), crowds=[1])),
        detection_results.results(
            [truth(("dog", BOX)), truth()],
            [detections((BOX, "dog", 0.5)), detections((BOX, "cat", 0.75), (BOX, "dog", 0.25))],
        ),
    ],
    ids=["no image", "an empty image", "a crowd", "two images"],
)
def test_what_is_read_is_what_was_written(tmp_path, made):
    assert not saved_results.exists(tmp_path)
    saved_results.write({"opencv": made}, tmp_path)
    assert saved_results.exists(tmp_path)
    read = saved_results.read(tmp_path)
    assert list(read) == ["opencv"]
    assert as_plain(read["opencv"]) == as_plain(made)
    assert read["opencv"].label_map == made.label_map


def test_metrics_of_what_is_read_are_those_of_what_was_written(tmp_path):
    made = detection_results.scattered(5)
    saved_results.write({"tensorflow": made}, tmp_path)
    read = saved_results.read(tmp_path)["tensorflow"]
    assert coco_metrics(read).mAP == pytest.approx(coco_metrics(made).mAP, abs=1e-3)
    for written, boxes in zip(made.detections, read.detections):
        np.testing.assert_allclose(boxes.boxes, written.boxes, atol=0.0051)
        np.testing.assert_allclose(boxes.scores, written.scores, atol=6e-6)


def test_backends_ran_on_the_same_images():
    with pytest.raises(ValueError, match="tflite"):
        saved_results.write({"opencv": ONE, "tflite": detection_results.results([], [])}, "none")


@pytest.mark.parametrize("name", [saved_results.DETECTIONS, saved_results.TRUTH])
def test_a_missing_file_is_named(tmp_path, name):
    saved_results.write({"opencv": ONE}, tmp_path)
    (tmp_path / name).unlink()
    assert not saved_results.exists(tmp_path)
    with pytest.raises(MissingPart, match=f"{name}: .*evaluate"):
        saved_results.read(tmp_path)


@pytest.mark.parametrize(
    "name, content",
    [
        ("truth.json", "{"),
        ("truth.json", "[]"),
        ("truth.json", '{"classes": ["cat"], "images": [{"image": "a.jpg"}]}'),
        ("detections.json", "[]"),
        ("detections.json", '{"opencv": [{"image": "z.jpg", "class": "cat", "score": 1}]}'),
        ("detections.json", '{"opencv": [{"image": "00000.jpg", "class": "cat", "score": 1}]}'),
    ],
    ids=["cut off", "a list", "no size", "list of rows", "unknown image", "no box"],
)
def test_a_damaged_file_is_named(tmp_path, name, content):
    saved_results.write({"opencv": ONE}, tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match=name):
        saved_results.read(tmp_path)


def test_detections_are_kept_as_other_programs_read_them(tmp_path):
    saved_results.write({"opencv": ONE}, tmp_path)
    assert json.loads((tmp_path / "detections.json").read_text()) == {
        "opencv": [{"image": "00000.jpg", "class": "cat", "score": 0.5, "box": BOX}]
    }
