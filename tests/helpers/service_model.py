"""SageMaker's own description of its requests, as botocore carries it."""

import re

import pytest


def shape_of(operation):
    """The input of an operation, as ``CreateTrainingJob``."""
    botocore = pytest.importorskip("botocore.session")
    return (
        botocore.get_session().get_service_model("sagemaker").operation_model(operation).input_shape
    )


def breaches(shape, value, path=""):
    """Everything in a value that breaks the pattern, enum or limits of its shape.

    botocore itself looks at names, kinds and lower limits only.
    """
    limits = shape.metadata
    if shape.type_name == "structure":
        for key, inner in value.items():
            yield from breaches(shape.members[key], inner, f"{path}.{key}")
    elif shape.type_name == "list":
        for index, inner in enumerate(value):
            yield from breaches(shape.member, inner, f"{path}[{index}]")
    elif shape.type_name == "map":
        for key, inner in value.items():
            yield from breaches(shape.key, key, f"{path}.{key}")
            yield from breaches(shape.value, inner, f"{path}.{key}")
    elif shape.type_name == "string":
        if "enum" in limits and value not in limits["enum"]:
            yield f"{path}: {value!r} is none of {limits['enum']}"
        if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
            yield f"{path}: {value!r} is not {limits['pattern']}"
        if len(value) > limits.get("max", len(value)):
            yield f"{path}: longer than {limits['max']}"
    elif shape.type_name in ("integer", "long") and value > limits.get("max", value):
        yield f"{path}: more than {limits['max']}"
