"""A checkpoint on disk, and the config and label map that belong to it.

Of a job, the checkpoint that was exported counts; of one without an export, the best, else the
newest.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence, Union

from helpers.inference.model_folder import CONFIG, LABEL_MAP, REPORT
from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap
from helpers.system import files

# Below a job folder; of a plain folder of checkpoints the last place holds.
_PLACES = ("model/best", "model", "checkpoints/best", "checkpoints", ".")
_EXPORT = "model/graph"
# Where a config and its label map lie, seen from the checkpoint's folder and from those above it.
_CONFIGS = (".", "graph", _EXPORT, "output/data")
_LABEL_MAPS = (".", "graph", _EXPORT, "input/data/training")
_LEVELS = 3
_STEP = re.compile(r"-(\d+)$")


class CheckpointFiles(NamedTuple):
    """A checkpoint and what belongs to it.

    Attributes:
        prefix: of its files, as in ``model.ckpt-1000``.
        config: the ``pipeline.config`` it was trained with.
        label_map: its classes; ``None`` where there is no file of them near it.
    """

    prefix: Path
    config: Path
    label_map: Optional[Path]


def find(path: Union[str, Path]) -> CheckpointFiles:
    """The checkpoint of a job, of a folder of checkpoints, or of a prefix.

    Args:
        path: a job folder, a folder with checkpoints, or the prefix of one.

    Raises:
        MissingPart: there is no checkpoint, or no ``pipeline.config`` near it.
    """
    path = Path(path)
    prefix = next(itertools.chain(filter(_exists, [path]), _in_folder(path)), None)
    if prefix is None:
        raise MissingPart(
            f"{path}: no model. Train one first (notebook 04_train), or give the folder of an "
            "export, a job folder, or the prefix of a checkpoint, as model.ckpt-1000."
        )
    config = _near(prefix, _CONFIGS, CONFIG)
    if config is None:
        raise MissingPart(
            f"{prefix}: no {CONFIG} near it. Put the one it was trained with into its folder."
        )
    return CheckpointFiles(prefix, config, _near(prefix, _LABEL_MAPS, LABEL_MAP))


def _exists(prefix: Path) -> bool:
    return Path(f"{prefix}.index").is_file()


def _in_folder(folder: Path) -> Iterator[Path]:
    """The checkpoints of a folder, best first."""
    report = folder / _EXPORT / REPORT
    exported = files.read_json(report).get("checkpoint") if report.is_file() else None
    if exported:
        yield from filter(_exists, (folder / place / exported["name"] for place in _PLACES))
    for place in _PLACES:
        yield from _newest_first(folder / place)


def _newest_first(folder: Path) -> List[Path]:
    prefixes = [path.with_suffix("") for path in sorted(folder.glob("*.index"))]
    return sorted(prefixes, key=_step_of, reverse=True)


def _step_of(prefix: Path) -> int:
    step = _STEP.search(prefix.name)
    return int(step.group(1)) if step else -1


def _near(prefix: Path, places: Sequence[str], name: str) -> Optional[Path]:
    above = [prefix.resolve().parent, *prefix.resolve().parent.parents][:_LEVELS]
    candidates = (folder / place / name for folder in above for place in places)
    return next((path for path in candidates if path.is_file()), None)


def require_classes(found: CheckpointFiles, config: Any, label_map: LabelMap) -> None:
    """Requires as many classes of a checkpoint as the label map has.

    Raises:
        BadInput: they differ in number.
    """
    number = pipeline.model_of(config).num_classes
    if number != len(label_map):
        raise BadInput.of(
            found.config,
            f"num_classes: {number}",
            f"{len(label_map)}, the classes of the label map ({', '.join(label_map.names)})",
            "Use the label map that this checkpoint was trained with.",
        )
