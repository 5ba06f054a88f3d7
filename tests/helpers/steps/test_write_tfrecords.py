"""Shards of one table and of both splits."""

import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.steps.split_dataset import SplitOptions, split_dataset
from helpers.steps.write_tfrecords import (
    TfrecordOptions,
    longest_edge_for,
    write_splits,
    write_tfrecords,
)
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.workspace import TrainingChannel


@pytest.fixture()
def channel(many, tmp_path):
    channel = TrainingChannel(tmp_path / "training")
    table = csv_table.write(many[1], tmp_path / "data.csv")
    split_dataset(table, channel.folder, SplitOptions(0.8))
    label_map_file.write(LabelMap.of(["cat"]), channel.label_map)
    return channel


def test_both_splits_are_written_and_counted(channel, many, decoded):
    written = write_splits(channel, many[0], TfrecordOptions(longest_edge=35))
    assert [path.name for path in written.paths] == ["train.record", "eval.record"]
    assert (written.images, written.boxes, written.kept, written.longest_edge) == (10, 10, 0, 35)
    assert written.shrunk == 10  # all are 40 pixels wide
    assert "10 images became" in written.as_text()
    assert len(decoded(written.paths)) == 10
    again = write_splits(channel, many[0], TfrecordOptions(longest_edge=35))
    assert again.kept == 2


def test_every_pixel_is_kept_on_request(channel, many):
    options = TfrecordOptions(longest_edge=0, shards=2)
    written = write_tfrecords(
        channel.table("eval"), channel.label_map, many[0], channel.record("eval"), options
    )
    assert len(written.paths) == 2 and written.shrunk == 0
    assert "longest edge" not in written.as_text()


def test_the_longest_edge_is_twice_the_input():
    assert longest_edge_for("small_ssd") == 320
    assert longest_edge_for("ssd_mobilenet_v2") == 600
    assert longest_edge_for("ssd_mobilenet_v2", 224) == 448
    with pytest.raises(BadInput):
        longest_edge_for("none")
