"""Class names and their ids: the only place where class ids exist.

Ids count from 1 in the map's order, because 0 is the background in the Object Detection API.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, List, Sequence, Tuple, Union

from helpers.structures.errors import BadInput
from helpers.system import files

# Control signs, line ends, a byte order mark and halves of a sign: no line of labels.txt with one
# of them reads as it was written.
_NO_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_AGAIN = "delete it and make it again with: python -m helpers label-map"


@dataclass(frozen=True)
class LabelMap:
    """Class names in the order of their ids.

    Attributes:
        names: the class with id ``i`` is ``names[i - 1]``.
    """

    names: Tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str], where: Union[str, Path] = "label map") -> "LabelMap":
        """A map over the names given, ids from 1.

        Raises:
            BadInput: no name at all, a blank or padded one, one with line ends or other control
                signs, or one given twice.
        """
        names = tuple(names)
        if not names:
            raise BadInput.of(where, "no class", "at least one", "Annotate some objects first.")
        for name in names:
            if not name or name != name.strip() or _NO_NAME.search(name):
                raise BadInput.of(
                    where,
                    f"the class name {name!r}",
                    "a name on one line without blanks around it",
                    "Rename the class in the annotations.",
                )
        twice = sorted(name for name, count in Counter(names).items() if count > 1)
        if twice:
            raise BadInput.of(
                where,
                f"the class {twice[0]!r} more than once",
                "each class once",
                "Remove the second entry.",
            )
        return cls(names)

    def __len__(self) -> int:
        return len(self.names)

    def id_of(self, name: str) -> int:
        """The id of a class.

        Raises:
            BadInput: the class is not in the map.
        """
        if name not in self.names:
            raise BadInput.of(
                "label map",
                f"no class {name!r}",
                f"one of {list(self.names)}",
                "Make the label map again from this table, or correct the name.",
            )
        return self.names.index(name) + 1

    def name_of(self, class_id: int) -> str:
        """The class with an id.

        Raises:
            BadInput: the map has no such id.
        """
        if not 1 <= class_id <= len(self.names):
            raise BadInput.of(
                "label map",
                f"the id {class_id}",
                f"1 to {len(self.names)}",
                "The model was trained with another label map: use that one.",
            )
        return self.names[class_id - 1]

    def unknown(self, names: Sequence[str]) -> List[str]:
        """Those of ``names`` that the map does not know, sorted."""
        return sorted(set(names) - set(self.names))

    def extended(self, names: Iterable[str], where: Union[str, Path] = "label map") -> "LabelMap":
        """This map with the classes that are new appended in the order given; its ids stay.

        Raises:
            BadInput: as for :meth:`of`.
        """
        return self.of(
            self.names + tuple(dict.fromkeys(name for name in names if name not in self.names)),
            where,
        )


def read(path: Union[str, Path]) -> LabelMap:
    """Reads ``label_map.pbtxt`` through the Object Detection API's own proto.

    Raises:
        BadInput: the file is missing, not a label map, or its ids do not count from 1.
    """
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
    items = sorted(message.item, key=lambda item: item.id)
    _require_ids([item.id for item in items], path)
    return LabelMap.of([item.name for item in items], path)


def _require_ids(ids: Sequence[int], path: Union[str, Path]) -> None:
    """Refuses ids that do not count from 1, since a model's outputs do."""
    for expected, found in enumerate(ids, start=1):
        if found == expected:
            continue
        if found < 1:
            what, remedy = f"the id {found}", "0 is the background: number the classes from 1"
        elif found < expected:
            what, remedy = f"the id {found} twice", "Give each class an id of its own"
        else:
            what, remedy = f"the id {found} but no id {expected}", "Number them without a gap"
        raise BadInput.of(
            path, what, f"the ids 1 to {len(ids)}, each once", f"{remedy}, or {_AGAIN}"
        )


def continued(
    path: Union[str, Path],
    names: Iterable[str],
    reset: bool = False,
    where: Union[str, Path] = "label map",
) -> Tuple[LabelMap, List[str]]:
    """The map for these classes, in which those that a file already has keep their ids.

    So what was trained with the map stays right when classes are added. A map of which no class is
    left belongs to other data, and another one begins.

    Args:
        path: of the label map that there may be.
        names: the classes of the data set.
        reset: number them afresh all the same.
        where: the names come from.

    Returns:
        The map, and what there is to say of classes that are in it and no longer in the data.

    Raises:
        BadInput: the file there cannot be read; or as for :meth:`LabelMap.of`.
    """
    fresh = LabelMap.of(names, where)
    if reset or not Path(path).is_file():
        return fresh, []
    former = read(path)
    gone = [name for name in former.names if name not in fresh.names]
    if len(gone) == len(former):
        return fresh, [f"{path}: none of its classes is in the data any more, so ids begin anew"]
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
    """Writes ``labels.txt`` for the device: a class name a line, in the order of the ids."""
    return files.write_text(path, "\n".join(label_map.names) + "\n")


def read_labels(path: Union[str, Path]) -> LabelMap:
    """Reads class names from a text file, one a line; blank lines are passed over.

    Raises:
        BadInput: the file is missing or names no class.
    """
    lines = [line.strip() for line in files.read_text(path).splitlines()]
    return LabelMap.of([line for line in lines if line], path)
