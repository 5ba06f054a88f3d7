"""A job before it is sent: what is shown of it, and its image."""

import json

import pytest

from helpers.aws import identity, job_plan, pricing
from helpers.aws.job_plan import JobPlan
from helpers.workspace import Workspace


@pytest.mark.parametrize(
    "request_values", [{}, {"RoleArn": "a", "Count": 2}], ids=["empty", "two values"]
)
def test_plan_shows_its_request_and_its_price(request_values):
    price = pricing.price("ml.m5.xlarge", 3600)
    text = JobPlan(request_values, price, identity.example("nobody")).as_text()
    shown, end = json.JSONDecoder().raw_decode(text)
    assert (shown, text[end:]) == (request_values, f"\n{price}")


@pytest.mark.parametrize(
    "state, expected",
    [
        ({}, "123456789012.dkr.ecr.us-east-1.amazonaws.com/photos-to-pi:TAG"),
        ({"image": "registry/image:1"}, "registry/image:1"),
    ],
    ids=["not pushed", "pushed"],
)
def test_image_is_the_pushed_one_or_its_likely_name(tmp_path, state, expected):
    work = Workspace.at(tmp_path)
    work.remember(**state)
    assert job_plan.image_of(work, identity.example("nobody")) == expected
