"""The recipe of a run that starts from a model trained before, on more photos or other classes.

Network, input size and anchors stay: the predictors belong to them. What is left to choose is how
long, and how much of the network is trained; the rate is that of the model's own schedule.

Measured once, on photographs of one class, 80 of them first and 160 then, with an eval split of 43
boxes: an mAP of 0.632 after 50 steps and 0.639 after 100, where pretrained weights took 100 steps
to 0.628 and 200 to 0.643. The mAP@.5 was 0.91 to 0.93 from step 25 on; from pretrained weights it
took 100 steps to 0.91, and came to 0.94 after 200.
"""

from __future__ import annotations

from typing import Any, List, Tuple

from helpers.pipeline_config import freezing, pipeline, recipe
from helpers.pipeline_config.class_remapping import ClassRemapping
from helpers.pipeline_config.recipe import DatasetFacts, Setting
from helpers.structures.errors import BadInput
from helpers.workspace import LAST_CHECKPOINT

_EPOCHS, _EPOCHS_NEW_CLASS = 5, 10
_FEWEST, _MOST = 100, 250


def choose(config: Any, facts: DatasetFacts, classes: ClassRemapping) -> Tuple[Setting, ...]:
    """The settings of the run.

    Args:
        config: the ``TrainEvalPipelineConfig`` of the model to start from.
        facts: of the data set, its train split.
        classes: of the model and of the run.
    """
    size = "{}x{}".format(*pipeline.input_size(config))
    settings = [Setting("input", size, "that of the last model")]
    settings.append(Setting("anchors", "kept", "the predictors belong to them"))
    if freezing.is_known(config):
        settings += _freeze(config, facts)
    return (*settings, _steps(config, facts.images, classes))


def require_same_predictors(checkpoint: str, fitted_anchors: bool, image_size: int) -> None:
    """Requires that nothing is changed to which the predictors of a remapped checkpoint belong.

    Args:
        checkpoint: that a config starts from; of any other origin, all may be changed.
        fitted_anchors: whether anchors are to be fitted.
        image_size: of the model's input, pixels; 0 keeps the config's.

    Raises:
        BadInput: names what is to be changed.
    """
    changed = ["fitted anchors"] if fitted_anchors else []
    changed += [f"the input size {image_size}"] if image_size else []
    if checkpoint.startswith(LAST_CHECKPOINT) and changed:
        raise BadInput.of(
            checkpoint,
            " and ".join(changed),
            "the anchors and the input of the model that is trained again",
            "Leave that out, or start from pretrained weights.",
        )


def _freeze(config: Any, facts: DatasetFacts) -> List[Setting]:
    """As before; else as a first training, where that names a layer of this network."""
    before = freezing.frozen_up_to(config)
    if before != freezing.NONE:
        return [Setting("FREEZE", before, "as the last model was trained")]
    chosen, known = recipe.choose(recipe.TRANSFER, facts), freezing.layers(config)
    return [row for row in chosen if row.name == "FREEZE" and row.value in known]


def _steps(config: Any, images: int, classes: ClassRemapping) -> Setting:
    batch = config.train_config.batch_size
    epochs = _EPOCHS_NEW_CLASS if classes.new else _EPOCHS
    steps = min(_MOST, max(_FEWEST, round(images * epochs / batch / 50) * 50))
    return Setting("STEPS", steps, f"each of {images} images {steps * batch / images:.0f} times")
