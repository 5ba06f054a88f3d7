"""The kinds of TensorFlow Lite model: what each is, what it is calibrated on, what it may cost.

A quantized model is smaller and, on a small processor, faster. It is never quite the model that
was trained, so its mAP is compared with that of the floating-point one.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Union

import numpy as np

from helpers.pipeline_config import freezing
from helpers.pipeline_config.export_options import FLOAT, INT8, UINT8, WEIGHTS
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import tfrecord

DESCRIPTIONS = {
    FLOAT: "floating point, as trained",
    UINT8: "quantized to uint8 throughout (QUANTIZED_UINT8); takes RGB bytes",
    WEIGHTS: "weights quantized after training, arithmetic partly in floating point",
    INT8: "quantized to int8 after training, activation ranges calibrated on images of the train "
    "records; floating-point input and post-processing",
}
MAX_CALIBRATION_IMAGES = 100  # the activation ranges hardly move after some dozens
WARN_DROP, FAIL_DROP = 0.02, 0.10
FEW_IMAGES, FEW_STEPS = 50, 1000
_QAT = "inference_type QUANTIZED_UINT8"
_DELAY = "fake_quantization_step"  # in which TensorFlow's rewriter counts the steps of the delay


class Cost(NamedTuple):
    """What quantization costs a model.

    Attributes:
        drop: mAP of the float model minus that of this one, 0..1.
        warning: a sentence with the likely reasons; empty where the drop is small.
        failed: whether the drop is too large to ship.
    """

    drop: float
    warning: str
    failed: bool


def calibration_images(
    records: Sequence[Union[str, Path]], label_map: LabelMap, width: int, height: int
) -> Iterator[np.ndarray]:
    """The first images of records as a model sees them, to calibrate its activation ranges.

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

    for record in itertools.islice(tfrecord.read(records, label_map), MAX_CALIBRATION_IMAGES):
        image_bgr = cv2.imdecode(np.frombuffer(record.encoded, np.uint8), cv2.IMREAD_COLOR)
        if image_bgr is None:
            raise BadInput.of(
                record.filename,
                "bytes that do not decode",
                "a JPEG or PNG image",
                "Write the train records again.",
            )
        yield cv2.resize(image_bgr, (width, height))[:, :, ::-1].astype(np.float32)


def is_calibrated(kind: str, config: Any) -> bool:
    """Whether the activation ranges of a kind of model are measured on images after training.

    Those of ``uint8`` are the training's own where it was quantization-aware.

    Args:
        kind: one of ``export_options.KINDS``.
        config: the ``TrainEvalPipelineConfig`` it was trained with.
    """
    return kind == INT8 or (kind == UINT8 and not config.HasField("graph_rewriter"))


def has_fake_quant(variables: Sequence[str]) -> bool:
    """Whether some of these variables belong to fake-quant nodes.

    Args:
        variables: names in a checkpoint.
    """
    return any("_quant/" in name or name == _DELAY for name in variables)


def cost(kind: str, trained: float, own: float, config: Any, images: int) -> Cost:
    """Judges the mAP of a quantized model.

    Args:
        kind: one of ``export_options.KINDS``.
        trained: mAP of the float model, 0..1.
        own: mAP of the quantized one.
        config: the ``TrainEvalPipelineConfig`` that both were trained with.
        images: how many both were evaluated on.
    """
    drop = round(trained - own, 4)
    if drop <= WARN_DROP:
        return Cost(drop, "", False)
    reasons = "; ".join(_reasons(kind, config, images))
    return Cost(
        drop,
        f"quantization costs {100 * drop:.1f} points of mAP: tflite ({kind}) has "
        f"{own:.4f}, the float model {trained:.4f}. Likely reasons: {reasons}",
        drop > FAIL_DROP,
    )


def _reasons(kind: str, config: Any, images: int) -> List[str]:
    reasons = []
    calibrated = is_calibrated(kind, config)
    if kind == UINT8 and not calibrated:
        steps = config.train_config.num_steps
        quantized_steps = steps - config.graph_rewriter.quantization.delay
        if quantized_steps < FEW_STEPS:
            reasons.append(
                f"only the last {quantized_steps} of {steps} steps trained with fake "
                "quantization, train longer"
            )
        reasons.append("a learning rate still high at the end keeps the activation ranges moving")
    else:
        calibrated_anyway = kind == UINT8 or freezing.has_frozen_layers(config)
        adapting = "pipeline --qat and --freeze none" if calibrated_anyway else _QAT
        reasons.append(
            "one range serves all channels of a layer's values, and narrow models "
            f"suffer most: train with {adapting}, so that the weights adapt"
        )
    if calibrated:
        reasons.append("train images unlike those of the eval records")
    if images < FEW_IMAGES:
        reasons.append(f"chance, with only {images} images to evaluate on")
    return reasons


def description(kind: str, config: Any) -> Dict[str, Any]:
    """What ``export.json`` and ``model.json`` say of a TensorFlow Lite model.

    Args:
        kind: one of ``export_options.KINDS``.
        config: the ``TrainEvalPipelineConfig`` it was trained with.
    """
    values: Dict[str, Any] = {
        "kind": kind,
        "description": DESCRIPTIONS[kind],
        "input": "uint8" if kind == UINT8 else "float32",
    }
    if is_calibrated(kind, config):
        values["max_calibration_images"] = MAX_CALIBRATION_IMAGES
    elif kind == UINT8:
        values["qat_start_step"] = config.graph_rewriter.quantization.delay
    return values


def cost_as_text(tflite: Mapping[str, Any]) -> str:
    """How the ranges of a quantized model were found, and what it costs.

    Args:
        tflite: that part of ``export.json`` after the parity check; of a float model it says
            nothing of a cost.

    Returns:
        One line; empty for a float model.
    """
    if "drop" not in tflite:
        return ""
    ranges = ""
    if "qat_start_step" in tflite:
        ranges = f", trained with fake quantization from step {tflite['qat_start_step']} on"
    elif "max_calibration_images" in tflite:
        ranges = ", activation ranges calibrated on images of the train records"
    return (
        f"quantized model ({tflite['kind']}{ranges}): mAP {tflite['mAP']:.4f}, "
        f"{-100 * tflite['drop']:+.1f} points against the float model's {tflite['float_mAP']:.4f}"
    )
