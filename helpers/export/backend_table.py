"""The backends of one model side by side: how good, how fast, how large, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

from helpers.evaluation.backend_evaluation import BackendEvaluation
from helpers.evaluation.results import DetectionResults
from helpers.export import detection_matching
from helpers.system import text_table

MOST = 5  # images that are listed
_COLUMNS = ("backend", "mAP", "difference", "ms_median", "ms_p95", "kB", "images_that_differ")


class Disagreement(NamedTuple):
    """An image on which two backends do not find the same.

    Attributes:
        image: its filename.
        detections: how many of either backend, of a score of at least 0.3, have no counterpart:
            the same class, an IoU of at least 0.95, a score within 0.02.
        score_difference: the largest between counterparts.
    """

    image: str
    detections: int
    score_difference: float


@dataclass(frozen=True)
class BackendTable:
    """What each backend of a model does, beside the reference.

    Attributes:
        backends: by name, the reference first: metrics and times as ``metrics.json`` has them;
            ``difference`` of the mAP from the reference's, ``bytes`` of the model's files,
            ``images_that_differ`` and the ``disagreements``, worst first, as dictionaries.
    """

    backends: Dict[str, Dict[str, Any]]

    @classmethod
    def of(
        cls, measured: Mapping[str, BackendEvaluation], file_bytes: Mapping[str, int]
    ) -> BackendTable:
        """The table of backends that were measured on the same images.

        Args:
            measured: by name, the reference first.
            file_bytes: what the files of a backend's model take.
        """
        reference = next(iter(measured.values()))
        return cls(
            {
                name: {
                    **evaluation.as_dict(),
                    **_beside(reference, evaluation),
                    "bytes": file_bytes[name],
                }
                for name, evaluation in measured.items()
            }
        )

    def rows(self) -> List[Dict[str, Any]]:
        """A row per backend, for a table; what an older file does not say is ``None``."""
        return [
            {
                "backend": name,
                **{key: values.get(key) for key in ("mAP", "difference", "ms_median", "ms_p95")},
                "kB": values["bytes"] // 1000 if "bytes" in values else None,
                "images_that_differ": values.get("images_that_differ"),
                "differ_most": ", ".join(
                    f"{one['image']} ({one['detections']})"
                    for one in values.get("disagreements", [])
                ),
            }
            for name, values in self.backends.items()
        ]

    def as_text(self) -> str:
        """The table without the names of images."""
        lines: List[Sequence[Any]] = [_COLUMNS]
        for row in self.rows():
            lines.append(tuple("-" if row[name] is None else row[name] for name in _COLUMNS))
        return "\n".join(text_table.lines(lines, "<>", (12, 8, 11, 10, 8, 8, 19)))


def _beside(reference: BackendEvaluation, own: BackendEvaluation) -> Dict[str, Any]:
    expected, found = reference.metrics.mAP, own.metrics.mAP
    known = expected is not None and found is not None
    differing = disagreements(reference.results, own.results)
    return {
        "difference": round((found or 0.0) - (expected or 0.0), 4) if known else None,
        "images_that_differ": len(differing),
        "disagreements": [
            {**one._asdict(), "score_difference": round(one.score_difference, 4)}
            for one in differing[:MOST]
        ],
    }


def disagreements(reference: DetectionResults, own: DetectionResults) -> List[Disagreement]:
    """The images on which two backends do not find the same, worst first.

    Args:
        reference: on some images.
        own: on the same images, in the same order.

    Raises:
        ValueError: the images are others.
    """
    if reference.filenames != own.filenames:
        raise ValueError("expected two results on the same images")
    found = []
    for image, left, right in zip(reference.filenames, reference.detections, own.detections):
        there, back = (detection_matching.match(left, right), detection_matching.match(right, left))
        if there.unmatched or back.unmatched:
            difference = max(there.max_score_difference, back.max_score_difference)
            found.append(Disagreement(image, there.unmatched + back.unmatched, difference))
    return sorted(found, key=lambda one: (-one.detections, -one.score_difference, one.image))
