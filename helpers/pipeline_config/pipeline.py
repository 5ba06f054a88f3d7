"""``pipeline.config``: read, changed and written through the Object Detection API's own protos.

The paths inside are those of the training container (``/opt/ml``); the trainer moves them when
its base folder is another one.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.pipeline_config import augmentation, proto_compat, schedule
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.workspace import CONTAINER_CHANNEL, CONTAINER_CHECKPOINT, SPLITS, TrainingChannel

RECIPES = Path(__file__).parent / "templates"
SHARDS = "-?????-of-?????"
LOWEST_SCORE = 1e-8  # what is cut off below a score is missing from the precision-recall curve

log = logging.getLogger(__name__)


class Data(NamedTuple):
    """What a config has to know of the data.

    Attributes:
        train: names of the record files to train on; none yet means that either kind may come.
        eval: names of the record files to evaluate on.
        eval_images: how many these hold; 0 when that is not known.
        most_boxes: in one image; the API leaves out those it has no room for.
    """

    train: Sequence[str] = ()
    eval: Sequence[str] = ()
    eval_images: int = 0
    most_boxes: int = 0


UNKNOWN = Data()


def recipes() -> List[str]:
    """The names of the recipes that ship with this package."""
    return sorted(path.stem for path in RECIPES.glob("*.config"))


def read(template: Union[str, Path]):
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


def parse(text: str, where: Union[str, Path] = TrainingChannel.CONFIG):
    """Parses the text of a ``pipeline.config``.

    A field of another version of the Object Detection API is named and dropped when that changes
    nothing.

    Raises:
        BadInput: it does not parse, or asks for what this version cannot do; names the line.
    """
    from google.protobuf import text_format
    from object_detection.protos import pipeline_pb2

    try:
        return text_format.Parse(text, pipeline_pb2.TrainEvalPipelineConfig())
    except text_format.ParseError:
        return _parse_other_version(text, where)


def _parse_other_version(text: str, where: Union[str, Path]):
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


def text_of(config) -> str:
    """The text of a ``pipeline.config``."""
    from google.protobuf import text_format

    return text_format.MessageToString(config)


def write(config, path: Union[str, Path]) -> Path:
    """Writes a ``pipeline.config`` in one go."""
    return files.write_text(path, text_of(config))


def model_of(config):
    """The model part, whatever the meta-architecture (``ssd``, ``faster_rcnn``)."""
    kind = config.model.WhichOneof("model")
    if kind is None:
        raise BadInput.of(
            TrainingChannel.CONFIG, "no model", "model { ssd { ... } }", "Start from a recipe."
        )
    return getattr(config.model, kind)


def input_size(config) -> Tuple[int, int]:
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


def adapt(
    config,
    label_map: LabelMap,
    num_steps: int = 0,
    batch_size: int = 0,
    image_size: int = 0,
    checkpoint: str = "",
    augment: Optional[Sequence[str]] = None,
    quantize: bool = False,
    data: Data = UNKNOWN,
):
    """A config for these classes and this run, with the container's paths; 0 keeps a figure.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        label_map: the classes.
        num_steps: training steps; the learning-rate schedule is stretched to them.
        batch_size: images a step; the learning rates are scaled in proportion.
        image_size: width and height of the model's input, pixels.
        checkpoint: what to start from, by its prefix in the checkpoint channel, as in
            ``model.ckpt``; empty trains from scratch.
        augment: names of ``augmentation.CHOICES`` in the place of the config's own augmentation;
            ``None`` keeps that.
        quantize: end the training with simulated eight bits, for ``QUANTIZED_UINT8``.
        data: what is known of the records.

    Returns:
        A new ``TrainEvalPipelineConfig``.

    Raises:
        BadInput: a figure is negative or beyond all reason.
    """
    for name, figure in (
        ("steps", num_steps),
        ("batch size", batch_size),
        ("image size", image_size),
    ):
        if not 0 <= figure < 2**31:
            raise BadInput.of(
                name,
                str(figure),
                "a whole number from 1, or 0 for the template's",
                "Give another number.",
            )
    adapted = schedule.with_batch_size(schedule.with_steps(config, num_steps), batch_size)
    if quantize:
        adapted = schedule.with_qat(adapted)
    if augment is not None:
        augmentation.choose(adapted, augment)
    model = model_of(adapted)
    model.num_classes = len(label_map)
    if image_size:
        shape = model.image_resizer.fixed_shape_resizer
        shape.width = shape.height = image_size
    _start_from(adapted.train_config, checkpoint)
    _read_from(adapted, data)
    _measure(adapted, data.eval_images)
    return adapted


def _start_from(train, checkpoint: str) -> None:
    """Restores all that fits, box predictors too, and not the layers below them alone."""
    for name in (
        "fine_tune_checkpoint",
        "fine_tune_checkpoint_type",
        "from_detection_checkpoint",
        "load_all_detection_checkpoint_vars",
    ):
        train.ClearField(name)
    if checkpoint:
        train.fine_tune_checkpoint = f"{CONTAINER_CHECKPOINT}/{checkpoint}"
        train.from_detection_checkpoint = True
        train.load_all_detection_checkpoint_vars = True


def _read_from(config, data: Data) -> None:
    del config.eval_input_reader[1:]
    if not config.eval_input_reader:
        config.eval_input_reader.add()
    evaluation = config.eval_input_reader[0]
    evaluation.shuffle, evaluation.num_readers, evaluation.num_epochs = False, 1, 1
    readers = (config.train_input_reader, evaluation)
    for reader, split, found in zip(readers, SPLITS, (data.train, data.eval)):
        reader.label_map_path = str(CONTAINER_CHANNEL.label_map)
        reader.tf_record_input_reader.input_path[:] = input_paths(split, found)
    for holder in (config.train_config, evaluation):
        if data.most_boxes > holder.max_number_of_boxes:
            holder.max_number_of_boxes = data.most_boxes


def input_paths(split: str, found: Sequence[str] = ()) -> List[str]:
    """The patterns of the record files of a split, none of which a copy beside them fits.

    Args:
        split: ``train`` or ``eval``.
        found: names of the files that are there; with none, a pattern for either kind.
    """
    record = CONTAINER_CHANNEL.record(split)
    kinds = {name == record.name for name in found} or {True, False}
    return [f"{record}{'' if single else SHARDS}" for single in sorted(kinds, reverse=True)]


def _measure(config, images: int) -> None:
    """COCO's figures over all eval images and over detections of every score."""
    evaluation = config.eval_config
    evaluation.metrics_set[:] = ["coco_detection_metrics"]
    evaluation.ClearField("max_evals")
    evaluation.ClearField("num_examples")
    if images:
        evaluation.num_examples = images
    model = model_of(config)
    post = (
        model.post_processing
        if config.model.HasField("ssd")
        else model.second_stage_post_processing
    )
    if post.batch_non_max_suppression.score_threshold > LOWEST_SCORE:
        post.batch_non_max_suppression.score_threshold = LOWEST_SCORE


def check_classes(config, label_map: LabelMap, where: Union[str, Path]) -> None:
    """Holds the config against the label map.

    Raises:
        BadInput: ``num_classes`` is not the number of classes.
    """
    found = model_of(config).num_classes
    if found != len(label_map):
        raise BadInput.of(
            where,
            f"num_classes: {found}",
            f"{len(label_map)}, the classes of the label map ({', '.join(label_map.names)})",
            "Make it again with: python -m helpers pipeline",
        )
