"""The work folder: where every step finds what the step before it made.

Any notebook can be run again alone, because what passes between them lies here and nowhere else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, TypeVar, Union

from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files

ENVIRONMENT_VARIABLE = "WORK"
ROOT = Path(__file__).resolve().parent.parent
DETECT = ROOT / "pi" / "detect.py"
BUNDLE = ROOT / "pi" / "model"
_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
Value = TypeVar("Value", str, int, float, bool)


def parameter(name: str, default: Value) -> Value:
    """A notebook's parameter: what the environment variable of that name says, else the default.

    Args:
        name: of the parameter and of the environment variable.
        default: gives the type too; a flag is ``1``, ``true``, ``yes`` or their opposites.

    Raises:
        BadInput: the variable cannot be read as that type.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        return _FLAGS[text.lower()] if isinstance(default, bool) else type(default)(text)
    except (KeyError, ValueError) as error:
        raise BadInput.of(
            f"environment variable {name}",
            repr(text),
            f"a {type(default).__name__}",
            "Correct or unset it.",
        ) from error


@dataclass(frozen=True)
class Workspace:
    """The folders of one run; nothing is created before something is written.

    Attributes:
        root: the work folder.
    """

    root: Path

    @classmethod
    def at(cls, root: Union[str, Path, None] = None) -> "Workspace":
        """The work folder at ``root``, or where ``$WORK`` says, or ``work/`` beside ``helpers``."""
        return cls(Path(root or os.environ.get(ENVIRONMENT_VARIABLE) or ROOT / "work").resolve())

    @property
    def data(self) -> Path:
        """The data set: ``img/``, ``annotations/``, ``data.csv``, ``findings.json``."""
        return self.root / "data"

    @property
    def images(self) -> Path:
        """The images."""
        return self.data / "img"

    @property
    def annotations(self) -> Path:
        """The annotation files."""
        return self.data / "annotations"

    @property
    def table(self) -> Path:
        """The tidy table of all boxes."""
        return self.data / "data.csv"

    @property
    def cache(self) -> Path:
        """What was seen of files that have not changed since; may be deleted at any time."""
        return self.data / "cache.sqlite"

    @property
    def training(self) -> Path:
        """The training channel: records, label map, ``pipeline.config``."""
        return self.root / "training"

    @property
    def label_map(self) -> Path:
        """The label map of the training channel."""
        return self.training / "label_map.pbtxt"

    @property
    def config(self) -> Path:
        """The ``pipeline.config`` of the training channel."""
        return self.training / "pipeline.config"

    @property
    def checkpoint(self) -> Path:
        """The checkpoint channel: the model to start from; empty means from scratch."""
        return self.root / "checkpoint"

    @property
    def model(self) -> Path:
        """What the job in use exported."""
        return self.root / "model"

    @property
    def graph(self) -> Path:
        """The exported graphs of the job in use."""
        return self.model / "graph"

    @property
    def evaluation(self) -> Path:
        """Metrics, detections and images."""
        return self.root / "evaluation"

    def job(self, name: str) -> Path:
        """The ``/opt/ml`` of one training job."""
        return self.root / "jobs" / name

    def state(self) -> Dict[str, Any]:
        """What the last step of each notebook produced."""
        path = self.root / "state.json"
        return files.read_json(path) if path.exists() else {}

    def remember(self, **values: Any) -> Dict[str, Any]:
        """Adds to ``state.json`` what the next notebook reads; returns the whole."""
        state = dict(self.state(), **values)
        files.write_json(self.root / "state.json", state)
        return state

    def recall(self, key: str, step: str) -> Any:
        """One value of ``state.json``.

        Raises:
            MissingPart: the step that produces it has not run in this work folder.
        """
        state = self.state()
        if key not in state:
            raise MissingPart(f"{self.root / 'state.json'}: no {key!r} yet. Run {step} first.")
        return state[key]
