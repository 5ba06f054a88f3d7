"""The Pi bundle: the files that ``pi/`` needs on the device, their checksums, metrics and card."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Dict, Mapping, Union

from helpers.annotations import label_map_file
from helpers.export import model_card
from helpers.inference import model_folder
from helpers.inference.model_folder import FROZEN_GRAPH, LABELS, REPORT, TEXT_GRAPH, ModelFolder
from helpers.structures.errors import MissingPart, ParityFailed
from helpers.system import files

REQUIRED = (FROZEN_GRAPH, TEXT_GRAPH, LABELS)
DESCRIPTION = "model.json"


def make(folder: Union[str, Path], out: Union[str, Path], trained: Mapping[str, Any]) -> Path:
    """Copies an exported model that passed the parity check into a bundle folder.

    Args:
        folder: what the export wrote, ``export.json`` among it.
        out: ``pi/model``; replaced as a whole.
        trained: what to remember of the training, e.g. job and steps.

    Returns:
        The bundle folder.

    Raises:
        MissingPart: the export lacks a file.
        ParityFailed: the export did not pass the parity check.
        BadInput: it was made when graphs sampled at the corners of pixels.
    """
    model, out = ModelFolder.at(folder), Path(out)
    report = _passed_report(model)
    names = REQUIRED + ((model_folder.TFLITE,) if model.tflite.exists() else ())
    missing = [name for name in names if not (model.folder / name).is_file()]
    if missing:
        raise MissingPart(f"{model.folder / missing[0]}: not there. Export the model again.")
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(str(part), ignore_errors=True)
    for name in names:
        files.copy(model.folder / name, part / name)
    description = describe(part, report, trained)
    files.write_json(part / DESCRIPTION, description)
    labels = label_map_file.read_labels(part / LABELS).names
    files.write_text(part / model_card.NAME, model_card.text(description, labels))
    shutil.rmtree(str(out), ignore_errors=True)
    part.rename(out)
    return out


def _passed_report(model: ModelFolder) -> Dict[str, Any]:
    if not model.report.is_file():
        raise MissingPart(
            f"{model.folder}: no {REPORT}. Train and export first (notebook 04_train)."
        )
    report = model.require_sampling()
    if not report["passed"]:
        raise ParityFailed(
            f"{model.folder}: this export did not pass the parity check: "
            + "; ".join(report["problems"])
        )
    return report


def describe(bundle: Path, report: Mapping[str, Any], trained: Mapping[str, Any]) -> Dict[str, Any]:
    """What ``model.json`` says.

    The input, the files' SHA-256, the kind of the TensorFlow Lite model, each backend's mAP, and
    what trained it.

    Args:
        bundle: the folder with the files for the device.
        report: what ``export.json`` holds.
        trained: as for :func:`make`.
    """
    return {
        "input": report["input"],
        "files": {
            path.name: {"sha256": files.sha256(path), "bytes": path.stat().st_size}
            for path in sorted(bundle.iterdir())
        },
        "tflite": report.get("tflite"),
        "backends": {
            name: {key: metrics[key] for key in ("mAP", "mAP50")}
            for name, metrics in report["backends"].items()
        },
        "trained": dict(trained),
    }
