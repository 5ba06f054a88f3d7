"""One training job from its inputs to its model, or to the cause of its failure."""

from __future__ import annotations

import dataclasses
import functools
import json
import logging
import sys
import traceback
from typing import TYPE_CHECKING, List, Optional

from helpers.export import exporter
from helpers.pipeline_config import pipeline, preflight
from helpers.pipeline_config.export_options import ExportOptions
from helpers.pipeline_config.preflight import PreflightResult, RunSettings
from helpers.structures.errors import BadInput, HelpersError
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.tfrecords import tfrecord
from helpers.training import hyperparameters
from helpers.training.hyperparameters import Hyperparameters
from helpers.training.job_layout import JobLayout
from helpers.workspace import TrainingChannel
from trainer import cluster, machine
from trainer.cluster import Cluster
from trainer.stopping import Stop

if TYPE_CHECKING:
    from trainer import training

log = logging.getLogger("trainer")


def main() -> int:
    """Runs the job; returns the exit code, and leaves the failure file when it is not 0."""
    layout, stop = JobLayout.from_environment(), Stop()
    stop.listen()
    try:
        if layout.failure.exists():
            layout.failure.unlink()
        run(layout, stop)
    except HelpersError as error:
        return _failed(layout, str(error), traceback.format_exc())
    except Exception as error:  # the failure file is the only thing SageMaker shows
        cause = f"{type(error).__name__}: {str(error).strip() or 'no message'}"
        return _failed(layout, cause, traceback.format_exc())
    return 0


def _failed(layout: JobLayout, cause: str, trace: str = "") -> int:
    files.write_text(layout.failure, f"{cause}\n\nWhat was trained is kept.\n\n{trace}")
    print(f"the job failed: {cause}", file=sys.stderr)
    return 1


def run(layout: JobLayout, stop: Stop) -> None:
    """Checks everything, trains, evaluates, exports and holds the export against the model.

    Raises:
        BadInput: an input is not what it has to be; said before training starts.
        JobFailed: training ended before its time.
        ParityFailed: the exported model does not do what the trained one does.
    """
    wanted = read_hyperparameters(layout)
    from trainer import checkpoints, company, logs, mirror

    logs.log_as_tensorflow()
    hosts, gpus = cluster.read(layout.resources), machine.check_gpu(layout.resources)
    folder = str(layout.checkpoints)
    checkpoints.tidy(folder)
    if not hosts.is_master:
        follow(layout, wanted, hosts, gpus, stop)
        return
    with mirror.to(wanted.model_dir, layout.checkpoints) as carrier:

        def lost(cause: str) -> None:
            _failed(layout, cause)
            checkpoints.ship(folder, layout.model)
            if carrier:
                carrier.close()

        start = checkpoints.newest_readable(folder)
        agreed = check_inputs(layout, wanted, start is None)
        try:
            if wanted.mode == "train":
                with company.of(hosts, checkpoints.step_of(start) if start else 0, lost):
                    train(layout, wanted, agreed, start, gpus, stop, hosts)
            elif wanted.mode == "evaluate":
                train(layout, wanted, agreed, start, gpus, stop, hosts)
        finally:
            with stop.held():
                checkpoints.ship(folder, layout.model)
    if wanted.mode != "evaluate":
        export(layout, wanted, agreed.config, agreed.label_map)


def follow(
    layout: JobLayout, wanted: Hyperparameters, hosts: Cluster, gpus: List[str], stop: Stop
) -> None:
    """Trains along until the master is done; the master alone evaluates, exports and ships.

    Raises:
        JobFailed: the loss is no number, or the master did not come.
    """
    if wanted.mode != "train":
        return
    from trainer import training
    from trainer.company import Company

    agreed = check_inputs(layout, wanted, first=False)
    run = planned(layout, wanted, agreed, None, gpus, stop, hosts)
    with Company(hosts, 0, functools.partial(_failed, layout)) as company, stop.held():
        training.follow(run, company.start)


def train(
    layout: JobLayout,
    wanted: Hyperparameters,
    agreed: PreflightResult,
    start: Optional[str],
    gpus: List[str],
    stop: Stop,
    hosts: Cluster,
) -> None:
    """Trains to the step wanted and evaluates, or only evaluates.

    Args:
        layout: of the job.
        wanted: by the user.
        agreed: what the job reads.
        start: the checkpoint to go on from; ``None`` at the first start.
        gpus: names of those that TensorFlow sees.
        stop: whether the job was told to.
        hosts: that train together.

    Raises:
        JobFailed: the loss is no number, or the job was told to stop.
        BadInput: no room on the disk, or checkpoints of another model.
    """
    from trainer import report, training

    run = planned(layout, wanted, agreed, start, gpus, stop, hosts)

    def look(size: int) -> None:
        disk = machine.check_space(run.folder, layout.model, size, wanted.keep_checkpoint_max)
        log.info(
            "%s", report.as_text(agreed, start, disk, gpus, "mixed" if run.mixed else "float32")
        )

    with stop.held():
        if wanted.mode == "train":
            training.train(run, look)
        else:
            training.evaluate(run)


def planned(
    layout: JobLayout,
    wanted: Hyperparameters,
    agreed: PreflightResult,
    start: Optional[str],
    gpus: List[str],
    stop: Stop,
    hosts: Cluster,
) -> training.Run:
    """What this host is going to do, and the config for it written."""
    from trainer import training

    text = layout.moved(pipeline.text_of(agreed.config))
    files.write_text(layout.effective_config, text)
    mixed = wanted.precision == "mixed" and machine.has_tensor_cores()
    if wanted.precision == "mixed" and not mixed:
        log.warning("precision mixed: no GPU here gains from it; training with float32")
    config = pipeline.parse(text)
    return training.Run(
        wanted,
        config,
        layout.effective_config,
        agreed.images["train"],
        str(layout.checkpoints),
        start,
        gpus,
        mixed,
        stop,
        hosts,
        training.devices(gpus, hosts, config),
    )


def read_hyperparameters(layout: JobLayout) -> Hyperparameters:
    """The job's hyperparameters; none at all means the defaults."""
    path = layout.hyperparameters
    values = files.read_json(path) if path.exists() else {}
    if not isinstance(values, dict):
        raise BadInput.of(
            path,
            f"a {type(values).__name__}",
            "a JSON object of strings",
            'Write it as {"num_steps": "1000"}.',
        )
    return hyperparameters.parse(values)


def check_inputs(layout: JobLayout, wanted: Hyperparameters, first: bool) -> PreflightResult:
    """Holds everything the job reads against everything else before anything is trained.

    Args:
        layout: of the job.
        wanted: by the user.
        first: whether this is the first start; to go on or to export, what training once started
            from is not needed.

    Raises:
        BadInput: names every mistake at once.
    """
    checkpoint = layout.checkpoint if wanted.mode == "train" and first else None
    settings = RunSettings(
        wanted.num_steps,
        wanted.batch_size or 0,
        wanted.learning_rate or 0.0,
        export_options(wanted),
    )
    return preflight.check(layout.training, checkpoint, settings)


def export_options(wanted: Hyperparameters) -> ExportOptions:
    """What a job's hyperparameters say about the export."""
    return ExportOptions(
        wanted.quantize, wanted.inference_type, wanted.image_size, wanted.post_training
    )


def export(layout: JobLayout, wanted: Hyperparameters, config, label_map: LabelMap) -> None:
    """Exports the best checkpoint in the archive's folder and compares the backends.

    Raises:
        ParityFailed: names each backend and image that differs.
    """
    from helpers.export import parity
    from trainer import checkpoints
    from trainer.best import Evaluations

    evaluations = Evaluations(str(layout.model))
    checkpoint = evaluations.checkpoint() or checkpoints.newest_readable(str(layout.model))
    if checkpoint is None:
        raise BadInput(f"{layout.checkpoints}: no checkpoint to export. Train first.")
    log.info("exporting %s%s", checkpoint, ", the best by mAP" if evaluations.best else "")
    records = tfrecord.existing(TrainingChannel(layout.training).record("train"))
    options = dataclasses.replace(export_options(wanted), calibration_records=records)
    model = exporter.export_model(config, checkpoint, label_map, layout.graph, options)
    files.write_json(model.hyperparameters, wanted._asdict())
    images = tfrecord.existing(TrainingChannel(layout.training).record("eval"))
    report = parity.compare_backends(layout.graph, tfrecord.read(images, label_map), label_map)
    log.info("parity: %s", json.dumps(report["backends"]))
