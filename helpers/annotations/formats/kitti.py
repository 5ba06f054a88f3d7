"""KITTI's labels, as NVIDIA TAO takes them too: one text file per image, one line per object.

``type truncated occluded alpha left top right bottom height width length x y z rotation``, of
which the first eight are about the image, pixels; a detector's results have a score behind them.
Classes are one word. ``DontCare`` is a region where nobody looked.
http://www.cvlibs.net/datasets/kitti/eval_object.php (devkit, readme.txt)
"""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, List, Sequence, Tuple, Union

from helpers.annotations import numbers, round_trip, text_files
from helpers.annotations.collector import Collector
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_files import TextFile
from helpers.annotations.text_io import sequence
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import short
from helpers.system import files

EXPECTED = "KITTI text files of 15 words a line"
_FIELDS = 15  # and a score, perhaps
_KEY = "kitti"
_IGNORED = "dontcare"
_FOLDERS = {"label_2": "image_2", "label_02": "image_02", "labels": "images"}
_OCCLUDED = (1, 2)  # partly and largely; 0 is fully visible, 3 unknown
# What the devkit writes where nothing is known: of the object in space, and its angle in view.
_NOWHERE = "-1 -1 -1 -1000 -1000 -1000 -10"
_UNKNOWN = f"class 0.00 0 -10 0 0 0 0 {_NOWHERE}"


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads every text file below a folder; ``DontCare`` is left out, with a finding.

    Args:
        source: the folder, or one file.
        images: the image folder. ``label_2/a.txt`` prefers ``image_2/a.png`` to another ``a.png``.
        options: none is used.

    Raises:
        BadInput: one of the two is missing, or no file is of the format.
    """
    collector = Collector(images)
    paths = text_files.below(Path(source), tuple(_FOLDERS))
    text_files.require_lines(source, paths, is_line, EXPECTED)
    ignored = scored = 0
    for file in text_files.matched(paths, collector, is_line, _image_name):
        record, regions = _record(file, collector)
        collector.add(record)
        ignored += regions
        scored += sum(len(line.split()) == _FIELDS + 1 for line in file.lines)
    if scored:
        message = f"{scored} lines end with a score, as a detector's results do"
        collector.note("annotation-scored", source, message)
    if ignored:
        collector.note(
            "annotation-ignored-regions", source, f"{ignored} regions are called DontCare"
        )
    return collector.annotations()


def is_line(line: str) -> bool:
    """Whether a line is of this format, and not of YOLO text with as many numbers."""
    words = line.split()
    if len(words) not in (_FIELDS, _FIELDS + 1) or numbers.numbers(words[1:]) is None:
        return False
    return numbers.number(words[0]) is None or " ".join(words[8:_FIELDS]) == _NOWHERE


def _image_name(path: Path) -> str:
    return text_files.renamed(path, _FOLDERS)


def _record(file: TextFile, collector: Collector) -> Tuple[ImageRecord, int]:
    """The record of a file, and how many regions of it are left out."""
    lines = [line.split() for line in file.lines]
    kept = [words for words in lines if words[0].lower() != _IGNORED]
    rows = [
        (words[0], _box(file, number, words, collector)) for number, words in enumerate(kept, 1)
    ]
    objects = LabeledBoxes.from_rows(
        rows,
        truncated=[_is_truncated(words) for words in kept],
        occluded=[_is_occluded(words) for words in kept],
        extras=[{_KEY: {"words": words}} for words in kept],
    )
    return ImageRecord(file.image, *file.size, objects), len(lines) - len(kept)


def _box(
    file: TextFile, number: int, words: Sequence[str], collector: Collector
) -> Sequence[float]:
    values = numbers.numbers(words[1:])
    if values is None or len(words) not in (_FIELDS, _FIELDS + 1):
        note = collector.noting(file.image, file.path, number, words[0])
        note("box-invalid", f"expected {EXPECTED}, found {short(' '.join(words))}")
        return numbers.NO_BOX
    return values[3:7]


def write(
    records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]
) -> List[Path]:
    """Writes one text file per image, in the same subfolders as the images.

    Args:
        records: the images, with boxes.
        out: the folder.
        images: the image folder; not looked into.

    Raises:
        BadInput: a class is not one word or is called ``DontCare``, two images differ by their
            suffix alone, or a file cannot be written.
    """
    texts = {
        place: "".join(f"{line}\n" for line in _lines(record))
        for place, record in text_files.places(records, out).items()
    }
    return [files.write_text(place, text) for place, text in texts.items()]


def _lines(record: ImageRecord) -> Iterator[str]:
    for index, label in enumerate(record.objects.labels):
        if label.split() != [label] or label.lower() == _IGNORED:
            raise BadInput.of(
                record.path,
                f"the class {label!r}",
                "one word that is not DontCare, as KITTI has it",
                "Rename the class.",
            )
        yield " ".join([label, *_words(record, index)[1:]])


def _words(record: ImageRecord, index: int) -> List[str]:
    """The words of an object's line: as they were read, where they say what the record says."""
    stored = sequence(round_trip.of_object(record, index, _KEY).get("words"))
    words = list(stored) if len(stored) >= _FIELDS else _UNKNOWN.split()
    box = record.objects.boxes[index]
    if not numbers.same_box(numbers.numbers(words[4:8]), box):
        words[4:8] = [str(numbers.shortest(value)) for value in box]
    if _is_truncated(words) != record.objects.flags("truncated")[index]:
        words[1] = "0.00" if _is_truncated(words) else "1.00"
    if _is_occluded(words) != record.objects.flags("occluded")[index]:
        words[2] = "0" if _is_occluded(words) else str(_OCCLUDED[0])
    return words


def _is_truncated(words: Sequence[str]) -> bool:
    return len(words) > 1 and (numbers.number(words[1]) or 0) > 0


def _is_occluded(words: Sequence[str]) -> bool:
    return len(words) > 2 and numbers.number(words[2]) in _OCCLUDED
