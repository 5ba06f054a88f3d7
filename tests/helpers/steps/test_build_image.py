"""The plan of the training image: what would be built and pushed."""

import pytest

from helpers.steps.build_image import build_image, plan_image
from helpers.structures.errors import MissingPart

pytestmark = pytest.mark.usefixtures("without_credentials")


@pytest.mark.parametrize("base", ["gpu", "cpu", "127.0.0.1:1/base:1"])
def test_the_commands_are_shown_as_they_would_run(base):
    plan = plan_image("my-detector", base, "/etc/ca.crt")
    assert plan.local.startswith("my-detector:")
    tag = plan.local.split(":")[1]
    assert plan.target == f"123456789012.dkr.ecr.us-east-1.amazonaws.com/my-detector:{tag}"
    assert "--secret id=ca,src=/etc/ca.crt" in plan.build_as_text()
    assert "docker build" in plan.build_as_text() and plan.local in plan.build_as_text()
    assert plan.push_as_text().splitlines()[-1] == f"docker push {plan.target}"
    shown = plan.as_text().splitlines()
    assert shown[0].startswith("AWS: ") and shown[1].startswith("Docker: ")


def test_what_docker_has_is_not_built_again(programs):
    """A script in Docker's place has the image, and can do nothing else."""
    programs(docker='case "$1" in image) echo "${5##*:}";; *) exit 1;; esac')
    plan = plan_image("my-detector", "sha@sha256:" + "0" * 64)
    built = build_image(plan)
    assert (built.name, built.is_new) == (plan.local, False)
    assert built.name in built.as_text()


def test_without_docker_nothing_is_built(programs):
    plan = plan_image("my-detector", "sha@sha256:" + "0" * 64)
    with pytest.raises(MissingPart, match="Docker"):
        build_image(plan)
