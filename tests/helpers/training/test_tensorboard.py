"""Curves out of TensorFlow's own event files."""

import pytest

from helpers.structures.errors import MissingPart
from helpers.training import tensorboard
from helpers.training.tensorboard import Point


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Events of a run that was restarted at step 20, and of its evaluation."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("events")

    def write(place, suffix, rows):
        writer = tf.compat.v1.summary.FileWriter(str(place), filename_suffix=suffix)
        for step, tag, value in rows:
            writer.add_summary(
                tf.compat.v1.Summary(
                    value=[tf.compat.v1.Summary.Value(tag=tag, simple_value=value)]
                ),
                step,
            )
        writer.close()

    write(folder, ".1", [(step, "loss_1", 100 - step) for step in (0, 10, 20, 30)])
    write(folder, ".2", [(step, "loss_1", 50 - step) for step in (20, 30, 40)])
    write(folder / "eval_0", "", [(40, "loss", 7), (40, "DetectionBoxes_Precision/mAP", 0.5)])
    return folder


def test_every_curve_below_the_folder(folder):
    assert tensorboard.scalars(folder) == {
        "DetectionBoxes_Precision/mAP": [Point(40, 0.5)],
        "loss": [Point(40, 7)],
        "loss_1": [Point(0, 100), Point(10, 90), Point(20, 30), Point(30, 20), Point(40, 10)],
    }


def test_the_headline_has_loss_and_map(folder):
    curves = tensorboard.headline(tensorboard.scalars(folder))
    assert list(curves) == ["loss", "mAP"]
    assert curves["loss"][-1] == (40, 10)
    assert tensorboard.headline({}) == {}


def test_a_folder_without_events_is_refused_with_the_remedy(tmp_path):
    with pytest.raises(MissingPart, match=f"{tmp_path}: .*04_train"):
        tensorboard.scalars(tmp_path)
