"""The pretrained models to start from: the TensorFlow 1 detection model zoo, and packages.

Names, archives and COCO mAP: tensorflow/models, research/object_detection/g3doc,
tf1_detection_zoo.md. Speeds: Qengineering (Raspberry Pi 4, OpenCV's DNN module, C++) and A. Allan
(TensorFlow Lite, Raspberry Pi 4 and 5). Checksums: openvinotoolkit/open_model_zoo, model.yml, and
Bazel workspaces of TensorFlow Lite's users. They say nothing of one's own classes: measure those.
"""

from __future__ import annotations

import difflib
from typing import Any, Dict, List, NamedTuple, Optional

from helpers.pretrained import weight_packages
from helpers.pretrained.weight_packages import WeightPackage
from helpers.structures.errors import BadInput

_NOT_OPENCV = "OpenCV cannot run its box predictor"
_TOO_NEW = "it needs a newer Object Detection API"


class Model(NamedTuple):
    """One model of the zoo.

    Attributes:
        name: in the zoo's table.
        archive: without ``.tar.gz``; the name with the date.
        input_size: width and height of its input, pixels.
        coco_map: mean average precision on COCO, percent, as the zoo states it; ``None`` for a
            model of other classes.
        pi4_opencv_fps: images per second on a Raspberry Pi 4, OpenCV; ``None`` is not known.
        pi4_tflite_ms: milliseconds an image on a Raspberry Pi 4, TensorFlow Lite.
        pi5_tflite_ms: the same on a Raspberry Pi 5.
        sha256: of the archive; empty when it is not known.
        obstacle: why it cannot be trained and exported here; empty when it can.
        package: key in ``weight_packages.PACKAGES`` of the package with the same weights; empty
            where there is none.
        in_zoo: whether the zoo has an archive of it.
        nearest: a model of other weights that a package has; for messages alone.
    """

    name: str
    archive: str
    input_size: int
    coco_map: Optional[float]
    pi4_opencv_fps: Optional[float] = None
    pi4_tflite_ms: Optional[float] = None
    pi5_tflite_ms: Optional[float] = None
    sha256: str = ""
    obstacle: str = ""
    package: str = ""
    in_zoo: bool = True
    nearest: str = ""

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


MODELS = (
    Model(
        "ssd_mobilenet_v1_coco",
        "ssd_mobilenet_v1_coco_2018_01_28",
        300,
        21,
        3.2,
        sha256="8788f89108519fd1102b8a5c2ac861cf6d86603571b6ce5bbd1c245b7fe005e3",
    ),
    Model(
        "ssd_mobilenet_v1_0.75_depth_coco",
        "ssd_mobilenet_v1_0.75_depth_300x300_coco14_sync_2018_07_03",
        300,
        18,
        None,
        82.7,
        16.9,
    ),
    Model(
        "ssd_mobilenet_v1_quantized_coco",
        "ssd_mobilenet_v1_quantized_300x300_coco14_sync_2018_07_18",
        300,
        18,
        sha256="09280972c5777f1aa775ef67cb4ac5d5ed21970acd8535aeca62450ef14f0d79",
    ),
    Model(
        "ssd_mobilenet_v1_0.75_depth_quantized_coco",
        "ssd_mobilenet_v1_0.75_depth_quantized_300x300_coco14_sync_2018_07_18",
        300,
        16,
    ),
    Model(
        "ssd_mobilenet_v2_coco",
        "ssd_mobilenet_v2_coco_2018_03_29",
        300,
        22,
        2.0,
        112.6,
        23.5,
        sha256="b9380178b2e35333f1a735e39745928488bdabeb9ed20bc6fa07af8172cb5adc",
        nearest="ssd_mobilenet_v2_openimages",
    ),
    Model(
        "ssd_mobilenet_v2_quantized_coco",
        "ssd_mobilenet_v2_quantized_300x300_coco_2019_01_03",
        300,
        22,
    ),
    Model(
        "ssdlite_mobilenet_v2_coco",
        "ssdlite_mobilenet_v2_coco_2018_05_09",
        300,
        22,
        3.9,
        sha256="542445cce834dbfbb7df1991425d475e85a2d7ec68c60a4f262bb18aac10c8b2",
        package="coco",  # made of the zoo's own frozen graph: tfjs-models, coco-ssd/README.md
    ),
    Model(
        "ssd_mobilenet_v2_openimages",
        "ssd_mobilenet_v2_openimages",
        300,
        None,
        2.0,
        112.6,
        23.5,
        package="openimages",
        in_zoo=False,
    ),
    Model(
        "ssdlite_mobilenet_v2_coco_tfjs",
        "ssdlite_mobilenet_v2_coco_tfjs",
        300,
        22,
        3.9,
        package="coco",
        in_zoo=False,
    ),
    Model(
        "ssdlite_mobilenet_v2_person",
        "ssdlite_mobilenet_v2_person",
        300,
        None,
        3.9,
        package="person",
        in_zoo=False,
    ),
    Model(
        "ssd_mobilenet_v1_ppn_coco",
        "ssd_mobilenet_v1_ppn_shared_box_predictor_300x300_coco14_sync_2018_07_03",
        300,
        20,
        obstacle=_NOT_OPENCV,
    ),
    Model(
        "ssd_mobilenet_v1_fpn_coco",
        "ssd_mobilenet_v1_fpn_shared_box_predictor_640x640_coco14_sync_2018_07_03",
        640,
        32,
        sha256="e8886ece7f3a0993678440305a98f5be649a90b314c95ca94565c23ed20b1fb0",
        obstacle=_NOT_OPENCV,
    ),
    Model(
        "ssd_mobilenet_v3_large_coco",
        "ssd_mobilenet_v3_large_coco_2020_01_14",
        320,
        22.6,
        obstacle=_TOO_NEW,
    ),
    Model(
        "ssd_mobilenet_v3_small_coco",
        "ssd_mobilenet_v3_small_coco_2020_01_14",
        320,
        15.4,
        obstacle=_TOO_NEW,
    ),
    Model(
        "ssd_mobiledet_cpu_coco",
        "ssdlite_mobiledet_cpu_320x320_coco_2020_05_19",
        320,
        24.0,
        obstacle=_TOO_NEW,
    ),
)


def rows() -> List[Dict[str, Any]]:
    """The table of models for people, best first among those that can be trained here."""
    ordered = sorted(
        MODELS, key=lambda model: (bool(model.obstacle), -(model.coco_map or 0), model.name)
    )
    return [
        {
            "model": model.name,
            "input": f"{model.input_size}x{model.input_size}",
            "COCO mAP %": model.coco_map,
            "Pi 4 OpenCV FPS": model.pi4_opencv_fps,
            "Pi 4 TFLite ms": model.pi4_tflite_ms,
            "Pi 5 TFLite ms": model.pi5_tflite_ms,
            "weights": model.sources,
            "here": f"no: {model.obstacle}" if model.obstacle else "yes",
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
        usable = ", ".join(other.name for other in MODELS if not other.obstacle)
        raise BadInput.of(
            name,
            f"a model that cannot be trained here ({model.obstacle})",
            f"one of {usable}",
            "Choose one of them.",
        )
    return model
