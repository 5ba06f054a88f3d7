"""The rows of one image in the tidy table, validated one by one."""

from __future__ import annotations

import math
import sys
from array import array
from pathlib import Path, PurePosixPath
from typing import Any, Dict, List, Sequence, Union

import numpy as np

from helpers.annotations.formats.csv_columns import is_set
from helpers.structures.boxes import FLAGS, LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput

COLUMNS = ("filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax")


def place(path: Union[str, Path], line: int) -> str:
    """A line of a file, as messages name it."""
    return f"{path}, line {line}"


class ImageRows:
    """The rows of one image, kept small: a million images have many rows.

    Raises:
        BadInput: a row holds what no image can, here and in ``add``; names file and line.
    """

    __slots__ = (
        "_path",
        "_line",
        "_name",
        "_size_texts",
        "_size",
        "_labels",
        "_corners",
        "_flags",
        "_bare",
    )

    def __init__(self, path: Union[str, Path], line: int, row: Sequence[str]) -> None:
        name, width, height = row[:3]
        if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise BadInput.of(
                place(path, line),
                f"the filename {name!r}",
                "one relative to the image folder",
                "Correct the row.",
            )
        self._path, self._line, self._name, self._size_texts = path, line, name, row[1:3]
        self._size = self._length(line, width), self._length(line, height)
        self._labels: List[str] = []
        self._corners, self._flags = array("d"), array("b")
        self._bare = 0

    def add(self, line: int, row: Sequence[str]) -> None:
        """Takes one more row."""
        if row[1:3] != self._size_texts:
            self._compare_size(line, row)
        label, corners = row[3], row[4 : len(COLUMNS)]
        if label or any(corners):
            self._corners.extend(self._box(line, label, corners))
            self._flags.extend(map(is_set, row[len(COLUMNS) :]))
            self._labels.append(sys.intern(label))
        else:
            self._bare += 1

    def _compare_size(self, line: int, row: Sequence[str]) -> None:
        if (self._length(line, row[1]), self._length(line, row[2])) != self._size:
            raise BadInput.of(
                place(self._path, line),
                f"another size of {self._name}",
                f"{self._size[0]}x{self._size[1]} as in line {self._line}",
                "Correct the row.",
            )

    def _length(self, line: int, text: str) -> int:
        number = self._number(line, text)
        if number < 1 or number != int(number):
            raise BadInput.of(
                place(self._path, line),
                f"a width or height of {text}",
                "a whole number of pixels from 1",
                "Correct the row.",
            )
        return int(number)

    def _box(self, line: int, label: str, texts: Sequence[str]) -> Sequence[float]:
        width, height = self._size
        try:
            box: Sequence[float] = tuple(map(float, texts))
        except ValueError:
            box = self._numbers(line, texts)
        left, top, right, bottom = box
        inside = 0 <= left < right <= width and 0 <= top < bottom <= height
        if not inside or not label or label != label.strip():
            raise BadInput.of(
                place(self._path, line),
                f"{label!r} {self._numbers(line, texts)} on {self._name}",
                f"a class without blanks around it and 0 <= xmin < xmax <= {width}, "
                f"0 <= ymin < ymax <= {height}",
                "Correct the row.",
            )
        return box

    def _numbers(self, line: int, texts: Sequence[str]) -> List[float]:
        return [self._number(line, text) for text in texts]

    def _number(self, line: int, text: str) -> float:
        try:
            number = float(text)
        except ValueError as error:
            raise BadInput.of(
                place(self._path, line), repr(text), "a number", "Correct the row."
            ) from error
        if not math.isfinite(number):
            raise BadInput.of(
                place(self._path, line), repr(text), "a finite number", "Correct the row."
            )
        return number

    def record(self) -> ImageRecord:
        """The image, once all rows are read."""
        if self._bare and self._bare + len(self._labels) > 1:
            raise BadInput.of(
                place(self._path, self._line),
                f"{self._name} both with and without boxes",
                "one or the other",
                "Remove the row without a box.",
            )
        boxes = np.array(self._corners, np.float32).reshape(-1, 4)
        flags: Dict[str, Any] = {
            name: self._flags[number :: len(FLAGS)] if self._flags else None
            for number, name in enumerate(FLAGS)
        }
        objects = LabeledBoxes(boxes, tuple(self._labels), **flags)
        return ImageRecord(self._name, *self._size, objects)
