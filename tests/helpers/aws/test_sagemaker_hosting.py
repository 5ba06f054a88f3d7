"""Models, endpoints and batch jobs: their requests, and what a stand-in for AWS makes of them."""

import pytest
import service_model
from aws_account import ACCOUNT

from helpers.aws import inventory, sagemaker_hosting
from helpers.aws.s3_layout import Place
from helpers.aws.sagemaker_hosting import HostedModel
from helpers.structures.errors import BadInput

MODEL = HostedModel(
    "birds-1",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc",
    "arn:aws:iam::123456789012:role/Trainer",
    Place("my-bucket", "photos-to-pi/birds/train-1/output/model.tar.gz"),
)


def test_the_requests_are_what_sagemaker_takes():
    config, endpoint = MODEL.endpoint_requests()
    batch = MODEL.transform_request(Place("my-bucket", "in/"), Place("my-bucket", "out/"))
    for operation, request in (
        ("CreateModel", MODEL.model_request()),
        ("CreateEndpointConfig", config),
        ("CreateEndpoint", endpoint),
        ("CreateTransformJob", batch),
    ):
        assert list(service_model.breaches(service_model.shape_of(operation), request)) == []
        assert {"Key": "project", "Value": "photos-to-pi"} in request["Tags"]


@pytest.mark.parametrize(
    "changes, named",
    [
        ({"name": "a_b"}, "name"),
        ({"role_arn": "me"}, "role"),
        ({"threshold": 2.0}, "threshold"),
        ({"threshold": float("nan")}, "threshold"),
    ],
    ids=["name", "role", "over", "no number"],
)
def test_what_would_be_refused_is_named(changes, named):
    values = dict(vars(MODEL), **changes)
    with pytest.raises(BadInput, match=named):
        HostedModel(**values).model_request()


def test_an_endpoint_comes_up_and_is_found_for_removal(aws):
    sagemaker_hosting.make_model(ACCOUNT, MODEL)
    sagemaker_hosting.make_endpoint(ACCOUNT, MODEL)
    found = [(item.kind, item.name) for item in inventory.find(ACCOUNT)]
    assert found == [(kind, "birds-1") for kind in ("endpoint", "endpoint configuration", "model")]


@pytest.mark.parametrize(
    "name, size, found",
    [("a.gif", 1, ".gif"), ("a", 1, "suffix"), ("a.jpg", 6_000_001, "6.0 MB")],
    ids=["kind", "no kind", "too large"],
)
def test_a_photo_that_no_endpoint_takes_is_not_sent(tmp_path, name, size, found):
    (tmp_path / name).write_bytes(bytes(size))
    with pytest.raises(BadInput, match=found):
        sagemaker_hosting.ask(ACCOUNT, "birds-1", tmp_path / name)
