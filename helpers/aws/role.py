"""The role that jobs act as: found in the account, or written out for the user to make."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional
from urllib.parse import unquote

from helpers.aws import policies, request_checks, tags
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, is_denied, translated_errors
from helpers.aws.policies import Scope
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files, shell
from helpers.training import docker_image

log = logging.getLogger(__name__)
_SERVICE = "sagemaker.amazonaws.com"
_SSO = "AWSReservedSSO_"
# A Studio notebook's own note of the role that it runs as.
_METADATA = Path("/opt/ml/metadata/resource-metadata.json")
_FILES = {"trust": "trust-policy", "job": "role-policy", "user": "user-policy"}


def find(account: Account) -> str:
    """The ARN of a role that SageMaker may act as; empty where there is none.

    In this order: the role that this notebook runs as on SageMaker, the role named
    ``photos-to-pi``, the only role that SageMaker may act as. The credentials of a user or of a
    person who signed in (SSO) are not taken: SageMaker may not act as them.

    Raises:
        BadInput: there are several; the message names them.
        HelpersError: AWS refused, with its own words.
    """
    own = _studio_role()
    if own:
        return own
    named = _role(account, policies.ROLE_NAME)
    if named and "Arn" in named:
        return str(named["Arn"])
    trusted = _trusting(account)
    if len(trusted) > 1:
        raise BadInput.of(
            "role for SageMaker",
            ", ".join(trusted),
            f"one, or one named {policies.ROLE_NAME}",
            "Choose one with ROLE.",
        )
    return "".join(trusted)


def check(account: Account, arn: str) -> None:
    """Refuses a role that a job cannot act as; who may not read roles learns it from SageMaker.

    Raises:
        BadInput: it is of another account, of a person, or SageMaker may not act as it.
        MissingPart: there is no such role.
        HelpersError: AWS refused, with its own words.
    """
    problem = request_checks.role_problem(arn, account.number)
    if not problem and _SSO in arn:
        problem = f"found {arn}, the role of a person who signed in, expected one of SageMaker's"
    if problem:
        raise BadInput(f"role: {problem}. Choose another with ROLE.")
    found = _role(account, arn.rpartition("/")[2])
    if found is None:
        raise MissingPart(
            f"role {arn}: there is none. Make it with the commands that are shown beside the "
            "request, or choose another with ROLE."
        )
    document = found.get("AssumeRolePolicyDocument")
    if document and not _trusts(_document(document)):
        raise BadInput.of(
            f"role {arn}",
            "a trust policy without SageMaker",
            f"one that names {_SERVICE}",
            "Add it in the IAM console, under Trust relationships, or choose another with ROLE.",
        )


def write_policies(scope: Scope, folder: Path, vpc: bool = False) -> List[Path]:
    """Writes the three policies that :func:`commands` use; returns the files.

    Args:
        scope: what the rights are confined to.
        folder: for the files.
        vpc: whether jobs run in a VPC of the user's.
    """
    documents = {
        "trust": policies.trust(scope),
        "job": policies.job_policy(scope, vpc),
        "user": policies.user_policy(scope),
    }
    paths = []
    for kind, document in documents.items():
        paths.append(folder / f"{_FILES[kind]}.json")
        files.write_json(paths[-1], document)
    return paths


def commands(scope: Scope, folder: Path, arn: str = "") -> List[str]:
    """The commands that make the role, and give the user what the notebooks need.

    Args:
        scope: what the rights are confined to.
        folder: with the files of :func:`write_policies`.
        arn: of the user; that of a role or of nobody is left as ``USER``.
    """
    user = arn.rpartition("/")[2] if ":user/" in arn else "USER"
    trust, job, rights = (f"file://{folder / name}.json" for name in _FILES.values())
    name, title = scope.role, f"{docker_image.REPOSITORY}-user"
    marks = [f"Key={key},Value={value}" for key, value in tags.PROJECT.items()]
    role = ["--role-name", name]
    managed = f"arn:{scope.partition}:iam::{scope.account}:policy/{title}"
    # A managed policy: what is put into a user may have 2,048 characters, which these have not.
    commands = [
        ["create-role", *role, "--assume-role-policy-document", trust, "--tags", *marks],
        ["put-role-policy", *role, "--policy-name", name, "--policy-document", job],
        ["create-policy", "--policy-name", title, "--policy-document", rights, "--tags", *marks],
        ["attach-user-policy", "--user-name", user, "--policy-arn", managed],
    ]
    return [shell.as_text(["aws", "iam", *command]) for command in commands]


def _studio_role() -> str:
    try:
        return str(json.loads(_METADATA.read_text(encoding="utf-8")).get("ExecutionRoleArn", ""))
    except FileNotFoundError:
        return ""


def _role(account: Account, name: str) -> Optional[Mapping[str, Any]]:
    """A role by its name; ``None`` where there is none, nothing to those who may not read it."""
    from botocore.exceptions import ClientError

    with translated_errors(f"role {name}"):
        try:
            role: Mapping[str, Any] = account.client("iam").get_role(RoleName=name)["Role"]
            return role
        except ClientError as error:
            if code_of(error) == "NoSuchEntity":
                return None
            if not is_denied(error):
                raise
    log.warning(
        "role %s: these credentials may not read it (iam:GetRole), so it is unchecked", name
    )
    return {}


def _trusting(account: Account) -> List[str]:
    """The roles that SageMaker may act as, sorted; none to those who may not list them."""
    from botocore.exceptions import ClientError

    roles: List[Dict[str, Any]] = []
    with translated_errors("the roles of this account", "Give the ARN of one with ROLE."):
        try:
            for page in account.client("iam").get_paginator("list_roles").paginate():
                roles += page["Roles"]
        except ClientError as error:
            if not is_denied(error):
                raise
    return sorted(
        role["Arn"]
        for role in roles
        if _trusts(_document(role["AssumeRolePolicyDocument"]))
        and not role["Path"].startswith("/aws-service-role/")
        and _SSO not in role["RoleName"]
    )


def _document(given: Any) -> Dict[str, Any]:
    """A policy; botocore decodes it, the service sends it quoted."""
    return dict(json.loads(unquote(given)) if isinstance(given, str) else given)


def _trusts(document: Mapping[str, Any]) -> bool:
    return any(
        statement.get("Effect") == "Allow" and _SERVICE in _services(statement)
        for statement in _list(document.get("Statement", []))
    )


def _services(statement: Mapping[str, Any]) -> List[str]:
    principal = statement.get("Principal", {})
    return _list(principal.get("Service", [])) if isinstance(principal, dict) else []


def _list(value: Any) -> List[Any]:
    return value if isinstance(value, list) else [value]
