"""The training image: built with Docker here, pushed to Amazon ECR."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.aws import ecr, ecr_push, identity
from helpers.aws.ecr import KEPT_IMAGES
from helpers.aws.ecr_push import PushedImage
from helpers.aws.identity import Identity
from helpers.system import shell
from helpers.training import base_image as base_images
from helpers.training import docker_image
from helpers.training.base_image import BaseImage

REPOSITORY_NAME = docker_image.REPOSITORY


@dataclass(frozen=True)
class ImagePlan:
    """What is built and where it is pushed, before anything is done.

    Attributes:
        local: name of the image on this machine; its tag is a digest of the sources and the base.
        target: name of the image in ECR.
        base: that it is built on.
        authorities: a file of certificate authorities for the build, or empty.
        me: who we are on AWS.
        docker_text: whether Docker can build.
    """

    local: str
    target: str
    base: BaseImage
    authorities: str
    me: Identity
    docker_text: str

    def as_text(self) -> str:
        """Who we are on AWS, whether Docker can build, and what the tag stands for."""
        return "\n".join(
            (
                f"AWS: {self.me.unavailable_reason or self.me.arn}",
                f"Docker: {self.docker_text}",
                f"Image: {self.local}, on {self.base.name}",
            )
        )

    def build_as_text(self) -> str:
        """The command that builds the image, as it could be typed."""
        command = docker_image.build_command(self.local, self.base.name, self.authorities)
        return shell.as_text(command)

    def push_as_text(self) -> str:
        """The commands that push the image, as they could be typed."""
        commands = ecr_push.commands(self.local, self.target)
        return "\n".join(shell.as_text(command) for command in commands)


@dataclass(frozen=True)
class BuiltImage:
    """The image on this machine.

    Attributes:
        name: with its tag.
        is_new: whether it was built just now, or was there already.
    """

    name: str
    is_new: bool

    def as_text(self) -> str:
        """The image and what was done."""
        what = "built" if self.is_new else "there already, from the same sources on the same base"
        return f"{self.name}: {what}"


def plan_image(
    repository: str = docker_image.REPOSITORY, base_image: str = "gpu", authorities: str = ""
) -> ImagePlan:
    """Names the image of the sources as they are; nothing is built or sent.

    Args:
        repository: its name, here and in ECR.
        base_image: ``gpu``, ``cpu`` or an image's name.
        authorities: a file of certificate authorities, where the network has one of its own.

    Raises:
        MissingPart: this is no copy of the repository.
    """
    me, base = identity.identity(), base_images.resolve(base_image)
    tag = docker_image.tag_of(base)
    return ImagePlan(
        docker_image.name(repository, tag),
        ecr.uri(me.account, me.region, repository, tag),
        base,
        authorities,
        me,
        docker_image.unavailable_reason() or "ready",
    )


def build_image(plan: ImagePlan) -> BuiltImage:
    """Builds the image with a progress bar, unless Docker has it already.

    Raises:
        BadInput: there is no such file of authorities.
        MissingPart: there is no Docker that can build.
        HelpersError: a step of the build failed; says why and what to do.
    """
    is_new = not docker_image.is_built(plan.local)
    if is_new:
        docker_image.build(plan.local, plan.base.name, plan.authorities)
    return BuiltImage(plan.local, is_new)


def push_image(plan: ImagePlan, kept: int = KEPT_IMAGES) -> PushedImage:
    """Pushes the image to ECR, making the repository where there is none.

    Args:
        plan: of :func:`plan_image`.
        kept: how many images the repository keeps, where it is made.

    Raises:
        HelpersError: Docker or AWS refused, or SageMaker would; says why and what to do.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
    """
    return ecr_push.push(identity.account(plan.me), plan.local, kept)
