"""All annotation formats by their names on the command line, and which one a file or folder is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional, Tuple, Union

from helpers.annotations import (
    coco,
    csv_columns,
    csv_import,
    csv_table,
    sagemaker_ground_truth,
    text_io,
    via,
    voc,
    yolo,
    yolo_classes,
)
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.structures.dataset import Annotations
from helpers.structures.errors import BadInput

AUTO = "auto"
CHOICES = ("attribute", "layout", "columns")  # of the ReadOptions, what a user may choose
_MOST_SAMPLES = 20  # of each suffix in a folder


class Format(NamedTuple):
    """An annotation format.

    Attributes:
        title: what people call it.
        read: takes source, image folder and ``ReadOptions``, gives ``Annotations``.
        write: takes records, where to, and the image folder.
        folder: it is a folder of files, not one file.
        options: the names of the ``ReadOptions`` that a user may give for it.
    """

    title: str
    read: Callable[..., Annotations]
    write: Callable[..., Any]
    folder: bool = False
    options: Tuple[str, ...] = ()


FORMATS: Dict[str, Format] = {
    "xml": Format("Pascal VOC XML (LabelImg)", voc.read, voc.write, folder=True),
    "json": Format("VGG Image Annotator JSON", via.read, via.write, options=("attribute",)),
    "coco": Format("COCO JSON", coco.read, coco.write),
    "yolo": Format("YOLO text", yolo.read, yolo.write, folder=True),
    "manifest": Format(
        "SageMaker Ground Truth manifest",
        sagemaker_ground_truth.read,
        sagemaker_ground_truth.write,
        options=("attribute",),
    ),
    "csv": Format(
        "table of boxes",
        csv_import.read,
        lambda records, out, images: csv_table.write(records, out),
    ),
}


def read(
    name: str,
    source: Union[str, Path],
    images: Union[str, Path],
    options: ReadOptions = NOTHING_CHOSEN,
) -> Annotations:
    """Reads annotations of any format.

    Args:
        name: of ``FORMATS``, or ``auto``.
        source: file or folder.
        images: the image folder.
        options: what the files leave open.

    Raises:
        BadInput: there is no such format, nothing of it, or an option that it does not have.
    """
    if not Path(source).exists():
        raise BadInput(f"{source}: no such file or folder. Check the path.")
    name = guess(source) if name == AUTO else name
    if name not in FORMATS:
        raise BadInput.of(
            "format", repr(name), f"one of {', '.join([*FORMATS, AUTO])}", "Name one of these."
        )
    for option in CHOICES:
        if getattr(options, option) and option not in FORMATS[name].options:
            raise _not_for(name, option, getattr(options, option))
    return FORMATS[name].read(source, images, options)


def _not_for(name: str, option: str, value: str) -> BadInput:
    having = [own for own, chosen in FORMATS.items() if option in chosen.options]
    return BadInput.of(
        option,
        f"{value!r} for {FORMATS[name].title}",
        "none",
        f"Leave it out; it is for {' and '.join(having) or 'no format'}.",
    )


def guess(source: Union[str, Path]) -> str:
    """Tells the format of a file or a folder by what is in it.

    Returns:
        A name of ``FORMATS``.

    Raises:
        BadInput: it is missing, of no known format, or there are several.
    """
    names = {name for name in map(_guess_file, _samples(Path(source))) if name}
    formats = sorted(names, key=list(FORMATS).index)
    if len(formats) == 1:
        return formats[0]
    raise BadInput.of(
        source,
        f"annotations of {len(formats)} formats ({', '.join(formats)})"
        if formats
        else "no annotations of a known format",
        " or ".join(chosen.title for chosen in FORMATS.values()),
        "Name the format, or give the file or folder itself.",
    )


def _samples(source: Path) -> Iterator[Path]:
    """Files that are enough to tell: every kind, but not thousands of one."""
    counts: Dict[str, int] = {}
    for path in text_io.below(source, ("",)):
        suffix = path.suffix.lower()
        counts[suffix] = counts.get(suffix, 0) + 1
        if counts[suffix] <= _MOST_SAMPLES:
            yield path


def _guess_file(path: Path) -> Optional[str]:
    suffix = path.suffix.lower()
    try:
        if suffix == ".xml":
            return "xml"
        if suffix in (".csv", ".tsv"):
            return "csv" if csv_columns.layout_of(text_io.text_of(path)) else None
        if suffix in (".json", ".jsonl", ".manifest"):
            return _guess_json(text_io.text_of(path))
        lists_classes = yolo_classes.names_in(path) is not None
        return "yolo" if lists_classes or suffix == ".txt" and yolo.has_boxes(path) else None
    except BadInput:
        return None  # the reader of the format says what is wrong


def _guess_json(text: str) -> Optional[str]:
    first_line = next((line for line in text.split("\n") if line.strip()), "")
    if sagemaker_ground_truth.is_line(_json_or_none(first_line)):
        return "manifest"
    value = _json_or_none(text)
    if not coco.difference(value):
        return "coco"
    return None if via.difference(value) else "json"


def _json_or_none(text: str) -> Any:
    try:
        return text_io.json_in(text)
    except ValueError:
        return None
