"""YOLO text: one ``.txt`` per image, one line ``class x y width height`` per box.

The box is given by its centre and size, as fractions of the image's width and height. Class names
are in ``data.yaml`` or ``classes.txt``, in the folder or near it. Longer lines are outlines, and a
sixth number is a detector's confidence.
https://docs.ultralytics.com/datasets/detect/
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Dict, Iterator, List, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, text_io, yolo_classes
from helpers.annotations.collector import Collector
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.round_trip import ClassIds
from helpers.annotations.yolo_classes import Names, class_id
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord, class_names
from helpers.structures.errors import BadInput
from helpers.structures.findings import short
from helpers.system import files

EXPECTED = "YOLO text files with classes.txt or data.yaml"
_KEY = "yolo"
# Text files of other programs beside the annotations.
_OTHER = re.compile(r"(readme.*|license.*|notes|requirements|train|val|valid|test)\.txt")


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads every text file below a folder.

    Args:
        source: the folder; also its ``data.yaml`` or ``classes.txt``.
        images: the image folder. ``labels/a.txt`` prefers ``images/a.jpg`` to another ``a.jpg``.
        options: none is used.

    Raises:
        BadInput: a folder is missing, there is no text file, or no list of class names.
    """
    root = Path(source).parent if Path(source).is_file() else Path(source)
    collector = Collector(images)
    paths = below(root)
    lists, problems = yolo_classes.below(root)
    if problems and not lists:
        raise next(iter(problems.values()))
    if not paths or not lists:
        raise BadInput.of(
            root,
            f"{len(paths)} text files and {len(lists)} lists of class names",
            EXPECTED,
            "Check the path; classes.txt holds one name per line.",
        )
    for path, problem in problems.items():
        collector.note("annotation-broken-file", path, str(problem).rstrip("."))
    for path in paths:
        names = yolo_classes.nearest(path, lists)
        _Reader(path, names, collector).read(_image_name(path, root))
    return collector.annotations()


def below(root: Path) -> List[Path]:
    """The text files of annotations; only those in ``labels`` folders where there are any."""
    paths = [
        path
        for path in text_io.below(root, (".txt", ".yaml", ".yml", ".names", ".labels"))
        if path.suffix.lower() == ".txt"
        and path.name.lower() not in yolo_classes.FILES
        and not _OTHER.fullmatch(path.name.lower())
    ]
    labels = [path for path in paths if "labels" in path.relative_to(root).parts[:-1]]
    return labels or paths


def has_boxes(path: Path) -> bool:
    """Whether the first line of a text file is one of a class id and numbers."""
    first = next((line for line in text_io.lines_of(text_io.text_of(path)) if line.strip()), "")
    return len(first.split()) > 4 and numbers.numbers(first.split()) is not None


class _Reader:
    """Reads one file into a collector."""

    def __init__(self, path: Path, names: Names, collector: Collector) -> None:
        self._path, self._names, self._collector = path, names, collector

    def read(self, name: str) -> None:
        """Adds the record, or says why there is none.

        Args:
            name: where the image would lie, without suffix.
        """
        lines = self._lines()
        if lines is None:
            return
        image = self._collector.find(self._path, str(self._path), name)
        if image is None or not self._collector.claim(str(self._path), image):
            return
        size = self._collector.size(image, None, None)
        if size is None:
            return
        rows = [self._row(image, number, line, size) for number, line in enumerate(lines, start=1)]
        objects = LabeledBoxes.from_rows(rows, extras=[{_KEY: {"line": line}} for line in lines])
        whole = {"names": {str(own): label for own, label in self._names.items()}}
        self._collector.add(ImageRecord(image, *size, objects, {_KEY: {"whole": whole}}))

    def _lines(self) -> Optional[List[List[str]]]:
        """The words of each line; ``None`` with a finding when they are no boxes."""
        try:
            lines = [line.split() for line in text_io.lines_of(text_io.text_of(self._path))]
        except BadInput as problem:
            self._collector.note("annotation-broken-file", self._path, str(problem).rstrip("."))
            return None
        lines = [line for line in lines if line]
        if lines and all(numbers.number(line[0]) is None for line in lines):
            self._collector.note(
                "annotation-other-format",
                self._path,
                f"{self._path}: no line starts with a class id",
            )
            return None
        return lines

    def _row(
        self, image: str, number: int, line: Sequence[str], size: Tuple[int, int]
    ) -> Tuple[str, Sequence[float]]:
        own = class_id(line[0])
        label = self._names.get(own, line[0]) if own is not None else line[0]
        note = self._collector.noting(image, self._path, number, label)
        if own not in self._names:
            note(
                "class-unknown",
                f"the class id {short(line[0])} is not in the list of {len(self._names)} class "
                "names",
            )
        values = numbers.numbers(line[1:])
        box = _box(values, size)
        if box is None or values is None:
            note("box-invalid", f"expected class x y width height, found {short(' '.join(line))}")
            return label, numbers.NO_BOX
        if len(values) > 5:
            note("box-from-shape", f"an outline of {len(values) // 2} points")
        return label, box


def _image_name(path: Path, root: Path) -> str:
    """Where the image would lie: ``images/a`` for ``labels/a.txt``."""
    parts = path.relative_to(root.parent).with_suffix("").parts
    return "/".join("images" if part == "labels" else part for part in parts)


def _box(values: Optional[Sequence[float]], size: Tuple[int, int]) -> Optional[List[float]]:
    """Pixels of what follows the class id: a box, perhaps with a confidence, or an outline."""
    width, height = size
    if values is not None and len(values) in (4, 5):
        return numbers.from_centre(values[:4], width, height)
    if values is None or len(values) < 6:
        return None
    return numbers.bounding_box(
        [x * width for x in values[::2]], [y * height for y in values[1::2]]
    )


def write(
    records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]
) -> List[Path]:
    """Writes one text file per image, in the same subfolders as the images, and classes.txt.

    Args:
        records: the images, with boxes.
        out: the folder.
        images: the image folder; not looked into.

    Raises:
        BadInput: two images differ by their suffix alone, a class name has two lines, or a file
            cannot be written.
    """
    wholes = round_trip.wholes(records, _KEY)
    tables = [list(text_io.mapping(whole.get("names")).items()) for whole in wholes]
    ids = ClassIds(tables, class_names(records), first=0)
    texts = {Path(out) / "classes.txt": "".join(f"{name}\n" for name in _in_order(ids.names))}
    for record in records:
        place = (Path(out) / PurePosixPath(record.path)).with_suffix(".txt")
        if place in texts:
            raise BadInput.of(
                place,
                f"a second image of that name, {record.path}",
                "one image per file",
                "Rename one of the two.",
            )
        texts[place] = "".join(f"{line}\n" for line in _lines(record, ids))
    return [files.write_text(place, text) for place, text in texts.items()]


def _in_order(names: Dict[str, str]) -> Iterator[str]:
    by_number = {int(own): name for own, name in names.items()}
    for number in range(max(by_number, default=-1) + 1):
        name = by_number.get(number, "")
        if "\n" in name:
            raise BadInput.of(
                "classes.txt", f"the class {name!r}", "a name of one line", "Rename the class."
            )
        yield name


def _lines(record: ImageRecord, ids: ClassIds) -> Iterator[str]:
    size = record.width, record.height
    for index, (label, box) in enumerate(zip(record.objects.labels, record.objects.boxes)):
        line = text_io.sequence(round_trip.of_object(record, index, _KEY).get("line"))
        own = ids.id_of(label, str(class_id(line[0])) if line else "")
        if line and numbers.same_box(_box(numbers.numbers(line[1:]), size), box):
            yield " ".join([own] + line[1:])
        else:
            yield " ".join([own] + numbers.as_centre(box, *size))
