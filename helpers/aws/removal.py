"""Removing what the inventory has found: for good, and only on the user's word."""

from __future__ import annotations

from typing import Callable, Dict, List, Sequence

from tqdm.auto import tqdm

from helpers.aws import inventory, s3_layout
from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.inventory import Resource
from helpers.structures.errors import HelpersError

_AT_ONCE = 1000  # objects that S3 removes in one call


def remove(account: Account, resources: Sequence[Resource]) -> List[Resource]:
    """Removes things; one that cannot be removed does not keep the others.

    Args:
        account: whose they are.
        resources: as :func:`inventory.find` gives them, in its order.

    Returns:
        Those that are gone.

    Raises:
        HelpersError: names each that is still there, with the words of AWS.
    """
    gone, errors = [], []
    for resource in tqdm(resources, desc="remove", unit="thing", disable=None):
        try:
            with translated_errors(f"{resource.kind} {resource.name}"):
                _REMOVE[resource.kind](account, resource.name)
            gone.append(resource)
        except HelpersError as error:
            errors.append(str(error))
    if errors:
        raise HelpersError("\n".join([f"{len(gone)} removed, these are still there:", *errors]))
    return gone


def _endpoint(account: Account, name: str) -> None:
    account.client("sagemaker").delete_endpoint(EndpointName=name)


def _endpoint_config(account: Account, name: str) -> None:
    account.client("sagemaker").delete_endpoint_config(EndpointConfigName=name)


def _model(account: Account, name: str) -> None:
    account.client("sagemaker").delete_model(ModelName=name)


def _running_job(account: Account, name: str) -> None:
    account.client("sagemaker").stop_training_job(TrainingJobName=name)


def _running_batch_job(account: Account, name: str) -> None:
    account.client("sagemaker").stop_transform_job(TransformJobName=name)


def _project(account: Account, name: str) -> None:
    account.client("codebuild").delete_project(name=name)


def _repository(account: Account, name: str) -> None:
    account.client("ecr").delete_repository(repositoryName=name, force=True)


def _folder(account: Account, uri: str) -> None:
    folder, client = s3_layout.parse_uri(uri), account.client("s3")
    versions = [
        {"Key": version["Key"], "VersionId": version["VersionId"]}
        for version in inventory.object_versions(account, folder)
    ]
    for start in range(0, len(versions), _AT_ONCE):
        answer = client.delete_objects(
            Bucket=folder.bucket,
            Delete={"Objects": versions[start : start + _AT_ONCE], "Quiet": True},
        )
        if answer.get("Errors"):
            first = answer["Errors"][0]
            raise HelpersError(f"s3://{folder.bucket}/{first['Key']}: {first['Message']}")


def _log_group(account: Account, name: str) -> None:
    account.client("logs").delete_log_group(logGroupName=name)


def _job_log(account: Account, name: str) -> None:
    client = account.client("logs")
    for stream in inventory.job_streams(client, name):
        client.delete_log_stream(logGroupName=inventory.JOB_LOGS, logStreamName=stream)


def _role(account: Account, name: str) -> None:
    """Takes its policies away first; IAM removes no role that has some."""
    client = account.client("iam")
    for page in client.get_paginator("list_attached_role_policies").paginate(RoleName=name):
        for policy in page["AttachedPolicies"]:
            client.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for page in client.get_paginator("list_role_policies").paginate(RoleName=name):
        for policy_name in page["PolicyNames"]:
            client.delete_role_policy(RoleName=name, PolicyName=policy_name)
    client.delete_role(RoleName=name)


_REMOVE: Dict[str, Callable[[Account, str], None]] = {
    "endpoint": _endpoint,
    "endpoint configuration": _endpoint_config,
    "model": _model,
    "running job": _running_job,
    "running batch job": _running_batch_job,
    "build project": _project,
    "image repository": _repository,
    "folder in S3": _folder,
    "log group": _log_group,
    "log of job": _job_log,
    "role": _role,
}
