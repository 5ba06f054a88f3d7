"""``train --where sagemaker``: the request and its price, the job, and coming back to it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Dict

from helpers.workspace import Workspace

if TYPE_CHECKING:
    from helpers.steps.train_sagemaker import SagemakerOptions


def add_options(parser: ArgumentParser) -> None:
    """Adds what only a job on SageMaker has."""
    group = parser.add_argument_group(
        "on SageMaker", "for --where sagemaker; the names are those of notebook 04_train"
    )
    group.add_argument(
        "--confirm", action="store_true", help="start the job; without it, show request and price"
    )
    group.add_argument("--attach", metavar="JOB", help="wait for a job that was started, fetch it")
    group.add_argument("--stop", metavar="JOB", help="stop a job; it saves, and can be fetched")
    group.add_argument("--resume", default="", metavar="JOB", help="go on from its checkpoints")
    for name, help_text in (
        ("bucket", "for the data; default: SageMaker's usual one"),
        ("prefix", "folder in the bucket; default: one of the work folder's own"),
        ("role", "ARN of the job's role; default: photos-to-pi, or the only one"),
        ("tags", "of the job, as in team=vision,cost=4"),
        ("instance-type", "machine; default: ml.g4dn.xlarge"),
        ("subnets", "of a VPC, with commas between; default: SageMaker's own network"),
        ("security-groups", "of the same VPC, with commas between"),
    ):
        group.add_argument(f"--{name}", default="", help=help_text)
    for name, help_text in (
        ("create-bucket", "make the bucket of --bucket where it is not there, closed to others"),
        ("spot", "on spot instances: cheaper, interrupted at times, and resumed"),
        ("isolated", "the container reaches nobody, not even S3"),
    ):
        group.add_argument(f"--{name}", action="store_true", help=help_text)
    for name, kind, default, help_text in (
        ("hours", float, 2.0, "the job is stopped after that; default: 2"),
        ("volume-gb", int, 0, "disk; default: what data and checkpoints need"),
        ("retries", int, 0, "after faults of SageMaker's own, up to 30; default: none"),
        ("per-hour", float, 0.0, "today's price, USD; default: by the price list"),
        ("images-per-second", float, 0.0, "as measured; default: a rule of thumb"),
    ):
        group.add_argument(f"--{name}", type=kind, default=default, metavar="N", help=help_text)


def run(options: Namespace, work: Workspace, hyperparameters: Dict[str, str]) -> None:
    """Plans and starts a job, or comes back to one, and fetches its model.

    Args:
        options: of the command line.
        work: the work folder.
        hyperparameters: for the trainer.

    Raises:
        BadInput: the price was not confirmed, or something is not what it has to be.
        JobFailed: starts with the cause.
        JobRunsOn: interrupted, the job was not.
    """
    from helpers.steps import follow_sagemaker, train_sagemaker

    if options.stop:
        print(follow_sagemaker.stop(work, options.stop))
        return
    if options.attach:
        job = follow_sagemaker.attach(work, options.attach)
    else:
        plan = train_sagemaker.plan_sagemaker(work, hyperparameters, _options(options))
        print(plan.as_text(), file=sys.stderr)
        job = train_sagemaker.launch(work, plan, options.confirm)
    model = follow_sagemaker.finish(work, job, lambda status: print(status, file=sys.stderr))
    work.remember(**model.state())
    print(model.summary_as_text())


def _options(options: Namespace) -> SagemakerOptions:
    from helpers.steps.train_sagemaker import (
        INSTANCE_TYPE,
        AccountOptions,
        Machine,
        Network,
        SagemakerOptions,
        Speed,
    )

    return SagemakerOptions(
        Machine(
            options.instance_type or INSTANCE_TYPE,
            options.hours,
            options.spot,
            options.volume_gb,
            options.retries,
        ),
        AccountOptions(
            options.bucket, options.prefix, options.role, options.tags, options.create_bucket
        ),
        Network.of(options.subnets, options.security_groups, options.isolated),
        Speed(options.per_hour, options.images_per_second),
        options.resume,
    )
