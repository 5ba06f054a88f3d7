"""Verbs from the training channel to the Pi bundle, and the demo."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from helpers.cli import train_sagemaker
from helpers.cli.parser import add_grouping, add_reading, add_verb, add_work, pairs
from helpers.steps.import_annotations import DROP, POLICIES
from helpers.steps.train import FLOAT, INFERENCE_TYPES, POST_TRAINING
from helpers.structures.errors import BadInput
from helpers.workspace import BUNDLE, Workspace


def _add_train(verbs: Any) -> None:
    parser = add_verb(verbs, "train", _train, "train on the training channel of the work folder")
    add_work(parser)
    parser.add_argument(
        "--where",
        choices=["here", "docker", "local", "sagemaker"],
        default="here",
        help="as a program on this machine, in the image with Docker, in SageMaker's local mode, "
        "or on SageMaker",
    )
    parser.add_argument(
        "--image",
        default="",
        help="for --where docker and local; default: as notebook 03_build_push names it",
    )
    parser.add_argument("--name", default="", help="job name; the same name resumes")
    parser.add_argument("--hyperparameter", action="append", default=[], metavar="K=V")
    train_sagemaker.add_options(parser)


def _train(options: Namespace) -> None:
    from helpers.steps.train import plan_training, train
    from helpers.steps.train_local_mode import train_in_local_mode

    work = Workspace.at(options.work)
    if options.where == "sagemaker":
        train_sagemaker.run(options, work, pairs(options.hyperparameter))
        return
    job = plan_training(work, pairs(options.hyperparameter), options.name, options.where)
    if options.where == "local":
        model = train_in_local_mode(
            work, job, options.bucket, options.prefix, options.image, options.create_bucket
        )
    else:
        model = train(job, work.graph, options.where, options.image)
    work.remember(**model.state())
    print(model.summary_as_text())


def _add_export(verbs: Any) -> None:
    parser = add_verb(
        verbs, "export", _export, "export a job's newest checkpoint again, without training"
    )
    add_work(parser)
    parser.add_argument("--name", default="", help="job name; default: the job in use")
    parser.add_argument(
        "--post-training",
        choices=POST_TRAINING,
        default="",
        help="quantization of the TensorFlow Lite model, without training again; int8 takes some "
        "minutes, as TensorFlow 1.15 compares it at 2 to 3 s an image; default: as before",
    )
    parser.add_argument("--json", action="store_true", help="print export.json")


def _export(options: Namespace) -> None:
    from helpers.steps.read_parity import read_parity
    from helpers.steps.train import export_again

    work = Workspace.at(options.work)
    job = work.job(options.name) if options.name else work.job_in_use()
    model = export_again(job, work, options.post_training)
    work.remember(**model.state())
    parity = read_parity(model.job.graph)
    print(json.dumps(parity.report) if options.json else parity.as_text())


def _add_bundle(verbs: Any) -> None:
    parser = add_verb(verbs, "bundle", _bundle, "make the model folder that the Raspberry Pi needs")
    add_work(parser)
    parser.add_argument("--out", default=str(BUNDLE), metavar="DIR")
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="SCORE",
        help="lowest score that the Pi reports, 0 to 1; default: that of the best F1 on the eval "
        "split",
    )
    parser.add_argument(
        "--zip",
        action="store_true",
        help="also pack pi/ with the model in it into pi.zip, beside pi/ or the folder of --out",
    )


def _bundle(options: Namespace) -> None:
    from helpers.steps.make_bundle import BundleOptions, bundle_data, make_bundle

    work = Workspace.at(options.work)
    chosen = BundleOptions(options.threshold, zip=options.zip)
    made = make_bundle(work.graph, options.out, work.state(), bundle_data(work), chosen)
    print(made.as_text())


def _add_own_photos(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--img",
        default="",
        help="your own photos, a folder or zip archive; default: the built-in sample",
    )
    parser.add_argument(
        "--annotations",
        default="",
        help="their annotations; a zip archive with the photos in it, or TFRecords, need no --img",
    )


def _add_demo(verbs: Any) -> None:
    parser = add_verb(
        verbs, "demo", _demo, "run all six stages on this machine, from photos to detections"
    )
    add_work(parser)
    _add_own_photos(parser)
    add_reading(parser)
    parser.add_argument("--steps", default="", metavar="N", help="training steps; 0: chosen")
    parser.add_argument(
        "--recipe",
        default="auto",
        metavar="{auto,TEMPLATE,FILE}",
        help="auto fine-tunes pretrained weights, and learns from scratch where there are none; "
        "or a template's name, or a pipeline.config",
    )
    parser.add_argument(
        "--start",
        default="",
        metavar="{last,JOB}",
        help="train a model of the work folder again, with more photos or other classes: the last "
        "one, or that of a job, by its name or folder; default: what the recipe starts from",
    )
    parser.add_argument(
        "--minutes",
        default="",
        metavar="N",
        help="minutes that training may take here, export included: a few steps are timed first, "
        "and as many are planned as end in time",
    )
    parser.add_argument(
        "--pi-fps",
        default="",
        metavar="N",
        help="images per second wanted on a Raspberry Pi 4: bounds the input size",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a line of the recipe's table in the place of what is chosen, as in FREEZE=none; "
        "may be given several times",
    )
    parser.add_argument(
        "--policy",
        choices=POLICIES,
        default=DROP,
        help="for annotations with errors: fail; or drop, the default, which fixes what has one "
        "right answer and leaves out the rest",
    )
    parser.add_argument(
        "--inference-type",
        choices=INFERENCE_TYPES,
        default=FLOAT,
        help="of the TensorFlow Lite model; QUANTIZED_UINT8 is 8 bits throughout",
    )
    parser.add_argument("--bundle", default=str(BUNDLE), metavar="DIR")
    add_grouping(parser)


def _demo(options: Namespace) -> None:
    from helpers.steps import demo
    from helpers.steps.unpack_dataset import is_packed

    alone = bool(options.img) != bool(options.annotations)
    if alone and not (options.annotations and is_packed(options.annotations)):
        raise BadInput.of(
            "--img and --annotations",
            f"{options.img!r} and {options.annotations!r}",
            "both, neither, or annotations in one zip archive with their photos, or TFRecords",
            "Give the folder of the photos and that of the annotations; with make they are IMG= "
            "and ANNOTATIONS=.",
        )
    values = pairs(options.set, "--set")
    named = {"STEPS": options.steps, "MINUTES": options.minutes, "PI_FPS": options.pi_fps}
    values.update({name: value for name, value in named.items() if value})
    demo.run(
        Workspace.at(options.work),
        demo.DemoOptions(
            options.img,
            options.annotations,
            options.recipe,
            options.start,
            values,
            options.policy,
            Path(options.bundle),
            options.inference_type,
            options.attribute,
            options.layout,
            options.columns,
            options.group_by,
            options.resplit,
            options.class_map,
        ),
    )


VERBS = (_add_train, _add_export, _add_bundle, _add_demo)
