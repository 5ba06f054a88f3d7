"""Values that a person gives for lines of a recipe, from a notebook or as text from a shell."""

from __future__ import annotations

import difflib
import math
from typing import Any, Callable, Dict, Mapping

from helpers.structures.errors import BadInput

_MOST = 2**31 - 1  # what a pipeline.config can hold
_LARGEST_INPUT = 2048  # pixels; more than any model for small devices
_YES, _NO = ("yes", "true", "1"), ("no", "false")


def _whole(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = _number(text)
        if not 1 <= number <= most or number != int(number):
            raise ValueError(f"a whole number from 1 to {most}, or 0 to have it chosen")
        return int(number)

    return parse


def _amount(text: str) -> float:
    if not 0 < _number(text) < math.inf:
        raise ValueError("a number above 0, or 0 for no such wish")
    return _number(text)


def _number(text: str) -> float:
    """The number that a text stands for; NaN when it stands for none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _answer(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise ValueError("yes or no, or nothing to have it chosen")
    return text.lower() in _YES


PARSERS: Dict[str, Callable[[str], Any]] = {
    "STEPS": _whole(_MOST),
    "BATCH_SIZE": _whole(_MOST),
    "IMAGE_SIZE": _whole(_LARGEST_INPUT),
    "AUGMENT": str,
    "FREEZE": str,
    "FIT_ANCHORS": _answer,
    "LOCALIZATION_WEIGHT": _amount,
    "PI_FPS": _amount,
    "MINUTES": _amount,
}


def parse(values: Mapping[str, Any]) -> Dict[str, Any]:
    """The values that were given, each checked; 0, empty, ``False`` and ``None`` are not given.

    Args:
        values: by the name of their line in the recipe's table, as text or of their own type.

    Raises:
        BadInput: a recipe has no such line, or the value is impossible; names what is possible.
    """
    given = {}
    for name, value in values.items():
        text = "" if value is None or value is False else str(value).strip()
        if name not in PARSERS:
            near = difflib.get_close_matches(name.upper(), PARSERS, n=1)
            raise BadInput.of(
                f"recipe, {name}",
                "no such line",
                f"one of {', '.join(PARSERS)}",
                f"Did you mean {near[0]}?" if near else "Correct the name.",
            )
        if text in ("", "0", "0.0"):
            continue
        try:
            given[name] = PARSERS[name](text)
        except ValueError as error:
            raise BadInput.of(
                f"recipe, {name}", repr(value), str(error), "Give another value."
            ) from error
    return given
