"""What all backends have in common: images in, labeled boxes out."""

from __future__ import annotations

import abc
from pathlib import Path
from typing import List, NamedTuple, Sequence, Union

import numpy as np

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap


class RawDetections(NamedTuple):
    """What a network finds on one image, in the order it gives.

    Attributes:
        boxes_rel: (n, 4) ``[x_min, y_min, x_max, y_max]``, fractions of the image.
        class_ids: (n,), from 1.
        scores: (n,), 0..1.
    """

    boxes_rel: np.ndarray
    class_ids: np.ndarray
    scores: np.ndarray


class Backend(abc.ABC):
    """One loaded model; the backends differ in the four steps below and in nothing else.

    Attributes:
        name: as in ``registry.BACKENDS``.
        width: of the model's input, pixels.
        height: of the model's input, pixels.
        batch_size: number of images that :meth:`detect_batch` is best given at once.
    """

    name = ""
    batch_size = 1

    def __init__(self, width: int, height: int, label_map: LabelMap):
        self.width, self.height, self._label_map = width, height, label_map

    def decode(self, data: bytes, where: Union[str, Path] = "image") -> np.ndarray:
        """Decodes a JPEG or PNG with this backend's own decoder.

        Args:
            data: the file's bytes.
            where: what an error message calls the image.

        Returns:
            RGB uint8 (h, w, 3).

        Raises:
            BadInput: the bytes are no image.
        """
        import cv2

        buffer = np.frombuffer(data, np.uint8)
        image_bgr = cv2.imdecode(buffer, cv2.IMREAD_COLOR) if buffer.size else None
        if image_bgr is None:
            raise undecodable(where)
        return np.ascontiguousarray(image_bgr[:, :, ::-1])

    def resize(self, image: np.ndarray) -> np.ndarray:
        """The image at the size of the model's input, by ``cv2.resize``, as on the device.

        It samples where the graph's own resizer does, and rounds to whole grey levels.

        Args:
            image: RGB uint8 (h, w, 3).

        Returns:
            RGB uint8 (height, width, 3) of the model's input, for ``detect_resized``.
        """
        import cv2

        return cv2.resize(image, (self.width, self.height))

    def detect(self, image: np.ndarray) -> LabeledBoxes:
        """Finds objects on an image of any size.

        Args:
            image: RGB uint8 (h, w, 3).

        Returns:
            Absolute pixels of that image, inside it, none empty, best score first; scores are
            kept down to the threshold the graph was exported with, near 0.
        """
        check_rgb(image)
        return self.detect_batch([self.resize(image)], [image.shape])[0]

    def detect_resized(self, pixels: np.ndarray) -> LabeledBoxes:
        """Finds objects on pixels that have the model's input size already.

        Args:
            pixels: RGB uint8 (height, width, 3) of the model's input.

        Returns:
            As ``detect``, in pixels of that input.

        Raises:
            ValueError: the size is another.
        """
        return self.detect_batch([pixels], [pixels.shape])[0]

    def detect_batch(
        self, pixels: Sequence[np.ndarray], shapes: Sequence[Sequence[int]]
    ) -> List[LabeledBoxes]:
        """Finds objects on several images that have the model's input size already.

        Args:
            pixels: of each image, RGB uint8 (height, width, 3) of the model's input.
            shapes: of each image before it was resized, (h, w, ...).

        Returns:
            Of each image as ``detect``, in pixels of the image before it was resized.

        Raises:
            ValueError: pixels have another size.
        """
        for image in pixels:
            check_rgb(image)
            if image.shape[:2] != (self.height, self.width):
                raise ValueError(
                    f"expected pixels of shape {(self.height, self.width, 3)}, got {image.shape}"
                )
        raw = self._run(np.stack(pixels))
        return [self._labeled(shape, found) for shape, found in zip(shapes, raw)]

    @abc.abstractmethod
    def _run(self, pixels: np.ndarray) -> List[RawDetections]:
        """Runs the network on RGB uint8 (n, height, width, 3)."""

    def _labeled(self, shape: Sequence[int], raw: RawDetections) -> LabeledBoxes:
        height, width = shape[:2]
        limits = np.array([width, height, width, height], np.float32)
        boxes = np.clip(raw.boxes_rel * limits, 0, limits).astype(np.float32)
        solid = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        order = np.argsort(-raw.scores, kind="stable")
        order = order[solid[order]]
        labels = tuple(map(self._label_map.name_of, raw.class_ids[order].astype(int).tolist()))
        return LabeledBoxes(boxes[order], labels, raw.scores[order])


def raw_detections(
    boxes_rel_yxyx: np.ndarray, class_ids: np.ndarray, scores: np.ndarray, count: float
) -> RawDetections:
    """The first ``count`` detections of TensorFlow's outputs, which have a fixed length.

    Args:
        boxes_rel_yxyx: (n, 4) ``[y_min, x_min, y_max, x_max]``, fractions of the image.
        class_ids: (n,).
        scores: (n,).
        count: of the detections.
    """
    kept = slice(0, int(count))
    return RawDetections(boxes_rel_yxyx[kept][:, [1, 0, 3, 2]], class_ids[kept], scores[kept])


def check_rgb(image: np.ndarray) -> None:
    """Requires the one layout of images: RGB uint8 (h, w, 3).

    Raises:
        ValueError: the image has another layout; says expected and got.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"expected an RGB image, uint8 (h, w, 3), got {image.dtype} {image.shape}")


def undecodable(where: Union[str, Path]) -> BadInput:
    """The error for an image whose bytes do not decode."""
    return BadInput.of(
        where,
        "bytes that do not decode",
        "a JPEG or PNG image",
        "Save the image again, or take it out of the data set.",
    )
