"""A tuning job: training jobs over ranges of hyperparameters, the best mAP wins.

The request is made of a training job's, so that both train in the same way, on demand and without
checkpoints in S3.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.structures.errors import BadInput
from helpers.training import hyperparameters

OBJECTIVE = "mAP"
MOST_JOBS, MOST_AT_ONCE = 750, 10  # SageMaker's limits
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}")  # SageMaker adds to it for each job
Range = Union[Tuple[float, float], Sequence[str]]


def tuning_request(
    name: str,
    training: Mapping[str, Any],
    ranges: Mapping[str, Range],
    jobs: int = 8,
    at_once: int = 2,
) -> Dict[str, Any]:
    """The request for boto3's ``create_hyper_parameter_tuning_job``; nothing is sent.

    Args:
        name: of the tuning job, at most 32 letters, digits and hyphens.
        training: the request of a training job; its hyperparameters are those of all jobs, its
            metric definitions have the objective.
        ranges: by hyperparameter, a pair of numbers, or a list of texts to choose from. A learning
            rate is searched by its logarithm.
        jobs: training jobs in all.
        at_once: training jobs at a time; fewer learn more from those before.

    Raises:
        BadInput: names everything that SageMaker or the trainer would refuse.
    """
    fixed = {key: value for key, value in training["HyperParameters"].items() if key not in ranges}
    problems = [*_problems(name, training, jobs, at_once), *_range_problems(fixed, ranges)]
    if problems:
        raise BadInput.several(f"invalid settings of tuning job {name}", problems)
    definition = {
        key: training[key]
        for key in (
            "AlgorithmSpecification",
            "RoleArn",
            "InputDataConfig",
            "OutputDataConfig",
            "ResourceConfig",
            "StoppingCondition",
            "EnableNetworkIsolation",
            "VpcConfig",
        )
        if key in training
    }
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": OBJECTIVE},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": at_once},
            "ParameterRanges": _ranges(ranges),
        },
        "TrainingJobDefinition": dict(definition, StaticHyperParameters=fixed),
        "Tags": training.get("Tags", []),
    }


def _problems(name: str, training: Mapping[str, Any], jobs: int, at_once: int) -> List[BadInput]:
    problems = []
    if not _NAME.fullmatch(name):
        problems.append(
            BadInput(f"name: found {name!r}, expected 1 to 32 letters, digits and hyphens")
        )
    if not 1 <= jobs <= MOST_JOBS:
        problems.append(BadInput(f"jobs: found {jobs}, expected 1 to {MOST_JOBS}"))
    if not 1 <= at_once <= min(MOST_AT_ONCE, max(jobs, 1)):
        most = f"1 to {MOST_AT_ONCE}, and no more than jobs"
        problems.append(BadInput(f"at_once: found {at_once}, expected {most}"))
    if training.get("EnableManagedSpotTraining"):
        problems.append(
            BadInput("spot: the jobs would share one folder of checkpoints; tune without SPOT")
        )
    metrics = training["AlgorithmSpecification"].get("MetricDefinitions", [])
    if OBJECTIVE not in [metric["Name"] for metric in metrics]:
        problems.append(BadInput(f"metric definitions: expected {OBJECTIVE} among them"))
    return problems


def _range_problems(fixed: Mapping[str, Any], ranges: Mapping[str, Range]) -> List[BadInput]:
    if not ranges:
        return [BadInput("ranges: none, expected at least one, as learning_rate=(0.0005, 0.01)")]
    problems = []
    for key, values in ranges.items():
        if _is_numbers(values) and not float(values[0]) < float(values[1]):
            problems.append(BadInput(f"{key}: found {values}, expected the lower number first"))
        elif not values:
            problems.append(BadInput(f"{key}: found no value to choose from"))
        for value in values:
            try:
                hyperparameters.parse({**fixed, key: value})
            except BadInput as error:
                problems.append(error)
    return problems


def _is_numbers(values: Range) -> bool:
    return len(values) == 2 and all(isinstance(value, (int, float)) for value in values)


def _ranges(ranges: Mapping[str, Range]) -> Dict[str, List[Dict[str, Any]]]:
    found: Dict[str, List[Dict[str, Any]]] = {
        "IntegerParameterRanges": [],
        "ContinuousParameterRanges": [],
        "CategoricalParameterRanges": [],
    }
    for key, values in ranges.items():
        if not _is_numbers(values):
            found["CategoricalParameterRanges"].append(
                {"Name": key, "Values": [str(value) for value in values]}
            )
            continue
        whole = all(isinstance(value, int) for value in values)
        limits = {"Name": key, "MinValue": str(values[0]), "MaxValue": str(values[1])}
        limits["ScalingType"] = "Logarithmic" if key == "learning_rate" else "Auto"
        found["IntegerParameterRanges" if whole else "ContinuousParameterRanges"].append(limits)
    return found


def parse_ranges(text: str) -> Dict[str, Range]:
    """Reads ranges as they are typed.

    Args:
        text: as ``learning_rate=0.0005:0.01, batch_size=4:16, precision=float32|mixed``.

    Raises:
        BadInput: a part is none of these.
    """
    found: Dict[str, Range] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        key, _, values = (word.strip() for word in part.partition("="))
        low, colon, high = values.partition(":")
        try:
            found[key] = (_number(low), _number(high)) if colon else _choices(values)
        except ValueError as error:
            raise BadInput.of(
                f"range {part!r}", str(error), "NAME=LOW:HIGH or NAME=ONE|ANOTHER", "Correct it."
            ) from error
    return found


def _number(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _choices(text: str) -> List[str]:
    choices = [choice.strip() for choice in text.split("|")]
    if len(choices) < 2 or not all(choices):
        raise ValueError(f"{text!r}, nothing to choose from")
    return choices


def start(account: Account, request: Mapping[str, Any]) -> str:
    """Sends the request: from here on it costs money. Returns the tuning job's ARN.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(f"tuning job {request['HyperParameterTuningJobName']}"):
        answer = account.client("sagemaker").create_hyper_parameter_tuning_job(**request)
    return str(answer["HyperParameterTuningJobArn"])


class TunedJob(NamedTuple):
    """One training job of a tuning job.

    Attributes:
        name: of the training job.
        status: as SageMaker says it.
        objective: its mAP; ``None`` before it has one.
        values: of the hyperparameters that are searched.
    """

    name: str
    status: str
    objective: Optional[float]
    values: Mapping[str, str]

    def row(self) -> Dict[str, Any]:
        """For a table."""
        measured = "" if self.objective is None else f"{self.objective:.3f}"
        return {"job": self.name, "status": self.status, OBJECTIVE: measured, **self.values}


def jobs(account: Account, name: str) -> List[TunedJob]:
    """The training jobs of a tuning job, the best first.

    Args:
        account: where it runs.
        name: of the tuning job.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(f"tuning job {name}"):
        pages = (
            account.client("sagemaker")
            .get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
            .paginate(
                HyperParameterTuningJobName=name,
                SortBy="FinalObjectiveMetricValue",
                SortOrder="Descending",
            )
        )
        found = [item for page in pages for item in page["TrainingJobSummaries"]]
    return [
        TunedJob(
            item["TrainingJobName"],
            item["TrainingJobStatus"],
            item.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value"),
            item.get("TunedHyperParameters", {}),
        )
        for item in found
    ]
