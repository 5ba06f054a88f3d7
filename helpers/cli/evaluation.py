"""Verbs about how good a model is."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from helpers.cli.parser import add_verb, add_work
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace

_MODEL = (
    "the folder of an export; or a job folder or the prefix of a checkpoint, which needs no export"
)


def _add_threshold(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--threshold",
        type=float,
        default=0.0,
        metavar="SCORE",
        help="least score of a detection that counts where a threshold is needed, as in images and "
        "confusion; default: the one with the highest F1",
    )


def _require_share(options: Namespace) -> float:
    threshold = float(options.threshold)
    if not 0 <= threshold <= 1:
        raise BadInput.of(
            "--threshold", f"{threshold:g}", "a score from 0 to 1", "Give it as in 0.5."
        )
    return threshold


def _add_evaluate(verbs: Any) -> None:
    parser = add_verb(
        verbs,
        "evaluate",
        _evaluate,
        "measure the exported model in use on the eval split, and write a report about it",
    )
    add_work(parser)
    parser.add_argument(
        "--model",
        default="",
        metavar="PATH",
        help=f"another one: {_MODEL}; default: the exported model in use",
    )
    parser.add_argument(
        "--backend",
        action="append",
        default=[],
        metavar="NAME",
        help="that runs it; may be given several times; default: all that can",
    )
    _add_threshold(parser)
    parser.add_argument(
        "--out", default="", metavar="DIR", help="of the results; default: WORK/evaluation"
    )
    parser.add_argument("--json", action="store_true", help="print metrics.json")


def _evaluate(options: Namespace) -> None:
    from helpers.steps.evaluate_model import evaluate_model

    work = Workspace.at(options.work)
    evaluation = evaluate_model(
        Path(options.model) if options.model else work.graph,
        work.channel.record("eval"),
        Path(options.out) if options.out else work.evaluation,
        _require_share(options),
        backends=options.backend,
    )
    if options.json:
        print(json.dumps(evaluation.metrics))
    else:
        print(f"{evaluation.as_text()}\n{evaluation.report}")


def _add_compare(verbs: Any) -> None:
    parser = add_verb(
        verbs, "compare", _compare, "compare two models on the same images, the eval split"
    )
    add_work(parser)
    for name in ("first", "second"):
        parser.add_argument(
            name, help=f"a saved evaluation; {_MODEL}; or a work folder with one of these"
        )
    parser.add_argument("--backend", default="", metavar="NAME", help="default: TensorFlow")
    _add_threshold(parser)
    parser.add_argument(
        "--out",
        default="",
        metavar="DIR",
        help="of the results; default: WORK/evaluation/comparison",
    )
    parser.add_argument("--json", action="store_true", help="print comparison.json")


def _compare(options: Namespace) -> None:
    from helpers.steps.compare_models import ComparisonOptions, compare_models

    work = Workspace.at(options.work)
    comparison = compare_models(
        options.first,
        options.second,
        work.channel.record("eval"),
        Path(options.out) if options.out else work.evaluation / "comparison",
        ComparisonOptions(options.backend, _require_share(options)),
    )
    if options.json:
        print(json.dumps(comparison.as_dict()))
    else:
        print(f"{comparison.as_text()}\n{comparison.report}")


VERBS = (_add_evaluate, _add_compare)
