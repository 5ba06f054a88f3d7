"""Verbs from photos to the training channel."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Sequence, Union

from helpers.annotations import csv_table, label_map_file, registry
from helpers.splitting import split_files, split_report
from helpers.structures import findings
from helpers.structures.dataset import ImageRecord, box_count, class_counts, class_names
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.synthetic import sample
from helpers.system import files
from helpers.tfrecords import framing, inspection, tfrecord
from helpers.validation import image_probe, repair, validate
from helpers.workspace import Workspace


def add_verbs(verbs) -> None:
    """Adds ``sample``, ``csv``, ``check``, ``label-map``, ``split``, ``tfrecord``, ``inspect``."""
    for add in (
        _add_sample,
        _add_csv,
        _add_check,
        _add_label_map,
        _add_split,
        _add_tfrecord,
        _add_inspect,
    ):
        add(verbs)


def _verb(verbs, name: str, run, text: str) -> ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _add_sample(verbs) -> None:
    parser = _verb(verbs, "sample", _sample, "write the built-in sample: img/ and annotations/")
    parser.add_argument("out", metavar="OUT")
    parser.add_argument("--count", type=int, default=sample.COUNT, help="images")
    parser.add_argument("--seed", type=int, default=0)


def _sample(options: Namespace) -> None:
    records = sample.write(options.out, options.count, options.seed)
    print(f"{len(records)} images, {box_count(records)} boxes: {class_counts(records)}")


def _add_csv(verbs) -> None:
    parser = _verb(verbs, "csv", _csv, "read annotations into the tidy table")
    parser.add_argument(
        "format",
        choices=[*registry.FORMATS, registry.AUTO],
        metavar="FORMAT",
        help="; ".join(f"{name}: {one.title}" for name, one in registry.FORMATS.items())
        + f"; {registry.AUTO}: whichever of them it is",
    )
    parser.add_argument("annotations", metavar="ANNOTATIONS", help="file or folder")
    parser.add_argument("out", metavar="OUT.csv")
    parser.add_argument("--images", metavar="IMG", help="default: the folder of the annotations")
    parser.add_argument(
        "--attribute",
        default="",
        metavar="NAME",
        help="that holds the class (json) or the boxes (manifest)",
    )
    parser.add_argument("--fix", action="store_true", help="mend what has one right answer")
    parser.add_argument(
        "--policy",
        choices=repair.POLICIES,
        default=repair.FAIL,
        help="for errors that are left: fail, or drop the object or image",
    )


def _csv(options: Namespace) -> None:
    source = Path(options.annotations)
    images = options.images or (source.parent if source.is_file() else source)
    if source.is_file() and Path(options.out).resolve() == source.resolve():
        raise BadInput.of(
            options.out,
            "the annotations themselves",
            "another file, since nothing of yours is written over",
            "Give another name.",
        )
    cache = Workspace.at().cache
    read = registry.read(options.format, source, images, cache, options.attribute)
    seen = image_probe.look_at([record.path for record in read.records], images, False, cache)
    found = validate.check(read, seen)
    good = repair.repair(read.records, found, options.fix, options.policy)
    csv_table.write(good.records, options.out)
    warnings = [one for one in found if one.severity == findings.WARNING]
    for line in (
        *(findings.as_summary(warnings) if warnings else ()),
        *good.done,
        *(f"left out: {findings.as_text(one)}" for one in good.dropped),
    ):
        print(line, file=sys.stderr)
    print(
        f"{len(good.records)} images, {box_count(good.records)} boxes: {class_counts(good.records)}"
    )


def _add_check(verbs) -> None:
    parser = _verb(verbs, "check", _check, "name every defect, by file and object")
    parser.add_argument("table", metavar="DATA.csv", help="or what --format says")
    parser.add_argument("images", metavar="IMG")
    parser.add_argument("--format", choices=[*registry.FORMATS, registry.AUTO], default="csv")
    parser.add_argument(
        "--fix",
        action="store_true",
        help="write a table in which what has one right answer is mended",
    )
    parser.add_argument("-o", "--out", metavar="FIXED.csv", help="default: DATA.fixed.csv")
    parser.add_argument(
        "--policy",
        choices=repair.POLICIES,
        default=repair.FAIL,
        help="for errors that are left: fail, or drop the object or image",
    )
    parser.add_argument("--report", metavar="findings.json")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument(
        "--image-size", type=int, default=300, metavar="PX", help="that the detector will see"
    )
    parser.add_argument(
        "--min-boxes", type=int, default=20, metavar="N", help="say which classes have fewer boxes"
    )
    parser.add_argument("--label-map", metavar="FILE", help="the classes there may be")


def _check(options: Namespace) -> int:
    cache = Workspace.at().cache
    read = registry.read(options.format, options.table, options.images, cache)
    label_map = label_map_file.read(options.label_map) if options.label_map else None
    seen = image_probe.look_at(
        [record.path for record in read.records], options.images, cache=cache
    )
    found = validate.check(read, seen, options.image_size, options.min_boxes, label_map)
    if options.report:
        files.write_json(_another(options.report, options.table), findings.as_dicts(found))
    if options.json:
        print(json.dumps(findings.as_dicts(found)))
    else:
        print("\n".join(findings.as_summary(found)))
    if options.fix or options.out or options.policy == repair.DROP:
        _write_fixed(read.records, found, options)
        return 0
    return 1 if findings.errors_among(found) else 0


def _write_fixed(
    records: Sequence[ImageRecord], found: Sequence[Finding], options: Namespace
) -> None:
    source = Path(options.table).resolve()
    good = repair.repair(records, found, options.fix, options.policy)
    out = csv_table.write(
        good.records, _another(options.out or source.with_name(f"{source.stem}.fixed.csv"), source)
    )
    said = sys.stderr if options.json else sys.stdout
    for line in good.done + [f"left out: {findings.as_text(one)}" for one in good.dropped]:
        print(line, file=said)
    print(f"{out}: {len(good.records)} images, {box_count(good.records)} boxes", file=said)


def _another(out: Union[str, Path], source: Union[str, Path]) -> Path:
    """The file to write to; refuses to write over the annotations that are checked."""
    place, checked = Path(out).resolve(), Path(source).resolve()
    if place == checked or place.exists() and checked in place.parents:
        raise BadInput.of(
            out,
            "a file of the annotations that are checked",
            "another name, since they are not written over",
            "Choose one.",
        )
    return Path(out)


def _add_label_map(verbs) -> None:
    parser = _verb(
        verbs,
        "label-map",
        _label_map,
        "write the label map, ids from 1; classes of a label map that is there keep theirs",
    )
    parser.add_argument("kind", choices=["csv", "txt"])
    parser.add_argument("source", metavar="INPUT")
    parser.add_argument("out", metavar="label_map.pbtxt")
    parser.add_argument("--labels", metavar="labels.txt", help="write the names for the device too")
    parser.add_argument("--reset", action="store_true", help="number all classes afresh")


def _label_map(options: Namespace) -> None:
    if options.kind == "csv":
        names = class_names(csv_table.read(options.source))
    else:
        names = label_map_file.read_labels(options.source).names
    label_map, said = label_map_file.continued(options.out, names, options.reset, options.source)
    label_map_file.write(label_map, options.out)
    if options.labels:
        label_map_file.write_labels(label_map, options.labels)
    for line in said:
        print(f"warning: {line}", file=sys.stderr)
    for class_id, name in enumerate(label_map.names, start=1):
        print(f"{class_id} {name}")


def _add_split(verbs) -> None:
    parser = _verb(
        verbs,
        "split",
        _split,
        "divide the table by image, never by box; images divided before stay where they were",
    )
    parser.add_argument("table", metavar="DATA.csv")
    parser.add_argument("-f", "--fraction", type=float, default=0.8, help="share for training")
    parser.add_argument("-o", "--out", required=True, metavar="OUT", help="folder")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--images", metavar="IMG", help="keep near-duplicates on one side")
    parser.add_argument(
        "--test",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="for a third side, to be measured on at the very end",
    )
    parser.add_argument(
        "--folds",
        type=int,
        default=0,
        metavar="K",
        help="divide K times, each image once in eval, into OUT/fold_1 and so on",
    )
    parser.add_argument("--earlier", metavar="FOLDER", help="of the earlier split; default: OUT")
    parser.add_argument("--reset", action="store_true", help="divide everything afresh")


def _split(options: Namespace) -> None:
    out, source = Path(options.out).resolve(), Path(options.table).resolve()
    if out in list(source.parents)[:2] and source.name.startswith("data_"):
        raise BadInput.of(
            options.table,
            f"a table below {options.out}, where a split may write over it",
            "another folder",
            "Choose one with -o.",
        )
    made = split_files.divide(
        csv_table.read(source),
        options.out,
        options.fraction,
        options.seed,
        options.test,
        options.folds,
        options.images,
        options.earlier,
        options.reset,
        Workspace.at().cache,
    )
    for number, one in enumerate(made, start=1):
        folder = Path(options.out, f"fold_{number}" if options.folds else "")
        for side, records in one.sides().items():
            print(
                f"{split_files.path_of(folder, side)}: {len(records)} images, "
                f"{box_count(records)} boxes"
            )
        print("\n".join(split_report.as_lines(one.shares)))
    if made[0].kept:
        print(f"{made[0].kept} images are where they were before; --reset divides afresh")
    for finding in dict.fromkeys(finding for one in made for finding in one.findings):
        print(f"{finding.severity}: {findings.as_text(finding)}", file=sys.stderr)


def _add_tfrecord(verbs) -> None:
    parser = _verb(
        verbs,
        "tfrecord",
        _tfrecord,
        "write TFRecords; killed and started again, it goes on where it was",
    )
    parser.add_argument("table", metavar="DATA.csv")
    parser.add_argument("label_map", metavar="label_map.pbtxt")
    parser.add_argument("images", metavar="IMG")
    parser.add_argument("out", metavar="OUT.record")
    parser.add_argument("--shards", type=int, metavar="N", help="default: files of about 100 MB")
    parser.add_argument(
        "--max-side",
        type=int,
        metavar="PX",
        help="longest side kept, boxes "
        "along with it; 0 keeps every pixel; default: twice --image-size",
    )
    parser.add_argument(
        "--image-size",
        type=int,
        default=300,
        metavar="PX",
        help="width and height that the model will see",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the shuffling")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="0: one a core")


def _tfrecord(options: Namespace) -> None:
    records = csv_table.read(options.table)
    max_side = 2 * options.image_size if options.max_side is None else options.max_side
    verified = image_probe.decoded(
        [record.path for record in records], options.images, Workspace.at().cache
    )
    written = tfrecord.write(
        records,
        label_map_file.read(options.label_map),
        options.images,
        options.out,
        options.shards,
        max_side,
        options.seed,
        options.jobs,
        verified,
    )
    for path in written.paths:
        print(path)
    larger = sum(max(record.width, record.height) > max_side > 0 for record in records)
    print(
        f"{len(records)} images, {box_count(records)} boxes in {len(written.paths)} files"
        + (f", {written.kept} of them finished before" if written.kept else ""),
        file=sys.stderr,
    )
    if max_side:
        print(
            f"longest side kept: {max_side} pixels"
            + ("" if options.max_side else f", twice the model's {options.image_size}")
            + f"; {larger} images became smaller (--max-side 0 keeps every pixel)",
            file=sys.stderr,
        )


def _add_inspect(verbs) -> None:
    parser = _verb(
        verbs,
        "inspect",
        _inspect,
        "what record files hold, and every record that training would stumble over",
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a record file, the name its shards share, a pattern or a folder",
    )
    parser.add_argument("--label-map", metavar="FILE", help="that ids and names must agree with")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="0: one a core")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def _inspect(options: Namespace) -> int:
    label_map = label_map_file.read(options.label_map) if options.label_map else None
    paths = [path for target in options.files for path in framing.matching(target)]
    seen = inspection.inspect(list(dict.fromkeys(paths)), label_map, jobs=max(0, options.jobs))
    if options.json:
        print(json.dumps(inspection.as_dict(seen)))
    else:
        print("\n".join(inspection.as_text(seen)))
    return 1 if seen.problems else 0
