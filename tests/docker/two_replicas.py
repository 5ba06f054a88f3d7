"""Trains two replicas of the model on this processor: ``two_replicas.py CONFIG FOLDER IMAGES``.

What the trainer does on a machine with two GPUs, on two virtual devices.
"""

import functools
import sys
from pathlib import Path

import tensorflow as tf

from helpers.pipeline_config import pipeline
from helpers.training import hyperparameters
from trainer import logs, training
from trainer.cluster import ALONE
from trainer.graceful_shutdown import GracefulShutdown
from trainer.run_clock import RunClock


def main(config, folder, images):
    logs.log_as_tensorflow()
    two = tf.compat.v1.ConfigProto(device_count={"CPU": 2}, allow_soft_placement=True)
    tf.estimator.RunConfig = functools.partial(tf.estimator.RunConfig, session_config=two)
    run = training.Run(
        hyperparameters.parse({"num_steps": "2", "log_every": "1"}),
        pipeline.read(config),
        Path(config),
        int(images),
        folder,
        None,
        [],
        False,
        GracefulShutdown(),
        ALONE,
        ("/cpu:0", "/cpu:1"),
    )
    training.train(run, print, RunClock())


if __name__ == "__main__":
    main(*sys.argv[1:])
