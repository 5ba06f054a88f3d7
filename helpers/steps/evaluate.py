"""Measures the exported model on the eval split and writes down what it found."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from helpers.annotations import label_map_file
from helpers.export import export, parity
from helpers.structures.errors import MissingPart
from helpers.structures.label_map import LabelMap
from helpers.system import files, text_table
from helpers.tfrecords import tfrecord
from helpers.tfrecords.tfrecord import RecordImage
from helpers.ui import plots
from helpers.workspace import Workspace

FIGURES = ("mAP", "mAP50", "mAP75", "AR100", "per_class", "ms_per_image")


def eval_images(work: Workspace, label_map: LabelMap) -> List[RecordImage]:
    """The images of the eval split with their ground truth, from the records themselves.

    Raises:
        MissingPart: there are no eval records yet.
    """
    record = work.channel.record("eval")
    paths = tfrecord.existing(record)
    if not paths:
        raise MissingPart(f"{record}: not there yet. Run notebook 02_tfrecords first.")
    return list(tfrecord.read(paths, label_map))


def evaluate(work: Workspace, threshold: float = 0.3, drawn: int = 12) -> Dict[str, Any]:
    """Runs every backend over the eval split.

    Writes ``metrics.json``, ``detections.json`` and ``pictures/`` below ``evaluation/``.

    Args:
        work: the work folder, with an exported model.
        threshold: of the scores that are drawn; the figures count every score.
        drawn: images to draw.

    Returns:
        What ``metrics.json`` holds.

    Raises:
        MissingPart: no model was exported, or there are no eval records.
    """
    if not (work.graph / export.LABEL_MAP).is_file():
        raise MissingPart(f"{work.graph}: no exported model. Run notebook 04_train first.")
    label_map = label_map_file.read(work.graph / export.LABEL_MAP)
    images = eval_images(work, label_map)
    measured = {
        name: parity.measure(name, work.graph, images, label_map)
        for name in parity.backends_of(work.graph)
    }
    result = {
        "images": len(images),
        "backends": {
            name: {key: figures[key] for key in FIGURES} for name, figures in measured.items()
        },
    }
    files.write_json(work.evaluation / "metrics.json", result)
    files.write_json(work.evaluation / "detections.json", _detections(images, measured))
    _draw(work, images, measured, label_map, threshold, drawn)
    return result


def _detections(
    images: Sequence[RecordImage], measured: Dict[str, Dict[str, Any]]
) -> Dict[str, List[Dict[str, Any]]]:
    return {
        name: [
            {
                "image": image.filename,
                "class": label,
                "score": round(float(score), 5),
                "box": [round(float(corner), 2) for corner in box],
            }
            for image, found in zip(images, figures["detections"])
            for label, score, box in zip(found.labels, found.scores, found.boxes)
        ]
        for name, figures in measured.items()
    }


def _draw(
    work: Workspace,
    images: Sequence[RecordImage],
    measured: Dict[str, Dict[str, Any]],
    label_map: LabelMap,
    threshold: float,
    drawn: int,
) -> None:
    for name, figures in measured.items():
        cells = [
            (
                plots.decode(image.encoded),
                image.filename,
                [image.objects, found.with_min_score(threshold)],
            )
            for image, found in list(zip(images, figures["detections"]))[:drawn]
        ]
        plots.save(plots.grid(cells, label_map.names), work.evaluation / "pictures" / f"{name}.png")
    per_class = {
        name: value or 0.0 for name, value in measured[parity.REFERENCE]["per_class"].items()
    }
    plots.save(
        plots.bars(per_class, "mAP of each class", limit=1.0),
        work.evaluation / "pictures" / "per_class.png",
    )


def as_rows(result: Dict[str, Any]) -> List[Dict[str, Any]]:
    """The figures of each backend for a table on screen, without those of the single classes."""
    return [
        dict(
            {"backend": name},
            **{key: value for key, value in figures.items() if key != "per_class"},
        )
        for name, figures in result["backends"].items()
    ]


def as_text(result: Dict[str, Any]) -> str:
    """The figures of each backend as a table for the shell.

    Args:
        result: with ``backends``, as in ``metrics.json`` and ``export.json``.
    """
    columns = ("mAP", "mAP50", "mAP75", "AR100", "ms_per_image")
    rows = [("backend", *columns)]
    for name, metrics in result["backends"].items():
        values = ("-" if metrics[column] is None else metrics[column] for column in columns)
        rows.append((name, *values))
    return "\n".join(text_table.lines(rows, "<>", (11, 12, 12, 12, 12, 12)))
