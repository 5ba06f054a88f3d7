"""What SageMaker would refuse about a job, or what would not train: told before it costs anything.

Each ``*_problem`` function says what is wrong with one part of a request; empty when nothing is.
"""

from __future__ import annotations

import re
from typing import Any, Mapping, Optional

from helpers.structures.errors import BadInput
from helpers.training import hyperparameters

TRAINING_INSTANCE = "ml.g4dn.xlarge"
MAX_RUN = 28 * 24 * 3600  # seconds of training; SageMaker allows no more
# The newest family of each letter that TensorFlow 1.15's CUDA 10.0 knows: Turing and Volta.
NEWEST_GPU = {"g": 4, "p": 3}

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_INSTANCE = re.compile(r"ml\.([a-z]+)(\d*)[a-z0-9-]*\.[a-z0-9]+")


def check(job: str, problems: Mapping[str, str]) -> None:
    """Refuses an invalid job.

    Args:
        job: what it is.
        problems: what is wrong with each of its parts; empty where nothing is.

    Raises:
        BadInput: names everything that is wrong at once.
    """
    errors = [BadInput(f"{part}: {problem}") for part, problem in problems.items() if problem]
    if errors:
        raise BadInput.several(f"invalid settings of {job}", errors)


def name_problem(name: str) -> str:
    """What is wrong with a job's name."""
    if _NAME.fullmatch(name):
        return ""
    return (
        f"found {name!r}, expected 1 to 63 letters, digits and hyphens, a letter or a digit "
        "first and last"
    )


def role_problem(arn: str) -> str:
    """What is wrong with the ARN of a role."""
    if _ROLE.fullmatch(arn):
        return ""
    return f"found {arn!r}, expected arn:aws:iam::ACCOUNT:role/NAME"


def instance_problem(instance_type: str) -> str:
    """Why a job should not run on an instance type."""
    match = _INSTANCE.fullmatch(instance_type)
    if not match:
        return f"found {instance_type!r}, expected one like {TRAINING_INSTANCE}"
    letters, number = match.groups()
    if letters in ("inf", "trn"):
        return f"{instance_type} has no GPU that TensorFlow 1.15 knows; take {TRAINING_INSTANCE}"
    if letters in NEWEST_GPU and int(number or 0) > NEWEST_GPU[letters]:
        return (
            f"TensorFlow 1.15 was made for CUDA 10.0 and hangs or crawls on the GPUs of "
            f"{instance_type}, which are newer; take {TRAINING_INSTANCE}, or say force=True"
        )
    return ""


def time_problem(max_run: int, spot: bool, max_wait: Optional[int]) -> str:
    """What is wrong with the time limits of a training job, in seconds."""
    if not 1 <= max_run <= MAX_RUN:
        return f"max_run={max_run}, expected 1 to {MAX_RUN} seconds"
    if not spot and max_wait is not None:
        return "max_wait is for spot instances; leave it out, or say spot=True"
    if spot and max_wait is not None and not max_run <= max_wait <= MAX_RUN:
        return f"max_wait={max_wait}, expected at least max_run={max_run}, at most {MAX_RUN}"
    return ""


def hyperparameter_problem(values: Mapping[str, Any]) -> str:
    """What the container would refuse about hyperparameters."""
    try:
        hyperparameters.parse(values)
    except BadInput as error:
        return str(error)
    return ""


def range_problem(value: int, least: int, most: int) -> str:
    """What is wrong with a number."""
    return "" if least <= value <= most else f"found {value}, expected {least} to {most}"
