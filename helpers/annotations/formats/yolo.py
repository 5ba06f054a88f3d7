"""YOLO text: one ``.txt`` per image, one line ``class x y width height`` per box.

The box is given by its centre and size, as fractions of the image's width and height. Class names
are in ``data.yaml`` or ``classes.txt``, in the folder or near it. Other lines are outlines, boxes
with keypoints, or what a detector or tracker wrote: :mod:`.yolo_meaning` decides for all of them.
https://docs.ultralytics.com/datasets/detect/
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from helpers.annotations import numbers, round_trip, text_io
from helpers.annotations.collector import Collector
from helpers.annotations.formats import yolo_classes, yolo_meaning
from helpers.annotations.formats.yolo_classes import Declared, class_id
from helpers.annotations.formats.yolo_evidence import Lines
from helpers.annotations.formats.yolo_layout import LAYOUTS, Layout
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.round_trip import ClassIds
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
        options: its ``layout`` says what the numbers of the lines are; empty lets ``data.yaml``
            and all lines tell.

    Raises:
        BadInput: a folder is missing, there is no text file, no list of class names, or the lines
            can be read in several ways.
    """
    root = Path(source).parent if Path(source).is_file() else Path(source)
    collector = Collector(images)
    paths = below(root)
    declared = yolo_classes.below(root)
    if declared.problems and not declared.names:
        raise next(iter(declared.problems.values()))
    if not paths or not declared.names:
        raise BadInput.of(
            root,
            f"{len(paths)} text files and {len(declared.names)} lists of class names",
            EXPECTED,
            "Check the path; classes.txt holds one name per line.",
        )
    for path, problem in declared.problems.items():
        collector.note("annotation-broken-file", path, str(problem).rstrip("."))
    labels = [own for own in (_labels(path, root, collector) for path in paths) if own]
    layout = yolo_meaning.layout_of(_source(root, labels, declared), options.layout)
    if not layout.is_usual:
        collector.note("annotation-interpreted", root, f"read as {layout.as_text()}")
    for own in labels:
        _add(own, layout, declared, collector)
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


class _Labels(NamedTuple):
    """A file, its image, and the words and numbers of its lines."""

    path: Path
    image: str
    size: Tuple[int, int]
    lines: List[List[str]]
    values: List[Optional[List[float]]]


def _labels(path: Path, root: Path, collector: Collector) -> Optional[_Labels]:
    """What a file holds; ``None``, with a finding, where it holds nothing or has no image."""
    lines = _words(path, collector)
    if lines is None:
        return None
    taken = collector.take(str(path), collector.find(path, str(path), _image_name(path, root)))
    if taken is None:
        return None
    return _Labels(path, *taken, lines, [numbers.numbers(line[1:]) for line in lines])


def _words(path: Path, collector: Collector) -> Optional[List[List[str]]]:
    """The words of each line; ``None`` with a finding when they are no boxes."""
    try:
        lines = [line.split() for line in text_io.lines_of(text_io.text_of(path))]
    except BadInput as problem:
        collector.note("annotation-broken-file", path, str(problem).rstrip("."))
        return None
    lines = [line for line in lines if line]
    if lines and all(numbers.number(line[0]) is None for line in lines):
        collector.note("annotation-other-format", path, f"{path}: no line starts with a class id")
        return None
    return lines


def _image_name(path: Path, root: Path) -> str:
    """Where the image would lie: ``images/a`` for ``labels/a.txt``."""
    parts = path.relative_to(root.parent).with_suffix("").parts
    return "/".join("images" if part == "labels" else part for part in parts)


def _source(root: Path, labels: Sequence[_Labels], declared: Declared) -> yolo_meaning.Source:
    """All lines of numbers, by how many there are."""
    groups: Dict[int, Tuple[list, list, list]] = {}
    for index, own in enumerate(labels):
        for values in own.values:
            if values is not None:
                rows, sizes, indices = groups.setdefault(len(values), ([], [], []))
                rows.append(values)
                sizes.append(own.size)
                indices.append(index)
    lines = {
        count: Lines(np.array(rows, float), np.array(sizes, float), np.array(indices))
        for count, (rows, sizes, indices) in groups.items()
    }
    return yolo_meaning.Source(root, lines, [own.path for own in labels], declared.keypoints)


def _add(own: _Labels, layout: Layout, declared: Declared, collector: Collector) -> None:
    """Adds an image's record, with findings for what is wrong with its lines."""
    names = yolo_classes.nearest(own.path, declared.names)
    boxes = [layout.box_of(values, own.size) for values in own.values]
    rows = []
    for number, (line, box) in enumerate(zip(own.lines, boxes), start=1):
        class_number = class_id(line[0])
        label = line[0] if class_number is None else names.get(class_number, line[0])
        for code, message in _problems(line, box, layout, class_number in names, len(names)):
            collector.noting(own.image, own.path, number, label)(code, message)
        rows.append((label, numbers.NO_BOX if box is None else box))
    stored = [
        {_KEY: {"line": _kept(line, layout), "box": box}} for line, box in zip(own.lines, boxes)
    ]
    whole: Dict[str, object] = {"names": {str(own_id): name for own_id, name in names.items()}}
    if layout.keypoints:
        whole["kpt_shape"] = list(layout.keypoints)
    objects = LabeledBoxes.from_rows(rows, extras=stored)
    collector.add(ImageRecord(own.image, *own.size, objects, {_KEY: {"whole": whole}}))


def _problems(
    line: Sequence[str], box: Optional[Sequence[float]], layout: Layout, known: bool, classes: int
) -> Iterator[Tuple[str, str]]:
    """Code and message of everything about a line that is worth a finding."""
    count = len(line) - 1
    if not known:
        yield (
            "class-unknown",
            f"the class id {short(line[0])} is not in the list of {classes} class names",
        )
    if box is None:
        expected = f"class and {LAYOUTS[layout.name]}"
        yield "box-invalid", f"expected {expected}, found {short(' '.join(line))}"
    elif layout.is_outline(count):
        points = (count - layout.trailing(count)) // 2
        yield "box-from-shape", f"an outline of {points} points"


def _kept(line: List[str], layout: Layout) -> List[str]:
    """The words of a line that mean the same in another set: no confidence or track behind them."""
    count = len(line) - 1
    if not layout.fits(count):
        return line
    if layout.pixels or layout.box != "detect":
        return line[:1]
    if layout.is_outline(count):
        return line[: 1 + count - layout.trailing(count)]
    if count <= 5 or layout.keypoints and count == 4 + layout.keypoints[0] * layout.keypoints[1]:
        return line
    return line[:5]


def write(
    records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]
) -> List[Path]:
    """Writes one text file per image, in the same subfolders as the images, and classes.txt.

    Lines with keypoints stay where all images have the same; ``data.yaml`` then declares them.

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
    names = list(_in_order(ids.names))
    texts = {Path(out) / "classes.txt": "".join(f"{name}\n" for name in names)}
    shapes = {tuple(text_io.sequence(whole.get("kpt_shape"))) for whole in wholes}
    shape = shapes.pop() if len(shapes) == 1 else ()
    if shape:
        texts[Path(out) / "data.yaml"] = _yaml(names, shape)
    for record in records:
        place = (Path(out) / PurePosixPath(record.path)).with_suffix(".txt")
        if place in texts:
            raise BadInput.of(
                place,
                f"a second image of that name, {record.path}",
                "one image per file",
                "Rename one of the two.",
            )
        texts[place] = "".join(f"{line}\n" for line in _lines(record, ids, bool(shape)))
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


def _yaml(names: Sequence[str], shape: Sequence[int]) -> str:
    import yaml

    content = {"kpt_shape": list(shape), "names": list(names)}
    return str(yaml.safe_dump(content, allow_unicode=True, default_flow_style=None))


def _lines(record: ImageRecord, ids: ClassIds, keypoints: bool) -> Iterator[str]:
    size = record.width, record.height
    of_keypoints = "kpt_shape" in text_io.mapping(round_trip.of_image(record, _KEY).get("whole"))
    for index, (label, box) in enumerate(zip(record.objects.labels, record.objects.boxes)):
        stored = round_trip.of_object(record, index, _KEY)
        line = text_io.sequence(stored.get("line"))
        own = ids.id_of(label, str(class_id(line[0])) if line else "")
        if len(line) > 1 and numbers.same_box(stored.get("box"), box):
            most = 5 if of_keypoints and not keypoints else len(line)
            yield " ".join([own] + line[1:most])
        else:
            yield " ".join([own] + numbers.as_centre(box, *size))
