"""One training job from its request to its end, with the statuses that SageMaker gives it."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any, Dict, List, Mapping

from aws_stand_ins.job_machine import Cloud, Log, Machine

ENDED = ("Completed", "Failed", "Stopped")
SPOT_SHARE = 0.3  # of the price on demand
_FAILURE_LENGTH = 1024
_TICK = 0.1  # seconds


class Run:
    """One job; a thread takes it to its end.

    Attributes:
        request: of ``CreateTrainingJob``.
        status: the job's.
        secondary: the same, finer.
    """

    def __init__(self, request: Mapping[str, Any], folder: Path, cloud: Cloud, settings: Any):
        self.request, self.name = request, request["TrainingJobName"]
        self._folder, self._cloud, self._settings = folder, cloud, settings
        self.status, self.secondary = "InProgress", ""
        self.created = self._changed = time.time()
        self._transitions: List[Dict[str, Any]] = []
        self._metrics: Dict[str, Any] = {}
        self._failure, self._artefact = "", ""
        self._started = self._ended = self._trained = 0.0
        self._wanted = ""  # why the container is to end
        self._machine: Any = None
        self._is_killed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._enter("Starting")
        self._thread.start()

    @property
    def is_spot(self) -> bool:
        """Whether it may be interrupted."""
        return bool(self.request.get("EnableManagedSpotTraining"))

    def stop(self) -> None:
        """As ``StopTrainingJob``."""
        self._wanted = self._wanted or "Stopped"
        self.status = "Stopping"
        self._enter("Stopping")

    def interrupt(self) -> None:
        """Its spot instance is taken away."""
        assert self.is_spot, f"{self.name} is not on a spot instance"
        self._wanted = self._wanted or "Interrupted"

    def expire(self) -> None:
        """It has run as long as it may."""
        if not self._wanted:
            self._wanted = "MaxRuntimeExceeded"
            self.status = "Stopping"
            self._enter("Stopping")

    def kill(self) -> None:
        """Ends it with the test."""
        self._is_killed = True
        self._wanted = self._wanted or "Stopped"
        self._thread.join(60)

    def _enter(self, secondary: str, message: str = "") -> None:
        now = time.time()
        if self._transitions:
            self._transitions[-1].setdefault("EndTime", now)
        self.secondary, self._changed = secondary, now
        self._transitions.append(
            {"Status": secondary, "StartTime": now, "StatusMessage": message or secondary}
        )

    def _finish(self, status: str, secondary: str) -> None:
        self._ended = time.time()
        self._enter(secondary)
        self._transitions[-1]["EndTime"] = self._ended
        self.status = status

    def _run(self) -> None:
        try:
            for number in range(100):
                if not self._one_machine(number):
                    return
        except Exception as error:
            self._failure = f"InternalServerError: the stand-in broke: {error!r}"
            self._finish("Failed", "Failed")
            raise

    def _one_machine(self, number: int) -> bool:
        """Runs the job on one instance; returns whether it wants another."""
        if not self._wait_for_capacity():
            return False
        base = self._folder / str(number)
        base.mkdir(parents=True)
        self._machine = Machine(base, self.request, self._cloud, self._settings)
        self._machine.lay_out()
        self._enter("Downloading")
        self._failure = self._machine.download()
        if self._failure:
            self._finish("Failed", "Failed")
            return False
        self._started = self._started or time.time()
        self._enter("Training")
        code = self._train()
        if self._wanted == "Interrupted":
            self._enter("Interrupted")
            self._wanted = ""
            return True
        self._upload(code)
        return False

    def _wait_for_capacity(self) -> bool:
        """Whether an instance was found before the job was stopped or had waited too long."""
        waiting = self.request["StoppingCondition"].get("MaxWaitTimeInSeconds")
        while self._settings.no_capacity:
            late = waiting and time.time() - self.created > waiting
            if self._wanted or late:
                self._finish("Stopped", "Stopped" if self._wanted else "MaxWaitTimeExceeded")
                return False
            time.sleep(_TICK)
        self._enter("Starting", "Preparing the instances for training")
        return True

    def _train(self) -> int:
        definitions = self.request["AlgorithmSpecification"].get("MetricDefinitions", [])
        log = Log(self._cloud, self.name, definitions)
        self._metrics = log.metrics
        watch = threading.Thread(target=self._watch, args=(log,), daemon=True)
        began = time.time()
        lines = self._machine.start()
        watch.start()
        for line in lines:
            log.add(line.rstrip("\n"))
        code = self._machine.exit_code()
        watch.join()
        self._trained += time.time() - began
        log.flush()
        self._machine.sync_checkpoints()
        return code

    def _watch(self, log: Log) -> None:
        """Sends the log and the checkpoints, and ends the container when it has to."""
        told, limit = 0.0, self.request["StoppingCondition"]["MaxRuntimeInSeconds"]
        began = time.time() - self._trained
        while self._machine.is_running:
            now = time.time()
            if now - began > limit:
                self.expire()
            if self._wanted and not told:
                told = now
                self._machine.signal(signal.SIGKILL if self._is_killed else signal.SIGTERM)
            if self._is_killed or (told and now - told > self._settings.grace):
                self._machine.signal(signal.SIGKILL)
            log.flush()
            self._machine.sync_checkpoints()
            time.sleep(_TICK)

    def _upload(self, code: int) -> None:
        self._enter("Uploading")
        failed = bool(code) and not self._wanted
        artefact = self._machine.send_archives(with_model=not failed)
        if failed:
            text = f"AlgorithmError: {self._machine.failure()}"[: _FAILURE_LENGTH - 20]
            self._failure = f"{text}, exit code: {code}"
            self._finish("Failed", "Failed")
            return
        self._artefact = artefact
        self._finish("Stopped" if self._wanted else "Completed", self._wanted or "Completed")

    def describe(self, arn: str) -> Dict[str, Any]:
        """As ``DescribeTrainingJob``."""
        answer = dict(
            self.request,
            TrainingJobArn=arn,
            TrainingJobStatus=self.status,
            SecondaryStatus=self.secondary,
            CreationTime=self.created,
            LastModifiedTime=self._changed,
            SecondaryStatusTransitions=[dict(one) for one in self._transitions],
            FinalMetricDataList=[
                {"MetricName": name, "Value": value, "Timestamp": when}
                for name, (value, when) in sorted(self._metrics.items())
            ],
        )
        answer.pop("Tags", None)
        if self._started:
            answer["TrainingStartTime"] = self._started
        if self._failure:
            answer["FailureReason"] = self._failure
        if self._artefact:
            answer["ModelArtifacts"] = {"S3ModelArtifacts": self._artefact}
        if self.status in ENDED:
            seconds = max(1, round(self._trained))
            share = SPOT_SHARE if self.is_spot else 1
            answer["TrainingEndTime"] = self._ended
            answer["TrainingTimeInSeconds"] = seconds
            answer["BillableTimeInSeconds"] = max(1, round(seconds * share))
        return answer
