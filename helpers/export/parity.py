"""The gate: an exported model ships only when it does what the trained one does.

Two steps, because programs also differ in what they make of a file: first the same pixels go to
every backend and the detections must be the same; then each backend decodes and resizes by itself,
as on the device, and the mAP must be the same. A model that has learned little gives many detections
one score, and whose comes first among those is chance: so the mAP may differ where all detections
are the same, and where it does not once equal scores are put into one order. A TensorFlow Lite
model of eight bits is none of the two: only its mAP counts, and what it may cost is said in
:mod:`helpers.export.quantization`.
"""

from __future__ import annotations

import itertools
import logging
import platform
import time
from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from helpers.evaluation import coco_metrics
from helpers.export import export, quantization
from helpers.inference import predict
from helpers.inference.backend import Backend
from helpers.pipeline_config import pipeline
from helpers.structures.boxes import LabeledBoxes, iou
from helpers.structures.errors import BadInput, GateFailed, MissingPart
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.tfrecords.tfrecord import RecordImage

log = logging.getLogger(__name__)
REFERENCE = "tensorflow"
MAX_IMAGES = 500  # more would cost a paid machine minutes and tell no more
SAME_PIXEL_IMAGES = 20
MIN_SCORE, MIN_IOU, MAX_SCORE_DIFFERENCE, MAX_MAP_DIFFERENCE = 0.3, 0.95, 0.02, 0.01


class Agreement(NamedTuple):
    """How one image's detections compare with the reference's.

    Attributes:
        detections: number of reference detections above the score that counts.
        unmatched: how many of them have no counterpart.
        min_iou: of the matched ones; 1 where there is none.
        max_score_difference: of the matched ones; 0 where there is none.
    """

    detections: int
    unmatched: int
    min_iou: float
    max_score_difference: float


def agreement(
    reference: LabeledBoxes, other: LabeledBoxes, min_score: float = MIN_SCORE
) -> Agreement:
    """Looks for the counterpart of each confident reference detection.

    A counterpart has the same class, an IoU of at least 0.95 and a score within 0.02.

    Args:
        reference: detections of the frozen graph in TensorFlow.
        other: those of another backend on the same image.
        min_score: reference detections below it need none.
    """
    confident = reference.with_min_score(min_score)
    overlaps = iou(confident.boxes, other.boxes)
    ious, differences, unmatched = [], [], 0
    for number, label in enumerate(confident.labels):
        same = np.array([name == label for name in other.labels], bool)
        near = np.abs(other.scores - confident.scores[number]) <= MAX_SCORE_DIFFERENCE
        fits = np.flatnonzero(same & near & (overlaps[number] >= MIN_IOU))
        if not len(fits):
            unmatched += 1
            continue
        best = fits[np.argmax(overlaps[number][fits])]
        ious.append(float(overlaps[number][best]))
        differences.append(float(abs(other.scores[best] - confident.scores[number])))
    return Agreement(
        len(confident), unmatched, min(ious, default=1.0), max(differences, default=0.0)
    )


def backends_of(graph: Union[str, Path]) -> List[str]:
    """The backends that an exported model can run in, TensorFlow first."""
    return [REFERENCE, "opencv"] + (["tflite"] if (Path(graph) / export.TFLITE).exists() else [])


def measure(
    name: str, graph: Union[str, Path], images: Sequence[RecordImage], label_map: LabelMap
) -> Dict[str, Any]:
    """Runs one backend over images with its own decoding and resizing.

    Returns:
        COCO's figures, ``ms_per_image`` (decoding, resizing and detecting) and ``detections``, a
        list of :class:`~helpers.structures.boxes.LabeledBoxes` in the images' order.
    """
    return _measured(predict.open_backend(name, graph, label_map), images, label_map)


def _measured(
    backend: Backend, images: Sequence[RecordImage], label_map: LabelMap
) -> Dict[str, Any]:
    from tqdm.auto import tqdm

    backend.detect(backend.decode(images[0].encoded))
    detections, started = [], time.perf_counter()
    for image in tqdm(images, desc=f"evaluating {backend.name}", unit="image", disable=None):
        detections.append(backend.detect(backend.decode(image.encoded)))
    elapsed = time.perf_counter() - started
    figures = coco_metrics.coco_metrics([image.objects for image in images], detections, label_map)
    return dict(figures, ms_per_image=round(1000 * elapsed / len(images), 2), detections=detections)


def compare_pixels(
    reference: Backend, other: Backend, images: Sequence[RecordImage]
) -> Dict[str, Agreement]:
    """Gives two backends the same resized pixels.

    Returns:
        The agreement on each image, by filename.
    """
    compared = {}
    for image in images:
        pixels = reference.resize(reference.decode(image.encoded))
        compared[image.filename] = agreement(
            reference.detect_resized(pixels), other.detect_resized(pixels)
        )
    return compared


def run(
    graph: Union[str, Path], examples: Iterable[RecordImage], label_map: LabelMap
) -> Dict[str, Any]:
    """Holds every backend against TensorFlow and completes ``export.json``.

    Args:
        graph: the folder that :mod:`helpers.export.export` wrote.
        examples: the eval split; of many the first ``MAX_IMAGES``.
        label_map: of the model.

    Returns:
        What ``export.json`` holds.

    Raises:
        BadInput: there is no image to compare on.
        GateFailed: names each backend that falls short, with the images.
        MissingPart: the folder has no ``export.json``.
    """
    graph, examples = Path(graph), list(itertools.islice(examples, MAX_IMAGES))
    if not examples:
        raise BadInput.of(
            "eval records", "no image", "at least one", "Write the eval records again."
        )
    report = _described(graph)
    report["backends"], report["problems"] = _compared(
        graph, examples, label_map, _kind_of(report["tflite"])
    )
    report["warnings"] = _judge_eight_bits(graph, report, len(examples))
    report.update(
        passed=not report["problems"],
        images=len(examples),
        files=_files(graph),
        versions=_versions(),
    )
    files.write_json(graph / export.REPORT, report)
    for warning in report["warnings"]:
        log.warning("WARNING: %s", warning)
    if report["problems"]:
        raise GateFailed(
            "the exported model differs from the trained one: "
            + "; ".join(report["problems"])
            + f". See {graph / export.REPORT}."
        )
    return report


def _described(graph: Path) -> Dict[str, Any]:
    """What the export wrote down."""
    if not (graph / export.REPORT).is_file():
        raise MissingPart(f"{graph / export.REPORT}: not there. Export the model again.")
    described = files.read_json(graph / export.REPORT)
    return {key: described[key] for key in ("checkpoint", "tflite")}


def _kind_of(tflite: Optional[Dict[str, Any]]) -> Optional[str]:
    return tflite["kind"] if tflite else None


def _compared(
    graph: Path, images: Sequence[RecordImage], label_map: LabelMap, kind: Optional[str]
) -> Tuple[Dict[str, Dict[str, Any]], List[str]]:
    """Each backend's figures, and what is wrong with those that must do as TensorFlow does."""
    # Images with objects tell more: a comparison of nothing with nothing always agrees.
    ordered = sorted(images, key=lambda image: not len(image.objects))
    reference = predict.open_backend(REFERENCE, graph, label_map)
    trained = _measured(reference, images, label_map)
    detections, backends, problems = trained.pop("detections"), {REFERENCE: trained}, []
    names = backends_of(graph)[1:]
    if (graph / export.TFLITE_FLOAT).exists():
        names.append(predict.FloatTFLiteBackend.name)
    for name in names:
        backend = predict.open_backend(name, graph, label_map)
        figures = backends[name] = _measured(backend, images, label_map)
        found = figures.pop("detections")
        compared = compare_pixels(reference, backend, ordered[:SAME_PIXEL_IMAGES])
        figures["same_pixels"] = _summary(compared)
        if name != "tflite" or kind == quantization.FLOAT:
            problems += _on_same_pixels(name, compared)
            figured = trained["mAP"], figures["mAP"]
            if _differ(*figured):
                figured = tuple(
                    _map_in_canonical_order(images, sets, label_map) for sets in (detections, found)
                )
            problems += on_own_pixels(name, *figured, detections, found)
    return backends, problems


def _judge_eight_bits(graph: Path, report: Dict[str, Any], images: int) -> List[str]:
    """Notes what eight bits cost in a report, and returns the warnings."""
    if _kind_of(report["tflite"]) in (None, quantization.FLOAT):
        return []
    trained, own = (report["backends"][name]["mAP"] or 0.0 for name in (REFERENCE, "tflite"))
    cost = quantization.cost(
        report["tflite"]["kind"], trained, own, pipeline.read(graph / export.CONFIG), images
    )
    report["tflite"].update(mAP=own, float_mAP=trained, drop=cost.drop)
    if cost.failed:
        report["problems"].append(
            f"{cost.warning}. All else is kept: the checkpoint, and beside {export.TFLITE} the "
            f"float models {export.FROZEN_GRAPH} and {export.TFLITE_FLOAT}"
        )
        return []
    return [cost.warning] if cost.warning else []


def _summary(compared: Dict[str, Agreement]) -> Dict[str, Any]:
    return {
        "images": len(compared),
        "detections": sum(a.detections for a in compared.values()),
        "unmatched": sum(a.unmatched for a in compared.values()),
        "min_iou": min(a.min_iou for a in compared.values()),
        "max_score_difference": max(a.max_score_difference for a in compared.values()),
    }


def _on_same_pixels(name: str, compared: Dict[str, Agreement]) -> List[str]:
    return [
        f"{name} on {image}: {a.unmatched} of {a.detections} detections have no "
        "counterpart on the same pixels"
        for image, a in sorted(compared.items())
        if a.unmatched
    ]


def canonical_order(found: LabeledBoxes) -> LabeledBoxes:
    """Detections with scores to three digits, and those of one score in the order of their boxes.

    Args:
        found: detections of one image, in any order.
    """
    scores = np.round(found.scores, 3)
    x_min, y_min, x_max, y_max = np.round(found.boxes).T
    order = np.lexsort((y_max, x_max, y_min, x_min, -scores))
    return LabeledBoxes(
        found.boxes[order], tuple(found.labels[number] for number in order), scores[order]
    )


def _map_in_canonical_order(
    images: Sequence[RecordImage], found: Sequence[LabeledBoxes], label_map: LabelMap
) -> Optional[float]:
    return coco_metrics.coco_metrics(
        [image.objects for image in images], [canonical_order(one) for one in found], label_map
    )["mAP"]


def _differ(trained: Optional[float], own: Optional[float]) -> bool:
    return abs((trained or 0.0) - (own or 0.0)) > MAX_MAP_DIFFERENCE


def on_own_pixels(
    name: str,
    trained: Optional[float],
    own: Optional[float],
    reference: Sequence[LabeledBoxes],
    found: Sequence[LabeledBoxes],
) -> List[str]:
    """What is wrong with a backend that decodes and resizes by itself; nothing when it is fine.

    Args:
        name: of the backend.
        trained: mAP of the reference; ``None`` without ground truth.
        own: mAP of the backend.
        reference: detections of the reference, an image each.
        found: those of the backend.
    """
    if not _differ(trained, own):
        return []
    missing = sum(
        agreement(*pair, min_score=0).unmatched
        for one, other in zip(reference, found)
        for pair in ((one, other), (other, one))
    )
    return (
        [
            f"{name}: mAP {own or 0.0:.4f} with its own pixels, TensorFlow {trained or 0.0:.4f}; "
            f"{missing} detections differ"
        ]
        if missing
        else []
    )


def _files(graph: Union[str, Path]) -> Dict[str, Any]:
    return {
        path.name: {"sha256": files.sha256(path), "bytes": path.stat().st_size}
        for path in sorted(Path(graph).iterdir())
        if path.is_file() and path.name != export.REPORT
    }


def _versions() -> Dict[str, str]:
    import cv2
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "opencv": cv2.__version__,
        "numpy": np.__version__,
    }
