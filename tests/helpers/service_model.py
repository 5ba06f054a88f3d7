"""SageMaker's own description of its requests, as botocore carries it."""

import pytest
from aws_stand_ins.asked import limits as breaches

__all__ = ["breaches", "shape_of"]


def shape_of(operation):
    """The input of an operation, as ``CreateTrainingJob``."""
    botocore = pytest.importorskip("botocore.session")
    return (
        botocore.get_session().get_service_model("sagemaker").operation_model(operation).input_shape
    )
