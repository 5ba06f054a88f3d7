"""The export of what a job trained, at its end or in the time that a stop leaves."""

from __future__ import annotations

import dataclasses
import json
import logging
from typing import Any, Callable, Optional

from helpers.export import exporter
from helpers.pipeline_config.export_options import ExportOptions
from helpers.structures.errors import BadInput, HelpersError
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.tfrecords import tfrecord
from helpers.training import time_estimate
from helpers.training.hyperparameters import Hyperparameters
from helpers.training.job_layout import JobLayout
from helpers.workspace import TrainingChannel
from trainer.graceful_shutdown import Stopped

_MARGIN = 1.5  # of the estimated time: it was wrong by 0.86 to 1.14 for jobs not under pressure
_RESERVE = 5.0  # seconds for what comes after

log = logging.getLogger("trainer")


def options(hyperparameters: Hyperparameters) -> ExportOptions:
    """What a job's hyperparameters say about the export."""
    return ExportOptions(
        hyperparameters.quantize,
        hyperparameters.inference_type,
        hyperparameters.image_size,
        hyperparameters.post_training,
    )


def export(
    layout: JobLayout, hyperparameters: Hyperparameters, config: Any, label_map: LabelMap
) -> None:
    """Exports the best checkpoint in the archive's folder and compares the backends.

    Raises:
        ParityFailed: names each backend and image that differs.
    """
    from helpers.export import parity
    from trainer import checkpoints
    from trainer.best_checkpoint import Evaluations

    evaluations = Evaluations(str(layout.model))
    checkpoint = evaluations.checkpoint() or checkpoints.newest_readable(str(layout.model))
    if checkpoint is None:
        raise BadInput(f"{layout.checkpoints}: no checkpoint to export. Train first.")
    log.info("exporting %s%s", checkpoint, ", the best by mAP" if evaluations.best else "")
    records = tfrecord.existing(TrainingChannel(layout.training).record("train"))
    wanted = dataclasses.replace(options(hyperparameters), calibration_records=records)
    model = exporter.export_model(config, checkpoint, label_map, layout.graph, wanted)
    files.write_json(model.hyperparameters, hyperparameters._asdict())
    images = tfrecord.existing(TrainingChannel(layout.training).record("eval"))
    report = parity.compare_backends(layout.graph, tfrecord.read(images, label_map), label_map)
    log.info("parity: %s", json.dumps(report["backends"]))


def longest(expected: Optional[float]) -> float:
    """Seconds that an export takes at the most; infinite where nothing was timed.

    Args:
        expected: as estimated from the first steps; ``None`` before they were timed.
    """
    return float("inf") if expected is None else _MARGIN * expected + _RESERVE


def after_stop(
    stopped: Stopped, seconds_left: float, expected: Optional[float], export_it: Callable[[], Any]
) -> Stopped:
    """Exports where the time is likely to do.

    Args:
        stopped: why training ended.
        seconds_left: until the process is killed.
        expected: seconds that the export takes; ``None`` where nothing was timed.
        export_it: does it.

    Returns:
        The same reason with what was done since.
    """
    if seconds_left < longest(expected):
        return stopped.after(f"saved, not exported: {_time_problem(seconds_left, expected)}")
    log.info("%s: exporting, %s are left", stopped.signal_name, time_estimate.clock(seconds_left))
    try:
        export_it()
    except HelpersError as error:
        return stopped.after(f"saved, not exported: {error.cause.splitlines()[0]}")
    return stopped.after("saved and exported")


def _time_problem(seconds_left: float, expected: Optional[float]) -> str:
    if seconds_left <= 0:
        return "no time was given for it"
    if expected is None:
        return "too few steps were timed to know how long that takes"
    takes, left = time_estimate.clock(longest(expected)), time_estimate.clock(seconds_left)
    return f"that takes up to {takes} and {left} were left"
