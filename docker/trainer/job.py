"""One training job from its inputs to its model, or to the cause of its failure."""

from __future__ import annotations

import logging
import math
import sys
import traceback
from typing import TYPE_CHECKING, List, NamedTuple, Optional

from helpers.pipeline_config import freezing, pipeline, preflight
from helpers.pipeline_config.preflight import PreflightResult, RunSettings
from helpers.structures.errors import BadInput, HelpersError
from helpers.system import files
from helpers.training.hyperparameters import Hyperparameters, parse
from helpers.training.job_layout import JobLayout
from trainer import cluster, hardware, job_export
from trainer.cluster import Cluster
from trainer.graceful_shutdown import GracefulShutdown, Stopped

if TYPE_CHECKING:
    from trainer import run_clock, training

log = logging.getLogger("trainer")


class Job(NamedTuple):
    """What one start of a job goes by.

    Attributes:
        layout: where it finds and leaves things.
        hyperparameters: of the user.
        hosts: that train together, and which of them this is.
        gpus: names of those that TensorFlow sees.
        shutdown: whether the job was told to stop.
        clock: counts the seconds of the job's parts.
    """

    layout: JobLayout
    hyperparameters: Hyperparameters
    hosts: Cluster
    gpus: List[str]
    shutdown: GracefulShutdown
    clock: run_clock.RunClock


def main() -> int:
    """Runs the job; returns the exit code, and leaves the failure file when it is not 0."""
    layout = JobLayout.from_environment()
    try:
        shutdown = GracefulShutdown.from_environment()
        shutdown.listen()
        if layout.failure.exists():
            layout.failure.unlink()
        run(layout, shutdown)
    except HelpersError as error:
        return _failed(layout, str(error), traceback.format_exc())
    except Exception as error:  # the failure file is the only thing SageMaker shows
        cause = f"{type(error).__name__}: {str(error).strip() or 'no message'}"
        return _failed(layout, cause, traceback.format_exc())
    return 0


def _failed(layout: JobLayout, cause: str, trace: str = "") -> int:
    _write_failure(layout, cause, trace)
    print(f"the job failed: {cause}", file=sys.stderr)
    return 1


def _write_failure(layout: JobLayout, cause: str, trace: str = "") -> None:
    files.write_text(layout.failure, f"{cause}\n\nWhat was trained is kept.\n\n{trace}")


def run(layout: JobLayout, shutdown: GracefulShutdown) -> None:
    """Checks everything, trains, evaluates, exports, and compares the export with the model.

    Raises:
        BadInput: an input is not what it has to be; said before training starts.
        JobFailed: training ended before its time.
        ParityFailed: the exported model does not do what the trained one does.
    """
    hyperparameters = read_hyperparameters(layout)
    from trainer import checkpoints, logs, run_clock

    logs.log_as_tensorflow()
    hosts, gpus = cluster.read(layout.resources), hardware.check_gpu(layout.resources)
    checkpoints.tidy(str(layout.checkpoints))
    job = Job(layout, hyperparameters, hosts, gpus, shutdown, run_clock.RunClock())
    if hyperparameters.mode == "time":
        _time(job)
    elif hosts.is_chief:
        run_chief(job)
    else:
        run_worker(job)


def run_chief(job: Job) -> None:
    """Trains, evaluates, exports and ships; the only host of most jobs.

    Raises:
        BadInput: an input is not what it has to be; said before training starts.
        JobFailed: training ended before its time.
        ParityFailed: the exported model does not do what the trained one does.
    """
    from trainer import checkpoint_sync, checkpoints, host_group

    layout, mode = job.layout, job.hyperparameters.mode
    folder = str(layout.checkpoints)
    with checkpoint_sync.to(job.hyperparameters.model_dir, layout.checkpoints) as sync:

        def on_lost(cause: str) -> None:
            _failed(layout, cause)
            checkpoints.ship(folder, layout.model)
            if sync:
                sync.close()

        start = checkpoints.newest_readable(folder)
        step = checkpoints.step_of(start) if start else 0
        inputs = check_inputs(layout, job.hyperparameters, start is None)
        stopped: Optional[Stopped] = None
        try:
            if mode == "train":
                with host_group.of(job.hosts, step, on_lost):
                    train(job, inputs, start)
            elif mode == "evaluate":
                train(job, inputs, start)
        except Stopped as error:
            stopped = error
        finally:
            with job.shutdown.finishing(-math.inf):
                checkpoints.ship(folder, layout.model)
    _end(job, inputs, stopped)
    log.info("took %s", job.clock.so_far().as_text())


def _end(job: Job, inputs: PreflightResult, stopped: Optional[Stopped]) -> None:
    """Exports what was trained; after a signal where the time is likely to do.

    Args:
        job: of the chief.
        inputs: what the job reads.
        stopped: why training ended before its time; ``None`` where it did not.

    Raises:
        Stopped: the job was told to stop; the message says what was done since.
        ParityFailed: the exported model does not do what the trained one does.
    """
    shutdown, layout = job.shutdown, job.layout
    expected = job.clock.expected.export if job.clock.expected else None

    def export() -> None:
        with job.clock.part("export"):
            job_export.export(layout, job.hyperparameters, inputs.config, inputs.label_map)

    if job.hyperparameters.mode == "evaluate" and not stopped:
        return
    if not (stopped or shutdown.signal):
        with shutdown.finishing(job_export.longest(expected)):
            return export()
    stopped = stopped or shutdown.reason("after the last step")
    if job.hyperparameters.mode == "train" and any(layout.model.glob("*.index")):
        _write_failure(layout, str(stopped.after("saved")))  # should it be killed while exporting
        stopped = job_export.after_stop(stopped, shutdown.seconds_left, expected, export)
    raise stopped


def run_worker(job: Job) -> None:
    """Trains along until the chief is done; the chief alone evaluates, exports and ships.

    Raises:
        JobFailed: NaN loss, or the chief did not come.
    """
    if job.hyperparameters.mode != "train":
        return
    from trainer import training
    from trainer.host_group import HostGroup

    def on_lost(cause: str) -> None:
        _failed(job.layout, cause)

    inputs = check_inputs(job.layout, job.hyperparameters, first=False)
    planned = plan_run(job, inputs, None)
    with HostGroup(job.hosts, 0, on_lost) as group, job.shutdown.deferred():
        training.train_as_worker(planned, group.start)


def train(job: Job, inputs: PreflightResult, start: Optional[str]) -> None:
    """Trains to the last step and evaluates, or only evaluates.

    Args:
        job: of this host.
        inputs: what the job reads.
        start: the checkpoint to resume from; ``None`` at the first start.

    Raises:
        JobFailed: NaN loss, or the job was told to stop.
        BadInput: no room on the disk, or checkpoints of another model.
    """
    from trainer import job_summary, training

    planned = plan_run(job, inputs, start)

    def on_graph(checkpoint_size: int) -> None:
        keep = job.hyperparameters.keep_checkpoint_max
        disk = hardware.check_space(planned.folder, job.layout.model, checkpoint_size, keep)
        precision = "mixed" if planned.mixed else "float32"
        log.info("%s", job_summary.as_text(inputs, start, disk, job.gpus, precision))

    with job.shutdown.deferred():
        if job.hyperparameters.mode == "train":
            training.train(planned, on_graph, job.clock)
        else:
            job.clock.timed("evaluation", training.evaluate)(planned)


def plan_run(job: Job, inputs: PreflightResult, start: Optional[str]) -> training.Run:
    """What this host is going to do; its config is written.

    Args:
        job: of this host.
        inputs: what the job reads.
        start: the checkpoint to resume from; ``None`` at the first start.
    """
    from trainer import training

    text = job.layout.moved(pipeline.text_of(freezing.with_frozen_batch_norms(inputs.config)))
    files.write_text(job.layout.effective_config, text)
    mixed = job.hyperparameters.precision == "mixed" and hardware.has_tensor_cores()
    if job.hyperparameters.precision == "mixed" and not mixed:
        log.warning("precision mixed: no GPU of this machine gains from it; training with float32")
    config = pipeline.parse(text)
    return training.Run(
        job.hyperparameters,
        config,
        job.layout.effective_config,
        inputs.images["train"],
        str(job.layout.checkpoints),
        start,
        job.gpus,
        mixed,
        job.shutdown,
        job.hosts,
        training.devices(job.gpus, job.hosts, config),
        inputs.images["eval"],
    )


def _time(job: Job) -> None:
    """Times a few steps, and leaves how long a job takes and how many steps end in time."""
    from trainer import timed_run

    inputs = check_inputs(job.layout, job.hyperparameters, first=True)
    timed_run.measure(plan_run(job, inputs, None), job.layout.timing)


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
    return parse(values)


def check_inputs(
    layout: JobLayout, hyperparameters: Hyperparameters, first: bool
) -> PreflightResult:
    """Checks that everything the job reads fits together, before anything is trained.

    Args:
        layout: of the job.
        hyperparameters: of the user.
        first: whether this is the first start; to resume or to export, what training once
            started from is not needed.

    Raises:
        BadInput: names every mistake at once.
    """
    starts = hyperparameters.mode in ("train", "time") and first
    checkpoint = layout.checkpoint if starts else None
    settings = RunSettings(
        hyperparameters.num_steps,
        hyperparameters.batch_size or 0,
        hyperparameters.learning_rate or 0.0,
        job_export.options(hyperparameters),
    )
    return preflight.check(layout.training, checkpoint, settings)
