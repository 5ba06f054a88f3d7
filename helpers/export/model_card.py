"""``MODEL_CARD.md``: what a person who is given a model has to know of it, made from the facts.

After Mitchell et al., "Model Cards for Model Reporting" (2019); nothing in it is written by hand.
"""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, Optional, Sequence

NAME = "MODEL_CARD.md"


def text(description: Mapping[str, Any], labels: Sequence[str]) -> str:
    """The card, in Markdown.

    Args:
        description: what ``model.json`` holds.
        labels: the class names.
    """
    lines = [
        "# Model card",
        "",
        f"A detector of {len(labels)} {'class' if len(labels) == 1 else 'classes'}: "
        f"{', '.join(labels)}.",
        "",
        *_input(description["input"]),
        *_start(description["trained"]),
        *_accuracy(description["backends"]),
        *_files(description["files"]),
    ]
    return "\n".join(lines) + "\n"


def _input(size: Mapping[str, Any]) -> List[str]:
    return [
        f"Input: RGB images of any size, resized to {size['width']}x{size['height']} pixels.",
        "",
    ]


def _start(trained: Mapping[str, Any]) -> Iterator[str]:
    """Job and steps, and of the weights that it started from source and license."""
    yield "## Training"
    yield ""
    if "job" in trained:
        steps = trained.get("hyperparameters", {}).get("num_steps")
        yield f"- job: {trained['job']}" + (f", {steps} steps" if steps else "")
    start = trained.get("start") or {}
    if start.get("checkpoint"):
        yield f"- started from: {start['checkpoint']}"
    elif "checkpoint" in start:
        yield "- started from: random weights"
    else:
        yield "- started from: not known"
    while start:  # a model that was trained again has the start of the one before in its own
        for name, fact in sorted(start.items()):
            if name != "checkpoint" and isinstance(fact, str):
                yield f"- these weights, {name.replace('_', ' ')}: {fact}"
        start = start.get("start") or {}
        if start.get("checkpoint"):
            yield f"- that had started from: {start['checkpoint']}"
    yield ""


def _accuracy(backends: Mapping[str, Mapping[str, Optional[float]]]) -> Iterator[str]:
    yield "## Accuracy on the eval split"
    yield ""
    rows = [(name, _share(m["mAP"]), _share(m["mAP50"])) for name, m in sorted(backends.items())]
    yield from _table(("backend", "mAP", "mAP@.5"), rows)
    yield ""


def _share(value: Optional[float]) -> str:
    """As ``0.612``; the eval split may hold no object to find."""
    return "not known" if value is None else f"{value:.3f}"


def _files(files: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "## Files"
    yield ""
    rows = [(name, str(fact["bytes"]), fact["sha256"]) for name, fact in sorted(files.items())]
    yield from _table(("file", "bytes", "SHA-256"), rows)


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (names, ["---"] * len(names), *rows):
        yield f"| {' | '.join(row)} |"
