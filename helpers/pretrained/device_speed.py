"""How fast a model of the zoo is on a Raspberry Pi 4, by published measurements.

They are those of ``model_zoo``: A. Allan, TensorFlow Lite, and Qengineering, OpenCV's DNN module.
Another input size is estimated by its pixels, in which the convolutions are proportional; what is
not (decoding, non-maximum suppression, the camera) is left out. An estimate, no more: the model
on the device is what counts.
"""

from __future__ import annotations

from typing import Optional, Sequence

from helpers.pretrained.model_zoo import Model

_MILLISECONDS = 1000.0


def frames_per_second(model: Model, size: int) -> Optional[float]:
    """Images per second on a Raspberry Pi 4 with TensorFlow Lite; ``None`` is not known.

    Args:
        model: of the zoo.
        size: width and height of the input, pixels.
    """
    if model.pi4_tflite_ms is None:
        return None
    return _MILLISECONDS / model.pi4_tflite_ms * (model.input_size / size) ** 2


def largest_size(model: Model, wanted: float, sizes: Sequence[int]) -> int:
    """The largest input size that is fast enough; the smallest where none is.

    Args:
        model: of the zoo, whose speed is known.
        wanted: images per second.
        sizes: to choose from, pixels.
    """
    enough = [size for size in sizes if (frames_per_second(model, size) or 0.0) >= wanted]
    return max(enough, default=min(sizes))


def explanation(model: Model, size: int, wanted: float, narrower: bool = False) -> str:
    """What the published measurements let one expect, for people.

    Args:
        model: of the zoo.
        size: width and height of the input, pixels.
        wanted: images per second.
        narrower: whether the network is a narrower one than the model, so not slower.
    """
    expected = frames_per_second(model, size) or 0.0
    about = f"{'at least ' if narrower else ''}about {expected:.2g} images/s at {size}x{size}"
    source = (
        f"by A. Allan's {model.pi4_tflite_ms:g} ms for SSD MobileNet v2 at {model.input_size}x"
        f"{model.input_size} on a Raspberry Pi 4 with TensorFlow Lite, scaled by pixels"
    )
    if expected >= wanted:
        return f"{about}, {source}; measure on your own"
    return f"{wanted:g} is not to be had: {about} is the nearest, {source}"
