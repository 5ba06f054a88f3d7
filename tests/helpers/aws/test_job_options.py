"""How a job runs: its limits, its network, and the disk that it needs."""

import pytest

from helpers.aws import request_checks
from helpers.aws.job_options import Network, TrainingJobOptions, volume_for
from helpers.training import hyperparameters

GB = 10**9


@pytest.mark.parametrize(
    "options, expected",
    [
        ({"max_run": 60}, {"MaxRuntimeInSeconds": 60}),
        ({"max_run": 60, "spot": True}, {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120}),
        (
            {"max_run": request_checks.MAX_RUN, "spot": True},
            {
                "MaxRuntimeInSeconds": request_checks.MAX_RUN,
                "MaxWaitTimeInSeconds": request_checks.MAX_RUN,
            },
        ),
        (
            {"max_run": 60, "spot": True, "max_wait": 90},
            {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90},
        ),
    ],
    ids=["on demand", "spot", "longest spot run", "wait given"],
)
def test_a_job_is_stopped_in_time(options, expected):
    assert TrainingJobOptions(**options).stopping_condition() == expected


@pytest.mark.parametrize(
    "texts, expected",
    [
        (("", "", False), {"EnableNetworkIsolation": False}),
        (("", " , ", True), {"EnableNetworkIsolation": True}),
        (
            ("subnet-1, subnet-2", "sg-1", False),
            {
                "EnableNetworkIsolation": False,
                "VpcConfig": {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
            },
        ),
    ],
    ids=["SageMaker's own", "isolated", "VPC"],
)
def test_the_network_is_read_from_text(texts, expected):
    assert Network.of(*texts).request() == expected


@pytest.mark.parametrize(
    "data, checkpoint, keep, instance_type, expected",
    [
        (0, 0, 5, "ml.c5.xlarge", 30),
        (60 * GB, 0, 5, "ml.c5.xlarge", 74),
        (60 * GB, GB, 5, "ml.c5.xlarge", 95),
        (60 * GB, GB, 20, "ml.c5.xlarge", 140),
        (60 * GB, GB, 20, "ml.g4dn.xlarge", 125),
    ],
    ids=["smallest", "data", "checkpoints", "more checkpoints", "the machine's own disk"],
)
def test_the_disk_has_room_for_data_and_checkpoints(
    data, checkpoint, keep, instance_type, expected
):
    values = hyperparameters.parse({"keep_checkpoint_max": keep})
    assert volume_for(data, checkpoint, values, instance_type) == expected
