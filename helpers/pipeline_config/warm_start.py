"""Which variables a training run restores from a checkpoint, and which start from scratch."""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Union

from helpers.pipeline_config import class_remapping, detection_model, pipeline, protos, two_stage
from helpers.pipeline_config.class_remapping import ClassRemapping
from helpers.structures.errors import BadInput
from helpers.workspace import CHECKPOINT_PREFIX

_EXTRA_LAYER = re.compile(r"_Conv2d_\d+_3x3_s2_\d+(_depthwise)?/")


class RestorePlan(NamedTuple):
    """The variables of a model by where their first values come from, each sorted by name.

    Attributes:
        restored: from the checkpoint.
        reinitialized: at random, since the checkpoint has none of that name and shape.
        classes: of a checkpoint that was taken over from a job, those of before and now.
    """

    restored: List[str]
    reinitialized: List[str]
    classes: Optional[ClassRemapping] = None

    def __str__(self) -> str:
        """One line for people, the layers that are re-initialized by name."""
        layers = sorted({name.rpartition("/")[0] for name in self.reinitialized})
        restored = (
            f"{len(self.restored)} of {len(self.restored) + len(self.reinitialized)} variables "
            "come from the checkpoint"
        )
        shown = ", ".join(layers[:8]) + (f" and {len(layers) - 8} more" if layers[8:] else "")
        parts = [restored]
        if layers:
            parts.append(f"re-initialized: {shown}")
        if self.classes:
            parts.append(str(self.classes))
        return "; ".join(parts)


def prefix_in(folder: Union[str, Path]) -> str:
    """The name of the checkpoint in a folder, as in ``model.ckpt``; empty when there is none.

    One that was taken over from a job does not count.

    Raises:
        BadInput: there are several, none of them ``model.ckpt``.
    """
    ours = class_remapping.read(folder).get("checkpoint")
    names = sorted(path.stem for path in Path(folder).glob("*.index") if path.stem != ours)
    if len(names) > 1 and CHECKPOINT_PREFIX not in names:
        raise BadInput.of(
            folder,
            f"the checkpoints {', '.join(names)}",
            "one",
            "Leave the one to start from there.",
        )
    return CHECKPOINT_PREFIX if CHECKPOINT_PREFIX in names else "".join(names)


def files_of(prefix: Union[str, Path]) -> List[Path]:
    """The files of a checkpoint, sorted; those of no other, whatever their names have in common.

    Args:
        prefix: of the checkpoint; need not exist.
    """
    prefix = Path(prefix)
    return sorted(prefix.parent.glob(f"{glob.escape(prefix.name)}.*"))


def started_from(config: Any) -> str:
    """The name of the checkpoint that a config starts from, without folder; empty from scratch.

    Args:
        config: a ``TrainEvalPipelineConfig``.
    """
    checkpoint: str = config.train_config.fine_tune_checkpoint
    return checkpoint.rpartition("/")[2]


def shapes(prefix: Union[str, Path]) -> Dict[str, List[int]]:
    """The shapes of a checkpoint's variables by name, once all of them could be read.

    Args:
        prefix: of the checkpoint, as in ``folder/model.ckpt``.

    Raises:
        BadInput: a file is missing, cut off or no checkpoint.
    """
    import tensorflow as tf

    if not Path(f"{prefix}.index").is_file():
        others = sorted(path.stem for path in Path(prefix).parent.glob("*.index"))
        raise BadInput.of(
            f"{prefix}.index",
            "no checkpoint" + (f" of that name, but {', '.join(others)}" if others else ""),
            "model.ckpt.*",
            "Put the model to start from there, or make pipeline.config without it.",
        )
    try:
        reader = tf.train.load_checkpoint(str(prefix))
        stored = reader.get_variable_to_shape_map()
        for name in sorted(stored):
            reader.get_tensor(name)
    except (tf.errors.OpError, ValueError) as error:
        raise BadInput.of(
            prefix,
            f"a checkpoint that cannot be read ({_first_line(error)})",
            "a whole one",
            "Fetch it again.",
        ) from error
    return dict(stored)


def _first_line(error: Exception) -> str:
    return (getattr(error, "message", "") or str(error)).strip().splitlines()[0]


def restore_plan(config: Any, stored: Dict[str, List[int]]) -> RestorePlan:
    """Which variables of a config's model are restored, as the API's ``model_lib`` does it.

    Args:
        config: a ``TrainEvalPipelineConfig`` with a fine-tune checkpoint.
        stored: of :func:`shapes`.
    """
    import tensorflow as tf

    train = config.train_config
    kind = train.fine_tune_checkpoint_type or (
        "detection" if train.from_detection_checkpoint else "classification"
    )
    with tf.Graph().as_default():
        model = build(config)
        restorable = model.restore_map(kind, train.load_all_detection_checkpoint_vars)
        restored = sorted(
            variable.op.name
            for name, variable in restorable.items()
            if stored.get(name) == variable.shape.as_list()
        )
        names = {variable.op.name for variable in tf.global_variables()} - {"global_step"}
    return RestorePlan([name for name in restored if name in names], sorted(names - set(restored)))


def build(config: Any) -> Any:
    """Builds the model of a config in the default graph, as it is trained, with all variables.

    Args:
        config: a ``TrainEvalPipelineConfig``.

    Returns:
        The API's ``DetectionModel``.
    """
    import tensorflow as tf

    width, height = pipeline.input_size(config)
    # Of two stages, the second trains on ground truth, which is not there yet.
    training = not two_stage.is_two_stage(config)
    model = detection_model.build(config, is_training=training)
    model.predict(*model.preprocess(tf.zeros([1, height, width, 3])))
    return model


def fitted_to_checkpoint(config: Any, stored: Dict[str, List[int]]) -> Any:
    """A config whose SSD has the sorts of layers that its checkpoint has.

    The config that travels with ``ssd_mobilenet_v2_coco_2018_03_29`` asks for depthwise layers
    that its checkpoint does not have (tensorflow/models issue 3922).

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        stored: of :func:`shapes`.

    Returns:
        A new ``TrainEvalPipelineConfig``, equal where config and checkpoint agree.
    """
    changed = protos.copy_of(config)
    ssd = changed.model.ssd
    extra = [match for match in map(_EXTRA_LAYER.search, sorted(stored)) if match]
    depthwise = any(match.group(1) for match in extra)
    if extra and ssd.feature_extractor.use_depthwise != depthwise:
        ssd.feature_extractor.use_depthwise = depthwise
    kernel = stored.get("BoxPredictor_0/BoxEncodingPredictor/weights")
    predictor = ssd.box_predictor.convolutional_box_predictor
    separated = "BoxPredictor_0/BoxEncodingPredictor_depthwise/depthwise_weights" in stored
    if kernel and ssd.box_predictor.HasField("convolutional_box_predictor"):
        if predictor.use_depthwise != separated:
            predictor.use_depthwise = separated
        if not separated and predictor.kernel_size != kernel[0]:
            predictor.kernel_size = kernel[0]
    return changed
