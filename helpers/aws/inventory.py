"""What this project has made in an account, found by its tag, and what each costs a month.

Nothing here changes anything; :mod:`helpers.aws.removal` does.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence

from helpers.aws import pricing, tags
from helpers.aws.account import Account
from helpers.aws.error_messages import code_of, translated_errors
from helpers.aws.s3_layout import Place
from helpers.training import docker_image

HOURS = 730  # a month
# US dollars for a gigabyte and month in us-east-1. Source: the price pages of the services.
ECR_GB, S3_GB, LOGS_GB = 0.10, 0.023, 0.03
JOB_LOGS = "/aws/sagemaker/TrainingJobs"
RUNNING = "InProgress"


class Resource(NamedTuple):
    """One thing in the account.

    Attributes:
        kind: as in :data:`KINDS`.
        name: by which its service knows it.
        detail: what tells a person what it is.
        monthly_usd: US dollars a month while it stays; ``None`` where the price is not known.
    """

    kind: str
    name: str
    detail: str = ""
    monthly_usd: Optional[float] = 0.0

    def row(self) -> Dict[str, Any]:
        """For a table."""
        cost = "unknown" if self.monthly_usd is None else f"{self.monthly_usd:.2f}"
        return {"what": self.kind, "name": self.name, "detail": self.detail, "USD a month": cost}


def find(account: Account, folders: Sequence[Place] = ()) -> List[Resource]:
    """Everything of this project in an account and its region, in the order of :data:`KINDS`.

    Args:
        account: whose.
        folders: prefixes in S3 that are this project's; one without a key is a whole bucket, which
            is never listed.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    with translated_errors(
        f"what is tagged in account {account.number}", "Ask for the right tag:GetResources."
    ):
        arns = list(tagged(account))
    found: List[Resource] = []
    for kind, (pattern, describe) in KINDS.items():
        names = [match.group(1) for match in map(re.compile(pattern).search, arns) if match]
        for name in sorted(names):
            with translated_errors(f"{kind} {name}"):
                found += describe(account, name)
    with translated_errors("the roles of this account", "Ask for the right iam:ListRoles."):
        found += _roles(account)
    for folder in folders:
        if folder.key.strip("/"):
            with translated_errors(folder.uri):
                found += _folder(account, folder)
    return found


def tagged(account: Account) -> Iterator[str]:
    """The ARNs of all that carries the project's tag; IAM's roles are not among them."""
    wanted = [{"Key": key, "Values": [value]} for key, value in tags.PROJECT.items()]
    client = account.client("resourcegroupstaggingapi")
    for item in _pages(client, "get_resources", "ResourceTagMappingList", TagFilters=wanted):
        yield item["ResourceARN"]


def _pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[key]


def _endpoint(account: Account, name: str) -> Iterator[Resource]:
    client = account.client("sagemaker")
    answer = client.describe_endpoint(EndpointName=name)
    config = client.describe_endpoint_config(EndpointConfigName=answer["EndpointConfigName"])
    hourly = [_per_hour(variant) for variant in config["ProductionVariants"]]
    known = [price for price in hourly if price is not None]
    monthly = HOURS * sum(known) if len(known) == len(hourly) else None
    yield Resource("endpoint", name, answer["EndpointStatus"], monthly)


def _per_hour(variant: Dict[str, Any]) -> Optional[float]:
    if "ServerlessConfig" in variant:
        return 0.0  # paid for by the call
    price = pricing.PER_HOUR.get(variant["InstanceType"])
    return None if price is None else price * variant["InitialInstanceCount"]


def _free(kind: str) -> Callable[[Account, str], Iterator[Resource]]:
    return lambda account, name: iter([Resource(kind, name)])


def _running_job(account: Account, name: str) -> Iterator[Resource]:
    job = account.client("sagemaker").describe_training_job(TrainingJobName=name)
    if job["TrainingJobStatus"] == RUNNING:
        wanted = job["ResourceConfig"]
        price = pricing.PER_HOUR.get(wanted.get("InstanceType", ""))
        hourly = "at a price" if price is None else f"{price * wanted['InstanceCount']:g} USD"
        yield Resource("running job", name, f"{hourly} an hour", None)


def _running_batch_job(account: Account, name: str) -> Iterator[Resource]:
    job = account.client("sagemaker").describe_transform_job(TransformJobName=name)
    if job["TransformJobStatus"] == RUNNING:
        wanted = job["TransformResources"]
        price = pricing.PER_HOUR.get(wanted["InstanceType"])
        hourly = "at a price" if price is None else f"{price * wanted['InstanceCount']:g} USD"
        yield Resource("running batch job", name, f"{hourly} an hour", None)


def _job_log(account: Account, name: str) -> Iterator[Resource]:
    if any(job_streams(account.client("logs"), name)):
        yield Resource("log of job", name)


def job_streams(client: Any, job: str) -> List[str]:
    """The names of a training job's log streams; all jobs share one log group.

    Args:
        client: of CloudWatch Logs.
        job: its name.
    """
    from botocore.exceptions import ClientError

    try:
        streams = client.get_paginator("describe_log_streams").paginate(
            logGroupName=JOB_LOGS, logStreamNamePrefix=f"{job}/"
        )
        return [stream["logStreamName"] for page in streams for stream in page["logStreams"]]
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return []  # no job of the account has written a log yet


def _repository(account: Account, name: str) -> Iterator[Resource]:
    images = list(
        _pages(account.client("ecr"), "describe_images", "imageDetails", repositoryName=name)
    )
    size = sum(image.get("imageSizeInBytes", 0) for image in images) / 1e9
    yield Resource("image repository", name, f"{len(images)} images, {size:.1f} GB", size * ECR_GB)


def _log_group(account: Account, name: str) -> Iterator[Resource]:
    groups = _pages(
        account.client("logs"), "describe_log_groups", "logGroups", logGroupNamePrefix=name
    )
    size = sum(item.get("storedBytes", 0) for item in groups if item["logGroupName"] == name) / 1e9
    yield Resource("log group", name, f"{size:.2f} GB", size * LOGS_GB)


def _roles(account: Account) -> Iterator[Resource]:
    client = account.client("iam")
    for item in _pages(client, "list_roles", "Roles"):
        name = item["RoleName"]
        if name.startswith(docker_image.REPOSITORY) and tags.are_ours(
            client.list_role_tags(RoleName=name)["Tags"]
        ):
            yield Resource("role", name)


def _folder(account: Account, folder: Place) -> Iterator[Resource]:
    versions = list(object_versions(account, folder))
    if versions:
        size = sum(version.get("Size", 0) for version in versions) / 1e9
        text = f"{len(versions)} objects, {size:.2f} GB"
        yield Resource("folder in S3", folder.uri, text, size * S3_GB)


def object_versions(account: Account, folder: Place) -> Iterator[Dict[str, Any]]:
    """All versions of all objects below a folder, and the marks of removed ones.

    Args:
        account: whose bucket it is.
        folder: all that is found lies below it.
    """
    key = folder.key.strip("/") + "/"
    pages = account.client("s3").get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=folder.bucket, Prefix=key):
        yield from page.get("Versions", [])
        yield from page.get("DeleteMarkers", [])


class Kind(NamedTuple):
    """One kind of thing that carries the tag.

    Attributes:
        pattern: of its ARN, with its name as the group.
        describe: what there is of it under a name, which may be nothing.
    """

    pattern: str
    describe: Callable[[Account, str], Iterator[Resource]]


# In the order in which they can be removed: what uses another thing stands before it.
KINDS = {
    "endpoint": Kind(r":sagemaker:.*:endpoint/(.+)", _endpoint),
    "endpoint configuration": Kind(
        r":sagemaker:.*:endpoint-config/(.+)", _free("endpoint configuration")
    ),
    "model": Kind(r":sagemaker:.*:model/(.+)", _free("model")),
    "running job": Kind(r":sagemaker:.*:training-job/(.+)", _running_job),
    "running batch job": Kind(r":sagemaker:.*:transform-job/(.+)", _running_batch_job),
    "build project": Kind(r":codebuild:.*:project/(.+)", _free("build project")),
    "image repository": Kind(r":ecr:.*:repository/(.+)", _repository),
    "log group": Kind(r":logs:.*:log-group:([^:]+)", _log_group),
    "log of job": Kind(r":sagemaker:.*:training-job/(.+)", _job_log),
}
