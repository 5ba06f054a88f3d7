"""The pretrained models to start from: the TensorFlow 1 detection model zoo, and packages.

``models.csv`` has them. Names, archives, inputs and COCO mAP: tensorflow/models,
research/object_detection/g3doc, tf1_detection_zoo.md, and samples/configs. Speeds: Qengineering
(Raspberry Pi 4, OpenCV's DNN module, C++) and A. Allan (TensorFlow Lite, Raspberry Pi 4 and 5).
Checksums: openvinotoolkit/open_model_zoo, model.yml, and Bazel workspaces of TensorFlow Lite's
users. They say nothing of one's own classes: measure those. The weights of
``ssdlite_mobilenet_v2_coco`` in the package are made of the zoo's own frozen graph (tfjs-models,
coco-ssd/README.md).
"""

from __future__ import annotations

import csv
import difflib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from helpers.pipeline_config import two_stage
from helpers.pretrained import weight_packages
from helpers.pretrained.weight_packages import WeightPackage
from helpers.structures.errors import BadInput

TABLE = Path(__file__).parent / "models.csv"
OBSTACLES = {
    "context": "it compares images of one camera over weeks, which the installed Object Detection "
    "API cannot",
    "extractor": "the installed Object Detection API has no feature extractor {extractor}",
    "masks": "it gives masks, and only boxes are annotated, evaluated and drawn here",
    "rfcn": "OpenCV takes no position-sensitive pooling from a TensorFlow graph",
    "two-stage": "of models with two stages OpenCV's text graph is made of a Faster R-CNN with "
    "Inception v2, ResNet 50 or ResNet 101",
    "untried": "its pipeline.config is not known here, nor whether OpenCV can run it",
}


class Model(NamedTuple):
    """One model of the zoo.

    Attributes:
        name: in the zoo's table.
        archive: without ``.tar.gz``; the name with the date.
        extractor: the type of its feature extractor in ``pipeline.config``.
        input: width and height, pixels, as in ``300x300``; where it keeps the image's proportions,
            the least shorter edge and the longest one, as in ``600-1024``.
        coco_map: mean average precision on COCO, percent, as the zoo states it; ``None`` where it
            states none.
        pi4_opencv_fps: images per second on a Raspberry Pi 4, OpenCV; ``None`` is not known.
        pi4_tflite_ms: milliseconds an image on a Raspberry Pi 4, TensorFlow Lite.
        pi5_tflite_ms: the same on a Raspberry Pi 5.
        package: key in ``weight_packages.PACKAGES`` of the package with the same weights; empty
            where there is none.
        in_zoo: whether the zoo has an archive of it.
        nearest: a model of other weights that a package has; for messages alone.
        obstacle: why it cannot be trained and exported here, of ``OBSTACLES``; empty when it can.
        instead: the nearest model that can, where this one cannot.
        sha256: of the archive; empty when it is not known.
    """

    name: str
    archive: str
    extractor: str
    input: str
    coco_map: Optional[float]
    pi4_opencv_fps: Optional[float]
    pi4_tflite_ms: Optional[float]
    pi5_tflite_ms: Optional[float]
    package: str
    in_zoo: bool
    nearest: str
    obstacle: str
    instead: str
    sha256: str

    @property
    def input_size(self) -> int:
        """The width of its input, or the least shorter edge, pixels."""
        return int(self.input.replace("-", "x").split("x")[0])

    @property
    def file(self) -> str:
        """The archive's file name."""
        return f"{self.archive}.tar.gz"

    @property
    def weights(self) -> Optional[WeightPackage]:
        """The package with the same weights; ``None`` where there is none."""
        return weight_packages.PACKAGES.get(self.package)

    @property
    def sources(self) -> str:
        """Where the weights can be had, for people."""
        zoo = ["zoo"] if self.in_zoo else []
        return ",".join([*zoo, *([self.weights.registry] if self.weights else [])])

    @property
    def has_two_stages(self) -> bool:
        """Whether it makes proposals first: for a GPU and a server."""
        return self.extractor in two_stage.EXTRACTORS

    @property
    def here(self) -> str:
        """Whether it can be trained and exported here, for people."""
        if self.obstacle:
            return f"no: {self.reason}; {self.instead} can"
        return "yes, for OpenCV alone: two stages" if self.has_two_stages else "yes"

    @property
    def reason(self) -> str:
        """Why it cannot be trained and exported here, for people; empty when it can."""
        return OBSTACLES[self.obstacle].format(extractor=self.extractor) if self.obstacle else ""


def _read() -> Tuple[Model, ...]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_model(row) for row in csv.DictReader(file))


def _model(row: Dict[str, str]) -> Model:
    numbers = ("coco_map", "pi4_opencv_fps", "pi4_tflite_ms", "pi5_tflite_ms")
    values: Dict[str, Any] = {**row, "in_zoo": row["in_zoo"] == "yes"}
    values.update({name: _number(row[name]) for name in numbers})
    return Model(**values)


def _number(text: str) -> Optional[float]:
    """With as many decimals as it is stated with."""
    if not text:
        return None
    return float(text) if "." in text else int(text)


MODELS = _read()


def rows() -> List[Dict[str, Any]]:
    """The table of models for people.

    First those for every device, then those for OpenCV alone, then those that cannot be trained
    here; the best of each first.
    """
    ordered = sorted(
        MODELS,
        key=lambda model: (
            bool(model.obstacle),
            model.has_two_stages,
            -(model.coco_map or 0),
            model.name,
        ),
    )
    return [
        {
            "model": model.name,
            "input": model.input,
            "COCO mAP %": model.coco_map,
            "Pi 4 OpenCV FPS": model.pi4_opencv_fps,
            "Pi 4 TFLite ms": model.pi4_tflite_ms,
            "Pi 5 TFLite ms": model.pi5_tflite_ms,
            "weights": model.sources,
            "here": model.here,
        }
        for model in ordered
    ]


def find(name: str) -> Model:
    """A model by its name, or by that of its archive.

    Raises:
        BadInput: the zoo's table here has no such model, or it cannot be trained here.
    """
    plain = name[: -len(".tar.gz")] if name.endswith(".tar.gz") else name
    for model in MODELS:
        if plain in (model.name, model.archive):
            break
    else:
        near = difflib.get_close_matches(plain, [model.name for model in MODELS], n=1)
        raise BadInput.of(
            repr(name),
            "no such model",
            "one that `python -m helpers zoo` lists",
            f"Did you mean {near[0]}?" if near else "Correct the name.",
        )
    if model.obstacle:
        raise BadInput.of(
            name,
            f"a model that cannot be trained here ({model.reason})",
            f"the nearest that can, {model.instead}, or another that `python -m helpers zoo` lists",
            "Choose one of them.",
        )
    return model
