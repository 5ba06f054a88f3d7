"""The training image built by AWS CodeBuild, where this machine has no Docker, and pushed to ECR.

Needs ``s3:PutObject`` and what :mod:`bucket` needs; ``ecr:DescribeRepositories``,
``CreateRepository``, ``PutLifecyclePolicy``, ``TagResource``, ``DescribeImages``,
``BatchGetImage`` and ``BatchDeleteImage``; ``codebuild:CreateProject``, ``StartBuild`` and
``BatchGetBuilds``;
``logs:GetLogEvents``; ``iam:PassRole`` for CodeBuild, and to make the role ``iam:GetRole``,
``ListRoleTags``, ``CreateRole``, ``TagRole`` and ``PutRolePolicy``.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any, Callable, Dict, Iterator, List, Optional

from tqdm.auto import tqdm

from helpers.aws import bucket, codebuild_request, ecr, ecr_push, job_status, s3_layout, tags
from helpers.aws.account import Account
from helpers.aws.codebuild_request import PROJECT, ROLE, BuildOrder
from helpers.aws.ecr_push import PushedImage
from helpers.aws.error_messages import code_of, translated_errors
from helpers.aws.job_status import Answer, Describe, Job
from helpers.structures.errors import HelpersError
from helpers.system import shell
from helpers.training import docker_errors, docker_image, image_sources

POLL = 5.0  # seconds
# IAM says that a role is there before CodeBuild can act as it.
ROLE_SECONDS = 60.0
_NO_LOG = ("ResourceNotFoundException", "AccessDeniedException")
OnLine = Callable[[str], Any]
OnStart = Callable[[str], Any]


def build(
    account: Account,
    order: BuildOrder,
    role_arn: str = "",
    on_line: OnLine = lambda line: None,
    known: str = "",
    on_start: OnStart = lambda build_id: None,
) -> PushedImage:
    """Builds the image on AWS and pushes it, unless ECR has one of that tag already. Costs money.

    Args:
        account: in which everything happens.
        order: what is built.
        role_arn: that CodeBuild acts as; empty finds or makes one that may do just this.
        on_line: called with each line of the build's log.
        known: id of a build of the same that was started before; it is followed while it runs.
        on_start: called with the build's id as soon as it has one.

    Raises:
        HelpersError: AWS refused, the build failed, or SageMaker would refuse the image.
    """
    repository, _, tag = order.image.rpartition(":")
    uri = ecr.ensure_repository(repository, account)
    there = ecr.stored_digest(account, repository, tag)
    if there:
        return PushedImage(f"{uri}@{there}", False)
    build_id = known if known and runs(account, known) else start(account, order, role_arn)
    on_start(build_id)
    follow(account, build_id, on_line)
    digest = ecr.stored_digest(account, repository, tag)
    ecr_push.check(account, repository, tag, digest or "what CodeBuild pushed")
    return PushedImage(f"{uri}@{digest}", True)


def runs(account: Account, build_id: str) -> bool:
    """Whether a build is under way; not where CodeBuild knows none of that id.

    Raises:
        HelpersError: AWS refused.
    """
    with translated_errors(f"CodeBuild {build_id}"):
        found = account.client("codebuild").batch_get_builds(ids=[build_id])["builds"]
    return any(state["buildStatus"] == "IN_PROGRESS" for state in found)


def start(account: Account, order: BuildOrder, role_arn: str = "") -> str:
    """Sends the sources and starts a build; returns its id. From here on it costs money.

    Raises:
        HelpersError: AWS refused.
    """
    send_sources(account, order)
    role = role_arn or ensure_role(account, order)
    ensure_project(account, order, role)
    request = codebuild_request.build_request(order, role)
    # By the token CodeBuild knows a request that is sent again because its answer was lost.
    with translated_errors("AWS CodeBuild"):
        answer = account.client("codebuild").start_build(
            **request, idempotencyToken=uuid.uuid4().hex
        )
    return str(answer["build"]["id"])


def send_sources(account: Account, order: BuildOrder) -> None:
    """Sends a ZIP of the image's sources, and of nothing else, to its place in S3.

    Raises:
        HelpersError: AWS refused, or the bucket is not this account's.
        MissingPart: there is no such bucket, and none is to be made.
    """
    usual = s3_layout.default_bucket(account.number, account.region)
    create = order.create_bucket or order.source.bucket == usual
    bucket.require_ready(order.source.bucket, account, create)
    with translated_errors(order.source.uri):
        account.client("s3").put_object(
            Bucket=order.source.bucket, Key=order.source.key, Body=image_sources.packed()
        )


def ensure_role(account: Account, order: BuildOrder) -> str:
    """Finds the role that builds act as, or makes it; its rights are those of this order.

    Raises:
        HelpersError: AWS refused, or a role of that name was made by somebody else.
    """
    client = account.client("iam")
    remedy = "Ask for iam:CreateRole, iam:TagRole and iam:PutRolePolicy, or give a role's ARN."
    with translated_errors(f"IAM role {ROLE}", remedy):
        try:
            role = client.get_role(RoleName=ROLE)["Role"]
        except client.exceptions.NoSuchEntityException:
            role = client.create_role(
                RoleName=ROLE,
                AssumeRolePolicyDocument=json.dumps(codebuild_request.trust_policy(order)),
                Tags=tags.as_list(),
            )["Role"]
        else:
            if not tags.are_ours(client.list_role_tags(RoleName=ROLE)["Tags"]):
                raise HelpersError(
                    f"IAM role {ROLE}: it is there and lacks this project's tag, so it is left as "
                    "it is. Give the ARN of a role for CodeBuild: CODEBUILD_ROLE."
                )
        client.put_role_policy(
            RoleName=ROLE,
            PolicyName=ROLE,
            PolicyDocument=json.dumps(codebuild_request.role_policy(order)),
        )
    return str(role["Arn"])


def ensure_project(account: Account, order: BuildOrder, role_arn: str) -> None:
    """Makes the project where there is none; waits where IAM is slow to tell of its role.

    Raises:
        HelpersError: AWS refused.
    """
    client, deadline = account.client("codebuild"), time.monotonic() + ROLE_SECONDS
    with translated_errors(f"CodeBuild project {PROJECT}"):
        while True:
            try:
                client.create_project(**codebuild_request.project_request(order, role_arn))
            except client.exceptions.ResourceAlreadyExistsException:
                pass  # each build overrides what differs
            except client.exceptions.InvalidInputException as error:
                if "sts:AssumeRole" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(POLL)
                continue
            return


def follow(account: Account, build_id: str, on_line: OnLine = lambda line: None) -> None:
    """Waits for a build, with its phase and the last line of its log beside a bar.

    Args:
        account: in which it runs.
        build_id: of CodeBuild.
        on_line: called with each line of its log.

    Raises:
        HelpersError: it failed, with the cause from its log; or AWS refused for good.
        JobRunsOn: nobody answered for an hour.
    """
    lines: List[str] = []
    log, minutes = _Log(account), codebuild_request.MINUTES
    with tqdm(desc="CodeBuild", disable=None, bar_format="{desc}: {elapsed} {postfix}") as bar:

        def outcome_of(state: Answer) -> Optional[Answer]:
            for line in log.new_lines(state):
                lines.append(line)
                on_line(line)
            last = lines[-1][:60] if lines else ""
            bar.set_postfix_str(f"{state.get('currentPhase', '').lower()} {last}")
            return None if state["buildStatus"] == "IN_PROGRESS" else state

        state = job_status.wait(
            Job("CodeBuild", f"{build_id}, which runs on for at most {minutes} minutes"),
            lambda: _connect(account, build_id),
            lambda state: "",
            outcome_of,
            bar.set_postfix_str,
            POLL,
        )
    if state["buildStatus"] != "SUCCEEDED":
        raise HelpersError(
            f"CodeBuild {build_id}: {state['buildStatus'].lower()}: {_cause(state, lines)}\n"
            f"Its log: {state.get('logs', {}).get('deepLink', 'none')}"
        )


def _connect(account: Account, build_id: str) -> Describe:
    client = account.renewed_client("codebuild")
    return lambda: dict(client.batch_get_builds(ids=[build_id])["builds"][0])


def _cause(state: Answer, lines: List[str]) -> str:
    """What Docker says in the log; else what CodeBuild says of the phase that failed."""
    told = [
        context.get("message", "")
        for phase in state.get("phases", [])
        if phase.get("phaseStatus") not in (None, "SUCCEEDED")
        for context in phase.get("contexts", [])
    ]
    if not lines:
        return "; ".join(filter(None, told)) or "no log"
    words = docker_image.cause(lines)
    if words != shell.cause(lines):
        return words
    return docker_errors.explain(words, words, docker_errors.OF_PUSH)


class _Log:
    """The log of a build, read on from where it was left."""

    def __init__(self, account: Account) -> None:
        self._account, self._client = account, account.client("logs")
        self._token: Dict[str, str] = {}

    def new_lines(self, state: Answer) -> Iterator[str]:
        """Lines that have come since; none where they may not be read or there is no log yet.

        Where AWS cannot be asked just now, they come with the next call.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        place = state.get("logs", {})
        group, stream = place.get("groupName"), place.get("streamName")
        while group and stream:
            before = self._token.get("nextToken")
            try:
                page = self._client.get_log_events(
                    logGroupName=group, logStreamName=stream, startFromHead=True, **self._token
                )
            except (BotoCoreError, ClientError) as error:
                if job_status.is_expired(error):
                    self._client = self._account.renewed_client("logs")
                if job_status.passing_trouble(error) or code_of(error) in _NO_LOG:
                    return
                raise
            for event in page["events"]:
                yield from event["message"].splitlines()
            self._token = {"nextToken": page["nextForwardToken"]}
            if page["nextForwardToken"] == before or not page["events"]:
                return
