"""From a checkpoint to the files that run it: frozen graph, OpenCV's text graph, TensorFlow Lite.

TensorFlow works in child processes (:mod:`helpers.export.export_worker`): its converter ends the
whole process when it meets something it does not like, its exporter prints thousands of lines, and
a training process may hold the GPU's memory. The models for OpenCV and TensorFlow Lite are made at
the same time, and TensorFlow is loaded once for both. A folder is only ever replaced by a complete
one; where there was none, what could be made stays.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Union

from helpers.annotations import label_map_file
from helpers.export import quantization
from helpers.inference.model_folder import (
    CONFIG,
    FROZEN_GRAPH,
    TFLITE,
    TFLITE_FLOAT,
    ModelFolder,
    input_spec,
)
from helpers.pipeline_config import exportability, pipeline
from helpers.pipeline_config.export_options import DEFAULTS, INT8, ExportOptions
from helpers.structures import errors
from helpers.structures.errors import BadInput, HelpersError, JobFailed
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.workspace import ROOT

_WORKER = "helpers.export.export_worker"
_ERROR = "error."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportedModel(ModelFolder):
    """What an export wrote.

    Attributes:
        folder: holds the files.
        width: of the model's input, pixels.
        height: of the model's input, pixels.
        kind: of the TensorFlow Lite model, one of ``export_options.KINDS``; ``None`` when there is
            none.
    """

    width: int
    height: int
    kind: Optional[str]


def export_model(
    config: Any,
    checkpoint: Union[str, Path],
    label_map: LabelMap,
    out: Union[str, Path],
    options: ExportOptions = DEFAULTS,
) -> ExportedModel:
    """Exports a checkpoint into a folder, replacing what stood there once all of it is done.

    ``export.json`` is written as of a model that has not passed the parity check yet.

    Args:
        config: the ``TrainEvalPipelineConfig`` it was trained with.
        checkpoint: its prefix, as in ``model.ckpt-1000``.
        label_map: the classes it was trained with.
        out: the folder.
        options: which models to make.

    Raises:
        BadInput: config, checkpoint, label map and options do not fit together.
        JobFailed: TensorFlow ended without a model; starts with the cause.
    """
    exportability.check(config, options)
    pipeline.check_classes(config, label_map, CONFIG)
    _check_files(checkpoint, config, options)
    out, kind = Path(out), options.kind
    part = ModelFolder(out.with_name(f".{out.name}.{os.getpid()}.part"))
    targets = [[FROZEN_GRAPH]]
    if kind:
        targets.append([kind, *map(str, options.calibration_records)])
    try:
        _write_description(part, config, label_map, _description(checkpoint, kind, config))
        _run_worker(part.folder, out, checkpoint, targets)
        _replace(part.folder, out)
    except HelpersError as error:
        _keep_partial_export(part, out, error)
        raise
    except OSError as error:
        raise files.unwritable(out, error) from error
    finally:
        shutil.rmtree(str(part.folder), ignore_errors=True)
    return ExportedModel(out, *pipeline.input_size(config), kind)


def _check_files(checkpoint: Union[str, Path], config: Any, options: ExportOptions) -> None:
    if not Path(f"{checkpoint}.index").is_file():
        raise BadInput.of(
            f"{checkpoint}.index",
            "no such file",
            "a checkpoint",
            "Give its prefix without .index, as in model.ckpt-1000.",
        )
    kind = options.kind
    if kind and quantization.is_calibrated(kind, config) and not options.calibration_records:
        raise BadInput.of(
            "post_training" if kind == INT8 else "inference_type",
            f"{kind} without calibration images",
            "records of the train split to calibrate the activation ranges on",
            "Put train.record beside eval.record, or choose inference_type FLOAT with "
            "post_training weights.",
        )


def _description(checkpoint: Union[str, Path], kind: Optional[str], config: Any) -> Dict[str, Any]:
    """What ``export.json`` says before the parity check."""
    name = Path(checkpoint).name
    step = name.rpartition("-")[2]
    return {
        "passed": False,
        "problems": ["the parity check has not run"],
        "input": input_spec(config),
        "checkpoint": {"name": name, "step": int(step) if step.isdigit() else None},
        "tflite": quantization.description(kind, config) if kind else None,
    }


def _write_description(
    part: ModelFolder, config: Any, label_map: LabelMap, description: Dict[str, Any]
) -> None:
    """Writes all of an export but its models."""
    pipeline.write(config, part.config)
    label_map_file.write(label_map, part.label_map)
    label_map_file.write_labels(label_map, part.labels)
    files.write_json(part.report, description)


def _keep_partial_export(part: ModelFolder, out: Path, error: HelpersError) -> None:
    """Leaves the models that could be made where no former export would be lost."""
    models = [part.folder / name for name in (FROZEN_GRAPH, TFLITE_FLOAT, TFLITE)]
    if out.exists() or not any(path.is_file() for path in models):
        return
    for path in sorted(part.folder.iterdir()):
        if path.is_dir():  # of a converter that died
            shutil.rmtree(str(path))
        elif path.name.startswith(_ERROR):
            path.unlink()
    files.write_json(part.report, dict(files.read_json(part.report), problems=[str(error)]))
    os.replace(str(part.folder), str(out))


def error_file(folder: Path, target: str) -> Path:
    """The file in which a child process that could not make its target leaves the reason."""
    return folder / f"{_ERROR}{target}.json"


def died(checkpoint: Union[str, Path], code: int, noise: str) -> JobFailed:
    """The error for a process that ended without one.

    Args:
        checkpoint: its prefix.
        code: of the process; negative for a signal.
        noise: its error output.
    """
    return JobFailed(
        f"the export of {checkpoint} ended with code {code}: {cause_in(noise)}. The checkpoint is "
        "untouched: export it again, with more memory if the code is -9."
    )


def _run_worker(
    part: Path, out: Path, checkpoint: Union[str, Path], targets: Sequence[Sequence[str]]
) -> None:
    """Makes every target; raises the error of the first that could not be made."""
    command = [sys.executable, "-m", _WORKER, str(part), str(checkpoint), json.dumps(targets)]
    process = subprocess.run(
        command, env=_child_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    noise = process.stderr.decode("utf-8", "replace")
    log.debug("%s: %s", _WORKER, noise)
    for reason in [error_file(part, target[0]) for target in targets]:
        if reason.exists():
            error = json.loads(files.read_text(reason))
            # The user knows the folder by its own name only.
            raise getattr(errors, error["kind"])(error["message"].replace(str(part), str(out)))
    if process.returncode:
        raise died(checkpoint, process.returncode, noise)


def _child_environment() -> Dict[str, str]:
    """The child's environment: it finds this package, and leaves the GPU alone."""
    return dict(
        os.environ,
        CUDA_VISIBLE_DEVICES="-1",
        TF_CPP_MIN_LOG_LEVEL="2",
        PYTHONPATH=os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    )


def cause_in(noise: str) -> str:
    """The line of a TensorFlow program's error output that says what went wrong."""
    fatal: List[str] = re.findall(r"^.*: F \S+\] *(.+)$", noise, re.MULTILINE)
    if fatal:
        return fatal[0].strip()
    lines = [line.strip() for line in noise.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def _replace(part: Path, out: Path) -> None:
    """Puts a complete folder in the place of another, which stays should that fail."""
    former = part.with_suffix(".former")
    if out.exists():
        os.replace(str(out), str(former))
    try:
        os.replace(str(part), str(out))
    except OSError:
        if former.exists():
            os.replace(str(former), str(out))
        raise
    shutil.rmtree(str(former), ignore_errors=True)
