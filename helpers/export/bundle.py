"""The Pi bundle: the files that ``pi/`` needs on the device, and what vouches for them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Dict, Mapping, Union

from helpers.export import export
from helpers.pipeline_config import pipeline
from helpers.structures.errors import GateFailed, MissingPart
from helpers.system import files

REQUIRED = (export.FROZEN_GRAPH, export.TEXT_GRAPH, export.LABELS)


def make(graph: Union[str, Path], out: Union[str, Path], trained: Mapping[str, Any]) -> Path:
    """Copies an exported model that passed the gate into a bundle folder.

    Args:
        graph: what the export wrote, ``export.json`` among it.
        out: ``pi/model``; replaced as a whole.
        trained: what to remember of the training, e.g. job and steps.

    Returns:
        The bundle folder.

    Raises:
        MissingPart: a file of the export is not there.
        GateFailed: the export did not pass the gate.
    """
    graph, out = Path(graph), Path(out)
    if not (graph / export.REPORT).is_file():
        raise MissingPart(
            f"{graph}: no {export.REPORT}. Train and export first (notebook 04_train)."
        )
    report = files.read_json(graph / export.REPORT)
    if not report["passed"]:
        raise GateFailed(
            f"{graph}: this export did not pass the gate: " + "; ".join(report["problems"])
        )
    names = REQUIRED + ((export.TFLITE,) if (graph / export.TFLITE).exists() else ())
    missing = [name for name in names if not (graph / name).is_file()]
    if missing:
        raise MissingPart(f"{graph / missing[0]}: not there. Export the model again.")
    beside = out.with_name(f".{out.name}.part")
    shutil.rmtree(str(beside), ignore_errors=True)
    for name in names:
        files.copy(graph / name, beside / name)
    files.write_json(beside / "model.json", describe(graph, beside, report, trained))
    shutil.rmtree(str(out), ignore_errors=True)
    beside.rename(out)
    return out


def describe(
    graph: Path, bundle: Path, report: Mapping[str, Any], trained: Mapping[str, Any]
) -> Dict[str, Any]:
    """What ``model.json`` says.

    The input, the files' SHA-256, the kind of the TensorFlow Lite model, each backend's mAP, and
    what trained it.
    """
    return {
        "input": export.input_spec(pipeline.read(graph / export.CONFIG)),
        "files": {
            path.name: {"sha256": files.sha256(path), "bytes": path.stat().st_size}
            for path in sorted(bundle.iterdir())
        },
        "tflite": report.get("tflite"),
        "backends": {
            name: {key: figures[key] for key in ("mAP", "mAP50")}
            for name, figures in report["backends"].items()
        },
        "trained": dict(trained),
    }
