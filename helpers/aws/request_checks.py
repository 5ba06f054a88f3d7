"""What SageMaker would refuse about a job, or what would not train: told before it costs anything.

Each ``*_problem`` function says what is wrong with one part of a request; empty when nothing is.
"""

from __future__ import annotations

import re
from typing import Any, Mapping, Optional, Sequence

from helpers.structures.errors import BadInput
from helpers.training import hyperparameters

TRAINING_INSTANCE = "ml.g4dn.xlarge"
MAX_RUN = 28 * 24 * 3600  # seconds of training; SageMaker allows no more
MAX_VOLUME_GB, MAX_RETRIES = 16384, 30
# Of CreateTrainingJob. Source: its page in SageMaker's API reference, "HyperParameters".
MAX_HYPERPARAMETERS, MAX_NAME, MAX_VALUE = 100, 256, 2500
MAX_TAGS, MAX_TAG_NAME = 49, 128  # besides our own
# GB of the disk inside a machine that takes no other. Source: the EC2 user guide, "Instance store".
_OWN_DISK = {
    "ml.g4dn.xlarge": 125,
    "ml.g4dn.2xlarge": 225,
    "ml.g4dn.4xlarge": 225,
    "ml.g4dn.8xlarge": 900,
    "ml.g4dn.12xlarge": 900,
    "ml.g4dn.16xlarge": 900,
    "ml.p3dn.24xlarge": 1800,
}
# The newest family of each letter that TensorFlow 1.15's CUDA 10.0 knows: Turing and Volta.
NEWEST_GPU = {"g": 4, "p": 3}

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_INSTANCE = re.compile(r"ml\.([a-z]+)(\d*)[a-z0-9-]*\.[a-z0-9]+")
_IMAGE = re.compile(
    r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/[^:@]+(?::[^:@]+)?(@sha256:[0-9a-f]{64})?"
)
_TAG = re.compile(r"[\w .:/=+@-]+")
_SUBNET, _GROUP = re.compile(r"subnet-[0-9a-f]{8,32}"), re.compile(r"sg-[0-9a-f]{8,32}")


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


def role_problem(arn: str, account: str = "") -> str:
    """What is wrong with the ARN of a role.

    Args:
        arn: of the role.
        account: that it has to be of; empty where nobody knows.
    """
    if not _ROLE.fullmatch(arn):
        return f"found {arn!r}, expected arn:aws:iam::ACCOUNT:role/NAME"
    owner = arn.split(":")[4]
    if account and owner != account:
        return (
            f"found a role of account {owner}, expected one of {account}, which these keys are of"
        )
    return ""


def image_problem(uri: str, region: str, account: str = "") -> str:
    """What is wrong with the name of the image: SageMaker pulls from the job's own region only.

    Args:
        uri: in ECR.
        region: that the job runs in; empty where nobody knows.
        account: that it has to be of; empty where nobody knows.
    """
    match = _IMAGE.fullmatch(uri)
    if not match:
        where = region or "REGION"
        return f"found {uri!r}, expected ACCOUNT.dkr.ecr.{where}.amazonaws.com/REPOSITORY:TAG"
    if region and match.group(2) != region:
        return (
            f"found one in {match.group(2)}, expected {region}, where the job runs; push it there"
        )
    if account and match.group(1) != account:
        return f"found one of account {match.group(1)}, expected {account}; push it there"
    return ""


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


def is_gpu(instance_type: str) -> bool:
    """Whether an instance type has GPUs of NVIDIA."""
    match = _INSTANCE.fullmatch(instance_type)
    return bool(match) and match.group(1) in NEWEST_GPU  # type: ignore[union-attr]


def largest_volume(instance_type: str) -> int:
    """The largest disk that an instance type takes, GB."""
    return _OWN_DISK.get(instance_type, MAX_VOLUME_GB)


def volume_problem(gigabytes: int, instance_type: str) -> str:
    """What is wrong with the size of a disk."""
    return range_problem(gigabytes, 1, largest_volume(instance_type))


def network_problem(subnets: Sequence[str], groups: Sequence[str]) -> str:
    """What is wrong with the network of a job."""
    if bool(subnets) != bool(groups):
        return "a VPC takes subnets and security groups; give both, or neither"
    bad = [name for name in subnets if not _SUBNET.fullmatch(name)]
    bad += [name for name in groups if not _GROUP.fullmatch(name)]
    return f"found {', '.join(bad)}, expected subnet-ID and sg-ID" if bad else ""


def tag_problem(tags: Mapping[str, str]) -> str:
    """What is wrong with tags."""
    for key, value in tags.items():
        if not _TAG.fullmatch(key) or key.lower().startswith("aws:") or len(key) > MAX_TAG_NAME:
            return f"found {key!r}, expected NAME=VALUE of letters, digits, blanks and _.:/=+-@"
        if not _TAG.fullmatch(value or "-") or len(value) > MAX_NAME:
            return f"found {key}={value!r}, expected letters, digits, blanks and _.:/=+-@"
    return range_problem(len(tags), 0, MAX_TAGS)


def isolation_problem(isolated: bool, values: Mapping[str, Any]) -> str:
    """What an isolated network makes impossible."""
    if isolated and values.get("model_dir"):
        return (
            f"isolated, the container cannot reach {values['model_dir']}; leave model_dir out: "
            "SageMaker itself copies the checkpoints"
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
    """What SageMaker or the container would refuse about hyperparameters."""
    strings = hyperparameters.as_strings(values)
    if len(strings) > MAX_HYPERPARAMETERS:
        return f"found {len(strings)}, expected at most {MAX_HYPERPARAMETERS}"
    for name, value in strings.items():
        if len(name) > MAX_NAME or len(value) > MAX_VALUE:
            return (
                f"{name[:40]} has {len(name)} and its value {len(value)} characters, expected at "
                f"most {MAX_NAME} and {MAX_VALUE}"
            )
    try:
        hyperparameters.parse(values)
    except BadInput as error:
        return str(error)
    return ""


def range_problem(value: int, least: int, most: int) -> str:
    """What is wrong with a number."""
    return "" if least <= value <= most else f"found {value}, expected {least} to {most}"
