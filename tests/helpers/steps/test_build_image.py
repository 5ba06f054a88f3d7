"""The plan of the training image: what would be built and pushed."""

import pytest

from helpers.steps.build_image import plan_image

pytestmark = pytest.mark.usefixtures("without_credentials")


@pytest.mark.parametrize("base", ["gpu", "cpu", "my.registry/base:1"])
def test_the_commands_are_shown_as_they_would_run(base):
    plan = plan_image("my-detector", base)
    assert plan.local.startswith("my-detector:")
    tag = plan.local.split(":")[1]
    assert plan.target == f"123456789012.dkr.ecr.us-east-1.amazonaws.com/my-detector:{tag}"
    assert "docker build" in plan.build_as_text() and plan.local in plan.build_as_text()
    assert plan.push_as_text().splitlines()[-1] == f"docker push {plan.target}"
    shown = plan.as_text().splitlines()
    assert shown[0].startswith("AWS: ") and shown[1].startswith("Docker: ")
