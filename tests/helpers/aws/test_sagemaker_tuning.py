"""The request of a tuning job, compared with the service's own model."""

import pytest
import service_model

from helpers.aws import sagemaker_tuning
from helpers.structures.errors import BadInput

TRAINING = {
    "TrainingJobName": "train-1",
    "AlgorithmSpecification": {
        "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc",
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "mAP", "Regex": "a (b)"}],
    },
    "RoleArn": "arn:aws:iam::123456789012:role/Trainer",
    "HyperParameters": {"num_steps": "300", "batch_size": "8"},
    "OutputDataConfig": {"S3OutputPath": "s3://my-bucket/photos-to-pi/birds/"},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    "Tags": [{"Key": "project", "Value": "photos-to-pi"}],
}
RANGES = {"learning_rate": (0.0005, 0.01), "batch_size": (4, 16), "precision": ["float32", "mixed"]}


def request(name="tune-1", training=TRAINING, ranges=RANGES, **limits):
    return sagemaker_tuning.tuning_request(name, training, ranges, **limits)


def test_the_request_is_what_sagemaker_takes():
    shape = service_model.shape_of("CreateHyperParameterTuningJob")
    assert list(service_model.breaches(shape, request())) == []


def test_each_kind_of_range_and_the_rest_stays_fixed():
    made = request()
    ranges = made["HyperParameterTuningJobConfig"]["ParameterRanges"]
    (rate,) = ranges["ContinuousParameterRanges"]
    assert rate == {
        "Name": "learning_rate",
        "MinValue": "0.0005",
        "MaxValue": "0.01",
        "ScalingType": "Logarithmic",
    }
    assert [item["Name"] for item in ranges["IntegerParameterRanges"]] == ["batch_size"]
    assert ranges["CategoricalParameterRanges"] == [
        {"Name": "precision", "Values": ["float32", "mixed"]}
    ]
    assert made["TrainingJobDefinition"]["StaticHyperParameters"] == {"num_steps": "300"}
    assert made["Tags"] == TRAINING["Tags"]


@pytest.mark.parametrize(
    "changes, named",
    [
        ({"name": "a" * 33}, "name"),
        ({"jobs": 0}, "jobs"),
        ({"jobs": 751}, "jobs"),
        ({"jobs": 2, "at_once": 3}, "at_once"),
        ({"ranges": {}}, "ranges"),
        ({"ranges": {"learning_rate": (0.1, 0.1)}}, "learning_rate"),
        ({"ranges": {"learning_rat": (0.1, 0.2)}}, "learning_rate"),
        ({"ranges": {"batch_size": (0, 4)}}, "batch_size"),
        ({"ranges": {"precision": ["double"]}}, "precision"),
        ({"ranges": {"precision": []}}, "precision"),
    ],
    ids=[
        "long name",
        "no job",
        "too many jobs",
        "more at once than jobs",
        "no range",
        "an empty range",
        "a misspelt one",
        "an impossible end",
        "an unknown choice",
        "no choice",
    ],
)
def test_what_would_be_refused_is_named(changes, named):
    with pytest.raises(BadInput, match=named):
        request(**changes)


def test_the_objective_must_be_measured():
    algorithm = dict(TRAINING["AlgorithmSpecification"], MetricDefinitions=[])
    with pytest.raises(BadInput, match="mAP"):
        request(training=dict(TRAINING, AlgorithmSpecification=algorithm))
