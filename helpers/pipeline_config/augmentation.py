"""The random changes of the training images, chosen by name.

They are the Object Detection API's own preprocessing steps, each with its usual parameters,
applied in the order they are named. Evaluation sees the images as they are.
"""

from __future__ import annotations

import difflib
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from helpers.structures.errors import BadInput

NONE = "none"


class Choice(NamedTuple):
    """One name.

    Attributes:
        meaning: for the user.
        steps: fields of the API's ``PreprocessingStep``, with its defaults.
    """

    meaning: str
    steps: Tuple[str, ...]


CHOICES: Dict[str, Choice] = {
    "hflip": Choice("left and right swapped, half of the time", ("random_horizontal_flip",)),
    "vflip": Choice("upside down, half of the time", ("random_vertical_flip",)),
    "rotate": Choice("turned by 90 degrees, half of the time", ("random_rotation90",)),
    "crop": Choice("a part that keeps objects, as SSD's authors crop", ("ssd_random_crop",)),
    "expand": Choice(
        "as crop, or on a larger canvas, so that objects get smaller", ("ssd_random_crop_pad",)
    ),
    "brightness": Choice("up to a fifth lighter or darker", ("random_adjust_brightness",)),
    "contrast": Choice("0.8 to 1.25 times the contrast", ("random_adjust_contrast",)),
    "saturation": Choice("0.8 to 1.25 times the saturation", ("random_adjust_saturation",)),
    "hue": Choice("colours shifted a little", ("random_adjust_hue",)),
    "colour": Choice(
        "brightness, contrast, saturation and hue",
        (
            "random_adjust_brightness",
            "random_adjust_contrast",
            "random_adjust_saturation",
            "random_adjust_hue",
        ),
    ),
    "grey": Choice("without colour, one in ten", ("random_rgb_to_gray",)),
    "patches": Choice("black squares over a part, half of the time", ("random_black_patches",)),
    "jitter": Choice("boxes moved by up to a twentieth of their size", ("random_jitter_boxes",)),
}


def names(text: str) -> List[str]:
    """The names in a list such as ``hflip,crop``; ``none`` is the empty list.

    Raises:
        BadInput: a name is unknown or comes twice.
    """
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    chosen = [] if chosen == [NONE] else chosen
    unknown = [name for name in chosen if name not in CHOICES]
    if unknown:
        near = difflib.get_close_matches(unknown[0], CHOICES, n=1)
        raise BadInput.of(
            "augmentation",
            repr(unknown[0]),
            f"names of {', '.join(CHOICES)}, with commas between, or {NONE}",
            f"Did you mean {near[0]}?" if near else "Correct it.",
        )
    twice = [name for name in CHOICES if chosen.count(name) > 1]
    if twice:
        raise BadInput.of(
            "augmentation",
            f"{twice[0]} {chosen.count(twice[0])} times",
            "each name once",
            "Take the others out.",
        )
    return chosen


def choose(config: Any, chosen: Sequence[str]) -> None:
    """Puts these in the place of a config's own augmentation.

    Args:
        config: a ``TrainEvalPipelineConfig``; is changed.
        chosen: names of ``CHOICES``, in the order in which they are applied.
    """
    options = config.train_config.data_augmentation_options
    del options[:]
    for name in chosen:
        for step in CHOICES[name].steps:
            getattr(options.add(), step).SetInParent()
