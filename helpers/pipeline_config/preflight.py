"""Records, label map, config and checkpoint held against each other in one call.

The trainer makes it in its first seconds, and so can anyone before a job costs money. It looks at
the first and the last record of every file, so that it takes seconds for millions of images.
"""

from __future__ import annotations

import fnmatch
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Union

from helpers.annotations import label_map_file
from helpers.export import export
from helpers.pipeline_config import pipeline, schedule, warm_start
from helpers.pipeline_config.warm_start import RestorePlan
from helpers.structures.errors import BadInput, HelpersError
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import quick_check, tfrecord
from helpers.workspace import CONTAINER_CHANNEL, CONTAINER_CHECKPOINT, SPLITS, TrainingChannel

LEAST_RESTORED = 0.5  # of the variables; below that the checkpoint is another network's
_CONFIGURE = "Make it again with: python -m helpers pipeline"


class Agreement(NamedTuple):
    """Inputs that fit together.

    Attributes:
        config: the ``TrainEvalPipelineConfig`` of the run, with the container's paths.
        label_map: the classes.
        images: how many each side holds, by ``train`` and ``eval``.
        start: what comes from the checkpoint; ``None`` when training starts from scratch.
        qat_start_step: the step from which training is quantized; ``None`` when none of it is.
    """

    config: object
    label_map: LabelMap
    images: Dict[str, int]
    start: Optional[RestorePlan]
    qat_start_step: Optional[int] = None


def check(
    training: Union[str, Path],
    checkpoint: Union[str, Path, None],
    num_steps: int = 0,
    batch_size: int = 0,
    quantize: bool = False,
    inference_type: str = "FLOAT",
    image_size: Optional[int] = None,
    learning_rate: float = 0.0,
    post_training: str = "none",
) -> Agreement:
    """Holds everything that a training run reads against everything else.

    For ``QUANTIZED_UINT8`` the quantization rewriter is put into a config that has none.

    Args:
        training: the folder of the training channel.
        checkpoint: the folder of the checkpoint channel; ``None`` leaves the checkpoint out.
        num_steps: training steps of this run; 0 is the config's.
        batch_size: images a step; 0 is the config's.
        quantize: whether a TensorFlow Lite model is made too.
        inference_type: of that model.
        image_size: width and height expected of its input; ``None`` expects nothing.
        learning_rate: the highest of the schedule; 0 is the config's, for the batch size.
        post_training: what is done to a float model, as for ``export.export``.

    Raises:
        BadInput: names every mistake at once, the first on the first line.
    """
    problems: List[HelpersError] = []
    label_map, config, start = None, None, None
    channel = TrainingChannel(Path(training))
    path = channel.config
    with _noted(problems):
        label_map = label_map_file.read(channel.label_map)
    with _noted(problems):
        config = schedule.with_learning_rate(
            schedule.with_batch_size(
                schedule.with_steps(pipeline.read(path), num_steps), batch_size
            ),
            learning_rate,
        )
    if config is not None:
        if quantize and inference_type == "QUANTIZED_UINT8":
            config = schedule.quantized(config)
            problems += _of_delay(config, path)
        with _noted(problems):
            export.check(config, quantize, inference_type, image_size, path, post_training)
        problems += _of_config(config, label_map, path)
    images = {}
    for side in SPLITS:
        found = tfrecord.existing(channel.record(side))
        images[side], wrong = quick_check.count(channel.record(side), found, label_map)
        problems += wrong
        if config is not None:
            problems += _of_paths(config, side, found, path)
    if config is not None and checkpoint is not None and config.train_config.fine_tune_checkpoint:
        with _noted(problems):
            start = _start(config, Path(checkpoint), path, build=not problems)
    if problems:
        raise BadInput.several("inputs that do not fit together", problems)
    qat_start_step = (
        config.graph_rewriter.quantization.delay if config.HasField("graph_rewriter") else None
    )
    return Agreement(config, label_map, images, start, qat_start_step)


@contextmanager
def _noted(problems: List[HelpersError]) -> Iterator[None]:
    try:
        yield
    except HelpersError as problem:
        problems.append(problem)


def _of_config(config, label_map: Optional[LabelMap], path: Path) -> Iterator[BadInput]:
    """What is wrong with a config by itself and with its classes."""
    if config.model.WhichOneof("model") is None:
        return  # said by the export's check
    if label_map is not None:
        problems: List[HelpersError] = []
        with _noted(problems):
            pipeline.check_classes(config, label_map, path)
        yield from problems
    train = config.train_config
    for name, figure in (("num_steps", train.num_steps), ("batch_size", train.batch_size)):
        if figure < 1:
            yield BadInput.of(path, f"{name}: {figure}", "1 or more", _CONFIGURE)
    yield from _of_builders(config, path)


def _of_builders(config, path: Path) -> Iterator[BadInput]:
    """What the Object Detection API's own builders say."""
    import tensorflow as tf
    from object_detection.builders import model_builder, optimizer_builder, preprocessor_builder

    train = config.train_config
    parts = [
        ("the model", model_builder.build, config.model, {"is_training": True}),
        ("the optimizer", optimizer_builder.build, train.optimizer, {}),
    ]
    parts += [
        ("an augmentation", preprocessor_builder.build, option, {})
        for option in train.data_augmentation_options
    ]
    with tf.Graph().as_default():
        for what, build, part, options in parts:
            try:
                build(part, **options)
            except Exception as error:  # of any class: all that was given to it is the config
                yield BadInput.of(
                    path,
                    f"{what} that cannot be built ({error})",
                    "one that the Object Detection API knows",
                    "Correct it, or start from a recipe.",
                )


def _of_delay(config, path: Path) -> Iterator[BadInput]:
    steps, delay = config.train_config.num_steps, config.graph_rewriter.quantization.delay
    if steps and delay >= steps:
        yield BadInput.of(
            path,
            f"a quantization delay of {delay} in {steps} steps",
            "a smaller one, or the model never sees eight bits",
            _CONFIGURE,
        )


def _of_paths(config, side: str, found: Sequence[Path], path: Path) -> Iterator[BadInput]:
    """Whether a side's reader reads the label map and all records of that side, and no others."""
    readers = [config.train_input_reader] if side == "train" else config.eval_input_reader[:1]
    if not readers:
        yield BadInput.of(path, f"no {side}_input_reader", "one", _CONFIGURE)
        return
    if readers[0].label_map_path != str(CONTAINER_CHANNEL.label_map):
        yield BadInput.of(
            path,
            f"the label_map_path {readers[0].label_map_path!r} to {side}",
            repr(str(CONTAINER_CHANNEL.label_map)),
            _CONFIGURE,
        )
    patterns = list(readers[0].tf_record_input_reader.input_path)
    names = [name for pattern in patterns for name in _matching(pattern, path.parent)]
    wanted = sorted(record.name for record in found)
    if wanted and sorted(names) != wanted:
        odd = sorted(set(names) - set(wanted)) or names
        yield BadInput.of(
            path,
            f"the input_path {', '.join(patterns) or 'nothing'} to {side}, "
            f"which reads {', '.join(odd) or 'no file'}",
            f"what reads {wanted[0]}{' and so on' if wanted[1:] else ''} and nothing else",
            _CONFIGURE,
        )


def _matching(pattern: str, training: Path) -> List[str]:
    """Names of the files in the training channel that a config's path stands for."""
    folder, _, name = pattern.rpartition("/")
    if folder != str(CONTAINER_CHANNEL.folder):
        return []
    return sorted(file.name for file in training.glob("*") if fnmatch.fnmatchcase(file.name, name))


def _start(config, checkpoint: Path, path: Path, build: bool) -> Optional[RestorePlan]:
    """What a run starts with.

    Args:
        config: with a fine-tune checkpoint.
        checkpoint: folder of the checkpoint channel.
        path: of the config.
        build: whether to build the model, which takes a config without faults.

    Raises:
        BadInput: the checkpoint cannot be read or belongs to another network.
    """
    folder, _, name = config.train_config.fine_tune_checkpoint.rpartition("/")
    if folder != CONTAINER_CHECKPOINT:
        raise BadInput.of(
            path,
            f"the fine_tune_checkpoint {folder}/{name}",
            f"one in {CONTAINER_CHECKPOINT}",
            _CONFIGURE,
        )
    stored = warm_start.shapes(checkpoint / name)
    if not build:
        return None
    start = warm_start.start(config, stored)
    if len(start.restored) < LEAST_RESTORED * (len(start.restored) + len(start.fresh)):
        raise BadInput.of(
            checkpoint / name,
            f"the weights of another network: {start}",
            "those of the model in pipeline.config",
            "Use the config that belongs "
            "to the checkpoint, or make one without it and train from scratch.",
        )
    return start
