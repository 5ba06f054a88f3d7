"""Two models on the same images: where one finds what the other does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

import numpy as np

from helpers.evaluation.image_errors import image_errors
from helpers.evaluation.matching import match
from helpers.evaluation.results import DetectionResults
from helpers.structures.errors import BadInput


@dataclass(frozen=True, eq=False)
class ImageDifferences:
    """How two models differ on each image, in the order of the images.

    Attributes:
        filenames: of the images.
        thresholds: least score of a detection of each model that counts.
        only_first: int (n,), objects that only the first model finds.
        only_second: int (n,), objects that only the second model finds.
        spurious_first: int (n,), detections of the first model that find no object.
        spurious_second: int (n,), those of the second.
    """

    filenames: Tuple[str, ...]
    thresholds: Tuple[float, float]
    only_first: np.ndarray
    only_second: np.ndarray
    spurious_first: np.ndarray
    spurious_second: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """Int (n,): objects found by one model alone, and the difference in spurious detections."""
        spurious = np.abs(self.spurious_first - self.spurious_second)
        size: np.ndarray = self.only_first + self.only_second + spurious
        return size

    def order(self) -> np.ndarray:
        """Indices of the images on which the models differ, the most different first."""
        order = np.argsort(-self.size, kind="stable")
        return order[self.size[order] > 0]

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each image on which the models differ, the most different first."""
        return [
            {
                "image": self.filenames[index],
                "found by the first alone": int(self.only_first[index]),
                "found by the second alone": int(self.only_second[index]),
                "spurious of the first": int(self.spurious_first[index]),
                "spurious of the second": int(self.spurious_second[index]),
            }
            for index in self.order()
        ]


def image_differences(
    first: DetectionResults, second: DetectionResults, thresholds: Tuple[float, float]
) -> ImageDifferences:
    """Compares what two models find, image by image.

    Args:
        first: of one model.
        second: of the other, on the same images in the same order (:func:`aligned`).
        thresholds: least score of a detection of each that counts: scores of two models seldom
            mean the same.
    """
    matches = [match(results) for results in (first, second)]
    errors = [image_errors(*each) for each in zip((first, second), matches, thresholds)]
    missed = [found.missed(threshold) for found, threshold in zip(matches, thresholds)]
    images = matches[0].truth_image
    count = len(first)
    return ImageDifferences(
        first.filenames,
        thresholds,
        np.bincount(images[~missed[0] & missed[1]], minlength=count),
        np.bincount(images[missed[0] & ~missed[1]], minlength=count),
        errors[0].spurious,
        errors[1].spurious,
    )


def aligned(first: DetectionResults, second: DetectionResults) -> DetectionResults:
    """The results of a second model in the order of the first's images.

    Args:
        first: of one model.
        second: of the other.

    Raises:
        BadInput: the two are of different images, or of differently annotated ones.
    """
    place = {name: index for index, name in enumerate(second.filenames)}
    other = sorted(set(first.filenames) ^ set(place))
    if other:
        raise BadInput.of(
            other[0],
            f"among the images of one evaluation alone ({len(other)} such images)",
            "two evaluations of the same images",
            "Evaluate both models on the same eval records.",
        )
    ordered = second.select([place[name] for name in first.filenames])
    for name, one, two in zip(first.filenames, first.truth, ordered.truth):
        # Saved boxes have two decimals.
        if one.labels != two.labels or not np.allclose(one.boxes, two.boxes, rtol=0, atol=0.011):
            raise BadInput.of(
                name,
                "other annotated objects in one evaluation than in the other",
                "two evaluations of the same annotations",
                "Evaluate both models on the same eval records.",
            )
    return ordered
