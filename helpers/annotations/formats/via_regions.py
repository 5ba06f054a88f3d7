"""The regions of a VGG Image Annotator entry, and which of their attributes is the class."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from helpers.annotations import text_io
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.errors import BadInput

CLASS_NAMES = (
    "class",
    "label",
    "name",
    "type",
    "object",
    "category",
    "species",
    "class_name",
    "labels",
    "classes",
    "kind",
    "title",
)


def regions_of(entry: dict) -> List[Tuple[Optional[str], dict]]:
    """The regions of an image's entry, each with its key where they have keys (version 1)."""
    regions = entry.get("regions")
    if isinstance(regions, dict):
        return [(key, mapping(region)) for key, region in regions.items()]
    return [(None, mapping(region)) for region in sequence(regions)]


def names_of(region: dict, attribute: str) -> List[str]:
    """The class; none or several where it is chosen by checkboxes."""
    value = mapping(region.get("region_attributes")).get(attribute)
    if isinstance(value, dict):
        return [name for name, checked in value.items() if checked]
    return [text_io.text(value)]


def class_attribute(
    source: Union[str, Path], documents: Sequence[Dict[str, Any]], named: str = ""
) -> str:
    """The region attribute that holds the class.

    Args:
        source: the file or folder, for messages.
        documents: the images' entries by key, file by file.
        named: the attribute that the user named; empty takes the only one, or one that is called
            like a class.

    Raises:
        BadInput: there are attributes, but not the one that is named or none like a class.
    """
    names = Counter(
        name
        for images in documents
        for entry in images.values()
        for _, region in regions_of(mapping(entry))
        for name in mapping(region.get("region_attributes"))
    )
    fits = _fitting(names, named)
    if names and not fits:
        raise BadInput.of(
            source,
            f"the region attributes {shown(sorted(names))}",
            repr(named) if named else "one that is called class, label or name",
            "Name the one that holds the class (--attribute).",
        )
    return fits[0] if fits else named or CLASS_NAMES[0]


def _fitting(names: Dict[str, int], named: str) -> List[str]:
    if named:
        return [name for name in names if name == named]
    if len(names) == 1:
        return list(names)
    return [
        name
        for class_name in CLASS_NAMES
        for name in sorted(names)
        if name.strip().lower() == class_name
    ]
