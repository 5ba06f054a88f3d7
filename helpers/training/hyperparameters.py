"""Hyperparameters: strings in, checked values out, every mistake named at once.

One definition for both ends: the launcher parses before anything is uploaded or started, and the
container parses again what it was given.
"""

from __future__ import annotations

import difflib
import json
import math
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from helpers.pipeline_config.export_options import INFERENCE_TYPES, POST_TRAINING
from helpers.structures.errors import BadInput

MODES = ("train", "export", "evaluate", "time")
PRECISIONS = ("float32", "mixed")
_OF_SAGEMAKER = ("sagemaker_", "_tuning_")  # begin what SageMaker adds by itself
_NOT_GIVEN = ("", "none", "null")
_QUOTES = "\"'\u201c\u201d\u2018\u2019"  # the curly ones come from documents that were copied from
_MAX_LEARNING_RATE = 3e38  # a config holds single-precision numbers
_MIN_EVAL_INTERVAL = 1000
Parser = Callable[[str], Any]


class Hyperparameters(NamedTuple):
    """What the user asks of a job; ``docker/README.md`` explains each.

    Attributes:
        num_steps: training steps in all, also over restarts.
        quantize: also make a TensorFlow Lite model.
        image_size: width and height of the TensorFlow Lite input, pixels; ``None`` is the
            config's own.
        inference_type: ``FLOAT`` or ``QUANTIZED_UINT8``.
        post_training: post-training quantization of a ``FLOAT`` model: ``none``, ``weights`` or
            ``int8``.
        model_dir: where checkpoints and events go; ``None`` keeps them on the instance.
        batch_size: images in a batch; ``None`` is the config's own.
        learning_rate: the highest of the config's schedule; ``None`` is the config's own.
        save_checkpoints_steps: steps between checkpoints; ``None`` is a tenth of the run.
        keep_checkpoint_max: how many of the newest checkpoints are kept.
        eval_every: steps between evaluations; 0 evaluates at the end only, ``None`` as
            :attr:`eval_interval` says.
        early_stopping_patience: evaluations without a better mAP after which training ends;
            0 never ends it.
        seed: of the weights and of the order of the images.
        precision: ``float32`` or ``mixed``.
        cache_features: compute what frozen layers give for each image once and keep it in memory.
        log_every: steps between lines in the log.
        mode: ``train``; ``export`` exports again without training, ``evaluate`` only evaluates,
            ``time`` times ten steps and says how long ``train`` would take.
        minutes: that ``train`` may take; for ``time`` alone, which says how many steps fit.
    """

    num_steps: int = 100
    quantize: bool = False
    image_size: Optional[int] = None
    inference_type: str = "FLOAT"
    post_training: str = "none"
    model_dir: Optional[str] = None
    batch_size: Optional[int] = None
    learning_rate: Optional[float] = None
    save_checkpoints_steps: Optional[int] = None
    keep_checkpoint_max: int = 5
    eval_every: Optional[int] = None
    early_stopping_patience: int = 0
    seed: int = 0
    precision: str = "float32"
    cache_features: bool = True
    log_every: int = 10
    mode: str = "train"
    minutes: float = 0.0

    @property
    def checkpoint_interval(self) -> int:
        """Steps between checkpoints."""
        return self.save_checkpoints_steps or max(1, min(1000, self.num_steps // 10))

    @property
    def eval_interval(self) -> int:
        """Steps between evaluations; a short run is evaluated at its end only."""
        if self.eval_every is None:
            return max(_MIN_EVAL_INTERVAL, self.num_steps // 10)
        return self.eval_every or self.num_steps


def parse(values: Mapping[str, Any]) -> Hyperparameters:
    """Checks the values of ``hyperparameters.json``, or those that will be written there.

    Case, blanks and quotes do not matter, since people and SDKs write ``true``, ``True`` and
    ``"True"`` for the same. What is empty, ``None`` or ``null`` counts as not given.

    Raises:
        BadInput: names every unknown or impossible hyperparameter at once.
    """
    known: Dict[str, Any] = {}
    problems: List[BadInput] = []
    for name, value in sorted(values.items()):
        if name.startswith(_OF_SAGEMAKER):
            continue
        text = str(value).strip().strip(_QUOTES).strip()
        try:
            parser = _parser(name)
            if text.lower() not in _NOT_GIVEN:
                known[name] = parser(text)
        except ValueError as error:
            problems.append(BadInput(f"hyperparameter {name}={value!r}: {error}"))
    parsed = Hyperparameters(**known)
    if not problems:
        problems += _contradictions(parsed)
    if problems:
        raise BadInput.several("invalid hyperparameters", problems)
    return parsed


def as_strings(values: Mapping[str, Any]) -> Dict[str, str]:
    """Hyperparameters as SageMaker passes them on: every value a string, sorted by name."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in sorted(values.items())
    }


def _contradictions(parsed: Hyperparameters) -> List[BadInput]:
    """What is wrong about hyperparameters that are right one by one."""
    interval = parsed.eval_interval
    if parsed.early_stopping_patience and interval >= parsed.num_steps:
        return [
            BadInput(
                f"hyperparameter early_stopping_patience={parsed.early_stopping_patience}: nothing "
                f"can end a run of {parsed.num_steps} steps that is first evaluated after "
                f"{interval}. Give a smaller eval_every."
            )
        ]
    return []


def _parser(name: str) -> Parser:
    if name in _PARSERS:
        return _PARSERS[name]
    nearest = difflib.get_close_matches(name.lower(), _PARSERS, n=1)
    advice = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(_PARSERS)}"
    raise ValueError(f"unknown; {advice}")


def _number(text: str) -> float:
    """The number that a text stands for; NaN when it stands for none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _whole(least: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        number = _number(text)
        if not least <= number < 2**31 or number != int(number):
            raise ValueError(f"expected a whole number from {least} to 2**31 - 1")
        return int(number)

    return whole


_positive, _non_negative = _whole(1), _whole(0)


def _learning_rate(text: str) -> float:
    if not 0 < _number(text) < _MAX_LEARNING_RATE:
        raise ValueError("expected a number above 0, as in 0.004")
    return _number(text)


def _minutes(text: str) -> float:
    if not 0 <= _number(text) < math.inf:
        raise ValueError("expected a number of 0 or more")
    return _number(text)


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError("expected True or False")
    return text.lower() in ("true", "1", "yes")


def _choice(choices: Tuple[str, ...]) -> Callable[[str], str]:
    def choose(text: str) -> str:
        for choice in choices:
            if choice.lower() == text.lower():
                return choice
        raise ValueError(f"expected one of {', '.join(choices)}")

    return choose


_PARSERS: Dict[str, Parser] = {
    "num_steps": _positive,
    "quantize": _flag,
    "image_size": _positive,
    "inference_type": _choice(INFERENCE_TYPES),
    "post_training": _choice(POST_TRAINING),
    "model_dir": str,
    "batch_size": _positive,
    "learning_rate": _learning_rate,
    "save_checkpoints_steps": _positive,
    "keep_checkpoint_max": _positive,
    "eval_every": _non_negative,
    "early_stopping_patience": _non_negative,
    "seed": _non_negative,
    "precision": _choice(PRECISIONS),
    "cache_features": _flag,
    "log_every": _positive,
    "mode": _choice(MODES),
    "minutes": _minutes,
}
