"""The Resource Groups Tagging API over the services whose tags moto's own leaves out."""

import json

from moto.codebuild import codebuild_backends
from moto.ecr import ecr_backends
from moto.logs import logs_backends
from moto.sagemaker import sagemaker_backends

TARGET = "ResourceGroupsTaggingAPI_20170126.GetResources"
CREATE_PROJECT = "CodeBuild_20161006.CreateProject"

_project_tags = {}  # by name; moto's CodeBuild forgets them


def note_project(body):
    """Keeps the tags of a project that is about to be made.

    Args:
        body: of the request.
    """
    project = json.loads(body)
    _project_tags[project["name"]] = project.get("tags", [])


def answer(body, account, region):
    """The body of an answer to ``GetResources``.

    Args:
        body: of the request.
        account: twelve digits.
        region: that was asked.
    """
    filters = json.loads(body or b"{}").get("TagFilters", [])
    matching = [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]}
        for arn, tags in _resources(account, region)
        if all(tags.get(wanted["Key"]) in wanted["Values"] for wanted in filters)
    ]
    return json.dumps({"ResourceTagMappingList": matching, "PaginationToken": ""}).encode()


def _resources(account, region):
    """ARN and tags of everything."""
    sagemaker = sagemaker_backends[account][region]
    for made, arn in (
        (sagemaker.endpoints, "endpoint_arn"),
        (sagemaker.endpoint_configs, "endpoint_config_arn"),
        (sagemaker._models, "model_arn"),
        (sagemaker.training_jobs, "training_job_arn"),
        (sagemaker.transform_jobs, "transform_job_arn"),
    ):
        for item in made.values():
            yield getattr(item, arn), _by_name(item.tags)
    for name, project in codebuild_backends[account][region].codebuild_projects.items():
        yield project.project_metadata["arn"], _by_name(_project_tags[name])
    ecr = ecr_backends[account][region]
    for repository in ecr.repositories.values():
        yield repository.arn, _by_name(ecr.tagger.list_tags_for_resource(repository.arn)["tags"])
    logs = logs_backends[account][region]
    for group in logs.groups.values():
        yield group.arn, logs.list_tags_for_resource(group.arn)


def _by_name(tags):
    lowered = [{name.lower(): value for name, value in tag.items()} for tag in tags or []]
    return {tag["key"]: tag["value"] for tag in lowered}
