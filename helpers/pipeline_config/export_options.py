"""How a trained model is to be exported, and which kind of TensorFlow Lite model that makes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Sequence, Union

from helpers.structures.errors import BadInput

FLOAT_INFERENCE, UINT8_INFERENCE = INFERENCE_TYPES = ("FLOAT", "QUANTIZED_UINT8")
POST_TRAINING = ("none", "weights", "int8")
FLOAT, UINT8, WEIGHTS, INT8 = KINDS = ("float", "uint8", "weights", "int8")


@dataclass(frozen=True)
class ExportOptions:
    """What to export beside the frozen graph and OpenCV's text graph.

    Attributes:
        tflite: also make a TensorFlow Lite model; without it the other options are ignored.
        inference_type: of that model, one of ``INFERENCE_TYPES``.
        image_size: expected width and height of that model's input, pixels; ``None`` accepts any.
        post_training: quantization of a float model after training, one of ``POST_TRAINING``.
        calibration_records: record files of the train split, which ``int8`` is calibrated on, and
            ``uint8`` where it was not trained with fake quantization.
    """

    tflite: bool = True
    inference_type: str = FLOAT_INFERENCE
    image_size: Optional[int] = None
    post_training: str = "none"
    calibration_records: Sequence[Union[str, Path]] = ()

    @property
    def kind(self) -> Optional[str]:
        """The kind of TensorFlow Lite model, one of ``KINDS``; ``None`` when there is none.

        Raises:
            BadInput: as for :func:`kind`.
        """
        return kind(self.inference_type, self.post_training) if self.tflite else None

    @property
    def qat(self) -> bool:
        """Whether training is to end with fake quantization, unless layers are frozen."""
        return self.tflite and self.inference_type == UINT8_INFERENCE


DEFAULTS = ExportOptions()


def kind(inference_type: str, post_training: str = "none") -> str:
    """The kind of TensorFlow Lite model that two hyperparameters ask for, one of ``KINDS``.

    Raises:
        BadInput: one of them is unknown, or they ask for quantization both during and after
            training.
    """
    for name, value, known in (
        ("inference_type", inference_type, INFERENCE_TYPES),
        ("post_training", post_training, POST_TRAINING),
    ):
        if value not in known:
            raise BadInput.of(
                name, repr(value), f"{', '.join(known[:-1])} or {known[-1]}", "Choose one of them."
            )
    if inference_type == FLOAT_INFERENCE:
        return FLOAT if post_training == "none" else post_training
    if post_training != "none":
        raise BadInput.of(
            "post_training",
            f"{post_training!r} with inference_type {inference_type}",
            "none: all of that model is quantized already",
            "Leave one of the two out.",
        )
    return UINT8
