"""Verbs for what a training run starts from: a model of the zoo, and ``pipeline.config``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Sequence

from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import (
    anchor_fit,
    augmentation,
    channel,
    config_diff,
    model_zoo,
    pipeline,
)
from helpers.system import text_table
from helpers.workspace import TrainingChannel, Workspace


def add_verbs(verbs) -> None:
    """Adds ``zoo`` and ``pipeline``."""
    for add in (_add_zoo, _add_pipeline):
        add(verbs)


def _verb(verbs, name: str, run, text: str) -> ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _add_zoo(verbs) -> None:
    parser = _verb(verbs, "zoo", _zoo, "list the model zoo, or get a model to start from")
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        default="",
        help="of the model to get; without it, the list",
    )
    parser.add_argument(
        "--mirror",
        default="",
        metavar="{URL,FOLDER,FILE}",
        help="where the archive lies, if not on the zoo's own server",
    )
    parser.add_argument(
        "-o", "--out", metavar="DIR", help="default: checkpoint/ of the work folder"
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def _zoo(options: Namespace) -> None:
    if not options.name:
        print(json.dumps(model_zoo.rows()) if options.json else _table(model_zoo.rows()))
        return
    model = model_zoo.find(options.name)
    installed = model_zoo.install(
        model, model_zoo.fetch(model, options.mirror), options.out or Workspace.at().checkpoint
    )
    for line in installed.corrected:
        print(f"corrected after the checkpoint: {line}", file=sys.stderr)
    print(installed.folder / TrainingChannel.CONFIG)


def _table(rows: Sequence[dict]) -> str:
    return "\n".join(text_table.lines([list(rows[0]), *(list(row.values()) for row in rows)]))


def _add_pipeline(verbs) -> None:
    parser = _verb(verbs, "pipeline", _pipeline, "write pipeline.config for these classes")
    parser.add_argument(
        "template",
        metavar="{TEMPLATE,FILE}",
        help=f"one of {', '.join(pipeline.recipes())}, or a pipeline.config, as "
        "`zoo` leaves one beside its model",
    )
    parser.add_argument("label_map", metavar="label_map.pbtxt")
    parser.add_argument(
        "-o", "--out", required=True, metavar="pipeline.config", help="beside the records"
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=0,
        help="the learning-rate schedule is stretched to them; 0: the template's",
    )
    parser.add_argument(
        "--batch-size",
        type=int,
        default=0,
        help="the learning rates are scaled in proportion; 0: the template's",
    )
    parser.add_argument("--image-size", type=int, default=0, help="0: the template's")
    parser.add_argument(
        "--fine-tune",
        nargs="?",
        const="model.ckpt",
        default="",
        metavar="PREFIX",
        help="start from this in the checkpoint channel, default model.ckpt",
    )
    parser.add_argument(
        "--augment",
        metavar="NAMES",
        help="in place of the template's: "
        f"{augmentation.NONE}, or with commas between, "
        + "; ".join(f"{name}: {choice.meaning}" for name, choice in augmentation.CHOICES.items()),
    )
    parser.add_argument("--anchors", metavar="DATA_TRAIN.csv", help="fit them to these boxes")
    parser.add_argument(
        "--quantize",
        action="store_true",
        help="end the training with eight bits, for QUANTIZED_UINT8",
    )
    parser.add_argument("--diff", action="store_true", help="show what differs, as a diff")


def _pipeline(options: Namespace) -> None:
    template = pipeline.read(options.template)
    augment = None if options.augment is None else augmentation.names(options.augment)
    config = pipeline.adapt(
        template,
        label_map_file.read(options.label_map),
        options.steps,
        options.batch_size,
        options.image_size,
        options.fine_tune,
        augment,
        options.quantize,
        channel.look(Path(options.out).parent),
    )
    if options.anchors:
        boxes = anchor_fit.box_sizes(csv_table.read(options.anchors), pipeline.input_size(config))
        fitted = anchor_fit.fit(config, boxes)
        print(f"anchors: {fitted}", file=sys.stderr)
        config = fitted.config
    for line in () if options.diff else config_diff.changes(template, config):
        print(line, file=sys.stderr)
    print(pipeline.write(config, options.out))
    if options.diff:
        print(config_diff.diff(template, config, options.template))
