"""The training image: built with Docker here, pushed to Amazon ECR."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.aws import ecr, identity
from helpers.aws.identity import Identity
from helpers.system import shell
from helpers.training import docker_image

REPOSITORY_NAME = docker_image.REPOSITORY


@dataclass(frozen=True)
class ImagePlan:
    """What is built and where it is pushed, before anything is done.

    Attributes:
        local: name of the image on this machine; its tag names the commit.
        target: name of the image in ECR.
        base_image: that it is built on.
        me: who we are on AWS.
        docker_text: whether Docker can build.
    """

    local: str
    target: str
    base_image: str
    me: Identity
    docker_text: str

    def as_text(self) -> str:
        """Who we are on AWS, and whether Docker can build."""
        return f"AWS: {self.me.unavailable_reason or self.me.arn}\nDocker: {self.docker_text}"

    def build_as_text(self) -> str:
        """The command that builds the image, as it could be typed."""
        return shell.as_text(docker_image.build_command(self.local, self.base_image))

    def push_as_text(self) -> str:
        """The commands that push the image, as they could be typed."""
        commands = ecr.push_commands(self.local, self.target)
        return "\n".join(shell.as_text(command) for command in commands)


def plan_image(repository: str = docker_image.REPOSITORY, base_image: str = "gpu") -> ImagePlan:
    """Names the image of the sources as they are; nothing is built or sent.

    Args:
        repository: its name, here and in ECR.
        base_image: ``gpu``, ``cpu`` or an image's name.
    """
    me, tag = identity.identity(), docker_image.current_tag()
    return ImagePlan(
        docker_image.name(repository, tag),
        ecr.uri(me.account, me.region, repository, tag),
        base_image,
        me,
        docker_image.unavailable_reason() or "ready",
    )


def build_image(plan: ImagePlan) -> str:
    """Builds the image with a progress bar; returns its name.

    Raises:
        MissingPart: there is no Docker that can build.
        JobFailed: a step of the build failed.
    """
    docker_image.build(plan.local, plan.base_image)
    return plan.local


def push_image(plan: ImagePlan) -> str:
    """Pushes the image to ECR, making the repository where there is none; returns its digest.

    Raises:
        HelpersError: AWS refused, with its own words.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
    """
    return ecr.push(identity.account(plan.me), plan.local, plan.target)
