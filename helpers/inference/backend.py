"""What the three ways to run a model have in common: images in, labelled boxes out."""

from __future__ import annotations

import abc
from pathlib import Path
from typing import Sequence, Tuple, Union

import numpy as np

from helpers.inference.resize import resize_as_trained
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap


class Backend(abc.ABC):
    """One loaded model; the three backends differ in the four steps below and in nothing else.

    Attributes:
        name: one of ``BACKENDS``.
        width: of the model's input, pixels.
        height: of the model's input, pixels.
    """

    name = ""

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
        """The image at the size of the model's input, sampled as TensorFlow 1 does, rounded.

        Args:
            image: RGB uint8 (h, w, 3).

        Returns:
            RGB uint8 (height, width, 3) of the model's input, for ``detect_resized``.
        """
        return np.rint(resize_as_trained(image, self.width, self.height)).astype(np.uint8)

    def detect(self, image: np.ndarray) -> LabeledBoxes:
        """Finds objects on an image of any size.

        Args:
            image: RGB uint8 (h, w, 3).

        Returns:
            Absolute pixels of that image, inside it, none empty, best score first; scores are
            kept down to the threshold the graph was exported with, near 0.
        """
        check_rgb(image)
        pixels = resize_as_trained(image, self.width, self.height)
        return self._labelled(image.shape, *self._run(pixels))

    def detect_resized(self, pixels: np.ndarray) -> LabeledBoxes:
        """Finds objects on pixels that have the model's input size already.

        Args:
            pixels: RGB uint8 (height, width, 3) of the model's input.

        Returns:
            As ``detect``, in pixels of that input.

        Raises:
            ValueError: the size is another.
        """
        check_rgb(pixels)
        if pixels.shape[:2] != (self.height, self.width):
            raise ValueError(
                f"expected pixels of shape {(self.height, self.width, 3)}, got {pixels.shape}"
            )
        return self._labelled(pixels.shape, *self._run(pixels))

    @abc.abstractmethod
    def _run(self, pixels: np.ndarray) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Boxes (n, 4) as fractions ``[x_min, y_min, x_max, y_max]``, ids from 1, scores.

        ``pixels`` are grey levels 0..255, uint8 or float32 between them.
        """

    def _labelled(
        self, shape: Sequence[int], boxes_rel: np.ndarray, class_ids: np.ndarray, scores: np.ndarray
    ) -> LabeledBoxes:
        height, width = shape[:2]
        sides = np.array([width, height, width, height], np.float32)
        boxes = np.clip(boxes_rel * sides, 0, sides).astype(np.float32)
        solid = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        order = [i for i in np.argsort(-scores, kind="stable") if solid[i]]
        labels = tuple(self._label_map.name_of(int(class_ids[i])) for i in order)
        return LabeledBoxes(boxes[order], labels, scores[order])


def check_rgb(image: np.ndarray) -> None:
    """Holds an image against the one layout there is: RGB uint8 (h, w, 3).

    Raises:
        ValueError: it has another; says expected and got.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"expected an RGB image, uint8 (h, w, 3), got {image.dtype} {image.shape}")


def undecodable(where: Union[str, Path]) -> BadInput:
    """What to raise where the bytes of an image do not decode."""
    return BadInput.of(
        where,
        "bytes that do not decode",
        "a JPEG or PNG image",
        "Save the image again, or take it out of the data set.",
    )
