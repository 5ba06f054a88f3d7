"""Verbs from the training channel to the Pi bundle, and those that look at the machine."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Dict, Sequence

from helpers.cli import doctor
from helpers.structures.errors import BadInput
from helpers.workspace import BUNDLE, Workspace


def add_verbs(verbs) -> None:
    """Adds ``train``, ``export``, ``evaluate``, ``bundle``, ``doctor`` and ``demo``."""
    for add in (_add_train, _add_export, _add_evaluate, _add_bundle, _add_doctor, _add_demo):
        add(verbs)


def _verb(verbs, name: str, run, text: str, work: bool = True) -> ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    if work:
        parser.add_argument("--work", metavar="DIR", help="work folder, default $WORK or work/")
    return parser


def _add_train(verbs) -> None:
    parser = _verb(verbs, "train", _train, "train on the training channel of the work folder")
    parser.add_argument(
        "--where",
        choices=["here", "docker"],
        default="here",
        help="as a program on this machine, or in the image with Docker",
    )
    parser.add_argument(
        "--image",
        default="",
        help="for --where docker; default: as notebook 03_build_push names it",
    )
    parser.add_argument("--name", default="", help="job name; the same name resumes")
    parser.add_argument("--hyperparameter", action="append", default=[], metavar="K=V")


def _train(options: Namespace) -> None:
    from helpers.steps import training_steps

    finished = training_steps.train(
        Workspace.at(options.work),
        _pairs(options.hyperparameter),
        options.name,
        options.where,
        options.image,
    )
    print("\n".join(finished.summary))
    print(f"job {finished.name}: model in {finished.graph}, log in {finished.log}")


def _pairs(texts: Sequence[str]) -> Dict[str, str]:
    for text in texts:
        if "=" not in text:
            raise BadInput.of("--hyperparameter", repr(text), "NAME=VALUE", "Add the value.")
    return dict(text.split("=", 1) for text in texts)


def _add_export(verbs) -> None:
    parser = _verb(verbs, "export", _export, "export a job's newest checkpoint again, no training")
    parser.add_argument("--name", default="", help="job name, default the job in use")
    parser.add_argument("--json", action="store_true", help="print export.json")


def _export(options: Namespace) -> None:
    from helpers.steps import evaluate, training_steps
    from helpers.system import files

    report = files.read_json(
        training_steps.export_again(Workspace.at(options.work), options.name) / "export.json"
    )
    print(json.dumps(report) if options.json else evaluate.as_text(report))


def _add_evaluate(verbs) -> None:
    parser = _verb(verbs, "evaluate", _evaluate, "measure the model in use on the eval split")
    parser.add_argument("--json", action="store_true", help="print metrics.json")


def _evaluate(options: Namespace) -> None:
    from helpers.steps import evaluate

    work = Workspace.at(options.work)
    result = evaluate.evaluate(work)
    print(json.dumps(result) if options.json else evaluate.as_text(result))


def _add_bundle(verbs) -> None:
    parser = _verb(verbs, "bundle", _bundle, "make the model folder that the Pi needs")
    parser.add_argument("--out", default=str(BUNDLE), metavar="DIR")


def _bundle(options: Namespace) -> None:
    from helpers.steps import training_steps

    print(training_steps.make_bundle(Workspace.at(options.work), options.out))


def _add_doctor(verbs) -> None:
    parser = _verb(verbs, "doctor", _doctor, "tell what is present, missing or clashes", False)
    parser.add_argument("--json", action="store_true")


def _doctor(options: Namespace) -> int:
    found = doctor.inspect()
    print(json.dumps([check._asdict() for check in found]) if options.json else doctor.table(found))
    return 0 if doctor.healthy(found) else 1


def _add_demo(verbs) -> None:
    parser = _verb(verbs, "demo", _demo, "all six stages on this machine, on the sample")
    parser.add_argument("--img", default="", help="your own photos")
    parser.add_argument("--annotations", default="", help="their LabelImg XML")
    parser.add_argument("--steps", type=int, default=0, help="training steps")
    parser.add_argument("--bundle", default=str(BUNDLE), metavar="DIR")


def _demo(options: Namespace) -> None:
    from helpers.steps import demo

    demo.run(
        Workspace.at(options.work),
        options.img,
        options.annotations,
        options.steps,
        Path(options.bundle),
    )
