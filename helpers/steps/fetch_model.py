"""A model of the TensorFlow 1 detection zoo to start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Union

from helpers.pipeline_config import model_zoo, zoo_install
from helpers.system import text_table
from helpers.workspace import TrainingChannel


@dataclass(frozen=True)
class FetchedModel:
    """A model in the checkpoint channel.

    Attributes:
        folder: holds ``model.ckpt.*`` and its ``pipeline.config``.
        corrected: what was corrected in that config after its checkpoint, a line each.
    """

    folder: Path
    corrected: List[str]

    def as_text(self) -> str:
        """The path of the model's config."""
        return str(self.folder / TrainingChannel.CONFIG)


@dataclass(frozen=True)
class ModelList:
    """The models of the zoo.

    Attributes:
        models: a row each.
    """

    models: List[Dict[str, Any]]

    def rows(self) -> List[Dict[str, Any]]:
        """The models, for a table."""
        return self.models

    def as_text(self) -> str:
        """The models as a text table."""
        rows = [list(self.models[0]), *(list(row.values()) for row in self.models)]
        return "\n".join(text_table.lines(rows))


def list_models() -> ModelList:
    """The models that can be fine-tuned, with their speed and accuracy."""
    return ModelList(model_zoo.rows())


def fetch_model(name: str, out: Union[str, Path], mirror: str = "") -> FetchedModel:
    """Downloads a model, or takes it from the cache, and puts it into the checkpoint channel.

    Args:
        name: of the model.
        out: the folder of the checkpoint channel.
        mirror: an archive, a folder or an address in the place of the zoo's own server.

    Raises:
        BadInput: there is no such model, or the archive is not it.
        MissingPart: the server cannot be reached.
    """
    model = model_zoo.find(name)
    installed = zoo_install.install(model, zoo_install.fetch(model, mirror), out)
    return FetchedModel(installed.folder, list(installed.corrected))
