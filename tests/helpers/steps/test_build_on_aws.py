"""The plan of a build on AWS, shown without an account; nothing is sent then."""

import pytest

from helpers.steps.build_image import plan_image
from helpers.steps.build_on_aws import build_on_aws, plan_build
from helpers.structures.errors import BadInput, MissingPart
from helpers.workspace import Workspace

pytestmark = pytest.mark.usefixtures("without_aws")
BASE = "sha@sha256:" + "0" * 64


def test_the_request_the_files_and_the_price_are_shown(tmp_path):
    image = plan_image("photos", BASE)
    plan = plan_build(Workspace.at(tmp_path), image, "my-bucket", "mine")
    assert plan.order.source.bucket == "my-bucket"
    assert plan.order.source.key.startswith("mine/image/")
    for part in (image.target, plan.order.source.uri, plan.order.role_arn, "0.60 USD"):
        assert part in plan.as_text()
    assert "repository/photos" in plan.rights_as_text()


def test_a_role_that_is_given_is_shown(tmp_path):
    role = "arn:aws:iam::123456789012:role/builder"
    plan = plan_build(Workspace.at(tmp_path), plan_image("photos", BASE), role_arn=role)
    assert role in plan.as_text() and plan.order.role_arn not in plan.as_text()


def test_a_bucket_that_cannot_be_is_refused(tmp_path):
    with pytest.raises(BadInput):
        plan_build(Workspace.at(tmp_path), plan_image("photos", BASE), "My_Bucket")


def test_for_an_example_nothing_is_built(tmp_path):
    plan = plan_build(Workspace.at(tmp_path), plan_image("photos", BASE))
    with pytest.raises(MissingPart):
        build_on_aws(plan)
