"""A trained model's checkpoint rewritten for other classes, in the checkpoint channel.

What the user has there stays: a checkpoint, its config, its license. Ours begins with ``last-``
and is named in ``last.json``, which is how it is told from others and replaced by the next.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Sequence, Set, Tuple

import numpy as np

from helpers.pipeline_config import class_remapping, pipeline, protos, warm_start
from helpers.pipeline_config.class_remapping import ClassRemapping
from helpers.pretrained import detector_session
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.workspace import LAST_CHECKPOINT, LAST_RECORD

CLASS_PREDICTORS = "class predictors"
_SEED = 1
_ENDINGS = (".data-00000-of-00001", ".index")
_AVERAGE = "/ExponentialMovingAverage"
Arrays = Dict[str, np.ndarray]
Part = Dict[str, Any]


class TrainedModel(NamedTuple):
    """A checkpoint with what it was trained with.

    Attributes:
        prefix: of the checkpoint.
        config: the ``TrainEvalPipelineConfig``.
        label_map: the classes.
    """

    prefix: Path
    config: Any
    label_map: LabelMap


def file_prefix(job: str, step: int) -> str:
    """The name of the checkpoint that is taken over from a job."""
    return f"{LAST_CHECKPOINT}{job}-{step}.ckpt"


def write(
    model: TrainedModel, label_map: LabelMap, prefix: Path, facts: Mapping[str, Any]
) -> ClassRemapping:
    """Writes a model's checkpoint for the classes of a label map, and what became of each.

    Args:
        model: the one to start from.
        label_map: the classes of the run.
        prefix: of the checkpoint to write, see :func:`file_prefix`; an older one of ours in its
            folder is removed.
        facts: what else to say in ``last.json``.

    Raises:
        BadInput: the checkpoint cannot be read or is not of its config, or a file of that name is
            there that is not ours.
    """
    classes = ClassRemapping(
        model.label_map.names, label_map.names, class_remapping.has_known_channels(model.config)
    )
    before = class_remapping.read(prefix.parent)
    former = set(before.get("files", ()))
    names = {f"{prefix.name}{ending}" for ending in _ENDINGS}
    _require_ours(prefix, former)
    values, parts = _values(model, classes)
    prefix.parent.mkdir(parents=True, exist_ok=True)
    # What is ours is written down first, should this be cut short.
    files.write_json(prefix.parent / LAST_RECORD, {**before, "files": sorted(former | names)})
    _save(values, prefix)
    record = {"checkpoint": prefix.name, "classes": classes._asdict(), "parts": parts, **facts}
    for name in sorted(former - names):
        if (prefix.parent / name).exists():
            (prefix.parent / name).unlink()
    files.write_json(prefix.parent / LAST_RECORD, {**record, "files": sorted(names)})
    return classes


def _require_ours(prefix: Path, ours: Set[str]) -> None:
    foreign = sorted({path.name for path in warm_start.files_of(prefix)} - ours)
    if foreign:
        raise BadInput.of(
            prefix.parent / foreign[0],
            f"a file that {LAST_RECORD} does not name",
            "no file of that name, or one of ours",
            "Move it away.",
        )


def _values(model: TrainedModel, classes: ClassRemapping) -> Tuple[Arrays, List[Part]]:
    """The values of the run's variables, and how many of each part have one."""
    import tensorflow as tf

    stored = warm_start.shapes(model.prefix)
    reader = tf.train.load_checkpoint(str(model.prefix))
    config = protos.copy_of(model.config)
    pipeline.model_of(config).num_classes = len(classes.after)
    shapes, initial = _initialized(config, classes)
    sources = {name: _source(name, stored, config) for name in shapes}
    found = {name: stored.get(source) for name, source in sources.items()}
    wanted = shapes if classes.by_channel else set(shapes) - set(initial)
    missing = sorted(
        name
        for name in wanted
        if not found[name] or (name not in initial and found[name] != shapes[name])
    )
    if missing:
        raise BadInput.of(
            model.prefix,
            f"{len(missing)} variables missing or of another shape, as {missing[0]}",
            f"all {len(shapes)} of its pipeline.config",
            "Start from another job, whose checkpoint is that of its config.",
        )
    values: Arrays = {}
    for name in shapes:
        if name not in initial:
            values[name] = reader.get_tensor(sources[name])
        elif classes.by_channel:
            values[name] = class_remapping.remapped(
                reader.get_tensor(sources[name]),
                initial[name],
                classes,
                class_remapping.has_background(config),
            )
    class_predictors = class_remapping.class_variables(config, shapes)
    return values, _parts(shapes, values, class_predictors)


def _source(name: str, stored: Iterable[str], config: Any) -> str:
    """The variable of a checkpoint that the export of a model reads."""
    averaged = name + _AVERAGE
    return averaged if config.eval_config.use_moving_averages and averaged in stored else name


def _parts(
    shapes: Iterable[str], values: Iterable[str], class_predictors: Sequence[str]
) -> List[Part]:
    def part(name: str) -> str:
        if name in class_predictors:
            return CLASS_PREDICTORS
        scope = name.split("/")[0]
        if scope.endswith("FeatureExtractor"):
            return "feature extractor"
        return "box predictors" if "Predictor" in scope else "other layers"

    every, kept = Counter(map(part, shapes)), Counter(map(part, values))
    return [{"part": name, "kept": kept[name], "of": every[name]} for name in sorted(every)]


def _initialized(config: Any, classes: ClassRemapping) -> Tuple[Dict[str, List[int]], Arrays]:
    """The shapes of a model's variables, and initial values of those with class channels.

    Where the classes are the same, no variable has to be initialized.
    """
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.set_random_seed(_SEED)
        warm_start.build(config)
        variables = {
            variable.op.name: variable
            for variable in tf.compat.v1.global_variables()
            if variable.op.name != "global_step"
        }
        names = [] if classes.same else class_remapping.class_variables(config, variables)
        session.run([variables[name].initializer for name in names])
        initial = session.run({name: variables[name] for name in names})
    return {name: variables[name].shape.as_list() for name in sorted(variables)}, initial


def _save(values: Arrays, prefix: Path) -> None:
    """Writes a checkpoint, its index last, without the file ``checkpoint`` that names it."""
    with tempfile.TemporaryDirectory(prefix=".last-", dir=str(prefix.parent)) as beside:
        detector_session.save(values, Path(beside) / prefix.name)
        for ending in _ENDINGS:
            os.replace(f"{Path(beside) / prefix.name}{ending}", f"{prefix}{ending}")
