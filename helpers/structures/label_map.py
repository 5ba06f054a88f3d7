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

# Control characters, line ends, a byte order mark and surrogates: no line of labels.txt with one of
# them reads as it was written.
_NOT_IN_A_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


@dataclass(frozen=True)
class LabelMap:
    """Class names in the order of their ids.

    Attributes:
        names: the class with id ``i`` is ``names[i - 1]``.
    """

    names: Tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str], where: Union[str, Path] = "label map") -> LabelMap:
        """A map over the names given, ids from 1.

        Raises:
            BadInput: there is no name, one is blank, padded with blanks or has control
                characters, or two are the same.
        """
        names = tuple(names)
        if not names:
            raise BadInput.of(where, "no class", "at least one", "Annotate some objects first.")
        for name in names:
            if not name or name != name.strip() or _NOT_IN_A_NAME.search(name):
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
        """Those of ``names`` that are not in the map, sorted."""
        return sorted(set(names) - set(self.names))

    def extended(self, names: Iterable[str], where: Union[str, Path] = "label map") -> LabelMap:
        """This map with the classes that are new appended in the order given; its ids stay.

        Raises:
            BadInput: as for :meth:`of`.
        """
        return self.of(
            self.names + tuple(dict.fromkeys(name for name in names if name not in self.names)),
            where,
        )
