"""What records carry of the files they were read from, for when they are written again.

A format keeps the entries of its files as they stood in ``extra`` and ``objects.extras``, under its
own name. What it writes starts from them and changes only what the record says otherwise.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any, Dict, Iterator, List, Sequence, Tuple, Union

from helpers.annotations.text_io import mapping
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.system import files


def of_image(record: ImageRecord, name: str) -> dict:
    """What a record keeps of its image for a format; empty when nothing."""
    return mapping(record.extra.get(name))


def of_object(record: ImageRecord, index: int, name: str) -> dict:
    """What a record keeps of one object, counted from 0, for a format; empty when nothing."""
    return mapping(record.objects.extra(index).get(name))


def wholes(records: Sequence[ImageRecord], name: str) -> List[dict]:
    """What the images' files say of their whole set, each different value once, in order."""
    different: List[dict] = []
    for record in records:
        whole = mapping(of_image(record, name).get("whole"))
        if whole and whole not in different:
            different.append(whole)
    return different


def write_json(path: Union[str, Path], value: Any) -> Path:
    """Writes a JSON file without blanks, since outlines are long lists of numbers."""
    return files.write_text(path, json.dumps(value, ensure_ascii=False) + "\n")


def file_names(records: Sequence[ImageRecord], stored: Sequence[Any]) -> List[str]:
    """The images' names as they stood in the files, where they lead to one image; else paths.

    Args:
        records: the images.
        stored: what each file called its image; anything else where there was none.
    """
    counts = Counter(name for name in stored if isinstance(name, str))
    counts.update(record.path for record in records)
    names = []
    for record, name in zip(records, stored):
        fits = (
            isinstance(name, str)
            and counts[name] == 1
            and PurePosixPath(name).name == PurePosixPath(record.path).name
        )
        names.append(name if fits else record.path)
    return names


def own_files(records: Sequence[ImageRecord], out: Union[str, Path], suffix: str) -> List[Path]:
    """Where each image's own annotation file is written: in the same subfolder, by the same stem.

    Raises:
        BadInput: two images differ by their suffix alone.
    """
    places: Dict[Path, str] = {}
    for record in records:
        place = (Path(out) / record.path).with_suffix(suffix)
        if place in places:
            raise BadInput.of(
                place,
                f"{places[place]} and {record.path}",
                "one image per file",
                "Rename one of the two.",
            )
        places[place] = record.path
    return list(places)


def kept_or_free(stored: Sequence[Any]) -> List[Any]:
    """Ids for entries: the stored ones, where they are ids and not taken yet; else free numbers."""
    taken, kept = set(), []
    for own in stored:
        usable = isinstance(own, (int, str)) and not isinstance(own, bool) and own not in taken
        kept.append(own if usable else None)
        taken.add(kept[-1])
    free = (number for number in itertools.count(1) if number not in taken)
    return [next(free) if own is None else own for own in kept]


class ClassIds:
    """Which id each class has in a file to be written.

    Attributes:
        names: by id, ids as text.
    """

    def __init__(
        self, tables: Sequence[Sequence[Tuple[str, str]]], labels: Sequence[str], first: int
    ) -> None:
        """Merges the tables of the files that were read.

        Args:
            tables: ids, as text, and names; ids stay where no other class has them.
            labels: the classes that must be there.
            first: the lowest id of a class that had none.
        """
        self.names: Dict[str, str] = {}
        moved = [
            name
            for own, name in itertools.chain(*tables)
            if self.names.setdefault(own, name) != name
        ]
        free = self._free(first)
        known = set(self.names.values())
        for name in moved + list(labels):
            if name not in known:
                known.add(name)
                self.names[next(free)] = name
        self._ids = {name: own for own, name in reversed(list(self.names.items()))}

    def _free(self, first: int) -> Iterator[str]:
        return (str(number) for number in itertools.count(first) if str(number) not in self.names)

    def id_of(self, label: str, stored: str) -> str:
        """The id that an object had, if it still is that of its class; else the first that is."""
        return stored if self.names.get(stored) == label else self._ids[label]
