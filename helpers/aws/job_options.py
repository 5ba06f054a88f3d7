"""How a training job runs on SageMaker: the machine, its limits, its network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple

from helpers.aws import request_checks
from helpers.aws.job_cost import Speed
from helpers.training.hyperparameters import Hyperparameters
from helpers.training.job_layout import CHANNELS

INSTANCE_TYPE = request_checks.TRAINING_INSTANCE
LEAST_GB = 30
_ROOM_GB = 10  # for the export, the archive and what the system writes
_DEFAULT_CHECKPOINT = 400_000_000  # bytes, with the optimizer's variables: an SSD's is below
_WITH_OPTIMIZER = 3  # a training checkpoint is so many times as large as its weights
_BESIDE = 3  # checkpoints beside those kept: the best, and both in the archive's folder


@dataclass(frozen=True)
class Network:
    """The network that a job's machine is in.

    Attributes:
        subnets: of a VPC; empty is SageMaker's own network.
        security_groups: of the same VPC; given with ``subnets`` only.
        isolated: the container reaches nothing and nobody, not even S3: SageMaker brings the
            channels and takes the model, and there is no ``model_dir``.
    """

    subnets: Tuple[str, ...] = ()
    security_groups: Tuple[str, ...] = ()
    isolated: bool = False

    @classmethod
    def of(cls, subnets: str, security_groups: str, isolated: bool) -> "Network":
        """The network of lists with commas between, as parameters give them."""
        return cls(_listed(subnets), _listed(security_groups), isolated)

    def request(self) -> Dict[str, Any]:
        """Its part of ``create_training_job``."""
        part: Dict[str, Any] = {"EnableNetworkIsolation": self.isolated}
        if self.subnets:
            part["VpcConfig"] = {
                "Subnets": list(self.subnets),
                "SecurityGroupIds": list(self.security_groups),
            }
        return part


def _listed(text: str) -> Tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class TrainingJobOptions:
    """Where and how a training job runs.

    Attributes:
        instance_type: what it runs on.
        volume_gb: its disk; 0, when planned, is what data and checkpoints need.
        max_run: seconds of training after which SageMaker stops it.
        spot: on spot instances; interrupted, it resumes from its last checkpoint.
        max_wait: seconds it may take with waiting for spot instances; by default twice
            ``max_run``.
        force: take an instance type that TensorFlow 1.15 hangs on all the same.
        channels: those with files, see :func:`s3_layout.channels`.
        retries: how often SageMaker starts it again after a fault of its own, 0 to 30.
        network: that its machine is in.
        tags: by name; the project's own is always among them.
        resume: name of an earlier job of the same project whose checkpoints it goes on from.
        speed: what its price rests on, where that is known better.
    """

    instance_type: str = INSTANCE_TYPE
    volume_gb: int = 0
    max_run: int = 6 * 3600
    spot: bool = False
    max_wait: Optional[int] = None
    force: bool = False
    channels: Tuple[str, ...] = CHANNELS
    retries: int = 0
    network: Network = Network()
    tags: Mapping[str, str] = field(default_factory=dict)
    resume: str = ""
    speed: Speed = Speed()

    @property
    def longest_wait(self) -> Optional[int]:
        """``max_wait`` or its default, seconds; ``None`` without spot instances."""
        if self.spot and self.max_wait is None:
            return min(2 * self.max_run, request_checks.MAX_RUN)
        return self.max_wait

    def stopping_condition(self) -> Dict[str, int]:
        """Its part of ``create_training_job``."""
        condition = {"MaxRuntimeInSeconds": self.max_run}
        if self.longest_wait is not None:
            condition["MaxWaitTimeInSeconds"] = self.longest_wait
        return condition


DEFAULT = TrainingJobOptions()


def volume_for(
    data_bytes: int, checkpoint_bytes: int, values: Hyperparameters, instance_type: str
) -> int:
    """The disk that a job needs, GB.

    Args:
        data_bytes: of the training channel.
        checkpoint_bytes: of the checkpoint channel; 0 when training starts from scratch.
        values: say how many checkpoints are kept.
        instance_type: whose own disk bounds it.
    """
    one = _WITH_OPTIMIZER * checkpoint_bytes or _DEFAULT_CHECKPOINT
    needed = data_bytes + checkpoint_bytes + one * (values.keep_checkpoint_max + _BESIDE)
    wanted = max(LEAST_GB, _ROOM_GB + -(-needed // 10**9))
    return min(wanted, request_checks.largest_volume(instance_type))
