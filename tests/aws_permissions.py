"""Which operations of AWS the sources call, and the rights that IAM asks for each.

The operations are those of botocore's service models, read in the sources: methods, paginators and
the waiters' own. Source of the rights: the service authorization reference.
"""

import ast
import functools
from pathlib import Path
from typing import NamedTuple

import botocore.session
from botocore import xform_name

ROOT = Path(__file__).resolve().parents[1]
SERVICES = (
    "codebuild",
    "ecr",
    "iam",
    "logs",
    "pricing",
    "resourcegroupstaggingapi",
    "s3",
    "sagemaker",
    "sagemaker-runtime",
    "service-quotas",
    "sts",
)
_PREFIXES = {
    "resourcegroupstaggingapi": "tag",
    "sagemaker-runtime": "sagemaker",
    "service-quotas": "servicequotas",
}
# What boto3 adds to the client of S3, and waiters, by the operations that they call.
_MORE = {
    "download_file": ("s3", "GetObject"),
    "endpoint_in_service": ("sagemaker", "DescribeEndpoint"),
    "bucket_exists": ("s3", "HeadBucket"),
    "TransferManager": ("s3", "PutObject"),
}
# Services that have an operation of the same name, by the method.
_OF = {"create_project": "codebuild", "delete_project": "codebuild"}
# Operations whose right has another name, or that need more than one.
_RIGHTS = {
    "codebuild CreateProject": ("codebuild:CreateProject", "iam:PassRole"),
    "ecr CreateRepository": ("ecr:CreateRepository", "ecr:TagResource"),
    "s3 CreateBucket": ("s3:CreateBucket", "s3:PutBucketOwnershipControls"),
    "s3 DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3 HeadBucket": ("s3:ListBucket without a prefix",),
    "s3 HeadObject": ("s3:GetObject",),
    "s3 ListMultipartUploads": ("s3:ListBucketMultipartUploads",),
    "s3 ListObjectVersions": ("s3:ListBucketVersions",),
    "s3 ListObjectsV2": ("s3:ListBucket",),
    "s3 ListParts": ("s3:ListMultipartUploadParts",),
    "s3 PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3 PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3 PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "sts GetCallerIdentity": (),  # no policy can refuse it
}
_TAGGED = ("CreateEndpoint", "CreateEndpointConfig", "CreateModel", "Job")
_ROLES = ("CreateModel", "Job")


class Call(NamedTuple):
    """An operation that a module calls.

    Attributes:
        module: as ``helpers/aws/ecr.py``.
        service: of botocore.
        operation: as ``DescribeImages``.
    """

    module: str
    service: str
    operation: str

    @property
    def rights(self):
        """What IAM asks for."""
        known = _RIGHTS.get(f"{self.service} {self.operation}")
        if known is not None:
            return known
        rights = [f"{_PREFIXES.get(self.service, self.service)}:{self.operation}"]
        if self.service == "sagemaker" and self.operation.startswith("Create"):
            rights += ["sagemaker:AddTags"] if self.operation.endswith(_TAGGED) else []
            rights += ["iam:PassRole"] if self.operation.endswith(_ROLES) else []
        return tuple(rights)


@functools.lru_cache(maxsize=None)
def calls():
    """All operations that the library calls, sorted."""
    known = _operations()
    found = set()
    for path in sorted((ROOT / "helpers").rglob("*.py")):
        text = path.read_text()
        if path.parent.name != "aws" and ".client(" not in text:
            continue  # a method of that name is one of ours
        for name in _called(ast.parse(text)):
            for service, operation in known.get(name, ()):
                found.add(Call(path.relative_to(ROOT).as_posix(), service, operation))
    return sorted(found)


def _operations():
    """Service and operation by the name of the method."""
    session = botocore.session.get_session()
    known = {name: [call] for name, call in _MORE.items()}
    for service in SERVICES:
        for operation in session.get_service_model(service).operation_names:
            name = xform_name(operation)
            if _OF.get(name, service) == service and name != "search":  # an expression's, mostly
                known.setdefault(name, []).append((service, operation))
    return known


def _called(tree):
    """Names of methods that are called, and those that paginators and waiters are made of."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        called = node.func.id if isinstance(node.func, ast.Name) else called
        yield called
        if called in ("get_paginator", "get_waiter", "_pages", "can_paginate"):
            yield from (arg.s for arg in node.args if isinstance(arg, ast.Str))
