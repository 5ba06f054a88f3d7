"""Signatures of all other files: archives, records, tables, lines of text; and the whole table."""

from __future__ import annotations

import re
from typing import Tuple

from helpers.annotations import text_io
from helpers.annotations.formats import csv_columns, yolo, yolo_classes
from helpers.annotations.signatures.json_signatures import JSON_SIGNATURES
from helpers.annotations.signatures.signature import AS_TABLE, Sample, Signature, begins, named
from helpers.annotations.signatures.table_signatures import TABLE_SIGNATURES
from helpers.annotations.signatures.xml_signatures import XML_SIGNATURES

LABEL_MAP = "label map"
_RECORDS = (".tfrecord", ".tfrecords", ".record", ".records")
_COLOR_TYPE, _PALETTE = 25, b"\x03"  # of a PNG: the byte's place and value
_MASK_FOLDERS = ("segmentationclass", "segmentationobject", "masks", "masks_png")
_RECORD_NAME = re.compile(r"\.(tf)?records?\b")
_SHARD = re.compile(r".*-\d{5}-of-\d{5}$")
_OWN_LABELS = re.compile(r"(^|[\s{])item\s*\{")
_NO_ANNOTATIONS = "It has no annotations; give the annotations themselves."
_TRACKED = re.compile(r"\d+,\s*-?\d+(,\s*-?\d+(\.\d+)?(e-\d+)?){7,8}$")  # frame, id, box, ...
_COMMA_NUMBERS = re.compile(r"-?\d+(,-?\d+){7},?$")
_CORNER_LINE = re.compile(r"(-?\d+(\.\d+)?\s+){8}[A-Za-z][\w-]*(\s+[012])?$")
_UNPACK = "Unpack it, and give the file or folder that was in it."


def _are_records(sample: Sample) -> bool:
    return sample.suffix in _RECORDS or bool(_SHARD.match(sample.name))


def _is_page(sample: Sample) -> bool:
    return sample.root.lower() == "html" or sample.start.lstrip()[:14].lower() == "<!doctype html"


def _is_table(sample: Sample) -> bool:
    return sample.suffix in (".csv", ".tsv") and bool(
        csv_columns.layouts_of(text_io.text_of(sample.path))
    )


def _is_yolo(sample: Sample) -> bool:
    return sample.suffix == ".txt" and yolo.has_boxes(sample.path)


def _lists_classes(sample: Sample) -> bool:
    return yolo_classes.names_in(sample.path) is not None


def _is_text(sample: Sample) -> bool:
    return sample.suffix == ".txt"


def _is_dota(sample: Sample) -> bool:
    lines = [line.strip() for line in sample.start.split("\n")[:4]]
    return _is_text(sample) and (
        sample.line.startswith(("imagesource:", "gsd:")) or any(map(_CORNER_LINE.match, lines))
    )


def _is_wider(sample: Sample) -> bool:
    lines = [line.strip() for line in sample.start.split("\n")[:3]]
    return (
        len(lines) > 2
        and lines[0].lower().endswith((".jpg", ".png"))
        and lines[1].isdigit()
        and len(lines[2].split()) >= 4
    )


def _is_mask(sample: Sample) -> bool:
    """A PNG with a palette, in a folder that is called like one of masks."""
    is_png = sample.head.startswith(b"\x89PNG") and sample.head[_COLOR_TYPE:][:1] == _PALETTE
    return is_png and sample.path.parent.name.lower() in _MASK_FOLDERS


def _lists_images(sample: Sample) -> bool:
    return _is_text(sample) and sample.line.lower().endswith((".jpg", ".jpeg", ".png", ".bmp"))


_FIRST: Tuple[Signature, ...] = (
    Signature(
        "Git LFS pointer, not the file itself",
        begins(b"version https://git-lfs"),
        remedy="Run 'git lfs pull' in that repository, or download the file itself.",
    ),
    Signature(
        "web page instead of a file",
        _is_page,
        remedy="Download the file again: what was saved is the page that offers it.",
    ),
    Signature(
        "gzipped record file",
        lambda s: s.head.startswith(b"\x1f\x8b") and bool(_RECORD_NAME.search(s.name)),
        remedy="Unpack it with gunzip first.",
    ),
    Signature("gzipped file", begins(b"\x1f\x8b"), remedy="Unpack it with gunzip or tar first."),
    Signature(
        "Excel workbook", named(".xlsx", ".xlsm"), remedy="Save it as CSV (UTF-8), and read that."
    ),
    Signature("zip archive", begins(b"PK\x03\x04"), remedy=_UNPACK),
    Signature("RAR archive", begins(b"Rar!"), remedy=_UNPACK),
    Signature("7-Zip archive", begins(b"7z\xbc\xaf\x27\x1c"), remedy=_UNPACK),
    Signature("xz archive", begins(b"\xfd7zXZ"), remedy=_UNPACK),
    Signature("bzip2 archive", begins(b"BZh"), remedy=_UNPACK),
    Signature("Zstandard archive", begins(b"\x28\xb5\x2f\xfd"), remedy=_UNPACK),
    Signature("tar archive", lambda sample: sample.head[257:262] == b"ustar", remedy=_UNPACK),
    Signature("Parquet table", begins(b"PAR1"), remedy=AS_TABLE),
    Signature("Arrow table", begins(b"ARROW1"), remedy=AS_TABLE),
    Signature("HDF5 file", begins(b"\x89HDF"), remedy=AS_TABLE),
    Signature("MATLAB file", begins(b"MATLAB"), remedy=AS_TABLE),
    Signature("SQLite database", begins(b"SQLite format 3"), remedy=AS_TABLE),
    Signature("NumPy array", begins(b"\x93NUMPY"), remedy=AS_TABLE),
    Signature(
        "Excel workbook",
        begins(b"\xd0\xcf\x11\xe0"),
        remedy="Save it as CSV (UTF-8), and read that.",
    ),
    Signature("pickled Python object", named(".pkl", ".pickle"), remedy=AS_TABLE),
    Signature(
        "TFRecords",
        _are_records,
        remedy="Give them alone: their images are put into a folder, their boxes into a table.",
    ),
)

_LAST: Tuple[Signature, ...] = (
    Signature(
        "Cityscapes masks",
        named("_labelids.png", "_instanceids.png", "_labeltrainids.png"),
        remedy="Masks are not read; write the boxes around them. " + AS_TABLE,
        aside=True,
    ),
    Signature(
        "Pascal VOC masks",
        _is_mask,
        remedy="Masks are not read; give the folder Annotations of the same data set, if it has "
        "one. " + AS_TABLE,
        aside=True,
    ),
    Signature("table of boxes", _is_table, format="csv"),
    Signature(
        "table of masks (ImageId, EncodedPixels)",
        lambda sample: sample.line.lower().startswith("imageid,encodedpixels"),
        remedy="Masks of a table are not read; write the boxes around them. " + AS_TABLE,
    ),
    Signature(
        "MOT lines of a tracker",
        lambda sample: _is_text(sample) and bool(_TRACKED.match(sample.line)),
        remedy=AS_TABLE,
    ),
    Signature(
        "VisDrone lines",
        lambda s: _is_text(s) and bool(_COMMA_NUMBERS.match(s.line)),
        remedy=AS_TABLE,
    ),
    Signature("YOLO text", _is_yolo, format="yolo"),
    Signature("class names", _lists_classes, format="yolo", aside=True),
    Signature("DOTA lines", _is_dota, remedy=AS_TABLE),
    Signature("WIDER FACE lists", _is_wider, remedy=AS_TABLE),
    Signature(
        "list of images",
        _lists_images,
        remedy="It says which images there are, not what is on them. " + _NO_ANNOTATIONS,
        aside=True,
    ),
    Signature(
        "PPOCRLabel lines",
        lambda sample: _is_text(sample) and '\t[{"transcription"' in sample.line,
        remedy=AS_TABLE,
    ),
    Signature(
        LABEL_MAP,
        lambda s: s.suffix in (".pbtxt", ".txt") and bool(_OWN_LABELS.search(s.start)),
        remedy=_NO_ANNOTATIONS,
        aside=True,
    ),
    Signature(
        "pipeline config of TensorFlow 2",
        lambda s: "train_config" in s.start and "fine_tune_checkpoint_version: V2" in s.start,
        remedy=_NO_ANNOTATIONS + " Training takes a config of TensorFlow 1.",
        aside=True,
    ),
    Signature(
        "pipeline config",
        lambda sample: "train_config" in sample.start and "model" in sample.start,
        remedy=_NO_ANNOTATIONS,
        aside=True,
    ),
)

SIGNATURES: Tuple[Signature, ...] = (
    _FIRST + XML_SIGNATURES + JSON_SIGNATURES + TABLE_SIGNATURES + _LAST
)
