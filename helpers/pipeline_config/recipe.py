"""A recipe chosen from the data: what to start from, what of it to train, and for how long.

Every choice is a row with its value and its reason, and each can be given instead. The rules come
from measurements on two processor cores, with SSD MobileNet v2 at 300x300 pixels and weights of
Open Images: photographs of one class, of six that resemble each other, and drawings of three.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple, Union

import numpy as np

from helpers.pipeline_config import anchor_fit, input_size, pipeline
from helpers.structures.dataset import ImageRecord, class_names

AUTO = "auto"
TRANSFER, SCRATCH = "ssd_mobilenet_v2_transfer", "small_ssd"
WEIGHTS = "ssd_mobilenet_v2_openimages"  # what TRANSFER starts from where nothing else is given

AS_GIVEN = "as given"  # the reason of a value that was not chosen

_FEWEST = 200  # steps of fine-tuning
_SCRATCH_STEPS = 900
_POOR_OVERLAP = 0.5  # of a box with its best anchor, on average: below it no anchor matches
_ANSWERS = {"True": "yes", "False": "no"}  # as they are given
_UP_TO_TEXTURES, _UP_TO_PARTS = FREEZABLE = ("expanded_conv_5", "expanded_conv_12")
# Epochs of fine-tuning, and the most steps. With parts frozen they cost half as much: raccoons
# gained three points of mAP from 14 to 28 epochs, and none of mAP@.5 (0.632 / 0.958, then
# 0.662 / 0.952). More than the most bring a point or two.
_LENGTHS = {_UP_TO_TEXTURES: (14, 400), _UP_TO_PARTS: (28, 550)}
_CONFUSED = 0.8  # accuracy: classes that no layer tells apart better
# Times as many steps for them. Playing cards: 400 steps 0.461 / 0.587, 800 0.528 / 0.660, 1,100
# 0.558 / 0.687, 2,200 0.625 / 0.761: they gain on and on, but ten minutes end here. Neither anchors
# on the finer feature map, nor larger images, higher rates, another weight of the loss nor turned
# images gained more in the time; layers frozen further up lost 0.05.
_LONGER = 2.75
_AMONG_CLASSES = 2.0  # localization weight; with 10 the same 0.587 took three times the steps
_CLEARLY_BETTER = 0.05  # accuracy; drawings gained 0.03, and lost 0.08 mAP@.5 with PARTS frozen


class Setting(NamedTuple):
    """One choice.

    Attributes:
        name: of the parameter.
        value: that it has.
        reason: why, for people.
    """

    name: str
    value: Any
    reason: str


class DatasetFacts(NamedTuple):
    """What the choices depend on.

    Attributes:
        images: how many there are.
        classes: how many there are.
        boxes: float (n, 2), width and height as shares of the image's.
        labels: n class names of the boxes.
        told_apart: by layer of ``FREEZABLE``, the accuracy of a linear classifier on what it
            gives, 0 to 1; empty where that was not measured.
    """

    images: int
    classes: int
    boxes: np.ndarray
    labels: Tuple[str, ...]
    told_apart: Mapping[str, float] = MappingProxyType({})

    @classmethod
    def of(cls, records: Sequence[ImageRecord]) -> "DatasetFacts":
        """The facts of a data set.

        Args:
            records: its images, their boxes valid.
        """
        labels = tuple(label for record in records for label in record.objects.labels)
        sizes = anchor_fit.box_sizes(records, (1, 1))
        return cls(len(records), len(class_names(records)), sizes, labels)


def has_our_network(config: Union[str, Path], template: Union[str, Path] = TRANSFER) -> bool:
    """Whether a checkpoint's own config describes the network of a template.

    Args:
        config: a ``pipeline.config``.
        template: a template's name or a ``pipeline.config``.
    """
    ours, theirs = pipeline.read(template).model, pipeline.read(config).model
    if not ours.WhichOneof("model") == theirs.WhichOneof("model") == "ssd":
        return False
    extractors = [model.ssd.feature_extractor for model in (ours, theirs)]
    return all(
        getattr(extractors[0], name) == getattr(extractors[1], name)
        for name in ("type", "depth_multiplier", "use_depthwise")
    )


def choose(
    template: str, facts: DatasetFacts, most: int = input_size.SIZES[-1]
) -> Tuple[Setting, ...]:
    """The settings of a run with one of the two templates that ``auto`` chooses from.

    Args:
        template: ``TRANSFER`` or ``SCRATCH``.
        facts: of the data set.
        most: the largest input size that the device is fast enough for, pixels.
    """
    config = pipeline.read(template)
    settings = [_size(config, facts, most)]
    if template == TRANSFER:
        freeze = _freeze(facts)
        settings += [freeze, _fine_tuning_steps(facts, config, *_LENGTHS[freeze.value])]
        settings.append(_localization_weight(facts.classes, config))
    else:
        settings.append(
            Setting("STEPS", _SCRATCH_STEPS, "from scratch, every layer has to be learned")
        )
    batch = config.train_config.batch_size
    settings.append(Setting("BATCH_SIZE", batch, "the template's; larger ones cost the same time"))
    return (*settings, _anchors(config, facts), _augmentation(template))


def as_values(settings: Sequence[Setting]) -> Dict[str, Any]:
    """The values by the name of their parameter."""
    return {setting.name: setting.value for setting in settings}


def _size(config: Any, facts: DatasetFacts, most: int) -> Setting:
    edges = input_size.class_edges(facts.boxes, facts.labels)
    chosen = input_size.choose(edges, max(pipeline.input_size(config)), most)
    return Setting("IMAGE_SIZE", chosen.pixels, chosen.reason)


def _freeze(facts: DatasetFacts) -> Setting:
    """Up to where the restored layers already see what matters."""
    if not facts.told_apart:
        return _freeze_unseen(facts.classes)
    textures, parts = (facts.told_apart[layer] for layer in FREEZABLE)
    shares = f"{_UP_TO_PARTS} tells {parts:.0%} apart as it is, {_UP_TO_TEXTURES} {textures:.0%}"
    if parts >= textures + _CLEARLY_BETTER:
        return Setting("FREEZE", _UP_TO_PARTS, f"{shares}: the layers between fit these images")
    return Setting("FREEZE", _UP_TO_TEXTURES, f"{shares}: the layers between have to learn")


def _freeze_unseen(classes: int) -> Setting:
    """By the number of classes, where the layers were not tried on the data."""
    if classes == 1:
        reason = "one class: what the restored layers tell apart is enough"
        return Setting("FREEZE", _UP_TO_PARTS, reason)
    reason = f"{classes} classes are to be told apart: only edges and textures stay as they are"
    return Setting("FREEZE", _UP_TO_TEXTURES, reason)


def _fine_tuning_steps(facts: DatasetFacts, config: Any, epochs: int, most: int) -> Setting:
    batch, told = config.train_config.batch_size, facts.told_apart.values()
    hard = facts.classes > 1 and bool(told) and max(told) < _CONFUSED
    longer = _LONGER if hard else 1
    wanted = round(facts.images * epochs * longer / batch / 50) * 50
    steps = int(min(most * longer, max(_FEWEST, wanted)))
    reason = f"each of {facts.images} images {steps * batch / facts.images:.0f} times"
    if hard:
        reason += ": the classes resemble each other, and more steps tell them apart better"
    return Setting("STEPS", steps, reason)


def _localization_weight(classes: int, config: Any) -> Setting:
    weight = config.model.ssd.loss.localization_weight
    if classes == 1:
        return Setting("LOCALIZATION_WEIGHT", weight, "one class: tight boxes are what is left")
    reason = f"{classes} classes have to be told apart too: boxes count less than with one"
    return Setting("LOCALIZATION_WEIGHT", _AMONG_CLASSES, reason)


def _anchors(config: Any, facts: DatasetFacts) -> Setting:
    """By the class that the template's anchors fit worst: a small one is not to be averaged away.

    Anchors of an SSD are shares of the input, so what fits does not depend on its size.
    """
    names, sizes = np.array(facts.labels), facts.boxes * np.array(pipeline.input_size(config))
    overlaps = {
        name: anchor_fit.mean_overlap(config, sizes[names == name])
        for name in sorted(set(facts.labels))
    }
    worst = min(overlaps, key=lambda name: overlaps[name], default=None)
    if worst is None:
        return Setting("FIT_ANCHORS", False, "there is no box to fit them to")
    reason = f"a box of {worst} overlaps its best anchor by {overlaps[worst]:.2f}"
    return Setting("FIT_ANCHORS", overlaps[worst] < _POOR_OVERLAP, reason)


def _augmentation(template: str) -> Setting:
    if template == TRANSFER:
        reason = "the frozen layers' features of both views are kept"
        return Setting("AUGMENT", "hflip", reason)
    return Setting("AUGMENT", "hflip,vflip", "few images are soon known by heart")


def rows(template: str, start: str, settings: Sequence[Setting]) -> List[Dict[str, Any]]:
    """The recipe as a table for people.

    Args:
        template: its name.
        start: what it starts from, for people.
        settings: of :func:`choose`.
    """
    first = [Setting("RECIPE", template, start)]
    return [
        {"setting": name, "value": _ANSWERS.get(str(value), value), "why": reason}
        for name, value, reason in [*first, *settings]
    ]
