"""The preflight check: records, label map, config and checkpoint compared in one call.

The trainer makes it in its first seconds, and so can anyone before a job costs money. It reads
the first and the last record of every file, so that it takes seconds for millions of images.
"""

from __future__ import annotations

import fnmatch
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.annotations import label_map_file
from helpers.pipeline_config import (
    class_remapping,
    detection_model,
    exportability,
    freezing,
    pipeline,
    schedule,
    warm_start,
)
from helpers.pipeline_config.export_options import ExportOptions
from helpers.pipeline_config.warm_start import RestorePlan
from helpers.structures.errors import BadInput, HelpersError
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import quick_check, tfrecord
from helpers.workspace import CONTAINER_CHANNEL, CONTAINER_CHECKPOINT, SPLITS, TrainingChannel

LEAST_RESTORED = 0.5  # of the variables; below that the checkpoint is another network's
_CONFIGURE = "Make it again with: python -m helpers pipeline"


@dataclass(frozen=True)
class RunSettings:
    """What a training run sets beside its config.

    Attributes:
        num_steps: training steps of this run; 0 keeps the config's.
        batch_size: 0 keeps the config's.
        learning_rate: the highest of the schedule; 0 keeps the config's, for the batch size.
        export: what is exported after training.
    """

    num_steps: int = 0
    batch_size: int = 0
    learning_rate: float = 0.0
    export: ExportOptions = ExportOptions(tflite=False)


class PreflightResult(NamedTuple):
    """Inputs that fit together.

    Attributes:
        config: the ``TrainEvalPipelineConfig`` of the run, with the container's paths.
        label_map: the classes.
        images: number of images of each split, by ``train`` and ``eval``.
        start: what comes from the checkpoint; ``None`` when training starts from scratch.
        qat_start_step: the step from which training is quantization-aware; ``None`` when none of
            it is.
        calibrated: whether a ``uint8`` model is made of it by calibration after training.
    """

    config: Any
    label_map: LabelMap
    images: Dict[str, int]
    start: Optional[RestorePlan]
    qat_start_step: Optional[int] = None
    calibrated: bool = False


def check(
    training: Union[str, Path],
    checkpoint: Union[str, Path, None],
    settings: RunSettings = RunSettings(),
) -> PreflightResult:
    """Compares everything that a training run reads with everything else.

    For ``QUANTIZED_UINT8`` the quantization rewriter is put into a config that has none, unless
    layers are frozen: their model is calibrated after training.

    Args:
        training: the folder of the training channel.
        checkpoint: the folder of the checkpoint channel; ``None`` leaves the checkpoint out.
        settings: of the run.

    Raises:
        BadInput: names every mistake at once, the first on the first line.
    """
    problems: List[HelpersError] = []
    label_map, config, start = None, None, None
    channel = TrainingChannel(Path(training))
    path = channel.config
    with _collected(problems):
        label_map = label_map_file.read(channel.label_map)
    with _collected(problems):
        config = _config_of_run(pipeline.read(path), settings)
    if config is not None:
        problems += _export_problems(config, settings.export, path)
        problems += _config_problems(config, label_map, path)
    images = {}
    for split in SPLITS:
        records = tfrecord.existing(channel.record(split))
        images[split], record_problems = quick_check.count(
            channel.record(split), records, label_map
        )
        problems += record_problems
        if config is not None:
            problems += _path_problems(config, split, records, path)
    if config is not None and checkpoint is not None and config.train_config.fine_tune_checkpoint:
        with _collected(problems):
            start = _restore_plan(config, Path(checkpoint), path, build=not problems)
    if problems or config is None or label_map is None:
        raise BadInput.several("inputs that do not fit together", problems)
    start_step = _qat_start_step(config)
    calibrated = settings.export.qat and start_step is None
    return PreflightResult(config, label_map, images, start, start_step, calibrated)


def _config_of_run(config: Any, settings: RunSettings) -> Any:
    config = schedule.with_steps(config, settings.num_steps)
    config = schedule.with_batch_size(config, settings.batch_size)
    config = schedule.with_learning_rate(config, settings.learning_rate)
    if settings.export.qat and not freezing.has_frozen_layers(config):
        return schedule.with_qat(config)
    return config  # frozen weights cannot adapt to fake quantization: ranges are calibrated later


def _qat_start_step(config: Any) -> Optional[int]:
    if not config.HasField("graph_rewriter"):
        return None
    return config.graph_rewriter.quantization.delay


def _export_problems(config: Any, options: ExportOptions, path: Path) -> List[HelpersError]:
    """Why a config cannot be exported as the run asks for."""
    problems: List[HelpersError] = []
    if options.qat:
        problems += _delay_problems(config, path)
    with _collected(problems):
        exportability.check(config, options, path)
    return problems


@contextmanager
def _collected(problems: List[HelpersError]) -> Iterator[None]:
    try:
        yield
    except HelpersError as problem:
        problems.append(problem)


def _config_problems(
    config: Any, label_map: Optional[LabelMap], path: Path
) -> Iterator[HelpersError]:
    """What is wrong with a config by itself and with its classes."""
    if config.model.WhichOneof("model") is None:
        return  # exportability.check has named it
    if label_map is not None:
        problems: List[HelpersError] = []
        with _collected(problems):
            pipeline.check_classes(config, label_map, path)
        yield from problems
    train = config.train_config
    for name, value in (("num_steps", train.num_steps), ("batch_size", train.batch_size)):
        if value < 1:
            yield BadInput.of(path, f"{name}: {value}", "1 or more", _CONFIGURE)
    yield from _builder_problems(config, path)


def _builder_problems(config: Any, path: Path) -> Iterator[HelpersError]:
    """What the Object Detection API's own builders say."""
    import tensorflow as tf
    from object_detection.builders import optimizer_builder, preprocessor_builder

    train = config.train_config
    parts: List[Tuple[str, Callable, Any, Dict[str, bool]]] = [
        ("the model", detection_model.build, config, {"is_training": True}),
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


def _delay_problems(config: Any, path: Path) -> Iterator[HelpersError]:
    steps, delay = config.train_config.num_steps, config.graph_rewriter.quantization.delay
    if config.HasField("graph_rewriter") and steps and delay >= steps:
        yield BadInput.of(
            path,
            f"a quantization delay of {delay} in {steps} steps",
            "a smaller one, or no step trains with fake quantization",
            _CONFIGURE,
        )


def _path_problems(
    config: Any, split: str, records: Sequence[Path], path: Path
) -> Iterator[HelpersError]:
    """Whether a split's reader reads the label map and all records of that split, and no others."""
    readers = [config.train_input_reader] if split == "train" else config.eval_input_reader[:1]
    if not readers:
        yield BadInput.of(path, f"no {split}_input_reader", "one", _CONFIGURE)
        return
    if readers[0].label_map_path != str(CONTAINER_CHANNEL.label_map):
        yield BadInput.of(
            path,
            f"the label_map_path {readers[0].label_map_path!r} to {split}",
            repr(str(CONTAINER_CHANNEL.label_map)),
            _CONFIGURE,
        )
    patterns = list(readers[0].tf_record_input_reader.input_path)
    names = [name for pattern in patterns for name in _matching(pattern, path.parent)]
    expected = sorted(record.name for record in records)
    if expected and sorted(names) != expected:
        odd = sorted(set(names) - set(expected)) or names
        yield BadInput.of(
            path,
            f"the input_path {', '.join(patterns) or 'nothing'} to {split}, "
            f"which reads {', '.join(odd) or 'no file'}",
            f"what reads {expected[0]}{' and so on' if expected[1:] else ''} and nothing else",
            _CONFIGURE,
        )


def _matching(pattern: str, training: Path) -> List[str]:
    """Names of the files in the training channel that a config's path stands for."""
    folder, _, name = pattern.rpartition("/")
    if folder != str(CONTAINER_CHANNEL.folder):
        return []
    return sorted(file.name for file in training.glob("*") if fnmatch.fnmatchcase(file.name, name))


def _restore_plan(config: Any, checkpoint: Path, path: Path, build: bool) -> Optional[RestorePlan]:
    """What a run restores.

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
    plan = warm_start.restore_plan(config, stored)
    if len(plan.restored) < LEAST_RESTORED * (len(plan.restored) + len(plan.reinitialized)):
        raise BadInput.of(
            checkpoint / name,
            f"the weights of another network: {plan}",
            "those of the model in pipeline.config",
            "Use the config that belongs "
            "to the checkpoint, or make one without it and train from scratch.",
        )
    return plan._replace(classes=class_remapping.of_checkpoint(checkpoint / name))
