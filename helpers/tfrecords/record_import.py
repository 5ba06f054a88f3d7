"""Records of other programs as images and a list of boxes, so that they can be looked at and fixed.

Records are in the Object Detection API's layout; classes are named by their text or, where they
have ids alone, by a label map beside the file.
"""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path, PurePosixPath
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Sequence, Tuple, Union

import numpy as np

from helpers.annotations.image_header import opened
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.tfrecords import example
from helpers.tfrecords.features import (
    CLASS_ID,
    CLASS_TEXT,
    CORNERS_REL,
    Features,
    first_value,
    values_of_kind,
)
from helpers.tfrecords.framing import Frame, frames

# By what Pillow calls the format: how such a file may end, the usual one first.
_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg"),
    "MPO": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "BMP": (".bmp",),
    "WEBP": (".webp",),
    "TIFF": (".tif", ".tiff"),
}
_DRIVE = re.compile(r"^[A-Za-z]:")
_LARGEST_SHARE = 2.0  # a box may reach beyond its image, but not that far
_MOST_SHOWN = 8  # features of a record of another layout
_FLAGS = {
    "truncated": ("image/object/truncated",),
    "difficult": ("image/object/difficult",),
    "group_of": ("image/object/group_of", "image/object/is_crowd"),
}


class RecordFile(NamedTuple):
    """A record file, and what is known of it.

    Attributes:
        path: of the file.
        names: of the classes by their ids; empty where no label map is beside it.
        folder: below the image folder, where its images are put; empty for none.
    """

    path: Path
    names: Mapping[int, str]
    folder: str = ""


class ImportedRecords(NamedTuple):
    """The result of :func:`extract`.

    Attributes:
        records: the images with their boxes, sorted by path.
        problems: the records that could not be read, a line each.
    """

    records: List[ImageRecord]
    problems: List[str]


def extract(
    sources: Sequence[RecordFile],
    images: Union[str, Path],
    on_progress: Callable[[], Any] = lambda: None,
) -> ImportedRecords:
    """Writes the images of records into a folder; no file there is changed.

    An image that is there already, with the same bytes, is left as it is. Records of the same image
    are put together.

    Args:
        sources: the record files.
        images: the image folder; it may not exist yet.
        on_progress: called after each record.

    Raises:
        BadInput: a file of the same name holds something else, coordinates are pixels, classes
            have ids without names, or no record can be read.
    """
    found: Dict[str, ImageRecord] = {}
    digests: Dict[str, bytes] = {}
    problems: List[BadInput] = []
    for source in sources:
        for frame in frames(source.path):
            where = f"{source.path}, record {frame.number}"
            try:
                content, name, size, features = _image(frame, source)
                objects = _objects(features, size, source, where)
            except ValueError as error:
                remedy = "Write the records again, or leave it out."
                problems.append(BadInput.of(where, str(error), "a record of an image", remedy))
                continue
            path = _free(name, hashlib.sha256(content).digest(), digests)
            _put(Path(images) / path, content)
            if path in found:
                objects = found[path].objects.joined(objects)
            found[path] = ImageRecord(path, *size, objects)
            on_progress()
    if not found:
        nothing = BadInput.of(images, "no record", "at least one", "Give the record files.")
        raise BadInput.several("records that cannot be read", problems or [nothing])
    return ImportedRecords([found[path] for path in sorted(found)], list(map(str, problems)))


def _image(frame: Frame, source: RecordFile) -> Tuple[bytes, str, Tuple[int, int], Features]:
    """The image of a record: its bytes, a path for it, and its width and height."""
    if frame.problem:
        raise ValueError(frame.problem)
    features = example.parsed(frame.content)
    content = first_value(features, "image/encoded")
    if not isinstance(content, bytes) or not content:
        shown = ", ".join(sorted(features)[:_MOST_SHOWN])
        raise ValueError(f"no image/encoded among its features ({shown or 'none'})")
    try:
        image = opened(io.BytesIO(content))
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError("bytes that are no image") from error
    if image.format not in _SUFFIXES:
        raise ValueError(f"an image in the format {image.format}")
    stored = values_of_kind(features, "image/filename") or values_of_kind(
        features, "image/source_id"
    )
    name = stored[0].decode("utf-8", "replace") if stored else ""
    usual = f"{source.path.name.partition('.')[0]}-{frame.number:05d}"
    path = _path(name, usual, _SUFFIXES[image.format])
    return content, str(PurePosixPath(source.folder) / path), image.size, features


def _path(name: str, usual: str, suffixes: Sequence[str]) -> str:
    """A path below the image folder, as the record names it where it can be that."""
    path = PurePosixPath(name.replace("\\", "/"))
    leaves = path.is_absolute() or ".." in path.parts or _DRIVE.match(name)
    parts = path.parts[-1:] if leaves else path.parts
    usable = parts and all(part.isprintable() and not part.startswith(".") for part in parts)
    kept = PurePosixPath(*parts) if usable else PurePosixPath(usual)
    return str(kept if kept.suffix.lower() in suffixes else kept.with_suffix(suffixes[0]))


def _free(path: str, digest: bytes, digests: Dict[str, bytes]) -> str:
    """The path, with a number behind it where another image has it."""
    whole, number = PurePosixPath(path), 1
    while digests.setdefault(path, digest) != digest:
        number += 1
        path = str(whole.with_name(f"{whole.stem}-{number}{whole.suffix}"))
    return path


def _put(path: Path, content: bytes) -> None:
    if path.exists():
        if path.is_file() and path.read_bytes() == content:
            return
        raise BadInput.of(
            path,
            "another file of this name than the image in the records",
            "none, or the same image",
            "Name an empty folder for the images.",
        )
    with files.replacing(path) as beside:
        beside.write_bytes(content)


def _objects(
    features: Features, size: Tuple[int, int], source: RecordFile, where: str
) -> LabeledBoxes:
    columns = [values_of_kind(features, name) for name in CORNERS_REL]
    counts = {len(column) for column in columns}
    if len(counts) > 1:
        raise ValueError(f"{' and '.join(map(str, sorted(counts)))} corners of boxes")
    (count,) = counts
    if any(abs(value) > _LARGEST_SHARE for column in columns for value in column):
        raise BadInput.of(
            where,
            f"the corners {[round(float(column[0]), 2) for column in columns]}",
            "fractions of the image's width and height, 0 to 1",
            "Divide x by the width and y by the height when the records are written.",
        )
    flags = {name: _flags(features, name, count) for name in _FLAGS}
    labels = _labels(features, count, source, where)
    boxes = example.boxes_of(features, *size)
    return LabeledBoxes(boxes, tuple(labels), **flags)


def _flags(features: Features, name: str, count: int) -> np.ndarray:
    own = [values_of_kind(features, one) for one in _FLAGS[name]]
    known = [values for values in own if len(values) == count]
    return np.any(np.array(known, bool).reshape(len(known), count), axis=0)


def _labels(features: Features, count: int, source: RecordFile, where: str) -> List[str]:
    texts = [text.decode("utf-8", "replace") for text in values_of_kind(features, CLASS_TEXT)]
    ids = values_of_kind(features, CLASS_ID)
    if len(texts) == count and all(texts):
        return texts
    if len(ids) != count:
        raise ValueError(f"{len(texts)} names and {len(ids)} ids of classes for {count} boxes")
    unknown = sorted(set(ids) - set(source.names))
    if unknown:
        raise BadInput.of(
            where,
            f"the class {unknown[0]} without a name",
            f"a label map with it beside {source.path.name}",
            "Put label_map.pbtxt of these records into their folder.",
        )
    return [source.names[own] for own in ids]
