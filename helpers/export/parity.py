"""The parity check: an exported model ships only when it does what the trained one does.

Three steps, because programs also differ in what they make of a file: the frozen graph's own
resizer must give the pixels that ``cv2.resize`` gives the device; the same pixels go to every
backend and the detections must be the same, but for what non-maximum suppression chooses between
equal scores; then each backend decodes and resizes by itself, as on the device, and the mAP must be
the same. A model that has learned little gives many detections one score, and their order is
chance: so the mAP may differ where all detections are the same, and where it does not once equal
scores are put into one order. Of a quantized TensorFlow Lite model only the mAP counts, and what
quantization may cost is said in :mod:`helpers.export.quantization`.
"""

from __future__ import annotations

import itertools
import logging
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from helpers.evaluation.backend_evaluation import BackendEvaluation, evaluate_backend
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.evaluation.results import DetectionResults
from helpers.export import detection_matching, quantization
from helpers.export.backend_table import BackendTable
from helpers.export.detection_matching import Match, Suppression
from helpers.inference import registry
from helpers.inference.backend import Backend
from helpers.inference.model_folder import FROZEN_GRAPH, REPORT, TFLITE, TFLITE_FLOAT, ModelFolder
from helpers.inference.tensorflow_backend import TensorFlowBackend
from helpers.inference.tflite_backend import FloatTFLiteBackend, TFLiteBackend
from helpers.pipeline_config import pipeline
from helpers.pipeline_config.export_options import FLOAT
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput, ParityFailed
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.tfrecords.tfrecord import RecordImage

log = logging.getLogger(__name__)
REFERENCE = TensorFlowBackend.name
MAX_IMAGES = 500  # more would cost a paid machine minutes and tell no more
SAME_PIXEL_IMAGES = 20
MAX_MAP_DIFFERENCE = 0.01
MAX_GREY_DIFFERENCE = 1  # cv2.resize rounds, TensorFlow does not


class Comparison(NamedTuple):
    """What the backends make of the same images.

    Attributes:
        backends: the metrics of each, by name, the reference first.
        problems: how those differ from the reference that must not, a sentence each.
    """

    backends: Dict[str, Dict[str, Any]]
    problems: List[str]


def compare_backends(
    folder: Union[str, Path], examples: Iterable[RecordImage], label_map: LabelMap
) -> Dict[str, Any]:
    """Compares every backend with TensorFlow and completes ``export.json``.

    Args:
        folder: of the exported model.
        examples: the eval split; of many the first ``MAX_IMAGES``.
        label_map: of the model.

    Returns:
        What ``export.json`` holds.

    Raises:
        BadInput: there is no image to compare on.
        ParityFailed: names each backend that differs, with the images.
        MissingPart: the folder has no ``export.json``.
    """
    model, images = ModelFolder.at(folder), _named_apart(itertools.islice(examples, MAX_IMAGES))
    if not images:
        raise BadInput.of(
            "eval records", "no image", "at least one", "Write the eval records again."
        )
    report = _exporters_report(model)
    kind = report["tflite"]["kind"] if report["tflite"] else None
    report["backends"], report["problems"] = _compare(model, images, label_map, kind)
    report["warnings"] = _judge_quantization(model, report, len(images))
    report.update(
        passed=not report["problems"], images=len(images), files=_files(model), versions=_versions()
    )
    files.write_json(model.report, report)
    for warning in report["warnings"]:
        log.warning("WARNING: %s", warning)
    if report["problems"]:
        raise ParityFailed(
            "the exported model differs from the trained one: "
            + "; ".join(report["problems"])
            + f". See {model.report}."
        )
    return report


def _named_apart(images: Iterable[RecordImage]) -> List[RecordImage]:
    """The images; where records made elsewhere call two by one name, the later has its number."""
    named: Dict[str, RecordImage] = {}
    for number, image in enumerate(images, start=1):
        name = f"{image.filename} ({number})" if image.filename in named else image.filename
        named[name] = image._replace(filename=name)
    return list(named.values())


def _exporters_report(model: ModelFolder) -> Dict[str, Any]:
    """What the export wrote down."""
    report = model.require_sampling()
    return {key: report[key] for key in ("input", "checkpoint", "tflite")}


def _compare(
    model: ModelFolder, images: Sequence[RecordImage], label_map: LabelMap, kind: Optional[str]
) -> Comparison:
    """Evaluates every backend, and judges those that must do as TensorFlow does."""
    # Images with objects tell more: a comparison of nothing with nothing always agrees.
    ordered = sorted(images, key=lambda image: not len(image.objects))[:SAME_PIXEL_IMAGES]
    reference, config = TensorFlowBackend(model, label_map), pipeline.read(model.config)
    trained = evaluate_backend(reference, images, label_map)
    measured = {REFERENCE: trained}
    comparison = Comparison({}, _on_resizing(reference, ordered))
    same_pixels: Dict[str, Any] = {}
    for name in _others(model):
        backend = registry.open_backend(name, model.folder, label_map)
        measured[name] = own = evaluate_backend(backend, images, label_map)
        matches = compare_pixels(reference, backend, ordered, config)
        same_pixels[name] = detection_matching.summary(matches)
        if name != TFLiteBackend.name or kind == FLOAT:
            comparison.problems.extend(_on_same_pixels(name, matches))
            comparison.problems.extend(_on_own_pixels(name, trained, own))
    sizes = {name: registry.file_bytes(name, model.folder) for name in measured}
    comparison.backends.update(BackendTable.of(measured, sizes).backends)
    for name, summary in same_pixels.items():
        comparison.backends[name]["same_pixels"] = summary
    return comparison


def _on_resizing(reference: TensorFlowBackend, images: Sequence[RecordImage]) -> List[str]:
    """On which images the frozen graph's own resizer gives other pixels than ``cv2.resize``."""
    problems = []
    for image in images:
        pixels = reference.decode(image.encoded)
        off = np.abs(reference.resized_by_graph(pixels) - reference.resize(pixels)).max()
        if off > MAX_GREY_DIFFERENCE:
            problems.append(
                f"{FROZEN_GRAPH} on {image.filename}: resized pixels up to {off:.0f} grey levels "
                "off those of cv2.resize"
            )
    return problems


def _others(model: ModelFolder) -> List[str]:
    """The backends to compare with the reference."""
    float_too = [FloatTFLiteBackend.name] if model.tflite_float.exists() else []
    return model.backends()[1:] + float_too


def compare_pixels(
    reference: TensorFlowBackend, other: Backend, images: Sequence[RecordImage], config: Any
) -> Dict[str, Match]:
    """Gives two backends the same resized pixels.

    Args:
        reference: the frozen graph.
        other: another backend of the same model.
        images: to find objects on.
        config: the model's ``TrainEvalPipelineConfig``.

    Returns:
        How the detections on each image compare, by filename.
    """
    matches = {}
    for image in images:
        pixels = reference.resize(reference.decode(image.encoded))
        found = reference.detect_resized(pixels), other.detect_resized(pixels)
        result = detection_matching.match(*found)
        if result.unmatched:
            suppression = _suppression(reference, pixels, config)
            result = detection_matching.match(*found, suppression=suppression)
        matches[image.filename] = result
    return matches


def _suppression(
    reference: TensorFlowBackend, pixels: np.ndarray, config: Any
) -> Optional[Suppression]:
    """What a single stage chooses from; a second stage's candidates are another for each choice."""
    if not config.model.HasField("ssd"):
        return None
    nms = config.model.ssd.post_processing.batch_non_max_suppression
    lowest = detection_matching.MIN_SCORE - detection_matching.MAX_SCORE_DIFFERENCE
    candidates = reference.candidates(pixels, lowest)
    size = reference.width, reference.height
    return Suppression(candidates, size, nms.iou_threshold, nms.max_total_detections)


def _on_same_pixels(name: str, matches: Dict[str, Match]) -> List[str]:
    return [
        f"{name} on {image}: {match.unmatched} of {match.detections} detections have no "
        "counterpart on the same pixels"
        for image, match in sorted(matches.items())
        if match.unmatched
    ]


def _on_own_pixels(name: str, trained: BackendEvaluation, own: BackendEvaluation) -> List[str]:
    """As :func:`differences_in_map`, with equal scores in one order where that matters."""
    found = (trained.metrics.mAP, own.metrics.mAP)
    if _differ(*found):
        found = (_canonical_map(trained.results), _canonical_map(own.results))
    return differences_in_map(name, found, trained.results.detections, own.results.detections)


def _canonical_map(results: DetectionResults) -> Optional[float]:
    """The mAP of detections in canonical order."""
    ordered = tuple(map(detection_matching.canonical_order, results.detections))
    return coco_metrics(replace(results, detections=ordered)).mAP


def differences_in_map(
    name: str,
    found: Tuple[Optional[float], Optional[float]],
    trained: Sequence[LabeledBoxes],
    own: Sequence[LabeledBoxes],
) -> List[str]:
    """What is wrong with a backend that decodes and resizes by itself; nothing when it is fine.

    Args:
        name: of the backend.
        found: mAP of the reference and of the backend; ``None`` without ground truth.
        trained: the reference's detections, an image each.
        own: the backend's, in the same order.
    """
    if not _differ(*found):
        return []
    different = detection_matching.count_different(trained, own)
    if not different:
        return []
    reference_map, own_map = (value or 0.0 for value in found)
    return [
        f"{name}: mAP {own_map:.4f} with its own pixels, "
        f"TensorFlow {reference_map:.4f}; {different} detections differ"
    ]


def _differ(trained: Optional[float], own: Optional[float]) -> bool:
    return abs((trained or 0.0) - (own or 0.0)) > MAX_MAP_DIFFERENCE


def _judge_quantization(model: ModelFolder, report: Dict[str, Any], images: int) -> List[str]:
    """Notes in a report what quantization costs, and returns the warnings."""
    tflite = report["tflite"]
    if tflite is None or tflite["kind"] == FLOAT:
        return []
    trained, own = (report["backends"][name]["mAP"] or 0.0 for name in (REFERENCE, "tflite"))
    config = pipeline.read(model.config)
    cost = quantization.cost(tflite["kind"], trained, own, config, images)
    tflite.update(mAP=own, float_mAP=trained, drop=cost.drop)
    if cost.failed:
        report["problems"].append(
            f"{cost.warning}. All else is kept: the checkpoint, and beside {TFLITE} the "
            f"float models {FROZEN_GRAPH} and {TFLITE_FLOAT}"
        )
        return []
    return [cost.warning] if cost.warning else []


def _files(model: ModelFolder) -> Dict[str, Any]:
    return {
        path.name: {"sha256": files.sha256(path), "bytes": path.stat().st_size}
        for path in sorted(model.folder.iterdir())
        if path.is_file() and path.name != REPORT
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
