"""Signatures of the tables and text files of programs that have readers of their own."""

from __future__ import annotations

from typing import Callable, Tuple

from helpers.annotations import text_files
from helpers.annotations.formats import automl, kitti, makesense, oidv4, open_images, via_csv
from helpers.annotations.signatures.signature import Sample, Signature
from helpers.annotations.table_rows import SUFFIXES


def _table(recognises: Callable[[str], bool]) -> Callable[[Sample], bool]:
    return lambda sample: sample.suffix in SUFFIXES and recognises(sample.start)


def _is_kitti(sample: Sample) -> bool:
    return sample.suffix == ".txt" and text_files.has_lines(sample.path, kitti.is_line)


def _is_oidv4(sample: Sample) -> bool:
    return sample.suffix == ".txt" and oidv4.is_file(sample.path)


TABLE_SIGNATURES: Tuple[Signature, ...] = (
    Signature("VGG Image Annotator CSV", _table(via_csv.recognises), format="via-csv"),
    Signature("makesense.ai CSV", _table(makesense.recognises), format="makesense"),
    Signature("Vertex AI or AutoML CSV", _table(automl.recognises), format="automl"),
    Signature("Open Images CSV", _table(open_images.recognises), format="open-images"),
    Signature(
        "class names of Open Images",
        _table(open_images.names_classes),
        remedy="Give the table of boxes (*-annotations-bbox.csv), or the folder of both.",
        aside=True,
    ),
    Signature(
        "image labels or ids of Open Images, without boxes",
        _table(open_images.lacks_boxes),
        remedy="Give the table of boxes (*-annotations-bbox.csv).",
        aside=True,
    ),
    Signature("KITTI labels", _is_kitti, format="kitti"),
    Signature("OIDv4 toolkit text", _is_oidv4, format="oidv4"),
)
