"""SageMaker's tuning jobs: training jobs over ranges, whose log has the objective."""

from __future__ import annotations

import math
import random
import threading
import time
from typing import Any, Callable, Dict, List, Mapping

from aws_stand_ins.job_run import ENDED, Run

_TICK = 0.1  # seconds
_OF_TRAINING = ("RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig")
_OF_TRAINING += ("StoppingCondition", "AlgorithmSpecification", "VpcConfig")


class Tuning:
    """One tuning job; a thread starts its training jobs, so many at a time.

    Attributes:
        name: of the tuning job.
        status: of the same.
        values: drawn for each training job, by its name.

    Args:
        request: of ``CreateHyperParameterTuningJob``.
        start: takes the request of a training job.
        runs: the training jobs by name.
    """

    def __init__(
        self, request: Mapping[str, Any], start: Callable[[Dict[str, Any]], Any], runs: Any
    ):
        self._request, self._start, self._runs = request, start, runs
        self.name, self.status = str(request["HyperParameterTuningJobName"]), "InProgress"
        self.values: Dict[str, Dict[str, str]] = {}
        self._config = request["HyperParameterTuningJobConfig"]
        self._created, self._is_stopped = time.time(), False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """As ``StopHyperParameterTuningJob``."""
        self._is_stopped, self.status = True, "Stopping"
        for name in list(self.values):
            if self._runs[name].status == "InProgress":
                self._runs[name].stop()

    def kill(self) -> None:
        """Starts no more."""
        self._is_stopped = True
        self._thread.join(60)

    def _run(self) -> None:
        limits, draw = self._config["ResourceLimits"], random.Random(self.name)
        for number in range(limits["MaxNumberOfTrainingJobs"]):
            self._wait(limits["MaxParallelTrainingJobs"] - 1)
            if self._is_stopped:
                break
            name = f"{self.name}-{number + 1:03d}-{draw.getrandbits(32):08x}"
            values = _drawn(self._config["ParameterRanges"], draw)
            self._start(self._training(name, values))
            self.values[name] = values
        self._wait(0)
        self.status = "Stopped" if self._is_stopped else "Completed"

    def _wait(self, most: int) -> None:
        """Until no more than so many training jobs run."""
        while sum(self._runs[name].status not in ENDED for name in self.values) > most:
            time.sleep(_TICK)

    def _training(self, name: str, values: Mapping[str, str]) -> Dict[str, Any]:
        definition = self._request["TrainingJobDefinition"]
        objective = self._config["HyperParameterTuningJobObjective"]["MetricName"]
        given = dict(definition["StaticHyperParameters"], **values)
        return {
            **{key: definition[key] for key in _OF_TRAINING if key in definition},
            "TrainingJobName": name,
            "HyperParameters": dict(given, _tuning_objective_metric=objective),
            "Tags": self._request.get("Tags", []),
        }

    def describe(self, arn: str) -> Dict[str, Any]:
        """As ``DescribeHyperParameterTuningJob``."""
        states = [self._runs[name].status for name in self.values]
        return {
            "HyperParameterTuningJobName": self.name,
            "HyperParameterTuningJobArn": arn,
            "HyperParameterTuningJobConfig": self._config,
            "HyperParameterTuningJobStatus": self.status,
            "CreationTime": self._created,
            "TrainingJobStatusCounters": {
                "Completed": states.count("Completed"),
                "InProgress": states.count("InProgress"),
                "Stopped": states.count("Stopped"),
            },
            "ObjectiveStatusCounters": {"Succeeded": 0, "Pending": 0, "Failed": 0},
        }

    def summaries(self, arn_of: Callable[[str], str]) -> List[Dict[str, Any]]:
        """As ``ListTrainingJobsForHyperParameterTuningJob``, the best first."""
        listed = [self._summary(self._runs[name], arn_of(name)) for name in list(self.values)]
        worst = -math.inf
        return sorted(listed, key=lambda one: -_objective(one, worst))

    def _summary(self, run: Run, arn: str) -> Dict[str, Any]:
        objective = self._config["HyperParameterTuningJobObjective"]["MetricName"]
        described = run.describe(arn)
        summary = {
            "TrainingJobName": run.name,
            "TrainingJobArn": arn,
            "CreationTime": described["CreationTime"],
            "TrainingJobStatus": run.status,
            "TunedHyperParameters": self.values[run.name],
        }
        for metric in described["FinalMetricDataList"]:
            if metric["MetricName"] == objective:
                final = {"Type": "Maximize", "MetricName": objective, "Value": metric["Value"]}
                summary["FinalHyperParameterTuningJobObjectiveMetric"] = final
        return summary


def _objective(summary: Mapping[str, Any], missing: float) -> float:
    final = summary.get("FinalHyperParameterTuningJobObjectiveMetric", {})
    return float(final.get("Value", missing))


def _drawn(ranges: Mapping[str, Any], draw: random.Random) -> Dict[str, str]:
    """A value from each range; a logarithmic one is drawn evenly by its logarithm."""
    values: Dict[str, str] = {}
    for one in ranges.get("ContinuousParameterRanges", []):
        low, high = float(one["MinValue"]), float(one["MaxValue"])
        if one.get("ScalingType") == "Logarithmic":
            values[one["Name"]] = str(math.exp(draw.uniform(math.log(low), math.log(high))))
        else:
            values[one["Name"]] = str(draw.uniform(low, high))
    for one in ranges.get("IntegerParameterRanges", []):
        values[one["Name"]] = str(draw.randint(int(one["MinValue"]), int(one["MaxValue"])))
    for one in ranges.get("CategoricalParameterRanges", []):
        values[one["Name"]] = draw.choice(one["Values"])
    return values
