"""``pi/detect.py`` on eval images."""

import json
import shutil
from pathlib import Path

import cv2
import pytest

from helpers.annotations import csv_table
from helpers.steps.detect_on_eval import DetectedImages, detect_on_eval
from helpers.structures.errors import JobFailed


def test_eval_images_with_objects_are_drawn(trained, bundle, tmp_path):
    table = trained.channel.table("eval")
    drawn = detect_on_eval(table, trained.images, bundle, tmp_path, count=3, threshold=0.1)
    assert len(drawn.paths) == 3 and drawn.as_text().count("\n") == 2
    with_objects = {record.path for record in csv_table.read(table) if len(record.objects)}
    for path in drawn.paths:
        assert path.name in with_objects
        assert cv2.imread(str(path)).shape == cv2.imread(str(trained.images / path.name)).shape
    assert [row["source"] for row in drawn.found] == [path.name for path in drawn.paths]
    assert all(one["score"] >= 0.1 for row in drawn.found for one in row["detections"])
    assert {row["image"] for row in drawn.rows()} == {path.name for path in drawn.paths}
    again = detect_on_eval(table, trained.images, bundle, tmp_path, count=2, threshold=0.1)
    assert len(again.paths) == 2


def test_the_threshold_is_that_of_the_bundle(trained, bundle, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(str(bundle), str(model))
    table = trained.channel.table("eval")
    everything = detect_on_eval(table, trained.images, model, tmp_path / "all", 3, threshold=0)
    scores = sorted(one["score"] for row in everything.found for one in row["detections"])
    threshold = scores[-3] - 1e-6  # they are printed rounded
    described = json.loads((model / "model.json").read_text())
    assert described["threshold"] != threshold
    (model / "model.json").write_text(json.dumps({**described, "threshold": threshold}))
    found = detect_on_eval(table, trained.images, model, tmp_path / "some", 3).found
    highest = [score for score in scores if score >= threshold]
    assert sorted(one["score"] for row in found for one in row["detections"]) == highest


def test_an_image_without_detections_has_a_row():
    image = {"source": "a.jpg", "width": 4, "height": 3, "detections": []}
    rows = DetectedImages(Path("pi"), (image,)).rows()
    assert rows == [{"image": "a.jpg", "label": None, "score": None, "box": None}]


def test_the_message_of_detect_is_the_message(many, tmp_path):
    table = csv_table.write(many[1], tmp_path / "data_eval.csv")
    with pytest.raises(JobFailed, match="pi/detect.py: .*no-model"):
        detect_on_eval(table, many[0], tmp_path / "no-model", tmp_path / "out")
