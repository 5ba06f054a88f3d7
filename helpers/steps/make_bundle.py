"""The model folder that the Raspberry Pi needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Union

from helpers.export import bundle
from helpers.inference.model_folder import ModelFolder
from helpers.pipeline_config import pipeline, warm_start


@dataclass(frozen=True)
class PiBundle:
    """The model folder for the device.

    Attributes:
        folder: holds the model's files and ``model.json``.
    """

    folder: Path

    def rows(self) -> List[Dict[str, Any]]:
        """Name and size of each file, for a table."""
        return file_rows(self.folder)

    def as_text(self) -> str:
        """The path of the folder."""
        return str(self.folder)


def file_rows(folder: Path) -> List[Dict[str, Any]]:
    """Name and size of each file of a folder, sorted."""
    return [
        {"file": path.name, "kB": path.stat().st_size // 1000} for path in sorted(folder.iterdir())
    ]


def make_bundle(graph: Path, out: Union[str, Path], state: Mapping[str, Any]) -> PiBundle:
    """Copies an exported model into the Pi bundle, with what trained it.

    Args:
        graph: the folder of the exported model.
        out: the folder to make.
        state: of the work folder; ``job`` and ``hyperparameters`` go into ``model.json``, and
            ``start`` where the model started from there.

    Raises:
        MissingPart: no model was exported.
    """
    trained = {key: state[key] for key in ("job", "hyperparameters") if key in state}
    return PiBundle(bundle.make(graph, out, {**trained, **_start(ModelFolder(graph), state)}))


def _start(model: ModelFolder, state: Mapping[str, Any]) -> Dict[str, Any]:
    """What the model started from, unless another start was chosen since."""
    start = state.get("start")
    if not start or not model.config.is_file():
        return {}
    name = warm_start.started_from(pipeline.read(model.config))
    return {"start": start} if (start["checkpoint"] or "") == name else {}
