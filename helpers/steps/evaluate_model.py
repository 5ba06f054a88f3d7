"""Measures the exported model on the eval split, backend by backend."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np

from helpers.evaluation.backend_evaluation import BackendEvaluation, evaluate_backend
from helpers.export import parity
from helpers.inference import registry
from helpers.inference.model_folder import ModelFolder
from helpers.structures.errors import MissingPart
from helpers.structures.label_map import LabelMap
from helpers.system import files, text_table
from helpers.tfrecords import tfrecord
from helpers.tfrecords.tfrecord import RecordImage
from helpers.ui import plots

COLUMNS = ("mAP", "mAP50", "mAP75", "AR100", "ms_per_image")


@dataclass(frozen=True)
class Evaluation:
    """The metrics of each backend.

    Attributes:
        metrics: what ``metrics.json`` holds: ``images`` and ``backends``.
        folder: with ``metrics.json``, ``detections.json`` and ``pictures/``.
    """

    metrics: Dict[str, Any]
    folder: Path

    def rows(self) -> List[Dict[str, Any]]:
        """The metrics of each backend, without those of single classes, for a table."""
        return metrics_rows(self.metrics)

    def as_text(self) -> str:
        """The metrics of each backend as a text table."""
        return metrics_as_text(self.metrics)

    def plot(self, name: str) -> Path:
        """The file of a plot: a backend's name for its detections, or ``per_class``."""
        return self.folder / "pictures" / f"{name}.png"


def metrics_rows(metrics: Dict[str, Any]) -> List[Dict[str, Any]]:
    """The metrics of each backend, without those of single classes.

    Args:
        metrics: with ``backends``, as in ``metrics.json`` and ``export.json``.
    """
    return [
        {"backend": name, **{column: values[column] for column in COLUMNS}}
        for name, values in metrics["backends"].items()
    ]


def metrics_as_text(metrics: Dict[str, Any]) -> str:
    """The metrics of each backend as a text table; see :func:`metrics_rows`."""
    rows: List[Sequence[Any]] = [("backend", *COLUMNS)]
    for row in metrics_rows(metrics):
        rows.append(tuple("-" if value is None else value for value in row.values()))
    return "\n".join(text_table.lines(rows, "<>", (11, 12, 12, 12, 12, 12)))


def evaluate_model(
    graph: Path, records: Path, out: Path, threshold: float = 0.3, count: int = 12
) -> Evaluation:
    """Runs every backend over the eval split.

    Writes ``metrics.json``, ``detections.json`` and ``pictures/`` below ``out``.

    Args:
        graph: the folder of the exported model, or a job folder or a checkpoint's prefix, which
            TensorFlow then runs without an export.
        records: the name that the eval shards share, as ``training/eval.record``.
        out: the folder of the results.
        threshold: least score of a detection that is drawn; the metrics count every score.
        count: number of images to draw.

    Raises:
        MissingPart: no model was exported, or there are no eval records.
    """
    names, label_map = registry.runnable(graph)
    paths = _existing(records)
    measured = {
        name: evaluate_backend(
            registry.open_backend(name, graph, label_map),
            tfrecord.read(paths, label_map),
            label_map,
        )
        for name in names
    }
    images = list(itertools.islice(tfrecord.read(paths, label_map), count))
    metrics = {
        "images": len(measured[names[0]].results),
        "backends": {name: values.as_dict() for name, values in measured.items()},
    }
    evaluation = Evaluation(metrics, out)
    files.write_json(out / "metrics.json", metrics)
    files.write_json(out / "detections.json", _detections(measured))
    _draw(evaluation, images, measured, label_map, threshold)
    return evaluation


def _existing(records: Path) -> List[Path]:
    paths = tfrecord.existing(records)
    if not paths:
        raise MissingPart(f"{records}: not there yet. Run notebook 02_tfrecords first.")
    return paths


def _detections(measured: Dict[str, BackendEvaluation]) -> Dict[str, List[Dict[str, Any]]]:
    return {
        name: [
            {
                "image": filename,
                "class": label,
                "score": round(float(score), 5),
                "box": [round(float(corner), 2) for corner in box],
            }
            for filename, detections in zip(values.results.filenames, values.results.detections)
            for label, score, box in zip(
                detections.labels, np.asarray(detections.scores), detections.boxes
            )
        ]
        for name, values in measured.items()
    }


def _draw(
    evaluation: Evaluation,
    images: Sequence[RecordImage],
    measured: Dict[str, BackendEvaluation],
    label_map: LabelMap,
    threshold: float,
) -> None:
    for name, values in measured.items():
        cells = [
            (
                plots.decode(image.encoded),
                image.filename,
                [image.objects, detections.with_min_score(threshold)],
            )
            for image, detections in zip(images, values.results.detections)
        ]
        plots.save(plots.grid(cells, label_map.names), evaluation.plot(name))
    reference = next(iter(measured.values())).metrics.per_class
    per_class = {name: value or 0.0 for name, value in reference.items()}
    plots.save(plots.bars(per_class, "mAP of each class", limit=1.0), evaluation.plot("per_class"))


@dataclass(frozen=True)
class ParityReport:
    """How the exported models compare with the trained one on the same pixels.

    Attributes:
        report: what ``export.json`` holds.
    """

    report: Dict[str, Any]

    def rows(self) -> List[Dict[str, Any]]:
        """One row for each backend that is compared with TensorFlow, for a table."""
        return [
            {"backend": name, **values["same_pixels"]}
            for name, values in self.report["backends"].items()
            if name != parity.REFERENCE
        ]

    def as_text(self) -> str:
        """The metrics of each backend as a text table."""
        return metrics_as_text(self.report)


def read_parity(graph: Path) -> ParityReport:
    """What the parity check at the end of the training found.

    Args:
        graph: the folder of the exported model.
    """
    return ParityReport(files.read_json(ModelFolder.at(graph).report))
