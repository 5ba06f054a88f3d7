"""A training job on SageMaker: its request as plain data, checked before it costs anything."""

from __future__ import annotations

import json
import re
import time
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from helpers.aws import identity, s3
from helpers.structures.errors import BadInput, JobFailed
from helpers.training import hyperparameters as hp

INSTANCE_TYPE = "ml.g4dn.xlarge"
CHECKPOINTS = "/opt/ml/checkpoints"
LONGEST = 28 * 24 * 3600  # seconds; SageMaker allows no more
METRICS = (("loss", r"\] loss = ([0-9\.]+)"), ("step", r", step = ([0-9\.]+)"))
# The newest family of each letter that TensorFlow 1.15's CUDA 10.0 knows: Turing and Volta.
NEWEST = {"g": 4, "p": 3}

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_INSTANCE = re.compile(r"ml\.([a-z]+)(\d*)[a-z0-9-]*\.[a-z0-9]+")


def training_request(
    name: str,
    image_uri: str,
    role_arn: str,
    bucket: str,
    hyperparameters: Mapping[str, Any],
    instance_type: str = INSTANCE_TYPE,
    volume_gb: int = 30,
    max_run: int = 6 * 3600,
    spot: bool = False,
    max_wait: Optional[int] = None,
    channels: Sequence[str] = ("checkpoint", "training"),
    force: bool = False,
) -> Dict[str, Any]:
    """The request for boto3's ``create_training_job``; nothing is sent.

    Args:
        name: of the job; none before may have had it.
        image_uri: in ECR, see ``image.uri``.
        role_arn: the role that the job acts as.
        bucket: laid out as ``storage.layout`` says.
        hyperparameters: for the trainer, see ``docker/README.md``; ``None`` is left out.
        instance_type: what it runs on.
        volume_gb: its disk.
        max_run: seconds of training after which SageMaker stops it.
        spot: on spot instances; interrupted, it goes on from its last checkpoint.
        max_wait: seconds it may take with waiting for spot instances; by default twice
            ``max_run``.
        channels: those with files, see ``storage.channels``.
        force: take an instance type that TensorFlow 1.15 hangs on all the same.

    Raises:
        BadInput: names everything SageMaker would refuse, or that would not train, at once.
    """
    if spot and max_wait is None:
        max_wait = min(2 * max_run, LONGEST)
    check(
        "a training job",
        {
            "job name": name_problem(name),
            "role": role_problem(role_arn),
            "instance type": "" if force else instance_problem(instance_type),
            "time": time_problem(max_run, spot, max_wait),
            "channels": "" if "training" in channels else "expected training among them",
            "hyperparameters": hyperparameter_problem(hyperparameters),
        },
    )
    places = s3.layout(bucket)
    stopping = {"MaxRuntimeInSeconds": max_run}
    if spot:
        stopping["MaxWaitTimeInSeconds"] = max_wait
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": image_uri,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": key, "Regex": regex} for key, regex in METRICS],
        },
        "RoleArn": role_arn,
        "HyperParameters": hp.as_strings(
            {key: value for key, value in hyperparameters.items() if value is not None}
        ),
        "InputDataConfig": [_channel(key, getattr(places, key)) for key in sorted(channels)],
        "OutputDataConfig": {"S3OutputPath": places.output},
        "ResourceConfig": {
            "InstanceType": instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": volume_gb,
        },
        "StoppingCondition": stopping,
        "EnableManagedSpotTraining": spot,
        "CheckpointConfig": {
            "S3Uri": f"{places.output}{name}/checkpoints/",
            "LocalPath": CHECKPOINTS,
        },
    }


def _channel(name: str, uri: str) -> Dict[str, Any]:
    return {
        "ChannelName": name,
        "InputMode": "File",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": uri,
                "S3DataDistributionType": "FullyReplicated",
            }
        },
    }


def check(job: str, problems: Mapping[str, str]) -> None:
    """Refuses a job that cannot be.

    Args:
        job: what it is.
        problems: what is wrong with each of its parts; empty where nothing is.

    Raises:
        BadInput: names everything that is wrong at once.
    """
    found = [BadInput(f"{what}: {problem}") for what, problem in problems.items() if problem]
    if found:
        raise BadInput.several(f"{job} that cannot be", found)


def name_problem(name: str) -> str:
    """What is wrong with a job's name; empty when nothing is."""
    if _NAME.fullmatch(name):
        return ""
    return (
        f"found {name!r}, expected 1 to 63 letters, digits and hyphens, a letter or a digit "
        "first and last"
    )


def role_problem(arn: str) -> str:
    """What is wrong with the ARN of a role; empty when nothing is."""
    if _ROLE.fullmatch(arn):
        return ""
    return f"found {arn!r}, expected arn:aws:iam::ACCOUNT:role/NAME"


def hyperparameter_problem(values: Mapping[str, Any]) -> str:
    """What the container would refuse about hyperparameters; empty when nothing."""
    try:
        hp.parse(values)
    except BadInput as error:
        return str(error)
    return ""


def instance_problem(instance_type: str) -> str:
    """Why a job should not run on an instance type; empty when it can."""
    match = _INSTANCE.fullmatch(instance_type)
    if not match:
        return f"found {instance_type!r}, expected one like {INSTANCE_TYPE}"
    letters, number = match.groups()
    if letters in ("inf", "trn"):
        return f"{instance_type} has no GPU that TensorFlow 1.15 knows; take {INSTANCE_TYPE}"
    if letters in NEWEST and int(number or 0) > NEWEST[letters]:
        return (
            f"TensorFlow 1.15 was made for CUDA 10.0 and hangs or crawls on the GPUs of "
            f"{instance_type}, which are newer; take {INSTANCE_TYPE}, or say force=True"
        )
    return ""


def time_problem(max_run: int, spot: bool, max_wait: Optional[int]) -> str:
    """What is wrong with a job's time limits; empty when nothing is."""
    if not 1 <= max_run <= LONGEST:
        return f"max_run={max_run}, expected 1 to {LONGEST} seconds"
    if not spot and max_wait is not None:
        return "max_wait is for spot instances; leave it out, or say spot=True"
    if spot and not max_run <= max_wait <= LONGEST:
        return f"max_wait={max_wait}, expected at least max_run={max_run}, at most {LONGEST}"
    return ""


def as_text(request: Mapping[str, Any]) -> str:
    """A request as it is shown before it is sent."""
    return json.dumps(request, indent=2)


def start(request: Mapping[str, Any], region: str) -> str:
    """Sends the request: from here on it costs money. Returns the job's ARN.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with identity.translated_errors(f"training job {request['TrainingJobName']}"):
        return identity.client("sagemaker", region).create_training_job(**request)["TrainingJobArn"]


def wait(
    name: str, region: str, on_status: Callable[[str], Any] = lambda status: None, every: float = 15
) -> s3.Place:
    """Waits for a job's end; stopping to wait does not stop the job.

    Args:
        name: of the job.
        region: where it runs.
        on_status: called with each new status, as ``InProgress: Downloading``.
        every: seconds between two looks.

    Returns:
        Where its model lies.

    Raises:
        JobFailed: it ended without a model; the message starts with the cause.
        HelpersError: AWS refused, with its own words.
    """
    client, seen = identity.client("sagemaker", region), ""
    while True:
        with identity.translated_errors(f"training job {name}"):
            answer = client.describe_training_job(TrainingJobName=name)
        status = f"{answer['TrainingJobStatus']}: {answer.get('SecondaryStatus', '')}"
        if status != seen:
            seen = status
            on_status(status)
        place = outcome(answer)
        if place is not None:
            return place
        time.sleep(every)


def outcome(answer: Mapping[str, Any]) -> Optional[s3.Place]:
    """What an answer of ``describe_training_job`` means.

    Returns:
        Where the model lies; ``None`` while the job is under way.

    Raises:
        JobFailed: it failed or was stopped; the message starts with the cause.
    """
    name, status = answer["TrainingJobName"], answer["TrainingJobStatus"]
    if status == "Completed":
        return s3.parse_uri(answer["ModelArtifacts"]["S3ModelArtifacts"])
    if status in ("Failed", "Stopped"):
        reason = answer.get("FailureReason") or f"it was stopped ({answer.get('SecondaryStatus')})"
        raise JobFailed(
            f"{reason} (training job {name}; its whole log is in CloudWatch under "
            "/aws/sagemaker/TrainingJobs)"
        )
    return None
