"""A template made into the ``pipeline.config`` of one run: classes, schedule, paths, evaluation.

The paths inside are those of the training container (``/opt/ml``); the trainer moves them when
its base folder is another one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, List, Optional, Sequence

from helpers.pipeline_config import (
    augmentation,
    channel_facts,
    freezing,
    pipeline,
    schedule,
    two_stage,
)
from helpers.pipeline_config.channel_facts import ChannelFacts
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.workspace import CONTAINER_CHANNEL, CONTAINER_CHECKPOINT, SPLITS

SHARDS = "-?????-of-?????"
LOWEST_SCORE = 1e-8  # what is cut off below a score is missing from the precision-recall curve


@dataclass(frozen=True)
class ConfigOptions:
    """What a run changes in a template; 0 and ``None`` keep what the template says.

    Attributes:
        num_steps: training steps; the learning-rate schedule is stretched to them.
        batch_size: the learning rates are scaled in proportion.
        image_size: width and height of the model's input, pixels.
        checkpoint: what to start from, by its prefix in the checkpoint channel, as in
            ``model.ckpt``; empty trains from scratch.
        augment: names of ``augmentation.CHOICES`` in the place of the template's own augmentation.
        qat: end with quantization-aware training (QAT), for ``QUANTIZED_UINT8``.
        freeze: the last layer that is not trained, as in ``expanded_conv_5``; ``none`` trains all.
        localization_weight: of an SSD's loss, beside the classification's 1.
    """

    num_steps: int = 0
    batch_size: int = 0
    image_size: int = 0
    checkpoint: str = ""
    augment: Optional[Sequence[str]] = None
    qat: bool = False
    freeze: str = ""
    localization_weight: float = 0.0


UNCHANGED = ConfigOptions()


def adapt(
    config: Any,
    label_map: LabelMap,
    options: ConfigOptions = UNCHANGED,
    facts: ChannelFacts = channel_facts.UNKNOWN,
) -> Any:
    """A config for these classes and this run, with the container's paths.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        label_map: the classes.
        options: what to change.
        facts: about the records.

    Returns:
        A new ``TrainEvalPipelineConfig``.

    Raises:
        BadInput: a number is negative or too large for the API.
    """
    _check_numbers(options)
    adapted = schedule.with_steps(config, options.num_steps)
    adapted = schedule.with_batch_size(adapted, options.batch_size)
    if options.qat:
        adapted = schedule.with_qat(adapted)
    if options.freeze:
        adapted = freezing.with_frozen(adapted, options.freeze)
    else:
        adapted = freezing.with_frozen_batch_norms(adapted)
    if options.augment is not None:
        augmentation.choose(adapted, options.augment)
    model = pipeline.model_of(adapted)
    if options.localization_weight:
        _weigh_boxes(adapted, options.localization_weight)
    model.num_classes = len(label_map)
    if options.image_size:
        shape = model.image_resizer.fixed_shape_resizer
        shape.width = shape.height = options.image_size
    if config.model.WhichOneof("model") == two_stage.KIND:
        two_stage.make_runnable(adapted.model.faster_rcnn)
    _start_from(adapted.train_config, options.checkpoint)
    _read_from(adapted, facts)
    _evaluate_all(adapted, facts.eval_images)
    return adapted


def _weigh_boxes(config: Any, weight: float) -> None:
    if config.model.WhichOneof("model") != "ssd" or not 0 < weight < math.inf:
        raise BadInput.of(
            "localization weight",
            f"{weight:g} for {config.model.WhichOneof('model')}",
            "a number above 0, for an ssd",
            "Leave it out to keep the template's.",
        )
    config.model.ssd.loss.localization_weight = weight


def _check_numbers(options: ConfigOptions) -> None:
    for name, value in (
        ("steps", options.num_steps),
        ("batch size", options.batch_size),
        ("image size", options.image_size),
    ):
        if not 0 <= value < 2**31:
            raise BadInput.of(
                name,
                str(value),
                "a whole number from 1 to 2**31 - 1, or 0 for the template's",
                "Give another number.",
            )


def _start_from(train: Any, checkpoint: str) -> None:
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


def _read_from(config: Any, facts: ChannelFacts) -> None:
    del config.eval_input_reader[1:]
    if not config.eval_input_reader:
        config.eval_input_reader.add()
    evaluation = config.eval_input_reader[0]
    evaluation.shuffle, evaluation.num_readers, evaluation.num_epochs = False, 1, 1
    readers = (config.train_input_reader, evaluation)
    for reader, split, names in zip(readers, SPLITS, (facts.train, facts.eval)):
        reader.label_map_path = str(CONTAINER_CHANNEL.label_map)
        reader.tf_record_input_reader.input_path[:] = input_paths(split, names)
    for holder in (config.train_config, evaluation):
        if facts.most_boxes > holder.max_number_of_boxes:
            holder.max_number_of_boxes = facts.most_boxes


def input_paths(split: str, names: Sequence[str] = ()) -> List[str]:
    """The patterns of the record files of a split, none of which a copy beside them fits.

    Args:
        split: ``train`` or ``eval``.
        names: of the existing files; without any, a pattern for either kind.
    """
    record = CONTAINER_CHANNEL.record(split)
    kinds = {name == record.name for name in names} or {True, False}
    return [f"{record}{'' if single else SHARDS}" for single in sorted(kinds, reverse=True)]


def _evaluate_all(config: Any, images: int) -> None:
    """COCO's metrics over all eval images and over detections of every score."""
    evaluation = config.eval_config
    evaluation.metrics_set[:] = ["coco_detection_metrics"]
    evaluation.ClearField("max_evals")
    evaluation.ClearField("num_examples")
    if images:
        evaluation.num_examples = images
    model = pipeline.model_of(config)
    post = (
        model.post_processing
        if config.model.HasField("ssd")
        else model.second_stage_post_processing
    )
    if post.batch_non_max_suppression.score_threshold > LOWEST_SCORE:
        post.batch_non_max_suppression.score_threshold = LOWEST_SCORE
