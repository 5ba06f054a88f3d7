"""``pipeline.config``: read, changed and written through the Object Detection API's own protos.

The paths inside are those of the training container (``/opt/ml``); the trainer moves them when
its base folder is another one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, List, Tuple, Union

from helpers import files
from helpers.errors import BadInput
from helpers.labelmap import LabelMap

RECIPES = Path(__file__).parent / "recipes"
TRAINING = "/opt/ml/input/data/training"
CHECKPOINT = "/opt/ml/input/data/checkpoint/model.ckpt"
_DECAYS = ("cosine_decay_learning_rate", "exponential_decay_learning_rate",
           "manual_step_learning_rate")


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
        raise BadInput.of(template, "no such file", f"a pipeline.config or one of {recipes()}",
                          "Check the name.")
    return parse(files.read_text(path), path)


def parse(text: str, where: Union[str, Path] = "pipeline.config"):
    """Parses the text of a ``pipeline.config``.

    Raises:
        BadInput: it does not parse; names the line.
    """
    from google.protobuf import text_format
    from object_detection.protos import pipeline_pb2
    try:
        return text_format.Parse(text, pipeline_pb2.TrainEvalPipelineConfig())
    except text_format.ParseError as error:
        raise BadInput.of(where, f"text that does not parse ({error})",
                          "an Object Detection API pipeline.config",
                          "Correct that line, or start from a recipe.") from error


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
        raise BadInput.of("pipeline.config", "no model", "model { ssd { ... } }",
                          "Start from a recipe.")
    return getattr(config.model, kind)


def input_size(config) -> Tuple[int, int]:
    """Width and height in pixels of the model's input.

    Raises:
        BadInput: the model has no fixed input size.
    """
    resizer = model_of(config).image_resizer
    if resizer.WhichOneof("image_resizer_oneof") != "fixed_shape_resizer":
        raise BadInput.of("pipeline.config", "a resizer without a fixed shape",
                          "fixed_shape_resizer", "TensorFlow Lite and OpenCV need one size.")
    return resizer.fixed_shape_resizer.width, resizer.fixed_shape_resizer.height


def adapt(config, label_map: LabelMap, num_steps: int = 0, batch_size: int = 0,
          image_size: int = 0, fine_tune: bool = False):
    """A config for these classes and this run, with the container's paths; 0 keeps a figure.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        label_map: the classes.
        num_steps: training steps; the learning-rate schedule is stretched to them.
        batch_size: pictures a step.
        image_size: width and height of the model's input, pixels.
        fine_tune: start from the checkpoint channel instead of from scratch.

    Returns:
        A new ``TrainEvalPipelineConfig``.

    Raises:
        BadInput: a figure is negative or beyond all reason.
    """
    for name, figure in (("steps", num_steps), ("batch size", batch_size),
                         ("image size", image_size)):
        if not 0 <= figure < 2 ** 31:
            raise BadInput.of(name, str(figure), "a whole number from 1, or 0 for the template's",
                              "Give another number.")
    adapted = with_steps(config, num_steps)
    model = model_of(adapted)
    model.num_classes = len(label_map)
    if image_size:
        shape = model.image_resizer.fixed_shape_resizer
        shape.width = shape.height = image_size
    train = adapted.train_config
    train.batch_size = batch_size or train.batch_size
    train.ClearField("fine_tune_checkpoint")
    train.ClearField("fine_tune_checkpoint_type")  # would count more than the next one
    train.ClearField("from_detection_checkpoint")
    if fine_tune:
        train.fine_tune_checkpoint = CHECKPOINT
        train.from_detection_checkpoint = True
    if not adapted.eval_input_reader:
        adapted.eval_input_reader.add()
    for reader, name in ((adapted.train_input_reader, "train"),
                         (adapted.eval_input_reader[0], "eval")):
        reader.label_map_path = f"{TRAINING}/label_map.pbtxt"
        reader.tf_record_input_reader.input_path[:] = [f"{TRAINING}/{name}.record*"]
    return adapted


def with_steps(config, num_steps: int):
    """A config that trains this many steps, its learning-rate schedule stretched with them.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        num_steps: training steps; 0 keeps the config's.

    Returns:
        A new ``TrainEvalPipelineConfig``.
    """
    changed = type(config)()
    changed.CopyFrom(config)
    before = changed.train_config.num_steps
    if not num_steps or num_steps == before:
        return changed
    changed.train_config.num_steps = num_steps
    for rate in _learning_rates(changed):
        _stretch(rate, num_steps / before if before else 1.0, num_steps)
    return changed


def _learning_rates(config) -> Iterator:
    optimizer = config.train_config.optimizer
    kind = optimizer.WhichOneof("optimizer")
    if kind:
        yield getattr(optimizer, kind).learning_rate


def _stretch(rate, factor: float, num_steps: int) -> None:
    kind = rate.WhichOneof("learning_rate")
    schedule = getattr(rate, kind) if kind in _DECAYS else None
    if kind == "cosine_decay_learning_rate":
        schedule.total_steps = num_steps
        schedule.warmup_steps = min(round(schedule.warmup_steps * factor), num_steps // 2)
        schedule.hold_base_rate_steps = min(round(schedule.hold_base_rate_steps * factor),
                                            num_steps - schedule.warmup_steps - 1)
    elif kind == "exponential_decay_learning_rate":
        schedule.decay_steps = max(1, round(schedule.decay_steps * factor))
        schedule.burnin_steps = round(schedule.burnin_steps * factor)
    elif kind == "manual_step_learning_rate":
        last = 0
        for step in schedule.schedule:
            last = step.step = max(last + 1, round(step.step * factor))


def check_classes(config, label_map: LabelMap, where: Union[str, Path]) -> None:
    """Holds the config against the label map.

    Raises:
        BadInput: ``num_classes`` is not the number of classes.
    """
    found = model_of(config).num_classes
    if found != len(label_map):
        raise BadInput.of(where, f"num_classes: {found}", f"{len(label_map)}, the classes of "
                          f"the label map ({', '.join(label_map.names)})",
                          "Make it again with: python -m helpers pipeline")
