"""The label map: class ids from 1, kept when classes are added."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

from helpers.annotations import csv_table, label_map_file
from helpers.structures.dataset import class_names
from helpers.structures.label_map import LabelMap


@dataclass(frozen=True)
class MappedLabels:
    """The label map that was written.

    Attributes:
        path: of the file.
        label_map: its classes.
        warnings: what is odd about it, as classes that no longer occur, a line each.
    """

    path: Path
    label_map: LabelMap
    warnings: List[str]

    def rows(self) -> List[Dict[str, Any]]:
        """Id and name of each class, for a table."""
        return [
            {"id": number, "class": name}
            for number, name in enumerate(self.label_map.names, start=1)
        ]

    def as_text(self) -> str:
        """Id and name of each class, a line each."""
        return "\n".join(f"{row['id']} {row['class']}" for row in self.rows())


def read_label_map(path: Union[str, Path]) -> LabelMap:
    """Reads a label map file.

    Raises:
        BadInput: it cannot be read.
    """
    return label_map_file.read(path)


def map_labels(
    source: Union[str, Path],
    out: Union[str, Path],
    names_only: bool = False,
    labels: Optional[Path] = None,
    reset: bool = False,
) -> MappedLabels:
    """Writes the label map of the classes of a table, ids from 1.

    Args:
        source: the tidy table.
        out: the label map to write; the ids of one that is there stay, new classes follow.
        names_only: ``source`` is a text file with one class name a line instead.
        labels: also write the names for the device to this file.
        reset: number all classes anew, in their order by name.

    Raises:
        BadInput: the source cannot be read or holds no class.
    """
    names = (
        label_map_file.read_labels(source).names
        if names_only
        else class_names(csv_table.read(source))
    )
    label_map, warnings = label_map_file.continued(out, names, reset, source)
    label_map_file.write(label_map, out)
    if labels:
        label_map_file.write_labels(label_map, labels)
    return MappedLabels(Path(out), label_map, warnings)
