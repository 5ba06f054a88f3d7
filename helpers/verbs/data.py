"""Verbs from photos to the training channel."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from helpers import checks, labelmap, pipeline, sample, tfrecord
from helpers import split as splitting
from helpers.errors import BadInput
from helpers.formats import table, voc
from helpers.labelmap import LabelMap
from helpers.records import box_count, class_counts, class_names


def add_verbs(verbs) -> None:
    """Adds ``sample``, ``csv``, ``check``, ``label-map``, ``split``, ``tfrecord``, ``pipeline``."""
    for add in (_add_sample, _add_csv, _add_check, _add_label_map, _add_split, _add_tfrecord,
                _add_pipeline):
        add(verbs)


def _verb(verbs, name: str, run, text: str) -> ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _add_sample(verbs) -> None:
    parser = _verb(verbs, "sample", _sample, "write the built-in sample: img/ and annotations/")
    parser.add_argument("out", metavar="OUT")
    parser.add_argument("--count", type=int, default=sample.COUNT, help="pictures")
    parser.add_argument("--seed", type=int, default=0)


def _sample(options: Namespace) -> None:
    records = sample.write(options.out, options.count, options.seed)
    print(f"{len(records)} pictures, {box_count(records)} boxes: {class_counts(records)}")


def _add_csv(verbs) -> None:
    parser = _verb(verbs, "csv", _csv, "read annotations into the tidy table")
    parser.add_argument("format", choices=["xml"], metavar="FORMAT", help="xml (LabelImg)")
    parser.add_argument("annotations", metavar="ANNOTATIONS")
    parser.add_argument("out", metavar="OUT.csv")
    parser.add_argument("--images", metavar="IMG", help="default: the folder of the annotations")


def _csv(options: Namespace) -> None:
    found = voc.read_folder(options.annotations, options.images or options.annotations)
    if found.problems:
        raise BadInput.several("annotations that cannot be used", found.problems)
    for path in found.unannotated:
        print(f"warning: {path} has no annotation and is left out", file=sys.stderr)
    table.write(found.records, options.out)
    print(f"{len(found.records)} pictures, {box_count(found.records)} boxes: "
          f"{class_counts(found.records)}")


def _add_check(verbs) -> None:
    parser = _verb(verbs, "check", _check, "name every defect, by file and object")
    parser.add_argument("table", metavar="DATA.csv")
    parser.add_argument("images", metavar="IMG")
    parser.add_argument("--report", metavar="findings.json")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def _check(options: Namespace) -> int:
    findings = checks.check(table.read(options.table), options.images)
    if options.report:
        checks.write(findings, options.report)
    if options.json:
        print(json.dumps([finding._asdict() for finding in findings]))
    else:
        for found in findings:
            print(f"{found.severity}: {found.path or 'data set'}: {found.kind}: {found.message}. "
                  f"{found.remedy}")
    return 1 if checks.errors_among(findings) else 0


def _add_label_map(verbs) -> None:
    parser = _verb(verbs, "label-map", _label_map, "write the label map, ids from 1")
    parser.add_argument("kind", choices=["csv", "txt"])
    parser.add_argument("source", metavar="INPUT")
    parser.add_argument("out", metavar="label_map.pbtxt")


def _label_map(options: Namespace) -> None:
    if options.kind == "csv":
        names = LabelMap.of(class_names(table.read(options.source)), options.source)
    else:
        names = labelmap.read_labels(options.source)
    labelmap.write(names, options.out)
    for class_id, name in enumerate(names.names, start=1):
        print(f"{class_id} {name}")


def _add_split(verbs) -> None:
    parser = _verb(verbs, "split", _split, "divide the table by picture, never by box")
    parser.add_argument("table", metavar="DATA.csv")
    parser.add_argument("-f", "--fraction", type=float, default=0.8, help="share for training")
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder")
    parser.add_argument("--seed", type=int, default=0)


def _split(options: Namespace) -> None:
    sides = splitting.split(table.read(options.table), options.fraction, options.seed)
    for name, records in (("train", sides.train), ("eval", sides.evaluation)):
        path = table.write(records, Path(options.out) / f"data_{name}.csv")
        print(f"{path}: {len(records)} pictures, {box_count(records)} boxes")


def _add_tfrecord(verbs) -> None:
    parser = _verb(verbs, "tfrecord", _tfrecord, "write TFRecords")
    parser.add_argument("table", metavar="DATA.csv")
    parser.add_argument("label_map", metavar="label_map.pbtxt")
    parser.add_argument("images", metavar="IMG")
    parser.add_argument("out", metavar="OUT.record")
    parser.add_argument("--shards", type=int, default=1, metavar="N")
    parser.add_argument("--max-side", type=int, default=0, metavar="PX",
                        help="longest side kept; 0 keeps every pixel")
    parser.add_argument("--seed", type=int, default=0, help="of the shuffling")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="0: one a core")


def _tfrecord(options: Namespace) -> None:
    written = tfrecord.write(table.read(options.table), labelmap.read(options.label_map),
                             options.images, options.out, options.shards, options.max_side,
                             options.seed, options.jobs)
    for path in written:
        print(path)


def _add_pipeline(verbs) -> None:
    parser = _verb(verbs, "pipeline", _pipeline, "write pipeline.config for these classes")
    parser.add_argument("template", metavar="{TEMPLATE,FILE}",
                        help=f"one of {', '.join(pipeline.recipes())}, or a pipeline.config")
    parser.add_argument("label_map", metavar="label_map.pbtxt")
    parser.add_argument("-o", "--out", required=True, metavar="pipeline.config")
    parser.add_argument("--steps", type=int, default=0, help="0 keeps the template's")
    parser.add_argument("--batch-size", type=int, default=0, help="0 keeps the template's")
    parser.add_argument("--image-size", type=int, default=0, help="0 keeps the template's")
    parser.add_argument("--fine-tune", action="store_true",
                        help="start from model.ckpt in the checkpoint channel")


def _pipeline(options: Namespace) -> None:
    config = pipeline.adapt(pipeline.read(options.template), labelmap.read(options.label_map),
                            options.steps, options.batch_size, options.image_size,
                            options.fine_tune)
    print(pipeline.write(config, options.out))
