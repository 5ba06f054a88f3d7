"""What is found, missed and spurious on each image at a threshold: the worst images first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List

import numpy as np

from helpers.evaluation.matching import Matches
from helpers.evaluation.results import DetectionResults


@dataclass(frozen=True, eq=False)
class ImageErrors:
    """Counts of each image, in the order of the images.

    Attributes:
        filenames: of the images.
        threshold: least score of a detection that counts.
        found: int (n,), objects that a detection finds.
        missed: int (n,), objects that none finds; crowds are none.
        spurious: int (n,), detections that find no object.
    """

    filenames: List[str]
    threshold: float
    found: np.ndarray
    missed: np.ndarray
    spurious: np.ndarray

    def worst_first(self) -> np.ndarray:
        """Indices of the images, most errors first; of equal ones that with fewer found."""
        order: np.ndarray = np.lexsort((self.found, -(self.missed + self.spurious)))
        return order

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each image, the worst first."""
        return [
            {
                "image": self.filenames[index],
                "found": int(self.found[index]),
                "missed": int(self.missed[index]),
                "spurious": int(self.spurious[index]),
            }
            for index in self.worst_first()
        ]

    def as_dict(self) -> Dict[str, int]:
        """The sums over all images, and how many images have errors."""
        return {
            "images": len(self.filenames),
            "images_with_errors": int(((self.missed + self.spurious) > 0).sum()),
            "found": int(self.found.sum()),
            "missed": int(self.missed.sum()),
            "spurious": int(self.spurious.sum()),
        }


def image_errors(results: DetectionResults, matches: Matches, threshold: float) -> ImageErrors:
    """Counts what is right and wrong on each image.

    Args:
        results: of a model.
        matches: of these results.
        threshold: least score of a detection that counts.
    """
    counted = matches.score >= threshold
    return ImageErrors(
        list(results.filenames),
        threshold,
        _by_image(matches.image[matches.true_positive & counted], results),
        _by_image(matches.truth_image[matches.missed(threshold)], results),
        _by_image(matches.image[matches.false_positive & counted], results),
    )


def _by_image(images: np.ndarray, results: DetectionResults) -> np.ndarray:
    return np.bincount(images, minlength=len(results))
