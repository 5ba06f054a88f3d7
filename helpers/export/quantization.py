"""The kinds of TensorFlow Lite model: how each is asked for, what it is, and what it may cost.

A model of eight bits is smaller and, on a small processor, faster. It is never quite the model
that was trained, so its mAP is held against that of the floating-point one.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Iterator, List, NamedTuple, Sequence, Union

import numpy as np

from helpers.inference.resize import resize_as_trained
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import tfrecord

INFERENCE_TYPES = ("FLOAT", "QUANTIZED_UINT8")
POST_TRAINING = ("none", "weights", "int8")
FLOAT, UINT8, WEIGHTS, INT8 = KINDS = ("float", "uint8", "weights", "int8")
SAYS = {
    FLOAT: "floating point, as trained",
    UINT8: "eight bits throughout, trained with them (QUANTIZED_UINT8); takes RGB bytes",
    WEIGHTS: "weights stored in eight bits after training, arithmetic partly in floating point",
    INT8: "eight-bit arithmetic after training, its ranges measured on images of the train "
    "records; floating-point input and post-processing",
}
MEASURED_ON = 100  # images; the ranges hardly move after some dozens
WARN_DROP, FAIL_DROP = 0.02, 0.10
FEW_IMAGES, FEW_STEPS = 50, 1000
_DELAY = "fake_quantization_step"  # what TensorFlow's rewriter counts the steps until eight bits in


class Cost(NamedTuple):
    """What eight bits cost a model.

    Attributes:
        drop: mAP of the float model minus that of this one, 0..1.
        warning: a sentence with the likely reasons; empty where the drop is small.
        failed: whether the drop is too large to ship.
    """

    drop: float
    warning: str
    failed: bool


def kind(inference_type: str, post_training: str = "none") -> str:
    """The kind of model that two hyperparameters ask for, one of ``KINDS``.

    Raises:
        BadInput: one of them is unknown, or they ask for both ways to eight bits at once.
    """
    for name, value, known in (
        ("inference_type", inference_type, INFERENCE_TYPES),
        ("post_training", post_training, POST_TRAINING),
    ):
        if value not in known:
            raise BadInput.of(
                name, repr(value), f"{', '.join(known[:-1])} or {known[-1]}", "Choose one of them."
            )
    if inference_type == "FLOAT":
        return FLOAT if post_training == "none" else post_training
    if post_training != "none":
        raise BadInput.of(
            "post_training",
            f"{post_training!r} with inference_type {inference_type}",
            "none: that model is trained with eight bits",
            "Leave one of the two out.",
        )
    return UINT8


def pixels(
    records: Sequence[Union[str, Path]], label_map: LabelMap, width: int, height: int
) -> Iterator[np.ndarray]:
    """The first images of records as a model sees them, to measure the ranges of its values.

    Records are written in random order, so that the first images stand for all.

    Args:
        records: files of the train split.
        label_map: of the records.
        width: of the model's input, pixels.
        height: of the model's input, pixels.

    Yields:
        RGB float32 (height, width, 3), grey levels 0..255.

    Raises:
        BadInput: a record or an image cannot be read.
    """
    import cv2

    for stored in itertools.islice(tfrecord.read(records, label_map), MEASURED_ON):
        image_bgr = cv2.imdecode(np.frombuffer(stored.encoded, np.uint8), cv2.IMREAD_COLOR)
        if image_bgr is None:
            raise BadInput.of(
                stored.filename,
                "bytes that do not decode",
                "a JPEG or PNG image",
                "Write the train records again.",
            )
        yield resize_as_trained(np.ascontiguousarray(image_bgr[:, :, ::-1]), width, height)


def has_fake_quant(variables: Sequence[str]) -> bool:
    """Whether some of these variables are what a training with eight bits keeps beside weights."""
    return any("_quant/" in name or name == _DELAY for name in variables)


def cost(kind_made: str, trained: float, own: float, config, images: int) -> Cost:
    """Judges the mAP of a quantized model.

    Args:
        kind_made: of ``KINDS``.
        trained: mAP of the float model, 0..1.
        own: mAP of the quantized one.
        config: the ``TrainEvalPipelineConfig`` that both were trained with.
        images: how many both were measured on.
    """
    drop = round(trained - own, 4)
    if drop <= WARN_DROP:
        return Cost(drop, "", False)
    reasons = "; ".join(_reasons(kind_made, config, images))
    return Cost(
        drop,
        f"eight bits cost {100 * drop:.1f} points of mAP: tflite ({kind_made}) has "
        f"{own:.4f}, the float model {trained:.4f}. Likely reasons: {reasons}",
        drop > FAIL_DROP,
    )


def _reasons(kind_made: str, config, images: int) -> List[str]:
    reasons = []
    if kind_made == UINT8:
        steps = config.train_config.num_steps
        seen = steps - config.graph_rewriter.quantization.delay
        if seen < FEW_STEPS:
            reasons.append(
                f"only the last {seen} of {steps} steps were trained with eight bits, train longer"
            )
        reasons.append("a learning rate still high at the end keeps the ranges moving")
    else:
        reasons.append(
            "one range serves all channels of a layer's values, and narrow models "
            "suffer most: train with inference_type QUANTIZED_UINT8, so that the "
            "weights adapt"
        )
    if kind_made == INT8:
        reasons.append("train images unlike those of the eval records")
    if images < FEW_IMAGES:
        reasons.append(f"chance, with only {images} images to measure on")
    return reasons


def described(kind_made: str, config) -> dict:
    """What ``export.json`` and ``model.json`` say of a TensorFlow Lite model.

    Args:
        kind_made: of ``KINDS``.
        config: the ``TrainEvalPipelineConfig`` it was trained with.
    """
    said = {
        "kind": kind_made,
        "says": SAYS[kind_made],
        "input": "uint8" if kind_made == UINT8 else "float32",
    }
    if kind_made == UINT8:
        said["eight_bits_from_step"] = config.graph_rewriter.quantization.delay
    if kind_made == INT8:
        said["measured_on_at_most"] = MEASURED_ON
    return said
