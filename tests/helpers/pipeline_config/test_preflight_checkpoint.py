"""Preflight of a checkpoint: what a run starts from, and checkpoints that do not serve it."""

import shutil

import pytest
import tensorflow as tf
import training_channel

from helpers.pipeline_config import preflight
from helpers.structures.errors import BadInput


def test_restored_and_reinitialized_variables_are_reported(tmp_path, checkpoint_channel):
    training = training_channel.write(tmp_path, "model.ckpt")
    start = preflight.check(training, checkpoint_channel).start
    assert len(start.restored) == 312
    assert {name.split("/")[1] for name in start.reinitialized} == {"ClassPredictor"}


def test_without_a_checkpoint_channel_the_checkpoint_is_not_read(tmp_path):
    training = training_channel.write(tmp_path, "model.ckpt")
    assert preflight.check(training, None).start is None


def save_another_network(folder):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("weights", [3])
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, str(folder / "model.ckpt"))


@pytest.mark.parametrize(
    "spoil, message",
    [
        pytest.param(
            lambda folder: (folder / "model.ckpt.index").unlink(),
            "model.ckpt.index: .*no checkpoint",
            id="no index",
        ),
        pytest.param(
            lambda folder: (folder / "model.ckpt.data-00000-of-00001").write_bytes(b"?" * 1000),
            "model.ckpt: .*be read",
            id="damaged data",
        ),
        pytest.param(save_another_network, "model.ckpt: .*network: 0 of", id="another network"),
    ],
)
def test_a_checkpoint_that_does_not_serve_is_refused(tmp_path, checkpoint_channel, spoil, message):
    shutil.copytree(str(checkpoint_channel), str(tmp_path / "checkpoint"))
    spoil(tmp_path / "checkpoint")
    (tmp_path / "training").mkdir()
    training = training_channel.write(tmp_path / "training", "model.ckpt")
    with pytest.raises(BadInput, match=message):
        preflight.check(training, tmp_path / "checkpoint")


def test_a_checkpoint_outside_its_channel_is_refused(tmp_path, checkpoint_channel):
    training = training_channel.write(tmp_path, "model.ckpt")
    training_channel.change_config(
        training, 'train_config { fine_tune_checkpoint: "PATH_TO_BE_CONFIGURED/model.ckpt" }'
    )
    with pytest.raises(
        BadInput,
        match="fine_tune_checkpoint PATH_TO_BE_CONFIGURED/model.ckpt,"
        " expected .*/opt/ml/input/data/checkpoint",
    ):
        preflight.check(training, checkpoint_channel)
