"""What a model starts from and how it is trained: as named, or chosen from the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple, Union

from helpers.annotations import csv_table
from helpers.pipeline_config import (
    input_size,
    pipeline,
    recipe,
    recipe_values,
    retraining,
    warm_start,
)
from helpers.pipeline_config.class_remapping import ClassRemapping
from helpers.pipeline_config.recipe import DatasetFacts, Setting
from helpers.pretrained import device_speed, model_zoo
from helpers.pretrained.zoo_archive import SOURCE
from helpers.steps.configure_pipeline import PipelineOptions
from helpers.steps.fetch_model import fetch_model
from helpers.steps.probe_layers import probe_layers
from helpers.structures.errors import MissingPart
from helpers.system import files, text_table
from helpers.training.finished_jobs import FinishedJob
from helpers.workspace import TrainingChannel

AUTO = recipe.AUTO
SPEED, TIME = "PI_FPS", "MINUTES"  # lines that are no values of a pipeline.config
SECONDS = 120.0  # that the weights may take to come and to be converted
_SCRATCH_COST = (
    "training from scratch instead: 900 steps, and on the sample an mAP of 0.56; photographs "
    "take far longer so than by fine-tuning"
)


class LastModel(NamedTuple):
    """A model that was trained before, as what a run starts from.

    Attributes:
        job: that trained it.
        by_name: whether the user named it, or it was the last.
        classes: its own and those of the run, once they were taken over.
        start: what it had started from itself, where that is known.
    """

    job: FinishedJob
    by_name: bool
    classes: Optional[ClassRemapping] = None
    start: Optional[Mapping[str, Any]] = None

    def state(self) -> Dict[str, Any]:
        """What the description of the next model says of it."""
        said: Dict[str, Any] = {"job": self.job.name, "step": self.job.step}
        if self.classes:
            said["classes"] = {
                "kept": self.classes.kept,
                "new": self.classes.new,
                "dropped": self.classes.dropped,
            }
        return dict(said, start=self.start)


@dataclass(frozen=True)
class ModelStart:
    """A template and the checkpoint that belongs to it.

    Attributes:
        template: a template's name or the path of a ``pipeline.config``.
        checkpoint: the prefix of the checkpoint in the checkpoint channel; empty is from scratch.
        reason: why, for people.
        chosen: whether the template was left to be chosen.
        provenance: of weights that came in a package: source, version and license.
        folder: of the checkpoint channel.
        last: the model of one's own that is trained again; ``None`` for other weights.
    """

    template: str
    checkpoint: str
    reason: str
    chosen: bool = False
    provenance: Optional[Mapping[str, Any]] = None
    folder: Path = Path()
    last: Optional[LastModel] = None

    def state(self) -> Dict[str, Any]:
        """What the model's description on the device will say of its start."""
        known = self.last.state() if self.last else dict(self.provenance or {})
        return {"start": dict(known, checkpoint=self.checkpoint or None)}

    def as_text(self) -> str:
        """The template and the reason, as one line."""
        return f"{self.template}: {self.reason}"


@dataclass(frozen=True)
class ChosenRecipe:
    """A template and what is changed in it.

    Attributes:
        start: the template and its checkpoint.
        settings: a row each, with the reason.
        options: for ``configure_pipeline``.
        minutes: that training may take, see ``estimate_time``; 0 has no limit.
    """

    start: ModelStart
    settings: Tuple[Setting, ...]
    options: PipelineOptions
    minutes: float = 0.0

    def rows(self) -> List[Dict[str, Any]]:
        """The settings, for a table."""
        return recipe.rows(self.start.template, self.start.reason, self.settings)

    def as_text(self) -> str:
        """The settings as a text table."""
        rows = self.rows()
        return "\n".join(text_table.lines([list(rows[0]), *(list(row.values()) for row in rows)]))


def find_start(name: str, checkpoint: Union[str, Path], seconds: float = SECONDS) -> ModelStart:
    """The template of a recipe and the checkpoint it starts from.

    ``auto`` takes what lies in the checkpoint channel, or puts pretrained weights there; where
    they cannot be had in time the recipe is the one that learns from scratch.

    Args:
        name: ``auto``, a template's name, or a ``pipeline.config``.
        checkpoint: the folder of the checkpoint channel.
        seconds: most time that the weights may take to come.

    Raises:
        BadInput: the channel holds several checkpoints, none of them ``model.ckpt``.
    """
    present = warm_start.prefix_in(checkpoint)
    own = Path(checkpoint) / TrainingChannel.CONFIG
    if name == recipe.SCRATCH and own.is_file() and not recipe.has_our_network(own, name):
        return ModelStart(name, "", f"from scratch: {checkpoint} holds another network")
    if name != AUTO:
        given = f"starts from {present}" if present else "from scratch"
        return ModelStart(name, present, given, provenance=provenance(checkpoint))
    if present:
        return _start_from(Path(checkpoint), present)
    try:
        fetched = fetch_model(recipe.WEIGHTS, checkpoint, seconds=seconds)
    except MissingPart as missing:
        return ModelStart(recipe.SCRATCH, "", f"{missing.cause}; {_SCRATCH_COST}", chosen=True)
    return replace(
        _start_from(Path(checkpoint), warm_start.prefix_in(checkpoint)),
        reason=f"fine-tunes {recipe.WEIGHTS}, from {fetched.source}",
    )


def _start_from(folder: Path, prefix: str) -> ModelStart:
    """The template for a checkpoint: ours where its network is the same, else its own config."""
    own = folder / TrainingChannel.CONFIG
    reason = f"fine-tunes {folder / prefix}"
    known = provenance(folder)
    if not own.is_file() or recipe.has_our_network(own):
        return ModelStart(recipe.TRANSFER, prefix, reason, True, known, folder)
    reason = f"{reason} with its own pipeline.config"
    return ModelStart(str(own), prefix, reason, provenance=known)


def _facts(start: ModelStart, table: Path, freeze_given: bool) -> DatasetFacts:
    """What the choices depend on; the layers are tried on the data where that decides anything."""
    facts = DatasetFacts.of(csv_table.read(table))
    if freeze_given or not start.checkpoint:
        return facts
    checkpoint = start.folder / start.checkpoint
    return facts._replace(told_apart=probe_layers(start.template, checkpoint, table.parent))


def provenance(folder: Union[str, Path]) -> Optional[Mapping[str, Any]]:
    """Source, version and license of the weights in a checkpoint channel, where they are known."""
    path = Path(folder) / SOURCE
    return files.read_json(path) if path.is_file() else None


def choose_recipe(
    start: ModelStart, table: Union[str, Path], given: Optional[Mapping[str, Any]] = None
) -> ChosenRecipe:
    """How to train on a data set.

    Args:
        start: of :func:`find_start`.
        table: the tidy table of the train split, whose boxes decide.
        given: values of one's own by the name of their line, of ``recipe_values.PARSERS``;
            ``PI_FPS`` bounds the input size by the speed of a Raspberry Pi 4; ``MINUTES`` is
            for ``estimate_time``, as the steps have to be timed first. 0, empty and ``None``
            leave the choice.

    Raises:
        BadInput: there is no such line, or its value is impossible.
    """
    own = recipe_values.parse(given or {})
    settings: Tuple[Setting, ...] = ()
    if start.last and start.last.classes:
        config, facts = pipeline.read(start.template), DatasetFacts.of(csv_table.read(table))
        settings = retraining.choose(config, facts, start.last.classes)
    elif start.chosen:
        facts = _facts(start, Path(table), "FREEZE" in own)
        settings = recipe.choose(start.template, facts, _largest_input(own.get(SPEED, 0.0)))
    settings = tuple(setting for setting in settings if setting.name not in own)
    wanted, minutes = own.pop(SPEED, 0.0), own.pop(TIME, 0.0)
    settings += tuple(Setting(name, value, recipe.AS_GIVEN) for name, value in own.items())
    values = recipe.as_values(settings)
    if wanted:
        settings += (_speed(start, wanted, values.get("IMAGE_SIZE", 0)),)
    options = PipelineOptions(
        num_steps=values.get("STEPS", 0),
        batch_size=values.get("BATCH_SIZE", 0),
        image_size=values.get("IMAGE_SIZE", 0),
        augment=values.get("AUGMENT"),
        fit_anchors=Path(table) if values.get("FIT_ANCHORS") else None,
        freeze=values.get("FREEZE", ""),
        localization_weight=values.get("LOCALIZATION_WEIGHT", 0.0),
    )
    return ChosenRecipe(start, settings, options, minutes)


def choose_image_size(
    start: ModelStart, table: Union[str, Path], given: Optional[Mapping[str, Any]] = None
) -> int:
    """The input size of :func:`choose_recipe` alone, which the records are written for.

    Args:
        start: of :func:`find_start`.
        table: the tidy table of the train split.
        given: as for :func:`choose_recipe`.

    Returns:
        Pixels; 0 is that of the template.

    Raises:
        BadInput: there is no such line, or its value is impossible.
    """
    own = recipe_values.parse(given or {})
    if "IMAGE_SIZE" in own or start.last or not start.chosen:
        return own.get("IMAGE_SIZE", 0)
    facts = DatasetFacts.of(csv_table.read(table))
    settings = recipe.choose(start.template, facts, _largest_input(own.get(SPEED, 0.0)))
    return recipe.as_values(settings)["IMAGE_SIZE"]


def _largest_input(wanted: float) -> int:
    """The largest input size that the wanted images per second allow."""
    return device_speed.largest_size(model_zoo.find(recipe.WEIGHTS), wanted, input_size.SIZES)


def _speed(start: ModelStart, wanted: float, image_size: int) -> Setting:
    """What the wanted speed on the device came to."""
    if start.chosen or start.template == recipe.SCRATCH:
        size = image_size or max(pipeline.input_size(pipeline.read(start.template)))
        model, narrower = model_zoo.find(recipe.WEIGHTS), start.template == recipe.SCRATCH
        return Setting(SPEED, wanted, device_speed.explanation(model, size, wanted, narrower))
    return Setting(SPEED, wanted, f"not heeded: the size is that of {start.template}")
