"""The layers of a start checkpoint, tried on a training channel's records."""

import numpy as np
import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import pipeline, recipe
from helpers.steps.probe_layers import probe_layers
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import tfrecord


@pytest.fixture
def channel(tmp_path):
    """Records of ten photos, a bright square in each."""
    from PIL import Image

    (tmp_path / "img").mkdir()
    records = []
    for number in range(10):
        pixels = np.full((90, 120, 3), 40, np.uint8)
        left = 8 * number
        pixels[30:60, left : left + 30] = 250
        Image.fromarray(pixels).save(tmp_path / "img" / f"{number}.jpg")
        objects = LabeledBoxes.from_rows([("square", [left, 30, left + 30, 60])])
        records.append(ImageRecord(f"{number}.jpg", 120, 90, objects))
    folder = tmp_path / "training"
    folder.mkdir()
    labels = LabelMap.of(["square"])
    csv_table.write(records, folder / "data_train.csv")
    label_map_file.write(labels, folder / "label_map.pbtxt")
    tfrecord.write(records, labels, tmp_path / "img", folder / "train.record")
    return folder


def test_each_layer_that_could_be_frozen_is_tried(channel, tmp_path):
    pytest.importorskip("tensorflow")
    import tiny_model

    config = tiny_model.config()
    path = pipeline.write(config, tmp_path / "pipeline.config")
    found = probe_layers(str(path), tiny_model.checkpoint(config, tmp_path), channel)
    assert sorted(found) == sorted(recipe.FREEZABLE)
    assert all(0.5 < value <= 1 for value in found.values())


def test_without_records_nothing_is_tried(tmp_path):
    assert probe_layers("ssd_mobilenet_v2_transfer", tmp_path / "model.ckpt", tmp_path) == {}
