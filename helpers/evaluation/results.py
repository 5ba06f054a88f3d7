"""Ground truth and detections of a set of images: what every part of an evaluation takes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Sequence, Tuple

import numpy as np

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage


@dataclass(frozen=True, eq=False)
class DetectionResults:
    """What a model detects on a set of images, beside the ground truth.

    All columns have one entry per image, in one order.

    Attributes:
        filenames: relative to the image folder, each once.
        sizes: int (n, 2), width and height of each image in pixels.
        truth: the annotated boxes, absolute pixels, without scores. ``group_of`` marks a crowd: it
            is no object that must be found, and a detection on it counts neither way.
        detections: the boxes found, absolute pixels, with scores from near 0.
        label_map: the classes that count.

    Raises:
        ValueError: the columns differ in length, truth has scores or detections have none.
        BadInput: an image is there twice, or a box has a class that the label map lacks.
    """

    filenames: Tuple[str, ...]
    sizes: np.ndarray
    truth: Tuple[LabeledBoxes, ...]
    detections: Tuple[LabeledBoxes, ...]
    label_map: LabelMap

    def __post_init__(self) -> None:
        for name in ("filenames", "truth", "detections"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        sizes = np.array(self.sizes, np.int64).reshape(-1, 2)
        sizes.setflags(write=False)
        object.__setattr__(self, "sizes", sizes)
        for name in ("sizes", "truth", "detections"):
            if len(getattr(self, name)) != len(self.filenames):
                raise ValueError(
                    f"expected {name} of {len(self.filenames)} images, "
                    f"got {len(getattr(self, name))}"
                )
        self._require_scores()
        self._require_unique()
        self._require_known_classes()

    def _require_scores(self) -> None:
        if any(boxes.scores is not None for boxes in self.truth):
            raise ValueError("expected ground truth, got boxes with scores")
        if any(boxes.scores is None for boxes in self.detections):
            raise ValueError("expected detections with scores, got ground truth")

    def _require_unique(self) -> None:
        twice = sorted(name for name, count in Counter(self.filenames).items() if count > 1)
        if twice:
            raise BadInput.of(
                twice[0],
                "the image more than once among those to evaluate",
                "each image once",
                "Write the eval records again (notebook 02_tfrecords).",
            )

    def _require_known_classes(self) -> None:
        for label in sorted(
            {label for boxes in self.truth + self.detections for label in boxes.labels}
        ):
            self.label_map.id_of(label)

    @classmethod
    def of(
        cls, images: Sequence[RecordImage], detections: Sequence[LabeledBoxes], label_map: LabelMap
    ) -> DetectionResults:
        """The results on images of the records.

        Args:
            images: with their ground truth.
            detections: of each image, in the images' order.
            label_map: of the model.
        """
        return cls(
            tuple(image.filename for image in images),
            np.array([(image.width, image.height) for image in images], np.int64),
            tuple(image.objects for image in images),
            tuple(detections),
            label_map,
        )

    def __len__(self) -> int:
        return len(self.filenames)

    def select(self, indices: Sequence[int]) -> DetectionResults:
        """The results on some of the images, in the order of the indices."""
        return DetectionResults(
            tuple(self.filenames[i] for i in indices),
            self.sizes[np.asarray(indices, np.int64)],
            tuple(self.truth[i] for i in indices),
            tuple(self.detections[i] for i in indices),
            self.label_map,
        )

    def with_min_score(self, threshold: float) -> DetectionResults:
        """The same images with the detections of at least this score."""
        return DetectionResults(
            self.filenames,
            self.sizes,
            self.truth,
            tuple(boxes.with_min_score(threshold) for boxes in self.detections),
            self.label_map,
        )
