"""The training image built by AWS CodeBuild, where this machine has no Docker."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.aws import codebuild, codebuild_request, identity, s3_layout
from helpers.aws.codebuild_request import BuildOrder
from helpers.aws.ecr_push import PushedImage
from helpers.aws.job_plan import as_text
from helpers.steps.build_image import ImagePlan
from helpers.training import image_sources
from helpers.workspace import Workspace

FOLDER = "image/"  # of the sources, below the project's prefix
KEY = "build"  # in ``state.json``: the build that is under way


@dataclass(frozen=True)
class AwsBuildPlan:
    """A build on AWS before anything is sent.

    Attributes:
        image: what is built.
        order: the same for CodeBuild.
        role_arn: that builds act as; empty is one that is made for them.
        work: the work folder; its ``state.json`` keeps the build.
    """

    image: ImagePlan
    order: BuildOrder
    role_arn: str
    work: Workspace

    def as_text(self) -> str:
        """The request, what is sent, who the build acts as, and the price."""
        role = self.role_arn or self.order.role_arn
        return "\n".join(
            (
                as_text(codebuild_request.build_request(self.order, role)),
                f"{len(image_sources.source_files())} files go to {self.order.source.uri}",
                codebuild_request.price_as_text(),
            )
        )

    def rights_as_text(self) -> str:
        """What the role may do, where one is made."""
        return as_text(codebuild_request.role_policy(self.order))


def plan_build(
    work: Workspace,
    image: ImagePlan,
    bucket: str = "",
    prefix: str = "",
    role_arn: str = "",
    create_bucket: bool = False,
) -> AwsBuildPlan:
    """Plans the build of an image on AWS; nothing is sent.

    Args:
        work: whose prefix the sources lie below.
        image: of :func:`plan_image`.
        bucket: for the sources; empty is SageMaker's usual bucket.
        prefix: of the project in it; empty is one of its own.
        role_arn: that CodeBuild acts as; empty makes one.
        create_bucket: make ``bucket``, too, where it is not there.

    Raises:
        BadInput: a bucket or a prefix cannot have that name.
    """
    me = image.me
    root = s3_layout.root(
        bucket or s3_layout.default_bucket(me.account, me.region),
        s3_layout.project_prefix(work, prefix),
    )
    source = s3_layout.below(root, f"{FOLDER}{image_sources.digest()[:16]}.zip")
    order = BuildOrder(me.account, me.region, image.local, image.base.name, source, create_bucket)
    return AwsBuildPlan(image, order, role_arn, work)


def build_on_aws(plan: AwsBuildPlan) -> PushedImage:
    """Builds the image in CodeBuild and pushes it, unless ECR has it already. Costs money.

    A build of the same image that was started from this work folder and still runs is followed;
    no second one is started.

    Args:
        plan: of :func:`plan_build`.

    Raises:
        HelpersError: AWS refused, the build failed, or SageMaker would refuse the image.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
    """
    account, order = identity.account(plan.image.me), plan.order
    mark = {
        "account": account.number,
        "region": account.region,
        "project": codebuild_request.PROJECT,
        "image": order.image,
    }
    kept = dict(plan.work.state().get(KEY, {}))
    known = kept.pop("id", "")
    pushed = codebuild.build(
        account,
        order,
        plan.role_arn,
        known=known if kept == mark else "",
        on_start=lambda build_id: plan.work.remember(**{KEY: dict(mark, id=build_id)}),
    )
    plan.work.remember(**{KEY: {}})
    return pushed
