"""SageMaker's training jobs, run for real: what moto calls completed at once, trains here.

    jobs.image = built_image         # run by Docker; without one, docker/train as a process
    jobs.grace = 5                   # seconds between SIGTERM and SIGKILL; SageMaker's are 120
    jobs.interrupt("train-1")        # its spot instance is taken away, and another found
    jobs.expire("train-1")           # its time limit is reached, however slow this machine is
    jobs.no_capacity = True          # no instance is found
    jobs.quotas["ml.g5.xlarge"] = 0  # of instances at a time; of others there is one
    jobs.plan(...)                   # errors, as of every stub

Tuning jobs start training jobs, see :mod:`aws_stand_ins.tuning_jobs`. What is neither is passed on
to moto, and logs, channels and archives lie there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List, TypeVar

from aws_account import ACCOUNT

from aws_stand_ins.answers import Reply, refusal
from aws_stand_ins.asked import Asked
from aws_stand_ins.job_machine import ROOT, Cloud
from aws_stand_ins.job_run import ENDED, Run
from aws_stand_ins.stub import Stub
from aws_stand_ins.tuning_jobs import Tuning

NOT_FOUND = "Requested resource not found."
_SHOWN = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingEndTime")
_SHOWN += ("LastModifiedTime", "TrainingJobStatus")


_Job = TypeVar("_Job")


class Refused(Exception):
    """What SageMaker answers instead: code and message."""


def _known(jobs: Dict[str, _Job], name: str, code: str) -> _Job:
    """The job of a name; refused with a code where there is none."""
    if name not in jobs:
        raise Refused(code, NOT_FOUND)
    return jobs[name]


class TrainingJobs(Stub):
    """SageMaker with training jobs that train.

    Attributes:
        image: what every job runs, by Docker; empty for a process.
        program: what such a process runs.
        grace: seconds that a job has to end after SIGTERM.
        no_capacity: whether no instance is found.
        quotas: instances of a type that may run at a time, where it is not one.
        runs: the jobs by name.
        tunings: the tuning jobs by name.
    """

    def __init__(self, backend: str, folder: Path):
        super().__init__(backend)
        self.image, self.program = "", ROOT / "docker" / "train"
        self.grace, self.no_capacity = 120.0, False
        self.quotas: Dict[str, int] = {}
        self.runs: Dict[str, Run] = {}
        self._tags: Dict[str, Dict[str, str]] = {}
        self._folder = folder
        self.tunings: Dict[str, Tuning] = {}

    def interrupt(self, name: str) -> None:
        """Takes the spot instance of a job away."""
        self.runs[name].interrupt()

    def expire(self, name: str) -> None:
        """Ends a job as its ``MaxRuntimeInSeconds`` does."""
        self.runs[name].expire()

    def close(self) -> None:
        """Ends all jobs."""
        for tuning in self.tunings.values():
            tuning.kill()
        for run in self.runs.values():
            run.kill()

    def forward(self, asked: Asked) -> Reply:
        """Answers about training jobs, and asks moto for the rest."""
        if asked.service != "sagemaker" or asked.operation not in _OPERATIONS:
            return super().forward(asked)
        parameters = asked.parameters
        arn = parameters.get("ResourceArn", "")
        if arn and ":training-job/" not in arn:
            return super().forward(asked)
        try:
            answer = _OPERATIONS[asked.operation](self, parameters, asked.region)
        except Refused as error:
            return refusal(*error.args)(asked, lambda: Reply(0))
        kind = {"Content-Type": "application/x-amz-json-1.1"}
        return Reply(200, kind, json.dumps(answer).encode())

    def _arn(self, name: str, region: str) -> str:
        return f"arn:aws:sagemaker:{region}:{ACCOUNT.number}:training-job/{name}"

    def _run_of(self, parameters: Dict[str, Any]) -> Run:
        return _known(self.runs, parameters["TrainingJobName"], "ValidationException")

    def create(self, parameters: Dict[str, Any], region: str) -> Dict[str, Any]:
        """As ``CreateTrainingJob``."""
        name = parameters["TrainingJobName"]
        arn = self._arn(name, region)
        if name in self.runs:
            raise Refused(
                "ResourceInUse",
                "Training job names must be unique within an AWS account and region, and a "
                f"training job with this name already exists ({arn})",
            )
        self._check_quota(parameters["ResourceConfig"])
        self._check_time(parameters)
        cloud = Cloud(f"http://{self.backend}", region)
        self._tags[arn] = {tag["Key"]: tag["Value"] for tag in parameters.get("Tags", [])}
        self.runs[name] = Run(parameters, self._folder / name, cloud, self)
        return {"TrainingJobArn": arn}

    def _check_quota(self, resource: Dict[str, Any]) -> None:
        kind, wanted = resource["InstanceType"], resource.get("InstanceCount", 1)
        used = sum(
            run.status not in ENDED and run.request["ResourceConfig"]["InstanceType"] == kind
            for run in self.runs.values()
        )
        quota = self.quotas.get(kind, 1)
        if used + wanted > quota:
            raise Refused(
                "ResourceLimitExceeded",
                f"The account-level service limit '{kind} for training job usage' is {quota} "
                f"Instances, with current utilization of {used} Instances and a request delta of "
                f"{wanted} Instances. Please use AWS Service Quotas to request an increase for "
                "this quota. If AWS Service Quotas is not available, contact AWS support to "
                "request an increase for this quota.",
            )

    def _check_time(self, parameters: Dict[str, Any]) -> None:
        limits, spot = parameters["StoppingCondition"], parameters.get("EnableManagedSpotTraining")
        waiting = limits.get("MaxWaitTimeInSeconds")
        if bool(spot) != (waiting is not None):
            text = "MaxWaitTimeInSeconds is required with EnableManagedSpotTraining, and only then"
            raise Refused("ValidationException", text)
        if waiting is not None and waiting < limits["MaxRuntimeInSeconds"]:
            text = "Invalid MaxWaitTimeInSeconds. It must be >= MaxRuntimeInSeconds"
            raise Refused("ValidationException", text)

    def describe(self, parameters: Dict[str, Any], region: str) -> Dict[str, Any]:
        """As ``DescribeTrainingJob``."""
        run = self._run_of(parameters)
        return run.describe(self._arn(run.name, region))

    def stop(self, parameters: Dict[str, Any], _: str) -> Dict[str, Any]:
        """As ``StopTrainingJob``."""
        run = self._run_of(parameters)
        if run.status != "InProgress":
            text = "The request was rejected because the training job is in status "
            raise Refused("ValidationException", text + run.status)
        run.stop()
        return {}

    def list(self, parameters: Dict[str, Any], region: str) -> Dict[str, Any]:
        """As ``ListTrainingJobs``, all on one page."""
        name, status = parameters.get("NameContains", ""), parameters.get("StatusEquals")
        runs = [run for run in self.runs.values() if name in run.name]
        runs = [run for run in runs if status in (None, run.status)]
        up = parameters.get("SortOrder", "Descending") == "Ascending"
        runs.sort(key=lambda run: run.created, reverse=not up)
        found = [run.describe(self._arn(run.name, region)) for run in runs]
        shown = [{key: one[key] for key in _SHOWN if key in one} for one in found]
        return {"TrainingJobSummaries": shown[: parameters.get("MaxResults", 100)]}

    def tags(self, parameters: Dict[str, Any], _: str) -> Dict[str, List[Dict[str, str]]]:
        """As ``ListTags``."""
        tags = self._tags.get(parameters["ResourceArn"], {})
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _tuning_arn(self, name: str, region: str) -> str:
        return self._arn(name, region).replace(":training-job/", ":hyper-parameter-tuning-job/")

    def _tuning_of(self, parameters: Dict[str, Any]) -> Tuning:
        name = parameters["HyperParameterTuningJobName"]
        return _known(self.tunings, name, "ResourceNotFound")

    def tune(self, parameters: Dict[str, Any], region: str) -> Dict[str, Any]:
        """As ``CreateHyperParameterTuningJob``."""
        name = parameters["HyperParameterTuningJobName"]
        if name in self.tunings:
            raise Refused("ResourceInUse", f"a tuning job {name} already exists")
        tuning = Tuning(parameters, lambda training: self.create(training, region), self.runs)
        self.tunings[name] = tuning
        return {"HyperParameterTuningJobArn": self._tuning_arn(name, region)}

    def describe_tuning(self, parameters: Dict[str, Any], region: str) -> Dict[str, Any]:
        """As ``DescribeHyperParameterTuningJob``."""
        tuning = self._tuning_of(parameters)
        return tuning.describe(self._tuning_arn(tuning.name, region))

    def stop_tuning(self, parameters: Dict[str, Any], _: str) -> Dict[str, Any]:
        """As ``StopHyperParameterTuningJob``."""
        self._tuning_of(parameters).stop()
        return {}

    def list_tuned(self, parameters: Dict[str, Any], region: str) -> Dict[str, Any]:
        """As ``ListTrainingJobsForHyperParameterTuningJob``, all on one page."""
        tuning = self._tuning_of(parameters)
        return {"TrainingJobSummaries": tuning.summaries(lambda name: self._arn(name, region))}


_OPERATIONS: Dict[str, Callable[[TrainingJobs, Dict[str, Any], str], Any]] = {
    "CreateTrainingJob": TrainingJobs.create,
    "DescribeTrainingJob": TrainingJobs.describe,
    "StopTrainingJob": TrainingJobs.stop,
    "ListTrainingJobs": TrainingJobs.list,
    "ListTags": TrainingJobs.tags,
    "CreateHyperParameterTuningJob": TrainingJobs.tune,
    "DescribeHyperParameterTuningJob": TrainingJobs.describe_tuning,
    "StopHyperParameterTuningJob": TrainingJobs.stop_tuning,
    "ListTrainingJobsForHyperParameterTuningJob": TrainingJobs.list_tuned,
}
