"""A trained model hosted on SageMaker: an endpoint that answers, or a batch job over a folder.

The image serves what the training job has made (``docker/serve``). Requests are plain data; what
sends them takes an account.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, List, Mapping

from helpers.aws import request_checks, tags
from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.s3_layout import Place
from helpers.structures.errors import BadInput, JobFailed

INSTANCE_TYPE = "ml.m5.large"
MOST_MB = 6  # of one photo, which is what an endpoint takes
BATCH_MB, BATCH_AT_ONCE = 40, 2  # of one photo, and photos at a time; together at most 100 MB
_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
_VARIANT = "all"


@dataclass(frozen=True)
class HostedModel:
    """A model to host; model, endpoint configuration and endpoint have its name.

    Attributes:
        name: of all three.
        image_uri: that it is served by.
        role_arn: that the container acts as.
        artefact: the job's ``model.tar.gz``.
        threshold: least score of what is answered.
        tags: by name; the project's own is always among them.
    """

    name: str
    image_uri: str
    role_arn: str
    artefact: Place
    threshold: float = 0.5
    tags: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> HostedModel:
        """The same under another name."""
        return replace(self, name=name)

    def model_request(self) -> Dict[str, Any]:
        """The request for boto3's ``create_model``.

        Raises:
            BadInput: names everything that SageMaker or the server would refuse.
        """
        in_range = 0 <= self.threshold <= 1
        request_checks.check(
            "a hosted model",
            {
                "name": request_checks.name_problem(self.name),
                "role": request_checks.role_problem(self.role_arn),
                "threshold": "" if in_range else f"found {self.threshold}, expected 0 to 1",
            },
        )
        return {
            "ModelName": self.name,
            "PrimaryContainer": {
                "Image": self.image_uri,
                "ModelDataUrl": self.artefact.uri,
                "Environment": {"THRESHOLD": f"{self.threshold:g}"},
            },
            "ExecutionRoleArn": self.role_arn,
            "Tags": tags.as_list(self.tags),
        }

    def endpoint_requests(self, instance_type: str = INSTANCE_TYPE) -> List[Dict[str, Any]]:
        """The requests for ``create_endpoint_config`` and ``create_endpoint``.

        Args:
            instance_type: of the one machine, which is paid for until the endpoint is removed.
        """
        variant = {
            "VariantName": _VARIANT,
            "ModelName": self.name,
            "InstanceType": instance_type,
            "InitialInstanceCount": 1,
        }
        listed = tags.as_list(self.tags)
        return [
            {"EndpointConfigName": self.name, "ProductionVariants": [variant], "Tags": listed},
            {"EndpointName": self.name, "EndpointConfigName": self.name, "Tags": listed},
        ]

    def transform_request(
        self, photos: Place, out: Place, instance_type: str = INSTANCE_TYPE
    ) -> Dict[str, Any]:
        """The request for ``create_transform_job``: each photo of a folder gets a JSON file.

        A job has one content type; the server tells JPEG from PNG by the bytes.

        Args:
            photos: the folder.
            out: the folder of the answers, ``PHOTO.jpg.out``.
            instance_type: of the one machine, which is paid for while the job runs.
        """
        return {
            "TransformJobName": self.name,
            "ModelName": self.name,
            "MaxConcurrentTransforms": BATCH_AT_ONCE,
            "MaxPayloadInMB": BATCH_MB,
            "BatchStrategy": "SingleRecord",
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": photos.uri}},
                "ContentType": _TYPES[".jpg"],
            },
            "TransformOutput": {"S3OutputPath": out.uri, "Accept": "application/json"},
            "TransformResources": {"InstanceType": instance_type, "InstanceCount": 1},
            "Tags": tags.as_list(self.tags),
        }


def make_model(account: Account, model: HostedModel) -> None:
    """Makes the model, which costs nothing, for an endpoint or a batch job.

    Raises:
        BadInput: names everything that SageMaker or the server would refuse.
        HelpersError: AWS refused, with its own words.
    """
    request = model.model_request()
    with translated_errors(f"model {model.name}"):
        account.client("sagemaker").create_model(**request)


def make_endpoint(account: Account, model: HostedModel, instance_type: str = INSTANCE_TYPE) -> None:
    """Makes the endpoint and waits until it answers: it costs money until it is removed.

    Raises:
        HelpersError: AWS refused, with its own words.
        JobFailed: it did not come up; the message starts with the cause.
    """
    from botocore.exceptions import WaiterError

    config, endpoint = model.endpoint_requests(instance_type)
    client = account.client("sagemaker")
    with translated_errors(f"endpoint {model.name}"):
        client.create_endpoint_config(**config)
        client.create_endpoint(**endpoint)
        try:
            client.get_waiter("endpoint_in_service").wait(EndpointName=model.name)
        except WaiterError as error:
            cause = error.last_response.get("FailureReason") or str(error)
            log = f"/aws/sagemaker/Endpoints/{model.name}"
            raise JobFailed(
                f"{cause} (endpoint {model.name}; its log is in CloudWatch under {log}). "
                "It is still there: remove it with the last cell of notebook 06_evaluate."
            ) from error


def ask(account: Account, name: str, photo: Path) -> Dict[str, Any]:
    """What an endpoint finds on a photo.

    Args:
        account: whose it is.
        name: of the endpoint.
        photo: JPEG or PNG.

    Returns:
        ``width`` and ``height`` of the upright photo in pixels and its ``detections``, see
        ``docker/README.md``.

    Raises:
        BadInput: the photo is of another kind, or too large for an endpoint.
        HelpersError: AWS or the server refused, with its own words.
    """
    kind, size = _TYPES.get(photo.suffix.lower(), ""), photo.stat().st_size
    if not kind or size > MOST_MB * 10**6:
        shown = f"{size / 1e6:.1f} MB" if kind else f"{photo.suffix or 'no suffix'}"
        raise BadInput.of(photo, shown, f"JPEG or PNG of at most {MOST_MB} MB", "Convert it.")
    with translated_errors(f"endpoint {name}"):
        answer = account.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=name, ContentType=kind, Body=photo.read_bytes()
        )
        found = json.loads(answer["Body"].read().decode("utf-8"))
    return dict(found["images"][0])
