"""``MODEL_CARD.md``: what a person who is given a model has to know of it, made from the facts.

After Mitchell et al., "Model Cards for Model Reporting" (2019); nothing in it is written by hand.
"""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, Optional, Sequence

from helpers.evaluation.bootstrap import Interval
from helpers.export import self_test

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
        *_start(description["trained"], description.get("exported")),
        *_data(description.get("data")),
        *_accuracy(description["backends"], description.get("intervals")),
        *_use(description),
        *_weak_spots(description.get("weak_spots")),
        *_versions(description.get("versions", {})),
        *_files(description["files"]),
    ]
    return "\n".join(lines) + "\n"


def _input(size: Mapping[str, Any]) -> List[str]:
    return [
        f"Input: RGB images of any size, resized to {size['width']}x{size['height']} pixels.",
        "",
    ]


def _start(trained: Mapping[str, Any], exported: Optional[str]) -> Iterator[str]:
    """Job and steps, and of the weights that it started from source and license."""
    yield "## Training"
    yield ""
    if "job" in trained:
        steps = trained.get("hyperparameters", {}).get("num_steps")
        yield f"- job: {trained['job']}" + (f", {steps} steps" if steps else "")
    if exported:
        yield f"- exported: {exported}"
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


def _data(data: Optional[Mapping[str, Any]]) -> Iterator[str]:
    """Counts by class and split, and the fingerprint of the tables."""
    yield "## Data"
    yield ""
    if not data:
        yield "Not known."
    else:
        splits = {name: data["splits"][name] for name in sorted(data["splits"])}
        names = sorted({name for split in splits.values() for name in split["classes"]})
        rows = [
            ("images", *(str(split["images"]) for split in splits.values())),
            ("boxes", *(str(split["boxes"]) for split in splits.values())),
            *(
                (f"boxes of {name}", *(str(s["classes"].get(name, 0)) for s in splits.values()))
                for name in names
            ),
        ]
        yield from _table(("", *splits), rows)
        yield ""
        yield f"SHA-256 of the tables of the splits: {data['sha256']}"
    yield ""


def _accuracy(
    backends: Mapping[str, Mapping[str, Optional[float]]],
    intervals: Optional[Mapping[str, Mapping[str, Any]]],
) -> Iterator[str]:
    yield "## Accuracy on the eval split"
    yield ""
    for interval in (intervals or {}).values():
        yield f"- {Interval(**interval).sentence()}"
    if intervals:
        yield ""
    rows = [(name, _share(m["mAP"]), _share(m["mAP50"])) for name, m in sorted(backends.items())]
    yield from _table(("backend", "mAP", "mAP@.5"), rows)
    yield ""


def _use(description: Mapping[str, Any]) -> Iterator[str]:
    """Threshold and self-test."""
    yield "## Use"
    yield ""
    threshold = description.get("threshold")
    chosen = "none was chosen; `detect.py` takes 0.6" if threshold is None else f"{threshold:.3g}"
    yield f"- threshold: {chosen}"
    if self_test.EXPECTED in description["files"]:
        yield f"- self-test of `detect.py`: on `{self_test.IMAGE}`, of the eval split"
    yield ""


def _weak_spots(sentences: Optional[Sequence[str]]) -> Iterator[str]:
    yield "## Known weak spots"
    yield ""
    if sentences is None:
        sentences = ["not examined"]
    yield from (f"- {sentence}" for sentence in sentences or ["nothing stands out"])
    yield ""


def _versions(versions: Mapping[str, str]) -> Iterator[str]:
    if versions:
        yield "## Versions"
        yield ""
        yield from (f"- {name} {version}" for name, version in sorted(versions.items()))
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
