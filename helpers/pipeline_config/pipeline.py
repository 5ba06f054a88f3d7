"""``pipeline.config``: read and written through the Object Detection API's own protos.

The paths inside are those of the training container (``/opt/ml``); the trainer moves them when
its base folder is another one.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, List, Tuple, Union

from helpers.pipeline_config import proto_compat
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.workspace import TrainingChannel

RECIPES = Path(__file__).parent / "templates"

log = logging.getLogger(__name__)


def recipes() -> List[str]:
    """The names of the recipes that ship with this package."""
    return sorted(path.stem for path in RECIPES.glob("*.config"))


def read(template: Union[str, Path]) -> Any:
    """Reads a shipped recipe by name, or any ``pipeline.config`` by path.

    Returns:
        ``object_detection.protos.pipeline_pb2.TrainEvalPipelineConfig``.

    Raises:
        BadInput: there is no such recipe or file, or it does not parse; names the line.
    """
    path = RECIPES / f"{template}.config" if str(template) in recipes() else Path(template)
    if not path.is_file():
        raise BadInput.of(
            template, "no such file", f"a pipeline.config or one of {recipes()}", "Check the name."
        )
    return parse(files.read_text(path), path)


def parse(text: str, where: Union[str, Path] = TrainingChannel.CONFIG) -> Any:
    """Parses the text of a ``pipeline.config``.

    A field of another version of the Object Detection API is named and dropped when that changes
    nothing.

    Raises:
        BadInput: it does not parse, or asks for what this version cannot do; names the line.
    """
    from google.protobuf import text_format
    from object_detection.protos import pipeline_pb2

    if proto_compat.is_of_tensorflow_2(text):
        raise BadInput.of(
            where,
            "a config of the Object Detection API for TensorFlow 2",
            "one for TensorFlow 1",
            f"Start from one of the recipes {recipes()}.",
        )
    try:
        return text_format.Parse(text, pipeline_pb2.TrainEvalPipelineConfig())
    except text_format.ParseError:
        return _parse_other_version(text, where)


def _parse_other_version(text: str, where: Union[str, Path]) -> Any:
    from google.protobuf import text_format

    try:
        config, dropped, refused = proto_compat.parse(text)
    except text_format.ParseError as error:
        raise BadInput.of(
            where,
            f"text that does not parse ({error})",
            "an Object Detection API pipeline.config",
            "Correct that line, or start from a recipe.",
        ) from error
    if refused:
        raise BadInput.of(
            where,
            "; ".join(refused),
            "fields of the Object Detection API that is installed",
            "Change them, or start from a recipe.",
        )
    log.warning(
        "%s: left out, as it changes nothing in this version of the Object Detection API: %s",
        where,
        ", ".join(dropped),
    )
    return config


def text_of(config: Any) -> str:
    """The text of a ``pipeline.config``."""
    from google.protobuf import text_format

    return text_format.MessageToString(config)


def write(config: Any, path: Union[str, Path]) -> Path:
    """Writes a ``pipeline.config`` in one go."""
    return files.write_text(path, text_of(config))


def model_of(config: Any) -> Any:
    """The model part, whatever the meta-architecture (``ssd``, ``faster_rcnn``)."""
    kind = config.model.WhichOneof("model")
    if kind is None:
        raise BadInput.of(
            TrainingChannel.CONFIG, "no model", "model { ssd { ... } }", "Start from a recipe."
        )
    return getattr(config.model, kind)


def input_size(config: Any) -> Tuple[int, int]:
    """Width and height in pixels of the model's input.

    Raises:
        BadInput: the model has no fixed input size.
    """
    resizer = model_of(config).image_resizer
    if resizer.WhichOneof("image_resizer_oneof") != "fixed_shape_resizer":
        raise BadInput.of(
            TrainingChannel.CONFIG,
            "a resizer without a fixed shape",
            "fixed_shape_resizer",
            "TensorFlow Lite and OpenCV need one size.",
        )
    return resizer.fixed_shape_resizer.width, resizer.fixed_shape_resizer.height


def check_classes(config: Any, label_map: LabelMap, where: Union[str, Path]) -> None:
    """Requires a config for the classes of a label map.

    Raises:
        BadInput: ``num_classes`` is not the number of classes.
    """
    num_classes = model_of(config).num_classes
    if num_classes != len(label_map):
        raise BadInput.of(
            where,
            f"num_classes: {num_classes}",
            f"{len(label_map)}, the classes of the label map ({', '.join(label_map.names)})",
            "Make it again with: python -m helpers pipeline",
        )
