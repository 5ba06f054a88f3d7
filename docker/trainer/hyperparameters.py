"""Hyperparameters: strings in, checked values out, every mistake named at once."""

from __future__ import annotations

import difflib
from typing import Any, Callable, Dict, NamedTuple, Optional

from helpers.errors import BadInput
from helpers.quantisation import INFERENCE_TYPES, POST_TRAINING

MODES = ("train", "export")
_OF_SAGEMAKER = "sagemaker_"


class Hyperparameters(NamedTuple):
    """What the user asks of a job; ``docker/README.md`` explains each.

    Attributes:
        num_steps: training steps in all, also over restarts.
        quantize: also make a TensorFlow Lite model.
        image_size: side of the TensorFlow Lite input, pixels; ``None`` is the config's own.
        inference_type: ``FLOAT`` or ``QUANTIZED_UINT8``.
        post_training: what is done to a ``FLOAT`` model, ``none``, ``weights`` or ``int8``.
        model_dir: where checkpoints and events go; ``None`` keeps them on the instance.
        batch_size: pictures a step; ``None`` is the config's own.
        save_checkpoints_steps: steps between checkpoints; ``None`` is a tenth of the run.
        seed: of the weights.
        mode: ``train``, or ``export`` to export the newest checkpoint again without training.
    """

    num_steps: int = 100
    quantize: bool = False
    image_size: Optional[int] = None
    inference_type: str = "FLOAT"
    post_training: str = "none"
    model_dir: Optional[str] = None
    batch_size: Optional[int] = None
    save_checkpoints_steps: Optional[int] = None
    seed: int = 0
    mode: str = "train"


def parse(values: Dict[str, Any]) -> Hyperparameters:
    """Checks the strings of ``hyperparameters.json``.

    Case, blanks and one pair of quotes do not matter, since people and SDKs write
    ``true``, ``True`` and ``"True"`` alike.

    Raises:
        BadInput: names every unknown or impossible hyperparameter at once.
    """
    known, problems = {}, []
    for name, value in sorted(values.items()):
        if name.startswith(_OF_SAGEMAKER):
            continue
        text = str(value).strip().strip("\"'").strip()
        try:
            known[name] = _parser(name)(text)
        except ValueError as error:
            problems.append(BadInput(f"hyperparameter {name}={value!r}: {error}"))
    if problems:
        raise BadInput.several("hyperparameters that cannot be used", problems)
    return Hyperparameters(**{name: value for name, value in known.items() if value is not None})


def _parser(name: str) -> Callable[[str], Any]:
    parsers = {"num_steps": _positive, "quantize": _flag, "image_size": _positive,
               "inference_type": _inference_type, "post_training": _post_training,
               "model_dir": _model_dir, "batch_size": _positive,
               "save_checkpoints_steps": _positive, "seed": _whole, "mode": _mode}
    if name in parsers:
        return parsers[name]
    nearest = difflib.get_close_matches(name, parsers, n=1)
    advice = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(parsers)}"
    raise ValueError(f"unknown; {advice}")


def _whole(text: str) -> int:
    number = float(text) if _is_number(text) else None
    if number is None or number != int(number) or not 0 <= number < 2 ** 31:
        raise ValueError("expected a whole number from 0 to 2**31 - 1")
    return int(number)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _positive(text: str) -> int:
    if not _is_number(text) or _whole(text) < 1:
        raise ValueError("expected a whole number of 1 or more")
    return _whole(text)


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError("expected True or False")
    return text.lower() in ("true", "1", "yes")


def _inference_type(text: str) -> str:
    if text.upper() not in INFERENCE_TYPES:
        raise ValueError(f"expected one of {', '.join(INFERENCE_TYPES)}")
    return text.upper()


def _post_training(text: str) -> str:
    if text.lower() not in POST_TRAINING:
        raise ValueError(f"expected one of {', '.join(POST_TRAINING)}")
    return text.lower()


def _mode(text: str) -> str:
    if text.lower() not in MODES:
        raise ValueError(f"expected one of {', '.join(MODES)}")
    return text.lower()


def _model_dir(text: str) -> Optional[str]:
    return None if text.lower() in ("", "none", "null") else text
