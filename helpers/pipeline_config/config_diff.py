"""What differs between two ``pipeline.config``s, for people to read."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, Dict, List, Union

from helpers.pipeline_config import pipeline
from helpers.workspace import TrainingChannel


def diff(before: Any, after: Any, name: str = "template") -> str:
    """A unified diff from one config to another; empty when they are equal.

    The API writes both first, so that only values differ, not the layout of the text.

    Args:
        before: a ``TrainEvalPipelineConfig``.
        after: another.
        name: of the first, for the head of the diff.
    """
    old, new = (pipeline.text_of(config).splitlines() for config in (before, after))
    return "\n".join(difflib.unified_diff(old, new, name, TrainingChannel.CONFIG, lineterm=""))


def between(template: Union[str, Path], path: Union[str, Path]) -> str:
    """As :func:`diff`, from a template to the ``pipeline.config`` that was made of it.

    Args:
        template: as for ``pipeline.read``.
        path: of the ``pipeline.config``.
    """
    return diff(pipeline.read(template), pipeline.read(path), str(template))


def changes(before: Any, after: Any) -> List[str]:
    """What differs between two configs, a line each: ``train_config.batch_size: 24 -> 8``."""
    from google.protobuf.json_format import MessageToDict

    old, new = (
        _values(MessageToDict(config, preserving_proto_field_name=True))
        for config in (before, after)
    )
    return [
        f"{name}: {old.get(name, 'not set')} -> {new.get(name, 'not set')}"
        for name in sorted({**old, **new})
        if old.get(name) != new.get(name)
    ]


def _values(value: Any, name: str = "") -> Dict[str, Any]:
    """Every single value in nested lists and objects, by its path."""
    if isinstance(value, dict) and value:
        parts = [(f"{name}.{key}" if name else key, part) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [(f"{name}[{number}]", part) for number, part in enumerate(value)]
    else:
        return {name: "set" if value == {} else value} if name else {}
    values: Dict[str, Any] = {}
    for path, part in parts:
        values.update(_values(part, path))
    return values
