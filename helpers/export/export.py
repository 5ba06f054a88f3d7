"""From a checkpoint to the files that run it: frozen graph, OpenCV's text graph, TensorFlow Lite.

TensorFlow works in child processes (:mod:`helpers.export.export_worker`): its converter ends the whole
process when it meets something it does not like, its exporter prints thousands of lines, and a
training process may hold the GPU's memory. The models for OpenCV and TensorFlow Lite are made side
by side. A folder is only ever replaced by a complete one; where there was none, what could be made
stays.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, NamedTuple, Optional, Sequence, Union

from helpers.annotations import label_map_file
from helpers.export import opencv_text_graph, quantization
from helpers.pipeline_config import pipeline
from helpers.structures import errors
from helpers.structures.errors import BadInput, HelpersError, JobFailed
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.workspace import ROOT

FROZEN_GRAPH = "frozen_inference_graph.pb"
TEXT_GRAPH = "cvgraph.pbtxt"
TFLITE = "detect.tflite"
TFLITE_FLOAT = "detect_float.tflite"
REPORT = "export.json"
LABELS = "labels.txt"
LABEL_MAP = "label_map.pbtxt"
CONFIG = "pipeline.config"
TFLITE_INPUT = "normalized_input_image_tensor"
TFLITE_OUTPUTS = (
    "TFLite_Detection_PostProcess",
    "TFLite_Detection_PostProcess:1",
    "TFLite_Detection_PostProcess:2",
    "TFLite_Detection_PostProcess:3",
)
MEAN = STD = 127.5
RESIZE = "tf1-bilinear"
_ERROR = "error."

log = logging.getLogger(__name__)


class Exported(NamedTuple):
    """What an export wrote.

    Attributes:
        folder: holds the files.
        width: of the model's input, pixels.
        height: of the model's input, pixels.
        kind: of the TensorFlow Lite model, one of ``quantization.KINDS``; ``None`` when there is
            none.
    """

    folder: Path
    width: int
    height: int
    kind: Optional[str]

    @property
    def frozen_graph(self) -> Path:
        """For TensorFlow, and the weights for OpenCV."""
        return self.folder / FROZEN_GRAPH

    @property
    def text_graph(self) -> Path:
        """The structure for OpenCV."""
        return self.folder / TEXT_GRAPH

    @property
    def tflite(self) -> Optional[Path]:
        """For TensorFlow Lite; ``None`` when there is none."""
        return self.folder / TFLITE if self.kind else None

    @property
    def tflite_float(self) -> Optional[Path]:
        """The float model beside one of eight bits; ``None`` when there is none."""
        return self.folder / TFLITE_FLOAT if self.kind not in (None, quantization.FLOAT) else None


def export(
    config,
    checkpoint: Union[str, Path],
    label_map: LabelMap,
    out: Union[str, Path],
    tflite: bool = True,
    inference_type: str = "FLOAT",
    image_size: Union[int, str, None] = None,
    post_training: str = "none",
    representative: Sequence[Union[str, Path]] = (),
) -> Exported:
    """Exports a checkpoint into a folder, replacing what stood there once all of it is done.

    ``export.json`` is written as of a model that has not passed the gate yet.

    Args:
        config: the ``TrainEvalPipelineConfig`` it was trained with.
        checkpoint: its prefix, as in ``model.ckpt-1000``.
        label_map: the classes it was trained with.
        out: the folder.
        tflite: also make a TensorFlow Lite model.
        inference_type: of that model, ``FLOAT`` or ``QUANTIZED_UINT8``.
        image_size: width and height expected of that model's input; ``None`` expects nothing.
        post_training: what is done to a float model, ``none``, ``weights`` or ``int8``.
        representative: record files of the train split, which ``int8`` is measured on.

    Raises:
        BadInput: config, checkpoint, label map and wishes do not fit together.
        JobFailed: TensorFlow ended without a model; starts with the cause.
    """
    check(config, tflite, inference_type, image_size, post_training=post_training)
    pipeline.check_classes(config, label_map, CONFIG)
    kind = quantization.kind(inference_type, post_training) if tflite else None
    _check_files(checkpoint, kind, representative)
    out = Path(out)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    wanted = [[FROZEN_GRAPH]] + ([[kind, *map(str, representative)]] if kind else [])
    try:
        _write_description(part, config, checkpoint, label_map, kind)
        _run_children(part, out, checkpoint, wanted)
        _replace(part, out)
    except HelpersError as error:
        _keep_what_was_made(part, out, error)
        raise
    except OSError as error:
        raise files.unwritable(out, error) from error
    finally:
        shutil.rmtree(str(part), ignore_errors=True)
    return Exported(out, *pipeline.input_size(config), kind)


def check(
    config,
    tflite: bool = True,
    inference_type: str = "FLOAT",
    image_size: Union[int, str, None] = None,
    where: Union[str, Path] = CONFIG,
    post_training: str = "none",
) -> None:
    """Tells before training whether ``export`` will take a config; needs no TensorFlow.

    Args:
        config: a ``TrainEvalPipelineConfig``.
        tflite: as in ``export``; without it the wishes for that model are not looked at.
        inference_type: as in ``export``.
        image_size: as in ``export``.
        where: the config's file, for the message.
        post_training: as in ``export``.

    Raises:
        BadInput: names what will not work and what to do.
    """
    opencv_text_graph.check(config, where)
    if not tflite:
        return
    if quantization.kind(
        inference_type, post_training
    ) == quantization.UINT8 and not config.HasField("graph_rewriter"):
        raise BadInput.of(
            where,
            "no graph_rewriter",
            "graph_rewriter { quantization { ... } } for inference_type QUANTIZED_UINT8",
            "Train with the rewriter, so that the ranges of all values are known, or export FLOAT.",
        )
    width, height = pipeline.input_size(config)
    if image_size and (width, height) != (int(image_size), int(image_size)):
        raise BadInput.of(
            where,
            f"an input of {width}x{height}",
            f"image_size {image_size}x{image_size}",
            "Leave image_size out: a network keeps "
            "the size it is trained with. To train with the other, make the config "
            f"again with: python -m helpers pipeline --image-size {image_size}",
        )


def input_spec(config) -> Dict[str, Any]:
    """How an image becomes the model's input: ``(resized RGB - mean) / std``.

    Returns:
        ``width`` and ``height`` in pixels, ``mean`` and ``std`` in grey levels, ``resize``.
    """
    width, height = pipeline.input_size(config)
    return {"width": width, "height": height, "mean": MEAN, "std": STD, "resize": RESIZE}


def _check_files(
    checkpoint: Union[str, Path], kind: Optional[str], representative: Sequence[Union[str, Path]]
) -> None:
    if not Path(f"{checkpoint}.index").is_file():
        raise BadInput.of(
            f"{checkpoint}.index",
            "no such file",
            "a checkpoint",
            "Give its prefix without .index, as in model.ckpt-1000.",
        )
    if kind == quantization.INT8 and not representative:
        raise BadInput.of(
            "post_training",
            "int8 without images",
            "records of the train split to measure the ranges of all values on",
            "Put train.record beside eval.record, or choose weights.",
        )


def _write_description(
    part: Path, config, checkpoint: Union[str, Path], label_map: LabelMap, kind: Optional[str]
) -> None:
    """Writes all of an export but its models."""
    pipeline.write(config, part / CONFIG)
    label_map_file.write(label_map, part / LABEL_MAP)
    label_map_file.write_labels(label_map, part / LABELS)
    name, step = Path(checkpoint).name, Path(checkpoint).name.rpartition("-")[2]
    files.write_json(
        part / REPORT,
        {
            "passed": False,
            "problems": ["the gate has not run"],
            "checkpoint": {"name": name, "step": int(step) if step.isdigit() else None},
            "tflite": quantization.described(kind, config) if kind else None,
        },
    )


def _keep_what_was_made(part: Path, out: Path, error: HelpersError) -> None:
    """Leaves the models that could be made where no former export would be lost."""
    made = [name for name in (FROZEN_GRAPH, TFLITE_FLOAT, TFLITE) if (part / name).is_file()]
    if out.exists() or not made:
        return
    for path in sorted(part.iterdir()):
        if path.is_dir():  # of a converter that died
            shutil.rmtree(str(path))
        elif path.name.startswith(_ERROR):
            path.unlink()
    files.write_json(part / REPORT, dict(files.read_json(part / REPORT), problems=[str(error)]))
    os.replace(str(part), str(out))


def error_file(folder: Path, wanted: str) -> Path:
    """Where a child process that could not make what was wanted leaves the reason."""
    return folder / f"{_ERROR}{wanted}.json"


def _run_children(
    part: Path, out: Path, checkpoint: Union[str, Path], wanted: Sequence[Sequence[str]]
) -> None:
    """Makes all that is wanted; raises the error of the first that could not be made."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda one: _run_child(part, out, checkpoint, one), wanted))


def _run_child(part: Path, out: Path, checkpoint: Union[str, Path], wanted: Sequence[str]) -> None:
    command = [
        sys.executable,
        "-m",
        "helpers.export.export_worker",
        str(part),
        str(checkpoint),
        *wanted,
    ]
    ended = subprocess.run(
        command, env=_child_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    noise = ended.stderr.decode("utf-8", "replace")
    log.debug("helpers.export.export_worker %s: %s", wanted[0], noise)
    if ended.returncode == 0:
        return
    reason = error_file(part, wanted[0])
    if reason.exists():
        error = json.loads(files.read_text(reason))
        # The user knows the folder by its own name only.
        raise getattr(errors, error["kind"])(error["message"].replace(str(part), str(out)))
    raise JobFailed(
        f"the export of {checkpoint} ended with code {ended.returncode}: "
        f"{cause_in(noise)}. The checkpoint is untouched: export it again, with "
        "more memory if the code is -9."
    )


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
    fatal = re.findall(r"^.*: F \S+\] *(.+)$", noise, re.MULTILINE)
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
