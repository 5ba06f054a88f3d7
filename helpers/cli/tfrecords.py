"""Verbs that write and inspect TFRecords."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from typing import Any

from helpers.cli.parser import add_verb, cache
from helpers.steps.inspect_tfrecords import inspect_tfrecords
from helpers.steps.map_labels import read_label_map
from helpers.steps.write_tfrecords import INPUT_SIZE, TfrecordOptions, write_tfrecords


def _add_tfrecord(verbs: Any) -> None:
    parser = add_verb(
        verbs, "tfrecord", _tfrecord, "write TFRecords; killed and started again, it goes on"
    )
    parser.add_argument("table", metavar="DATA.csv")
    parser.add_argument("label_map", metavar="label_map.pbtxt")
    parser.add_argument("images", metavar="IMG", help="image folder")
    parser.add_argument("out", metavar="OUT.record")
    parser.add_argument("--shards", type=int, metavar="N", help="default: files of about 100 MB")
    parser.add_argument(
        "--max-side",
        type=int,
        metavar="PX",
        help="shrink larger images to this longest edge, with their boxes; 0 keeps every pixel; "
        "default: twice --image-size",
    )
    parser.add_argument(
        "--image-size",
        type=int,
        default=INPUT_SIZE,
        metavar="PX",
        help="width and height of the model's input",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the shuffling")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="0: one a core")


def _tfrecord(options: Namespace) -> None:
    longest_edge = 2 * options.image_size if options.max_side is None else options.max_side
    written = write_tfrecords(
        options.table,
        options.label_map,
        options.images,
        options.out,
        TfrecordOptions(longest_edge, options.shards, options.seed, options.jobs, cache()),
    )
    for path in written.paths:
        print(path)
    print(written.as_text(), file=sys.stderr)


def _add_inspect(verbs: Any) -> None:
    parser = add_verb(
        verbs, "inspect", _inspect, "count what TFRecords hold, and list records training fails on"
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a record file, the name its shards share, a pattern or a folder",
    )
    parser.add_argument("--label-map", metavar="FILE", help="that ids and names must agree with")
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="0: one a core")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _inspect(options: Namespace) -> int:
    label_map = read_label_map(options.label_map) if options.label_map else None
    inspected = inspect_tfrecords(options.files, label_map, options.jobs)
    print(json.dumps(inspected.as_dict()) if options.json else inspected.as_text())
    return 1 if inspected.problems else 0


VERBS = (_add_tfrecord, _add_inspect)
