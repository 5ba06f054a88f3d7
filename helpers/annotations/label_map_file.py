"""The label map's files: ``label_map.pbtxt`` for training, ``labels.txt`` for the device."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterable, List, Sequence, Tuple, Union

from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import files

_AGAIN = "delete it and make it again with: python -m helpers label-map"


def read(path: Union[str, Path]) -> LabelMap:
    """Reads ``label_map.pbtxt`` through the Object Detection API's own proto.

    Raises:
        BadInput: the file is missing, not a label map, or its ids do not count from 1.
    """
    items = sorted(_items(path), key=lambda item: item.id)
    _require_ids([item.id for item in items], path)
    return LabelMap.of([item.name for item in items], path)


def names_by_id(path: Union[str, Path]) -> Dict[int, str]:
    """The classes of a label map of another program, whose ids may have gaps.

    A display name goes before a name that is no word, such as the machine id ``/m/0k4j``.

    Raises:
        BadInput: the file is missing or not a label map.
    """
    return {
        item.id: item.display_name if item.name.startswith("/") and item.display_name else item.name
        for item in _items(path)
    }


def _items(path: Union[str, Path]) -> Sequence[Any]:
    from google.protobuf import text_format
    from object_detection.protos import string_int_label_map_pb2

    try:
        message = text_format.Parse(
            files.read_text(path), string_int_label_map_pb2.StringIntLabelMap()
        )
    except text_format.ParseError as error:
        raise BadInput.of(
            path, f"text that does not parse ({error})", "a label map", f"Correct it, or {_AGAIN}"
        ) from error
    return message.item


def _require_ids(ids: Sequence[int], path: Union[str, Path]) -> None:
    """Refuses ids that do not count from 1, since a model's outputs do."""
    for expected, class_id in enumerate(ids, start=1):
        if class_id == expected:
            continue
        if class_id < 1:
            problem, remedy = f"the id {class_id}", "0 is the background: number the classes from 1"
        elif class_id < expected:
            problem, remedy = f"the id {class_id} twice", "Give each class an id of its own"
        else:
            problem, remedy = f"the id {class_id} but no id {expected}", "Number them without a gap"
        raise BadInput.of(
            path, problem, f"the ids 1 to {len(ids)}, each once", f"{remedy}, or {_AGAIN}"
        )


def continued(
    path: Union[str, Path],
    names: Iterable[str],
    reset: bool = False,
    where: Union[str, Path] = "label map",
) -> Tuple[LabelMap, List[str]]:
    """The label map of a data set, in which the classes of an existing file keep their ids.

    So a model that was trained with the existing map stays valid when classes are added. Where no
    class of the existing map is left, it belongs to other data, and the ids start again at 1.

    Args:
        path: the existing label map, if there is one.
        names: the classes of the data set.
        reset: ignore the existing label map.
        where: what the names were read from, for messages.

    Returns:
        The map, and a warning for each class that is in the map and no longer in the data.

    Raises:
        BadInput: the existing file cannot be read; or as for :meth:`LabelMap.of`.
    """
    fresh = LabelMap.of(names, where)
    if reset or not Path(path).is_file():
        return fresh, []
    former = read(path)
    gone = [name for name in former.names if name not in fresh.names]
    if len(gone) == len(former):
        return fresh, [
            f"{path}: none of its classes is in the data any more, so ids start again at 1"
        ]
    return former.extended(fresh.names, where), [
        f"{path}: {name!r} is not in the data any more and keeps its id {former.id_of(name)}"
        for name in gone
    ]


def write(label_map: LabelMap, path: Union[str, Path]) -> Path:
    """Writes ``label_map.pbtxt`` through the Object Detection API's own proto."""
    from google.protobuf import text_format
    from object_detection.protos import string_int_label_map_pb2

    message = string_int_label_map_pb2.StringIntLabelMap()
    for class_id, name in enumerate(label_map.names, start=1):
        message.item.add(name=name, id=class_id)
    return files.write_text(path, text_format.MessageToString(message, as_utf8=True))


def write_labels(label_map: LabelMap, path: Union[str, Path]) -> Path:
    """Writes ``labels.txt`` for the device: one class name per line, in the order of the ids."""
    return files.write_text(path, "\n".join(label_map.names) + "\n")


def read_labels(path: Union[str, Path]) -> LabelMap:
    """Reads class names from a text file, one per line; blank lines are skipped.

    Raises:
        BadInput: the file is missing or names no class.
    """
    lines = [line.strip() for line in files.read_text(path).splitlines()]
    return LabelMap.of([line for line in lines if line], path)
