"""What SageMaker would refuse, one part of a request at a time."""

import pytest

from helpers.aws import request_checks
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "problem",
    [
        request_checks.name_problem("train-1"),
        request_checks.role_problem("arn:aws:iam::123456789012:role/service-role/Trainer"),
        request_checks.time_problem(60, False, None),
        request_checks.time_problem(60, True, 60),
        request_checks.range_problem(1, 1, 1),
        request_checks.hyperparameter_problem({"num_steps": 7}),
    ],
    ids=["name", "role", "time", "spot", "range", "hyperparameters"],
)
def test_what_is_right_has_no_problem(problem):
    assert problem == ""


def test_check_names_each_part_that_is_wrong():
    request_checks.check("a job", {"name": "", "time": ""})
    with pytest.raises(BadInput, match="^2 .*a job: name: bad") as caught:
        request_checks.check("a job", {"name": "bad", "role": "", "time": "too long"})
    assert "time: too long" in str(caught.value) and "role" not in str(caught.value)


@pytest.mark.parametrize(
    "instance_type, refused",
    [
        ("ml.g4dn.xlarge", False),
        ("ml.p3.2xlarge", False),
        ("ml.p3dn.24xlarge", False),
        ("ml.p2.xlarge", False),
        ("ml.m5.xlarge", False),
        ("ml.c5.4xlarge", False),
        ("ml.c6i.xlarge", False),
        ("ml.m7i.large", False),
        ("ml.p4d.24xlarge", True),
        ("ml.p4de.24xlarge", True),
        ("ml.p5.48xlarge", True),
        ("ml.g5.xlarge", True),
        ("ml.g6.xlarge", True),
        ("ml.g6e.xlarge", True),
        ("ml.trn1.2xlarge", True),
        pytest.param("", True, id="empty"),
    ],
)
def test_instances_that_tensorflow_cannot_use_are_refused(instance_type, refused):
    assert bool(request_checks.instance_problem(instance_type)) is refused
