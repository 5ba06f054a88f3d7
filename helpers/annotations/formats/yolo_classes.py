"""The class names of YOLO data sets: which file lists them, and for which annotations.

``data.yaml`` or another YAML with ``names``, ``classes.txt`` as LabelImg writes it, darknet's
``obj.names``, Roboflow's ``_darknet.labels``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, NamedTuple, Optional, Set, Tuple

from helpers.annotations import numbers, text_io
from helpers.structures.errors import BadInput
from helpers.structures.findings import short

FILES = ("classes.txt", "labels.txt", "_darknet.labels")
_YAML = (".yaml", ".yml")
_MOST_CLASSES = 100_000
_LONGEST_YAML = 500_000  # characters
Names = Dict[int, str]


class Declared(NamedTuple):
    """What the files beside the annotations say of them.

    Attributes:
        names: class names by id, by the folder where they stand.
        keypoints: ``kpt_shape`` of each YAML that has one: how many keypoints, and of how many
            numbers each.
        problems: of the files that cannot be read.
    """

    names: Dict[Path, Names]
    keypoints: Set[Tuple[int, int]]
    problems: Dict[Path, BadInput]


def below(root: Path) -> Declared:
    """Everything declared in ``root`` and, when that is the ``labels`` of a data set, beside it."""
    labels = next((folder for folder in (root, *root.parents) if folder.name == "labels"), None)
    beside = [path for path in sorted(labels.parent.glob("*")) if path.is_file()] if labels else []
    declared = Declared({}, set(), {})
    for path in text_io.below(root, ("",)) + beside:
        try:
            names = names_in(path)
        except BadInput as problem:
            declared.problems[path] = problem
            continue
        if names is not None:
            declared.names.setdefault(path.parent, names)
            declared.keypoints.update(_keypoints_in(path))
    return declared


def names_in(path: Path) -> Optional[Names]:
    """The class names that a file lists; ``None`` when it is no such file.

    Raises:
        BadInput: it should, but cannot be read.
    """
    if path.suffix.lower() in _YAML:
        return _names_in_yaml(path)
    if path.suffix.lower() != ".names" and path.name.lower() not in FILES:
        return None
    text = text_io.text_of(path).rstrip()
    return dict(enumerate(text_io.lines_of(text))) if text else {}


def _names_in_yaml(path: Path) -> Optional[Names]:
    """The entry ``names``, a list or names by id; ``None`` when there is none."""
    names = _document(path).get("names")
    if not isinstance(names, (dict, list)):
        return None
    pairs = names.items() if isinstance(names, dict) else enumerate(names)
    ids = ((class_id(key), name) for key, name in pairs)
    return {
        own: text_io.without_surrogates(name)
        for own, name in ids
        if own is not None and isinstance(name, str)
    }


def _keypoints_in(path: Path) -> Iterator[Tuple[int, int]]:
    if path.suffix.lower() in _YAML:
        shape = [class_id(value) for value in text_io.sequence(_document(path).get("kpt_shape"))]
        if len(shape) == 2 and shape[0] and shape[1] in (2, 3):
            yield shape[0], shape[1]


def _document(path: Path) -> dict:
    """The entries of a YAML that lists names; none of another."""
    import yaml

    text = text_io.text_of(path)
    if "names" not in text or len(text) > _LONGEST_YAML:
        return {}  # some other YAML, which may be slow to read or of a dialect
    try:
        # Everything stays text: to YAML a class called `no` or `on` would be a truth value.
        return text_io.mapping(yaml.load(text, Loader=yaml.BaseLoader))
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise BadInput.of(
            path,
            f"broken YAML ({short(' '.join(str(error).split()))})",
            "a list of class names",
            "Correct the file.",
        ) from error


def nearest(path: Path, lists: Dict[Path, Names]) -> Names:
    """The list in an annotation's folder or the nearest above; else the only one elsewhere."""
    first, *others = lists.values()
    elsewhere = first if all(names == first for names in others) else {}
    return next((lists[folder] for folder in path.parents if folder in lists), elsewhere)


def class_id(value: Any) -> Optional[int]:
    """A class id, a whole number from 0; else ``None``."""
    number = numbers.number(value)
    if number is None or not 0 <= number < _MOST_CLASSES or not number.is_integer():
        return None
    return int(number)
