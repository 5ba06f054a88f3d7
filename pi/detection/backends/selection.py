"""Chooses the fastest backend that finds on this device what the model's self-test expects.

The first start with a model measures each backend on the self-test's image, or on a grey one where
the model brings none. What was chosen is kept until the model, the device, a version or the number
of threads changes (``choice_cache.py``), so that later starts measure nothing.
"""

from __future__ import annotations

import time
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..errors import InputError, one_line
from ..images import read_image
from ..structures import Detection
from . import choice_cache, expectations
from .backend import NoRuntime
from .expectations import Expected
from .model_bundle import SELF_TEST, TFLITE, Bundle
from .settings import Settings

_GREY = 128
_ROUNDS, _SECONDS = 5, 0.6  # most rounds to measure, and the time after which none starts

Detect = Callable[[np.ndarray, float], List[Detection]]


class Choice(NamedTuple):
    """A backend, and why it is this one.

    Attributes:
        name: Of the backend.
        reason: Half a line for people: how fast it is, and why the others are not taken.
    """

    name: str
    reason: str


class Trial(NamedTuple):
    """What became of a backend on this device.

    Attributes:
        name: Of the backend.
        problem: Why it cannot be taken; empty where it can.
        error: What it could not be opened or run for.
        milliseconds: Of an image; None where it cannot be taken.
    """

    name: str
    problem: str = ""
    error: Optional[InputError] = None
    milliseconds: Optional[float] = None


def choose(
    bundle: Bundle, names: Sequence[str], settings: Settings, open_backend: Callable[[str], Detect]
) -> Choice:
    """Chooses a backend.

    Args:
        bundle: The model folder.
        names: Of the backends to try.
        settings: How they run.
        open_backend: Loads a backend by its name; what it gives takes an RGB image and the lowest
            score to report. Raises ``NoRuntime`` where this device lacks the runtime, and
            ``InputError`` where the model cannot be loaded.

    Returns:
        The choice.

    Raises:
        InputError: No backend runs the model, or none finds what the self-test expects.
    """
    key = choice_cache.key(bundle, names, settings)
    kept = choice_cache.read(key)
    if kept and kept[0] in names:
        return Choice(*kept)
    choice = fastest(bundle, trials(bundle, names, open_backend))
    choice_cache.write(key, choice)
    return choice


def trials(
    bundle: Bundle, names: Sequence[str], open_backend: Callable[[str], Detect]
) -> List[Trial]:
    """Tries each backend on the image of the self-test.

    Args:
        bundle: The model folder.
        names: Of the backends.
        open_backend: As in ``choose``.

    Returns:
        One for each name, in their order.

    Raises:
        InputError: The self-test itself is damaged.
    """
    image, expected = _test_image(bundle)
    opened = [_tried(bundle, name, open_backend, image, expected.get(name)) for name in names]
    detects = {trial.name: detect for trial, detect in opened if detect}
    milliseconds = _least_milliseconds(detects, image)
    return [trial._replace(milliseconds=milliseconds.get(trial.name)) for trial, _ in opened]


def fastest(bundle: Bundle, tried: Sequence[Trial]) -> Choice:
    """Takes the fastest of the backends that can be taken.

    Args:
        bundle: The model folder, for the message.
        tried: Of ``trials``.

    Returns:
        The choice.

    Raises:
        InputError: None can be taken.
    """
    usable = [(one.milliseconds, one.name) for one in tried if one.milliseconds is not None]
    if not usable:
        broken = [one.error for one in tried if one.error and not isinstance(one.error, NoRuntime)]
        if len(broken) == 1:
            raise broken[0]
        problems = "; ".join(f"{one.name}: {one.problem}" for one in tried)
        raise InputError(
            f"{bundle.folder}: no backend of this device can be relied on ({problems});"
            " see detect.py --self-test, or name one with --backend"
        )
    milliseconds, name = min(usable)
    others = [_other(one) for one in tried if one.name != name]
    return Choice(name, "; ".join([f"{milliseconds:.0f} ms an image", *others]))


def _other(trial: Trial) -> str:
    if trial.milliseconds is None:
        return f"not {trial.name}: {trial.problem}"
    return f"{trial.name} takes {trial.milliseconds:.0f} ms"


def _test_image(bundle: Bundle) -> Tuple[np.ndarray, Dict[str, Expected]]:
    if SELF_TEST not in bundle.files:
        return np.full((bundle.height, bundle.width, 3), _GREY, np.uint8), {}
    return read_image(expectations.image_path(bundle)), expectations.read(bundle)


def _tried(
    bundle: Bundle,
    name: str,
    open_backend: Callable[[str], Detect],
    image: np.ndarray,
    expected: Optional[Expected],
) -> Tuple[Trial, Optional[Detect]]:
    """Returns a trial without its time, and what is to be timed where it can be taken."""
    if name == "tflite" and TFLITE not in bundle.files:
        return Trial(name, f"the model has no {TFLITE}"), None
    try:
        detect = open_backend(name)
        found = detect(image, 0.0)
    except NoRuntime as error:
        return Trial(name, error.reason, error), None
    except InputError as error:
        return Trial(name, one_line(error), error), None
    different = expectations.differences(expected, found) if expected else []
    if different:
        number = len(different)
        return Trial(name, f"differs from the self-test in {number}, see --self-test"), None
    return Trial(name), detect


def _least_milliseconds(detects: Dict[str, Detect], image: np.ndarray) -> Dict[str, float]:
    """Returns the least time of each; they take turns, so that what else runs slows all of them."""
    spent: Dict[str, List[float]] = {name: [] for name in detects}
    began = time.perf_counter()
    for number in range(_ROUNDS):
        if number and time.perf_counter() - began > _SECONDS:
            break
        for name, detect in detects.items():
            started = time.perf_counter()
            detect(image, 0.0)
            spent[name].append(1000 * (time.perf_counter() - started))
    return {name: min(times) for name, times in spent.items()}
