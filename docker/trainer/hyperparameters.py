"""Hyperparameters: strings in, checked values out, every mistake named at once."""

from __future__ import annotations

import difflib
import math
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from helpers.export.quantization import INFERENCE_TYPES, POST_TRAINING
from helpers.structures.errors import BadInput

MODES = ("train", "export", "evaluate")
PRECISIONS = ("float32", "mixed")
_OF_SAGEMAKER = "sagemaker_"
_NOT_GIVEN = ("", "none", "null")
_QUOTES = "\"'\u201c\u201d\u2018\u2019"  # the curly ones come from documents that were copied from
_LARGEST_RATE = 3e38  # a config holds single-precision numbers
_LEAST_EVAL_EVERY = 1000


class Hyperparameters(NamedTuple):
    """What the user asks of a job; ``docker/README.md`` explains each.

    Attributes:
        num_steps: training steps in all, also over restarts.
        quantize: also make a TensorFlow Lite model.
        image_size: side of the TensorFlow Lite input, pixels; ``None`` is the config's own.
        inference_type: ``FLOAT`` or ``QUANTIZED_UINT8``.
        post_training: what is done to a ``FLOAT`` model, ``none``, ``weights`` or ``int8``.
        model_dir: where checkpoints and events go; ``None`` keeps them on the instance.
        batch_size: images a step; ``None`` is the config's own.
        learning_rate: the highest of the config's schedule; ``None`` is the config's own.
        save_checkpoints_steps: steps between checkpoints; ``None`` is a tenth of the run.
        keep_checkpoint_max: how many of the newest checkpoints are kept.
        eval_every: steps between evaluations; 0 evaluates at the end only, ``None`` as
            :attr:`evaluates_every` says.
        early_stopping_patience: evaluations without a better mAP after which training ends;
            0 never ends it.
        seed: of the weights and of the order of the images.
        precision: ``float32`` or ``mixed``.
        log_every: steps between lines in the log.
        mode: ``train``; ``export`` exports again without training, ``evaluate`` only measures.
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
    log_every: int = 10
    mode: str = "train"

    @property
    def saves_every(self) -> int:
        """Steps between checkpoints."""
        return self.save_checkpoints_steps or max(1, min(1000, self.num_steps // 10))

    @property
    def evaluates_every(self) -> int:
        """Steps between evaluations; a short run is evaluated at its end only."""
        if self.eval_every is None:
            return max(_LEAST_EVAL_EVERY, self.num_steps // 10)
        return self.eval_every or self.num_steps


def parse(values: Dict[str, Any]) -> Hyperparameters:
    """Checks the strings of ``hyperparameters.json``.

    Case, blanks and quotes do not matter, since people and SDKs write ``true``, ``True`` and
    ``"True"`` alike. What is empty, ``None`` or ``null`` counts as not given.

    Raises:
        BadInput: names every unknown or impossible hyperparameter at once.
    """
    known, problems = {}, []
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
    wanted = Hyperparameters(**known)
    if not problems:
        problems += _contradictions(wanted)
    if problems:
        raise BadInput.several("hyperparameters that cannot be used", problems)
    return wanted


def _contradictions(wanted: Hyperparameters) -> List[BadInput]:
    """What is wrong about hyperparameters that are right one by one."""
    every = wanted.evaluates_every
    if wanted.early_stopping_patience and every >= wanted.num_steps:
        return [
            BadInput(
                f"hyperparameter early_stopping_patience={wanted.early_stopping_patience}: nothing "
                f"can end a run of {wanted.num_steps} steps that is first evaluated after "
                f"{every}. Give a smaller eval_every."
            )
        ]
    return []


def _parser(name: str) -> Callable[[str], Any]:
    parsers = {
        "num_steps": _positive,
        "quantize": _flag,
        "image_size": _positive,
        "inference_type": _one_of(INFERENCE_TYPES),
        "post_training": _one_of(POST_TRAINING),
        "model_dir": str,
        "batch_size": _positive,
        "learning_rate": _rate,
        "save_checkpoints_steps": _positive,
        "keep_checkpoint_max": _positive,
        "eval_every": _whole,
        "early_stopping_patience": _whole,
        "seed": _whole,
        "precision": _one_of(PRECISIONS),
        "log_every": _positive,
        "mode": _one_of(MODES),
    }
    if name in parsers:
        return parsers[name]
    nearest = difflib.get_close_matches(name.lower(), parsers, n=1)
    advice = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(parsers)}"
    raise ValueError(f"unknown; {advice}")


def _number(text: str) -> float:
    """The number that a text stands for; NaN when it stands for none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _whole(text: str) -> int:
    number = _number(text)
    if not 0 <= number < 2**31 or number != int(number):
        raise ValueError("expected a whole number from 0 to 2**31 - 1")
    return int(number)


def _positive(text: str) -> int:
    if not _number(text) >= 1:
        raise ValueError("expected a whole number of 1 or more")
    return _whole(text)


def _rate(text: str) -> float:
    if not 0 < _number(text) < _LARGEST_RATE:
        raise ValueError("expected a number above 0, as in 0.004")
    return _number(text)


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError("expected True or False")
    return text.lower() in ("true", "1", "yes")


def _one_of(choices: tuple) -> Callable[[str], str]:
    def choose(text: str) -> str:
        for choice in choices:
            if choice.lower() == text.lower():
                return choice
        raise ValueError(f"expected one of {', '.join(choices)}")

    return choose
