"""One training job from its inputs to its model, or to the cause of its failure."""

from __future__ import annotations

import json
import logging
import sys
import traceback

from helpers import agreement, files, pipeline, tfrecord
from helpers import export as exporter
from helpers.agreement import Agreement
from helpers.errors import BadInput, HelpersError
from helpers.labelmap import LabelMap
from trainer import hyperparameters
from trainer.hyperparameters import Hyperparameters
from trainer.layout import Layout

log = logging.getLogger("tensorflow")


def main() -> int:
    """Runs the job; returns the exit code, and leaves the failure file when it is not 0."""
    layout = Layout.from_environment()
    if layout.failure.exists():
        layout.failure.unlink()
    try:
        run(layout)
    except HelpersError as error:
        return _failed(layout, str(error), traceback.format_exc())
    except Exception as error:  # the failure file is the only thing SageMaker shows
        cause = f"{type(error).__name__}: {str(error).strip() or 'no message'}"
        return _failed(layout, cause, traceback.format_exc())
    return 0


def _failed(layout: Layout, cause: str, trace: str) -> int:
    files.write_text(layout.failure, f"{cause}\n\nWhat was trained is kept.\n\n{trace}")
    print(f"the job failed: {cause}", file=sys.stderr)
    return 1


def run(layout: Layout) -> None:
    """Checks everything, trains, evaluates, exports and holds the export against the model.

    Raises:
        BadInput: an input is not what it has to be; said before training starts.
        GateFailed: the exported model does not do what the trained one does.
    """
    wanted = read_hyperparameters(layout)
    agreed = check_inputs(layout, wanted)
    from trainer import training
    training.log_as_tensorflow()
    try:
        if wanted.mode == "train":
            train(layout, wanted, agreed)
    finally:
        ship(layout, wanted)
    export(layout, wanted, agreed.config, agreed.label_map)


def train(layout: Layout, wanted: Hyperparameters, agreed: Agreement) -> None:
    """Trains to the step wanted, from the newest checkpoint if there is one, and evaluates."""
    from trainer import checkpoints, training
    model_dir = wanted.model_dir or str(layout.checkpoints)
    files.write_text(layout.effective_config, layout.moved(pipeline.text_of(agreed.config)))
    start = checkpoints.newest_readable(model_dir)
    first = agreed.config.train_config.fine_tune_checkpoint
    log.info("starting from %s", start or (f"{first}: {agreed.start}" if first else "scratch"))
    if agreed.eight_bits_from is not None:
        log.info("training with eight bits from step %d of %d", agreed.eight_bits_from,
                 wanted.num_steps)
    every = wanted.save_checkpoints_steps or max(1, min(1000, wanted.num_steps // 10))
    parts = training.estimator_and_inputs(layout.effective_config, model_dir, wanted.num_steps,
                                          every, wanted.seed)
    training.train_and_evaluate(parts, wanted.num_steps)


def ship(layout: Layout, wanted: Hyperparameters) -> None:
    """Puts the newest checkpoint and the events into the archive, whatever became of the job."""
    from trainer import checkpoints
    model_dir = wanted.model_dir or str(layout.checkpoints)
    newest = checkpoints.newest_readable(model_dir)
    if newest:
        checkpoints.ship(newest, model_dir, layout.model)


def read_hyperparameters(layout: Layout) -> Hyperparameters:
    """The job's hyperparameters; none at all means the defaults."""
    path = layout.hyperparameters
    values = files.read_json(path) if path.exists() else {}
    if not isinstance(values, dict):
        raise BadInput.of(path, f"a {type(values).__name__}", "a JSON object of strings",
                          'Write it as {"num_steps": "1000"}.')
    return hyperparameters.parse(values)


def check_inputs(layout: Layout, wanted: Hyperparameters) -> Agreement:
    """Holds everything the job reads against everything else before anything is trained.

    Raises:
        BadInput: names every mistake at once.
    """
    # To export again, what training once started from is not needed.
    checkpoint = layout.checkpoint if wanted.mode == "train" else None
    return agreement.check(layout.training, checkpoint, wanted.num_steps, wanted.batch_size or 0,
                           wanted.quantize, wanted.inference_type, wanted.image_size,
                           wanted.post_training)


def export(layout: Layout, wanted: Hyperparameters, config, label_map: LabelMap) -> None:
    """Exports the checkpoint in the archive's folder and runs the gate over the eval records.

    Raises:
        GateFailed: names each backend and picture that falls short.
    """
    from helpers import gate
    from trainer import checkpoints
    checkpoint = checkpoints.newest_readable(str(layout.model))
    if checkpoint is None:
        raise BadInput(f"{layout.checkpoints}: no checkpoint to export. Train first.")
    exporter.export(config, checkpoint, label_map, layout.graph, tflite=wanted.quantize,
                    inference_type=wanted.inference_type, image_size=wanted.image_size,
                    post_training=wanted.post_training,
                    representative=tfrecord.existing(layout.training / "train.record"))
    files.write_json(layout.graph / "hyperparameters.json", wanted._asdict())
    pictures = tfrecord.existing(layout.training / "eval.record")
    report = gate.run(layout.graph, tfrecord.read(pictures, label_map), label_map)
    log.info("gate: %s", json.dumps(report["backends"]))
