"""Verbs from photos and annotations to the tables of the splits."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, Optional

from helpers.cli.parser import add_grouping, add_reading, add_verb, add_work, cache
from helpers.steps.import_annotations import DROP, FAIL, POLICIES, import_annotations
from helpers.steps.map_labels import map_labels, read_label_map
from helpers.steps.prelabel import BACKENDS, FASTEST, DatasetFolders, PrelabelOptions, prelabel
from helpers.steps.resolve_dataset import SAMPLE_COUNT, write_sample
from helpers.steps.split_dataset import SplitOptions, split_dataset
from helpers.steps.unpack_dataset import unpack_dataset
from helpers.steps.validate_dataset import (
    AUTO,
    FORMATS,
    DatasetSource,
    DatasetValidation,
    ValidationOptions,
    require_other_file,
    validate_dataset,
)
from helpers.structures.errors import MissingPart
from helpers.system.files import PathLike
from helpers.workspace import Workspace


def _add_sample(verbs: Any) -> None:
    parser = add_verb(
        verbs, "sample", _sample, "write the built-in sample data set: img/ and annotations/"
    )
    parser.add_argument("out", metavar="OUT", help="folder to write to")
    parser.add_argument("--count", type=int, default=SAMPLE_COUNT, help="number of images")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same images")


def _sample(options: Namespace) -> None:
    print(write_sample(options.out, options.count, options.seed).as_text())


def _add_policy(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--policy",
        choices=POLICIES,
        default=FAIL,
        help="for errors that are left: fail, or drop the object or image",
    )


def _source(options: Namespace, annotations: PathLike, images: Optional[PathLike]) -> DatasetSource:
    """The data set that the options of a verb describe; says where it was unpacked, if it was."""
    folders = unpack_dataset(annotations, images, Workspace.at().data)
    if str(folders.annotations) != str(annotations):
        print(folders.as_text(), file=sys.stderr)
    return DatasetSource(
        folders.annotations,
        folders.images,
        options.format,
        options.attribute,
        cache(),
        options.layout,
        options.columns,
        options.class_map,
    )


def _add_csv(verbs: Any) -> None:
    parser = add_verb(verbs, "csv", _csv, "convert annotations of any format to the CSV table")
    parser.add_argument(
        "format",
        choices=[*FORMATS, AUTO],
        metavar="FORMAT",
        help="; ".join(f"{name}: {title}" for name, title in FORMATS.items())
        + f"; {AUTO}: whichever of them it is",
    )
    parser.add_argument(
        "annotations",
        metavar="ANNOTATIONS",
        help="file or folder, or a zip archive of them; also TFRecords",
    )
    parser.add_argument("out", metavar="OUT.csv")
    parser.add_argument(
        "--images",
        metavar="IMG",
        help="folder, or a zip archive; default: that of the annotations; for TFRecords, where "
        "their images are put",
    )
    add_reading(parser)
    parser.add_argument("--fix", action="store_true", help="fix what has one right answer")
    _add_policy(parser)


def _csv(options: Namespace) -> None:
    require_other_file(options.out, options.annotations)
    source = _source(options, options.annotations, options.images)
    validation = validate_dataset(source, ValidationOptions(decode=False))
    dataset = import_annotations(validation, options.out, options.fix, options.policy)
    if validation.warnings:
        print(validation.warnings_as_text(), file=sys.stderr)
    for line in dataset.changes():
        print(line, file=sys.stderr)
    print(dataset.as_text())


def _add_check(verbs: Any) -> None:
    parser = add_verb(
        verbs,
        "check",
        _check,
        "list everything wrong or odd in a data set: bad boxes, broken images, misspelt classes",
    )
    parser.add_argument("table", metavar="DATA.csv", help="or what --format says")
    parser.add_argument("images", metavar="IMG", help="image folder, or a zip archive")
    parser.add_argument("--format", choices=[*FORMATS, AUTO], default="csv")
    add_reading(parser)
    parser.add_argument(
        "--fix",
        action="store_true",
        help="write a table in which what has one right answer is fixed",
    )
    parser.add_argument("-o", "--out", metavar="FIXED.csv", help="default: DATA.fixed.csv")
    _add_policy(parser)
    parser.add_argument("--report", metavar="findings.json", help="write the findings as JSON")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument(
        "--image-size", type=int, default=300, metavar="PX", help="input size of the detector"
    )
    parser.add_argument(
        "--min-boxes", type=int, default=20, metavar="N", help="warn of classes with fewer boxes"
    )
    parser.add_argument("--label-map", metavar="FILE", help="the classes there may be")


def _check(options: Namespace) -> int:
    label_map = read_label_map(options.label_map) if options.label_map else None
    validation = validate_dataset(
        _source(options, options.table, options.images),
        ValidationOptions(options.image_size, options.min_boxes, label_map=label_map),
        options.report,
    )
    print(json.dumps(validation.as_dicts()) if options.json else validation.as_text())
    if options.fix or options.out or options.policy == DROP:
        _write_fixed(validation, options)
        return 0
    return 1 if validation.errors else 0


def _write_fixed(validation: DatasetValidation, options: Namespace) -> None:
    source = Path(options.table).resolve()
    out = options.out or source.with_name(f"{source.stem}.fixed.csv")
    dataset = import_annotations(validation, out, options.fix, options.policy)
    for line in [*dataset.changes(), f"{dataset.table}: {dataset.size_as_text()}"]:
        print(line, file=sys.stderr if options.json else sys.stdout)


def _add_label_map(verbs: Any) -> None:
    parser = add_verb(
        verbs,
        "label-map",
        _label_map,
        "write the label map, ids from 1; classes of an existing label map keep their ids",
    )
    parser.add_argument("kind", choices=["csv", "txt"], help="of INPUT: table, or names by line")
    parser.add_argument("source", metavar="INPUT")
    parser.add_argument("out", metavar="label_map.pbtxt")
    parser.add_argument("--labels", metavar="labels.txt", help="write the names for the device too")
    parser.add_argument("--reset", action="store_true", help="number all classes anew")


def _label_map(options: Namespace) -> None:
    mapped = map_labels(
        options.source, options.out, options.kind == "txt", options.labels, options.reset
    )
    for line in mapped.warnings:
        print(f"warning: {line}", file=sys.stderr)
    print(mapped.as_text())


def _add_split(verbs: Any) -> None:
    parser = add_verb(
        verbs,
        "split",
        _split,
        "split the table by image, never by box; images that were split before stay in their split",
    )
    parser.add_argument("table", metavar="DATA.csv")
    parser.add_argument("-f", "--fraction", type=float, default=0.8, help="share for training")
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same split")
    parser.add_argument("--images", metavar="IMG", help="keep near-duplicates in one split")
    parser.add_argument(
        "--test",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of a test split, to be measured on at the very end",
    )
    parser.add_argument(
        "--folds",
        type=int,
        default=0,
        metavar="K",
        help="split K times, each image once in eval, into OUT/fold_1 and so on",
    )
    parser.add_argument("--earlier", metavar="FOLDER", help="of the earlier split; default: OUT")
    parser.add_argument("--reset", action="store_true", help="forget the earlier split")
    add_grouping(parser)


def _split(options: Namespace) -> None:
    result = split_dataset(
        options.table,
        options.out,
        SplitOptions(
            options.fraction,
            options.seed,
            options.test,
            options.folds,
            options.earlier,
            options.reset,
            options.group_by,
            options.resplit,
        ),
        options.images,
        cache(),
    )
    print(result.as_text())
    for line in result.findings_as_text().splitlines():
        print(line, file=sys.stderr)


def _add_prelabel(verbs: Any) -> None:
    parser = add_verb(
        verbs,
        "prelabel",
        _prelabel,
        "draft boxes by the exported model on photos without XML, for the annotator of notebook 1; "
        "nothing counts as annotated before a person accepts it there",
    )
    parser.add_argument("images", metavar="IMG", help="image folder")
    parser.add_argument(
        "annotations", metavar="ANNOTATIONS", help="folder of the XML files; it need not exist"
    )
    add_work(parser)
    defaults = PrelabelOptions()
    parser.add_argument(
        "--threshold",
        type=float,
        default=defaults.threshold,
        metavar="SCORE",
        help="least score of a draft, 0..1; default: %(default)s",
    )
    parser.add_argument(
        "--classes",
        default="",
        metavar="NAMES",
        help="yours, separated by commas; those in the XML are added. Others give no drafts",
    )
    parser.add_argument(
        "--backend",
        choices=[FASTEST, *BACKENDS],
        default=defaults.backend,
        help="default: the fastest that can run the model",
    )
    parser.add_argument("--json", action="store_true", help="print a row for each photo as JSON")


def _prelabel(options: Namespace) -> None:
    work = Workspace.at(options.work)
    folders = DatasetFolders(Path(options.annotations), Path(options.images))
    wanted = PrelabelOptions(options.threshold, options.classes, options.backend, work.cache)
    drafted = prelabel(work.graph, folders, work.drafts, wanted)
    if drafted.problem and not drafted.collected:
        raise MissingPart(drafted.as_text())
    print(json.dumps(drafted.rows()) if options.json else drafted.as_text())


VERBS = (_add_sample, _add_csv, _add_check, _add_label_map, _add_split, _add_prelabel)
