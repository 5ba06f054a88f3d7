"""The tag that all carries that is made on AWS, so that it can be found, paid for and removed."""

from __future__ import annotations

from typing import Dict, List, Mapping

from helpers.training import docker_image

KEY = "project"
PROJECT = {KEY: docker_image.REPOSITORY}


def as_list(
    values: Mapping[str, str] = PROJECT, key: str = "Key", value: str = "Value"
) -> List[Dict[str, str]]:
    """Tags as most services want them; the project's own is always among them.

    Args:
        values: tags by name.
        key: what the service calls a tag's name.
        value: what it calls a tag's value.
    """
    return [{key: name, value: text} for name, text in {**values, **PROJECT}.items()]


def are_ours(tags: List[Mapping[str, str]]) -> bool:
    """Whether the tags of something say that this project made it.

    Args:
        tags: as a service gives them, whatever it calls their names and values.
    """
    lowered = [{name.lower(): text for name, text in tag.items()} for tag in tags]
    return any(
        (tag.get("key") or tag.get("tagkey"), tag.get("value") or tag.get("tagvalue"))
        in PROJECT.items()
        for tag in lowered
    )
