"""YOLO text: one ``.txt`` a picture, one line ``class x y width height`` a box.

The box is given by its centre and size, as shares of the picture's sides. Class names stand in
``data.yaml`` or ``classes.txt``, in the folder or near it. Longer lines are outlines, and a sixth
number is a detector's confidence.
https://docs.ultralytics.com/datasets/detect/
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Dict, Iterator, List, Optional, Sequence, Tuple, Union

from helpers import files
from helpers.boxes import LabeledBoxes
from helpers.errors import BadInput
from helpers.findings import short
from helpers.formats import carried, figures, reading
from helpers.formats.carried import ClassIds
from helpers.formats.gathering import Gathering
from helpers.records import Annotations, ImageRecord, class_names

EXPECTED = "YOLO text files with classes.txt or data.yaml"
_KEY = "yolo"
_LISTS = ("classes.txt", "labels.txt", "_darknet.labels")
_MOST_CLASSES = 100_000
_LONGEST_YAML = 500_000  # characters
# What other programs lay beside the annotations.
_OTHER = re.compile(r"(readme.*|license.*|notes|requirements|train|val|valid|test)\.txt")
Names = Dict[int, str]


def read(source: Union[str, Path], images: Union[str, Path]) -> Annotations:
    """Reads every text file below a folder.

    Args:
        source: the folder; also its ``data.yaml`` or ``classes.txt``.
        images: the image folder. ``labels/a.txt`` prefers ``images/a.jpg`` to another ``a.jpg``.

    Raises:
        BadInput: a folder is missing, there is no text file, or no list of class names.
    """
    root = Path(source).parent if Path(source).is_file() else Path(source)
    gathering = Gathering(images)
    paths = below(root)
    lists, problems = class_lists(root)
    if problems and not lists:
        raise next(iter(problems.values()))
    if not paths or not lists:
        raise BadInput.of(root, f"{len(paths)} text files and {len(lists)} lists of class names",
                          EXPECTED, "Check the path; classes.txt holds one name a line.")
    for path, problem in problems.items():
        gathering.note("broken file", path, str(problem).rstrip("."))
    for path in paths:
        _read_file(path, root, _nearest(path, lists), gathering)
    return gathering.annotations()


def below(root: Path) -> List[Path]:
    """The text files of annotations; only those in ``labels`` folders where there are any."""
    paths = [path for path in reading.below(root, (".txt", ".yaml", ".yml", ".names", ".labels"))
             if path.suffix.lower() == ".txt" and path.name.lower() not in _LISTS
             and not _OTHER.fullmatch(path.name.lower())]
    labels = [path for path in paths if "labels" in path.relative_to(root).parts[:-1]]
    return labels or paths


def class_lists(root: Path) -> Tuple[Dict[Path, Names], Dict[Path, BadInput]]:
    """Class names by id, by the folder where they stand; and files that cannot be read.

    Looks below ``root`` and, when that is the ``labels`` of a data set, beside it.
    """
    labels = next((one for one in (root, *root.parents) if one.name == "labels"), None)
    beside = [path for path in sorted(labels.parent.glob("*")) if path.is_file()] if labels else []
    lists: Dict[Path, Names] = {}
    problems: Dict[Path, BadInput] = {}
    for path in reading.below(root, ("",)) + beside:
        try:
            names = names_in(path)
        except BadInput as problem:
            problems[path] = problem
            continue
        if names is not None:
            lists.setdefault(path.parent, names)
    return lists, problems


def names_in(path: Path) -> Optional[Names]:
    """The class names that a file lists; ``None`` when it is no such file.

    Raises:
        BadInput: it should, but cannot be read.
    """
    if path.suffix.lower() in (".yaml", ".yml"):
        return _names_in_yaml(path)
    if path.suffix.lower() != ".names" and path.name.lower() not in _LISTS:
        return None
    text = reading.text_of(path).rstrip()
    return dict(enumerate(reading.lines_of(text))) if text else {}


def has_boxes(path: Path) -> bool:
    """Whether the first line of a text file is one of a class id and numbers."""
    first = next((line for line in reading.lines_of(reading.text_of(path)) if line.strip()), "")
    return len(first.split()) > 4 and figures.numbers(first.split()) is not None


def _names_in_yaml(path: Path) -> Optional[Names]:
    """The entry ``names``, a list or names by id; ``None`` when there is none."""
    import yaml
    text = reading.text_of(path)
    if "names" not in text or len(text) > _LONGEST_YAML:
        return None  # some other YAML, which may be slow to read or of a dialect
    try:
        # Everything stays text: to YAML a class called `no` or `on` would be a truth value.
        document = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise BadInput.of(path, f"broken YAML ({short(' '.join(str(error).split()))})",
                          "a list of class names", "Mend the file.") from error
    names = reading.mapping(document).get("names")
    if not isinstance(names, (dict, list)):
        return None
    pairs = names.items() if isinstance(names, dict) else enumerate(names)
    return {_class_id(own): reading.without_halves(name) for own, name in pairs
            if _class_id(own) is not None and isinstance(name, str)}


def _nearest(path: Path, lists: Dict[Path, Names]) -> Names:
    """The list in the file's own folder or the nearest above, else the only or first one."""
    return next((lists[folder] for folder in path.parents if folder in lists),
                next(iter(lists.values())))


def _class_id(value: Union[int, str]) -> Optional[int]:
    found = figures.number(value)
    good = found is not None and 0 <= found < _MOST_CLASSES and found.is_integer()
    return int(found) if good else None


def _read_file(path: Path, root: Path, names: Names, gathering: Gathering) -> None:
    try:
        lines = [line.split() for line in reading.lines_of(reading.text_of(path))]
    except BadInput as problem:
        gathering.note("broken file", path, str(problem).rstrip("."))
        return
    lines = [line for line in lines if line]
    if lines and all(figures.number(line[0]) is None for line in lines):
        gathering.note("other format", path, f"{path}: no line starts with a class id")
        return
    picture = gathering.find(path, str(path), _picture_name(path, root))
    if picture is None or not gathering.claim(str(path), picture):
        return
    size = gathering.size(picture, None, None)
    if size is None:
        return
    rows = [_row(gathering, path, picture, number, line, names, size)
            for number, line in enumerate(lines, start=1)]
    whole = {"names": {str(own): name for own, name in names.items()}}
    gathering.add(ImageRecord(
        picture, size[0], size[1], LabeledBoxes.of(rows), extra={_KEY: {"whole": whole}},
        object_extras=tuple({_KEY: {"line": line}} for line in lines)))


def _picture_name(path: Path, root: Path) -> str:
    """Where the picture would lie: ``images/a`` for ``labels/a.txt``."""
    parts = path.relative_to(root.parent).with_suffix("").parts
    return "/".join("images" if part == "labels" else part for part in parts)


def _row(gathering: Gathering, path: Path, picture: str, number: int, line: Sequence[str],
         names: Names, size: Tuple[int, int]) -> Tuple[str, Sequence[float]]:
    own = _class_id(line[0])
    label = names.get(own, line[0])
    note = gathering.noting(picture, path, number, label)
    if own not in names:
        note("unknown class", f"the class id {short(line[0])} is not in the list of "
             f"{len(names)} class names")
    values = figures.numbers(line[1:])
    box = _box(values, size)
    if box is None:
        note("no box", f"expected class x y width height, found {short(' '.join(line))}")
    elif len(values) > 5:
        note("not a rectangle", f"an outline of {len(values) // 2} points")
    return label, box or figures.NO_BOX


def _box(values: Optional[Sequence[float]], size: Tuple[int, int]) -> Optional[List[float]]:
    """Pixels of what follows the class id: a box, perhaps with a confidence, or an outline."""
    width, height = size
    if values is not None and len(values) in (4, 5):
        return figures.from_centre(values[:4], width, height)
    if values is None or len(values) < 6:
        return None
    return figures.around([x * width for x in values[::2]], [y * height for y in values[1::2]])


def write(records: Sequence[ImageRecord], out: Union[str, Path],
          images: Union[str, Path]) -> List[Path]:
    """Writes one text file a picture, in the same subfolders as the pictures, and classes.txt.

    Args:
        records: the pictures, with boxes.
        out: the folder.
        images: the image folder; not looked into.

    Raises:
        BadInput: two pictures differ by their suffix alone, a class name has two lines, or a file
            cannot be written.
    """
    tables = [list(reading.mapping(one.get("names")).items())
              for one in carried.wholes(records, _KEY)]
    ids = ClassIds(tables, class_names(records), first=0)
    texts = {Path(out) / "classes.txt": "".join(f"{name}\n" for name in _in_order(ids.names))}
    for record in records:
        place = (Path(out) / PurePosixPath(record.path)).with_suffix(".txt")
        if place in texts:
            raise BadInput.of(place, f"a second picture of that name, {record.path}",
                              "one picture a file", "Rename one of the two.")
        texts[place] = "".join(f"{line}\n" for line in _lines(record, ids))
    return [files.write_text(place, text) for place, text in texts.items()]


def _in_order(names: Dict[str, str]) -> Iterator[str]:
    by_number = {int(own): name for own, name in names.items()}
    for number in range(max(by_number, default=-1) + 1):
        name = by_number.get(number, "")
        if "\n" in name:
            raise BadInput.of("classes.txt", f"the class {name!r}", "a name of one line",
                              "Rename the class.")
        yield name


def _lines(record: ImageRecord, ids: ClassIds) -> Iterator[str]:
    size = record.width, record.height
    for index, (label, box) in enumerate(zip(record.objects.labels, record.objects.boxes)):
        line = reading.sequence(carried.of_object(record, index, _KEY).get("line"))
        own = ids.id_of(label, str(_class_id(line[0])) if line else "")
        if line and figures.same(_box(figures.numbers(line[1:]), size), box):
            yield " ".join([own] + line[1:])
        else:
            yield " ".join([own] + figures.as_centre(box, *size))
