"""The classes of a trained model remapped to those of another label map, channel by channel.

A class predictor has a channel for each class at each anchor of a location, the background's
first. Ids shift when classes come and go, so that classes are matched by name.

===============================================  ============================================
``convolutional_box_predictor``                  a class predictor for each feature map
``weight_shared_convolutional_box_predictor``    one for all feature maps
any other                                        class channels are not known: predictors start
                                                 anew unless the classes are the same
===============================================  ============================================

Source: ``object_detection/predictors/heads/class_head.py``, the reshaping of the predictions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple, Union

import numpy as np

from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.workspace import LAST_RECORD

_SCOPES = {
    "convolutional_box_predictor": r"BoxPredictor(_\d+)?",
    "weight_shared_convolutional_box_predictor": r"WeightSharedConvolutionalBoxPredictor",
}
_CLASS_PREDICTOR = r"/ClassPredictor/(weights|pointwise_weights|biases)"
_ANY_PREDICTOR = re.compile(r"[A-Za-z]*Predictor(_\d+)?/")


class ClassRemapping(NamedTuple):
    """The classes of a trained model and those of the run that starts from it.

    Attributes:
        before: of the trained model, in the order of their ids.
        after: of the run, in the order of their ids.
        by_channel: whether channels were matched; otherwise other classes mean other predictors.
    """

    before: Tuple[str, ...]
    after: Tuple[str, ...]
    by_channel: bool = True

    @property
    def same(self) -> bool:
        """Whether both have the same classes with the same ids."""
        return self.before == self.after

    @property
    def kept(self) -> List[str]:
        """Classes whose channels are taken over."""
        known = self.before if self.by_channel or self.same else ()
        return [name for name in self.after if name in known]

    @property
    def new(self) -> List[str]:
        """Classes whose channels start from the initializer."""
        kept = self.kept
        return [name for name in self.after if name not in kept]

    @property
    def dropped(self) -> List[str]:
        """Classes that the run does not have any more."""
        return [name for name in self.before if name not in self.after]

    def __str__(self) -> str:
        """One line for people."""
        parts = (("kept", self.kept), ("new", self.new), ("dropped", self.dropped))
        return "classes " + "; ".join(
            f"{what}: {', '.join(names)}" for what, names in parts if names
        )


def predictor_kind(config: Any) -> str:
    """The kind of an SSD's box predictor; empty for any other model."""
    if config.model.WhichOneof("model") != "ssd":
        return ""
    return config.model.ssd.box_predictor.WhichOneof("box_predictor_oneof") or ""


def has_known_channels(config: Any) -> bool:
    """Whether the class channels of a config's predictor are known."""
    return predictor_kind(config) in _SCOPES


def class_variables(config: Any, names: Iterable[str]) -> List[str]:
    """Those of a model's variables that have class channels, sorted.

    Args:
        config: a ``TrainEvalPipelineConfig``.
        names: of the model's variables.

    Returns:
        The class predictors' variables; of a model whose class channels are not known, those of
        all its predictors.
    """
    scope = _SCOPES.get(predictor_kind(config))
    pattern = re.compile(scope + _CLASS_PREDICTOR + "$") if scope else _ANY_PREDICTOR
    return sorted(name for name in names if pattern.match(name))


def remapped(
    stored: np.ndarray, initial: np.ndarray, classes: ClassRemapping, background: bool = True
) -> np.ndarray:
    """The channels of the kept classes and of the background, the others as initialized.

    Args:
        stored: a variable of the trained model, its last axis the channels: for each anchor those
            of all classes.
        initial: the same variable of the run, initialized; stays as it is.
        classes: of both.
        background: whether the first channel of an anchor is that of the background.

    Returns:
        A new array of the shape of ``initial``.

    Raises:
        BadInput: the two do not have the same number of anchors or of inputs.
    """
    first = int(background)
    former = _by_class(stored, len(classes.before) + first)
    made = _by_class(initial, len(classes.after) + first).copy()
    if former.shape[:-1] != made.shape[:-1]:
        raise BadInput.of(
            "class predictor of the last model",
            f"the shape {stored.shape} of {len(classes.before)} classes",
            f"that of {initial.shape} of {len(classes.after)} classes",
            "Keep its network and its anchors.",
        )
    made[..., :first] = former[..., :first]
    for name in classes.kept:
        channel, source = classes.after.index(name), classes.before.index(name)
        made[..., first + channel] = former[..., first + source]
    return made.reshape(initial.shape)


def _by_class(values: np.ndarray, slots: int) -> np.ndarray:
    """Values with an axis of its own for the slots of an anchor, the last."""
    if values.shape[-1] % slots:
        raise BadInput.of(
            "class predictor of the last model",
            f"{values.shape[-1]} channels",
            f"a multiple of {slots}, its classes and the background",
            "Use the label map that it was trained with.",
        )
    return values.reshape(values.shape[:-1] + (-1, slots))


def has_background(config: Any) -> bool:
    """Whether the background has a channel of its own."""
    ssd = pipeline.model_of(config)
    return bool(getattr(ssd, "add_background_class", True))


def read(folder: Union[str, Path]) -> Dict[str, Any]:
    """What stands in the checkpoint channel about a remapped checkpoint; empty without one."""
    path = Path(folder) / LAST_RECORD
    return dict(files.read_json(path)) if path.is_file() else {}


def of_checkpoint(prefix: Union[str, Path]) -> Optional[ClassRemapping]:
    """The classes that a checkpoint was remapped to; ``None`` for a checkpoint of other origin.

    Args:
        prefix: of the checkpoint, in the checkpoint channel.
    """
    record = read(Path(prefix).parent)
    if record.get("checkpoint") != Path(prefix).name:
        return None
    classes = record["classes"]
    return ClassRemapping(
        tuple(classes["before"]), tuple(classes["after"]), bool(classes["by_channel"])
    )
