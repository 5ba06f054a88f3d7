"""Who we are on AWS: a real account, or an example to show requests with.

Without credentials or without a network the answer comes within seconds.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from queue import Empty, Queue
from typing import NamedTuple, Optional, Union

from helpers.aws.account import Account
from helpers.aws.error_messages import explain, translated_errors
from helpers.aws.service_errors import NETWORK
from helpers.structures.errors import MissingPart
from helpers.system.probes import Check

# The account and the region of Amazon's own documentation: for requests that are only shown.
EXAMPLE_ACCOUNT = "123456789012"
EXAMPLE_REGION = "us-east-1"
PATIENCE = 10  # seconds; sign-on programs and slow networks take some of them
TITLE = "AWS identity"  # in the doctor's table

# What only an Amazon machine has: its maker, its hypervisor, a SageMaker notebook's own notes.
_MARKS = (
    ("/sys/devices/virtual/dmi/id/sys_vendor", "Amazon"),
    ("/sys/hypervisor/uuid", "ec2"),
    ("/opt/ml/metadata/resource-metadata.json", ""),
)


class Identity(NamedTuple):
    """Who we are on AWS; where that is nobody, an example to show requests with.

    Attributes:
        account: twelve digits.
        arn: of the user or the role whose credentials these are.
        region: where things are done.
        problem: empty, or why nothing can be done on AWS.
        remedy: what would help, a sentence without its stop.
        is_set_up: whether there are credentials at all, good or bad.
    """

    account: str
    arn: str
    region: str
    problem: str = ""
    remedy: str = ""
    is_set_up: bool = True

    @property
    def unavailable_reason(self) -> str:
        """Empty, or why nothing can be done on AWS and what would help."""
        return f"{self.problem}. {self.remedy}." if self.remedy else self.problem

    def as_check(self) -> Check:
        """The line of the doctor's table."""
        if not self.problem:
            return Check(TITLE, f"{self.arn}, {self.region}", "ok", required=False)
        status = "clash" if self.is_set_up else "missing"
        return Check(TITLE, self.problem, status, self.remedy, False)


def example(problem: str, remedy: str = "", is_set_up: bool = True) -> Identity:
    """The identity of Amazon's documentation, with the reason why it is not a real one.

    Args:
        problem: why nothing can be done on AWS.
        remedy: what would help, a sentence without its stop.
        is_set_up: whether there are credentials at all.
    """
    arn = f"arn:aws:iam::{EXAMPLE_ACCOUNT}:user/example"
    return Identity(EXAMPLE_ACCOUNT, arn, EXAMPLE_REGION, problem, remedy, is_set_up)


def identity(region: str = "") -> Identity:
    """Asks AWS whose credentials these are: one call, no retries, nothing changed.

    A program that gives credentials, a name server or AWS itself may keep silent; nobody waits
    longer than ``PATIENCE`` and a little for them.

    Args:
        region: where things are to be done; empty is ``AWS_REGION``, ``AWS_DEFAULT_REGION`` or
            that of the profile, the first of them that is set.
    """
    answers: "Queue[Union[Identity, Exception]]" = Queue()

    def ask() -> None:
        try:
            answers.put(_ask(region))
        except Exception as error:  # raised where it was waited for
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=PATIENCE + 0.5)
    except Empty:
        return example(f"AWS or its credentials do not answer within {PATIENCE} s", NETWORK)
    if isinstance(answer, Exception):
        raise answer
    return answer


def _ask(region: str) -> Identity:
    try:
        import boto3
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError
    except ImportError:
        return example("boto3 is not installed", "Run: make setup", False)
    core = botocore.session.Session()
    try:
        if not _on_amazon():
            # Elsewhere nobody answers at the address of a machine's own credentials.
            core.get_component("credential_provider").remove("iam-role")
        session = boto3.Session(botocore_session=core)
        if session.get_credentials() is None:
            return example("no AWS credentials", "Run: aws configure", False)
        config = Config(
            connect_timeout=PATIENCE, read_timeout=PATIENCE, retries={"max_attempts": 0}
        )
        region = region or os.environ.get("AWS_REGION", "") or session.region_name or ""
        sts = session.client("sts", region or EXAMPLE_REGION, config=config)
        caller = sts.get_caller_identity()
        number, arn = str(caller["Account"]), str(caller["Arn"])
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        said = explain(error)
        return example(said.quoted, said.remedy)
    except ValueError as error:
        return example(str(error), "Correct AWS_ENDPOINT_URL, or unset it")
    except KeyError:  # of botocore itself, for XML of another kind
        return example("what answered is not AWS", NETWORK)
    if not region:
        remedy = "Run: export AWS_DEFAULT_REGION=us-east-1, or your own"
        return example(f"{arn}, no AWS region", remedy)
    return Identity(number, arn, region)


def account(me: Optional[Identity] = None) -> Account:
    """The account that things are sent to and read from.

    Args:
        me: who we are; by default AWS is asked.

    Raises:
        MissingPart: nobody knows who we are, so nothing is sent.
    """
    me = me or identity()
    if me.unavailable_reason:
        raise MissingPart(f"nothing is sent to AWS: {me.unavailable_reason}")
    return Account(me.account, me.region, me.arn)


def _on_amazon() -> bool:
    for path, mark in _MARKS:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if mark in Path(path).read_text():
                return True
    return False


def execution_role(me: Identity) -> str:
    """The ARN of the role this notebook runs as on SageMaker; an example where we are nobody.

    Raises:
        MissingPart: these credentials are a user's, not a role's.
    """
    if me.unavailable_reason:
        return f"arn:aws:iam::{me.account}:role/SageMakerRole"
    import sagemaker

    try:
        with translated_errors("the role for SageMaker"):
            return str(sagemaker.get_execution_role())
    except ValueError as error:
        raise MissingPart(
            f"no role for SageMaker: {me.arn} is not one. Give the ARN of a role "
            "that has AmazonSageMakerFullAccess and reads your bucket."
        ) from error
