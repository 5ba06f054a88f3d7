"""A job of SageMaker before it is sent: its request, its price and its image."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, Mapping

from helpers.aws import ecr
from helpers.aws.identity import Identity
from helpers.aws.pricing import Price
from helpers.training import docker_image
from helpers.workspace import Workspace


@dataclass(frozen=True)
class JobPlan:
    """A job before anything is sent.

    Attributes:
        request: for boto3's ``create_training_job`` or ``create_processing_job``.
        price: at most.
        me: who sends it; an example cannot.
    """

    request: Dict[str, Any]
    price: Price
    me: Identity

    def as_text(self) -> str:
        """The request and its price."""
        return f"{as_text(self.request)}\n{self.price}"


def as_text(request: Mapping[str, Any]) -> str:
    """A request as it is shown before it is sent."""
    return json.dumps(request, indent=2)


def image_of(work: Workspace, me: Identity) -> str:
    """The image that notebook 3 has pushed; before that, what its name would be like."""
    pushed = work.state().get("image")
    return str(pushed or ecr.uri(me.account, me.region, docker_image.REPOSITORY, "TAG"))
