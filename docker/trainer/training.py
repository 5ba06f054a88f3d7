"""Training and evaluation by the Object Detection API's own estimator."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Dict

import tensorflow as tf
from absl import logging as absl_logging
from object_detection import model_hparams, model_lib

LOG_EVERY_STEPS = 10


def log_as_tensorflow() -> None:
    """Log lines in the form ``I1123 09:00:00 1 file.py:1] loss = 1.2, step = 10`` on stderr.

    Metric definitions people already have look for the ``] loss = `` of that form.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(absl_logging.PythonFormatter())
    logger = tf.get_logger()
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(logging.INFO)


def estimator_and_inputs(config_path: Path, model_dir: str, num_steps: int,
                         save_checkpoints_steps: int, seed: int) -> Dict:
    """The estimator for a ``pipeline.config`` with its input functions.

    Args:
        config_path: the config with the paths of this machine.
        model_dir: for checkpoints and events.
        num_steps: training steps in all.
        save_checkpoints_steps: steps between checkpoints.
        seed: of the weights and of TensorFlow's random operations.

    Returns:
        As ``object_detection.model_lib.create_estimator_and_inputs``.
    """
    run_config = tf.estimator.RunConfig(
        model_dir=model_dir, tf_random_seed=seed, save_checkpoints_steps=save_checkpoints_steps,
        save_summary_steps=LOG_EVERY_STEPS, log_step_count_steps=LOG_EVERY_STEPS)
    return model_lib.create_estimator_and_inputs(
        run_config=run_config, hparams=model_hparams.create_hparams(None),
        pipeline_config_path=str(config_path), train_steps=num_steps,
        sample_1_of_n_eval_examples=1)


def train_and_evaluate(parts: Dict, num_steps: int) -> Dict[str, float]:
    """Trains to the step wanted, from the newest checkpoint if there is one, then evaluates.

    Returns:
        COCO's figures by their TensorBoard names.
    """
    parts["estimator"].train(parts["train_input_fn"], max_steps=num_steps)
    return parts["estimator"].evaluate(parts["eval_input_fns"][0], name="0")
