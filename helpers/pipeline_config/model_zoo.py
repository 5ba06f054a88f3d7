"""The TensorFlow 1 detection model zoo: which model to start from, and getting it.

Names, archives and COCO mAP: tensorflow/models, research/object_detection/g3doc,
tf1_detection_zoo.md. Speeds: Qengineering (Raspberry Pi 4, OpenCV's DNN module, C++) and A. Allan
(TensorFlow Lite, Raspberry Pi 4 and 5). Checksums: openvinotoolkit/open_model_zoo, model.yml, and
Bazel workspaces of TensorFlow Lite's users. They say nothing of one's own classes: measure those.
"""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Union

from helpers.pipeline_config import config_diff, download, pipeline, unpack, warm_start
from helpers.structures.errors import BadInput
from helpers.system import files

HOST = "https://storage.googleapis.com/download.tensorflow.org/models/object_detection"
RECORD = "zoo.json"  # beside the model: which one it is
_NOT_OPENCV = "OpenCV cannot run its box predictor"
_TOO_NEW = "it needs a newer Object Detection API"


class Model(NamedTuple):
    """One model of the zoo.

    Attributes:
        name: in the zoo's table.
        archive: without ``.tar.gz``; the name with the date.
        side: width and height of its input, pixels.
        coco_map: mean average precision on COCO, percent, as the zoo states it.
        pi4_opencv_fps: images per second on a Raspberry Pi 4, OpenCV; ``None`` is not known.
        pi4_tflite_ms: milliseconds an image on a Raspberry Pi 4, TensorFlow Lite.
        pi5_tflite_ms: the same on a Raspberry Pi 5.
        sha256: of the archive; empty when it is not known.
        obstacle: why it cannot be trained and exported here; empty when it can.
    """

    name: str
    archive: str
    side: int
    coco_map: float
    pi4_opencv_fps: Optional[float] = None
    pi4_tflite_ms: Optional[float] = None
    pi5_tflite_ms: Optional[float] = None
    sha256: str = ""
    obstacle: str = ""

    @property
    def file(self) -> str:
        """The archive's file name."""
        return f"{self.archive}.tar.gz"


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


class Installed(NamedTuple):
    """A model that is ready to be fine-tuned.

    Attributes:
        folder: holds ``model.ckpt.*`` and ``pipeline.config``.
        corrected: what in its config was set to what its checkpoint holds.
    """

    folder: Path
    corrected: List[str]


def rows() -> List[Dict[str, Any]]:
    """The table of models for people, best first among those that can be trained here."""
    ordered = sorted(MODELS, key=lambda model: (bool(model.obstacle), -model.coco_map, model.name))
    return [
        {
            "model": model.name,
            "input": f"{model.side}x{model.side}",
            "COCO mAP %": model.coco_map,
            "Pi 4 OpenCV FPS": model.pi4_opencv_fps,
            "Pi 4 TFLite ms": model.pi4_tflite_ms,
            "Pi 5 TFLite ms": model.pi5_tflite_ms,
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
        usable = ", ".join(one.name for one in MODELS if not one.obstacle)
        raise BadInput.of(
            name,
            f"a model that cannot be trained here ({model.obstacle})",
            f"one of {usable}",
            "Choose one of them.",
        )
    return model


def cache_folder() -> Path:
    """Where archives are kept, so that each is fetched once for all work folders."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "photos-to-pi" / "zoo"


def fetch(
    model: Model,
    mirror: str = "",
    cache: Union[str, Path, None] = None,
    patience: float = download.PATIENCE,
) -> Path:
    """An archive of the zoo on this machine, checked against its checksum.

    Where none is known, that of the first time is kept and counts from then on.

    Args:
        model: of ``MODELS``.
        mirror: the archive, a folder with it, or an address below which it lies; empty is the
            zoo itself.
        cache: folder to keep it in; ``None`` is that of the user.
        patience: seconds to wait for a server's answer.

    Raises:
        BadInput: there is no such file, or it is another one than it should be.
        MissingPart: the server cannot be reached.
    """
    cache = Path(cache or cache_folder())
    source = mirror or HOST
    if "://" in source:
        path = cache / model.file
        url = source if source.endswith(".tar.gz") else f"{source.rstrip('/')}/{model.file}"
        if not path.exists():
            download.fetch(
                url,
                path,
                f"Get {model.file} by other means and give it: python -m "
                f"helpers zoo {model.name} --mirror {model.file}",
                patience,
            )
    else:
        path = Path(source) / model.file if Path(source).is_dir() else Path(source)
        if not path.is_file():
            raise BadInput.of(
                path,
                "no such file",
                f"{model.file} of the model zoo",
                "Give the archive, or the folder that it lies in.",
            )
    _check_sum(model, path, cache)
    return path


def _check_sum(model: Model, path: Path, cache: Path) -> None:
    kept = cache / f"{model.file}.sha256"
    digest = files.sha256(path)
    expected = model.sha256 or (files.read_text(kept).split(" ")[0] if kept.exists() else digest)
    if digest == expected:
        files.write_text(kept, f"{digest}  {model.file}\n")  # as sha256sum writes it
        return
    if path.parent == cache:
        path.unlink()
        raise BadInput.of(
            path,
            f"the sha256 {digest}",
            expected,
            "It was deleted: run this again, or give another --mirror.",
        )
    remedy = (
        "Fetch it again."
        if model.sha256
        else f"Fetch it again; if it is meant to be another one than before, delete {kept}."
    )
    raise BadInput.of(path, f"the sha256 {digest}", expected, remedy)


def install(model: Model, archive: Path, out: Union[str, Path]) -> Installed:
    """Unpacks a model into the checkpoint channel, with its config as a template.

    Args:
        model: of ``MODELS``.
        archive: of :func:`fetch`.
        out: the folder; a model that this program put there is replaced.

    Raises:
        BadInput: the folder holds a model of other origin, or the archive no usable one.
    """
    out = Path(out)
    known = files.read_json(out / RECORD) if (out / RECORD).exists() else {"files": {}}
    strangers = [
        path.name
        for path in sorted(out.glob("*"))
        if path.name not in known["files"]
        and path.name != RECORD
        and (path.name.startswith(unpack.PREFIX) or path.name == unpack.CONFIG)
    ]
    if strangers:
        raise BadInput.of(
            out,
            f"{', '.join(strangers)}, not from the zoo",
            "a folder without a model of your own",
            "Move it away, or give another folder with -o.",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".zoo-", dir=str(out)) as beside:
            unpack.checkpoint(archive, Path(beside))
            corrected = _correct(Path(beside))
            _move(model, archive, Path(beside), out, known["files"])
    except OSError as error:
        raise files.unwritable(out, error) from error
    return Installed(out, corrected)


def _correct(folder: Path) -> List[str]:
    """Makes the config that of the checkpoint beside it; returns what had to be changed."""
    stored = warm_start.shapes(folder / unpack.PREFIX)
    config = pipeline.read(folder / unpack.CONFIG)
    fitting = warm_start.fitted_to_checkpoint(config, stored)
    pipeline.write(fitting, folder / unpack.CONFIG)
    return config_diff.changes(config, fitting)


def _move(model: Model, archive: Path, beside: Path, out: Path, former: Dict[str, str]) -> None:
    """Replaces the former model; what is ours is written down first, should this be cut short."""
    new = {path.name: files.sha256(path) for path in sorted(beside.glob("*"))}
    record = {"model": model.name, "archive": model.file, "sha256": files.sha256(archive)}
    files.write_json(out / RECORD, dict(record, files={**former, **new}))
    for name in sorted(set(former) - set(new)):
        if (out / name).exists():
            (out / name).unlink()
    for name in new:
        shutil.move(str(beside / name), str(out / name))
    files.write_json(out / RECORD, dict(record, files=new))
