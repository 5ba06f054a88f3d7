"""Detection results on disk, to be compared and analysed again without running a model.

``detections.json`` holds the detections of each backend: ``image``, ``class``, ``score`` (five
decimals) and ``box``, ``[x_min, y_min, x_max, y_max]`` in pixels (two decimals). ``truth.json``
holds the classes, and of every image its size and its annotated objects, likewise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Union

import numpy as np

from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap
from helpers.system import files

DETECTIONS, TRUTH = "detections.json", "truth.json"
_AGAIN = "Evaluate the model again: python -m helpers evaluate"


def write(results: Mapping[str, DetectionResults], folder: Union[str, Path]) -> None:
    """Writes ``detections.json`` and ``truth.json``.

    Args:
        results: of each backend, on the same images.
        folder: to write into.

    Raises:
        ValueError: there is no backend, or they ran on different images.
    """
    every = list(results.values())
    if not every or any(one.filenames != every[0].filenames for one in every):
        raise ValueError(f"expected results on the same images, got those of {sorted(results)}")
    files.write_json(Path(folder) / TRUTH, _truth(every[0]))
    files.write_json(
        Path(folder) / DETECTIONS, {name: _detections(one) for name, one in results.items()}
    )


def _truth(results: DetectionResults) -> Dict[str, Any]:
    columns = zip(results.filenames, results.sizes.tolist(), results.truth)
    return {
        "classes": list(results.label_map.names),
        "images": [
            {"image": name, "width": width, "height": height, "objects": _objects(boxes)}
            for name, (width, height), boxes in columns
        ],
    }


def _objects(boxes: LabeledBoxes) -> List[Dict[str, Any]]:
    return [
        {"class": label, "box": _rounded(box), **({"group_of": True} if crowd else {})}
        for label, box, crowd in zip(boxes.labels, boxes.boxes, boxes.flags("group_of"))
    ]


def _detections(results: DetectionResults) -> List[Dict[str, Any]]:
    return [
        {"image": name, "class": label, "score": round(float(score), 5), "box": _rounded(box)}
        for name, boxes in zip(results.filenames, results.detections)
        for label, score, box in zip(boxes.labels, np.asarray(boxes.scores), boxes.boxes)
    ]


def _rounded(box: np.ndarray) -> List[float]:
    return [round(float(corner), 2) for corner in box]


def exists(folder: Union[str, Path]) -> bool:
    """Whether a folder holds saved results."""
    return all((Path(folder) / name).is_file() for name in (DETECTIONS, TRUTH))


def read(folder: Union[str, Path]) -> Dict[str, DetectionResults]:
    """Reads the results of each backend.

    Args:
        folder: of a saved evaluation.

    Raises:
        MissingPart: one of the two files is not there.
        BadInput: a file is damaged, or the two do not fit together; says which.
    """
    for name in (DETECTIONS, TRUTH):
        if not (Path(folder) / name).is_file():
            raise MissingPart(f"{Path(folder) / name}: no such file. {_AGAIN}")
    truth = files.read_json(Path(folder) / TRUTH)
    detections = files.read_json(Path(folder) / DETECTIONS)
    place = Path(folder) / TRUTH
    try:
        images, label_map = truth["images"], LabelMap.of(truth["classes"])
        annotated = [_labeled(image["objects"]) for image in images]
        sizes = [(image["width"], image["height"]) for image in images]
        names = [image["image"] for image in images]
        place = Path(folder) / DETECTIONS
        found = {name: _by_image(rows, names) for name, rows in detections.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadInput.of(place, f"{error!r}", "what an evaluation writes", _AGAIN) from error
    return {
        name: DetectionResults(tuple(names), np.array(sizes), tuple(annotated), boxes, label_map)
        for name, boxes in found.items()
    }


def _by_image(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Any:
    by_image: Dict[str, List[Mapping[str, Any]]] = {name: [] for name in names}
    for row in rows:
        by_image[row["image"]].append(row)
    return tuple(
        LabeledBoxes(
            [row["box"] for row in found],
            tuple(row["class"] for row in found),
            [row["score"] for row in found],
        )
        for found in by_image.values()
    )


def _labeled(objects: Sequence[Mapping[str, Any]]) -> LabeledBoxes:
    return LabeledBoxes(
        [one["box"] for one in objects],
        tuple(one["class"] for one in objects),
        group_of=[one.get("group_of", False) for one in objects],
    )
