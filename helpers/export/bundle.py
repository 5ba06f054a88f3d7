"""The Pi bundle: the files that ``pi/`` needs on the device, their checksums, metrics and card."""

from __future__ import annotations

import datetime
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Tuple, Union

from helpers import __version__
from helpers.annotations import label_map_file
from helpers.export import model_card, self_test
from helpers.export.self_test import SelfTest
from helpers.inference import model_folder
from helpers.inference.model_folder import FROZEN_GRAPH, LABELS, REPORT, TEXT_GRAPH, ModelFolder
from helpers.structures.errors import BadInput, MissingPart, ParityFailed
from helpers.system import files, folders

REQUIRED = (FROZEN_GRAPH, TEXT_GRAPH, LABELS)
DESCRIPTION = "model.json"
EDGE_TPU = "detect_edgetpu.tflite"  # the user's own, by Google's compiler from detect.tflite


@dataclass(frozen=True)
class BundleFacts:
    """What is known of a model besides its export; what is not known is left out of the bundle.

    Attributes:
        threshold: the least score that the device reports unless told otherwise, 0..1.
        self_test: what it can try itself on.
        data: as ``data_facts.data_facts`` gives it.
        intervals: ``mAP`` and ``mAP50`` as ``bootstrap.Interval.as_dict`` gives them.
        weak_spots: what the model is known to be bad at, a sentence each; ``None``: not examined.
    """

    threshold: Optional[float] = None
    self_test: Optional[SelfTest] = None
    data: Optional[Dict[str, Any]] = None
    intervals: Optional[Dict[str, Any]] = None
    weak_spots: Optional[Tuple[str, ...]] = None


NO_FACTS = BundleFacts()


def make(
    folder: Union[str, Path],
    out: Union[str, Path],
    trained: Mapping[str, Any],
    facts: BundleFacts = NO_FACTS,
) -> Path:
    """Copies an exported model that passed the parity check into a bundle folder.

    Whenever the process ends, the former bundle stands there, or the new one, and all of it.

    Args:
        folder: what the export wrote, ``export.json`` among it.
        out: ``pi/model``; replaced as a whole.
        trained: what to remember of the training, e.g. job and steps.
        facts: of the model.

    Returns:
        The bundle folder.

    Raises:
        MissingPart: the export lacks a file.
        ParityFailed: the export did not pass the parity check.
        BadInput: it was made when graphs sampled at the corners of pixels; or ``out`` holds
            something else than a bundle.
    """
    model, out = ModelFolder.at(folder), Path(out)
    report = _passed_report(model)
    optional = (model_folder.TFLITE, EDGE_TPU) if model.tflite.exists() else ()
    names = REQUIRED + tuple(name for name in optional if (model.folder / name).exists())
    missing = [name for name in names if not (model.folder / name).is_file()]
    if missing:
        raise MissingPart(f"{model.folder / missing[0]}: not there. Export the model again.")
    _require_bundle(out)
    target = out.resolve()  # a link stays one
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(str(part), ignore_errors=True)
    try:
        for name in names:
            files.copy(model.folder / name, part / name)
        _write_self_test(part, facts.self_test)
        description = describe(part, report, trained, facts)
        description["exported"] = _day(model.report)
        files.write_json(part / DESCRIPTION, description)
        labels = label_map_file.read_labels(part / LABELS).names
        files.write_text(part / model_card.NAME, model_card.text(description, labels))
        folders.replace(part, target)
    except OSError as error:
        raise files.unwritable(out, error) from error
    finally:
        shutil.rmtree(str(part), ignore_errors=True)
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


def _require_bundle(out: Path) -> None:
    """Requires that what a bundle replaces is one, or nothing."""
    if out.is_dir() and (not any(out.iterdir()) or (out / DESCRIPTION).is_file()):
        return
    if out.exists():
        raise BadInput.of(
            out,
            "files that are no bundle" if out.is_dir() else "a file",
            "a former bundle, an empty folder, or nothing",
            "Name another folder; a bundle replaces all that is in its folder.",
        )


def _write_self_test(part: Path, test: Optional[SelfTest]) -> None:
    if test is not None:
        files.write_bytes(part / self_test.IMAGE, test.image)
        files.write_json(part / self_test.EXPECTED, test.expected)


def _day(path: Path) -> str:
    """The day on which a file was written, UTC."""
    return datetime.datetime.utcfromtimestamp(path.stat().st_mtime).date().isoformat()


def describe(
    bundle: Path, report: Mapping[str, Any], trained: Mapping[str, Any], facts: BundleFacts
) -> Dict[str, Any]:
    """What ``model.json`` says.

    The input, the files' SHA-256, the kind of the TensorFlow Lite model, each backend's mAP, what
    trained it, versions, and what is known of the facts.

    Args:
        bundle: the folder with the files for the device.
        report: what ``export.json`` holds.
        trained: as for :func:`make`.
        facts: the same.
    """
    known = {
        "threshold": facts.threshold,
        "data": facts.data,
        "intervals": facts.intervals,
        "weak_spots": None if facts.weak_spots is None else list(facts.weak_spots),
    }
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
        "versions": {"helpers": __version__, **report.get("versions", {})},
        **{name: value for name, value in known.items() if value is not None},
    }
