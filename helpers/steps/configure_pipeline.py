"""``pipeline.config`` for these classes and this run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import (
    adaptation,
    anchor_fit,
    augmentation,
    channel_facts,
    config_diff,
    pipeline,
    retraining,
    two_stage,
    warm_start,
)
from helpers.pipeline_config.adaptation import ConfigOptions

AUGMENTATIONS: Dict[str, str] = {
    augmentation.NONE: "no augmentation",
    **{name: choice.meaning for name, choice in augmentation.CHOICES.items()},
}


@dataclass(frozen=True)
class PipelineOptions:
    """What is changed in a template; zeros and ``None`` keep what it says.

    Attributes:
        num_steps: training steps; the learning-rate schedule is stretched to them.
        batch_size: the learning rates are scaled in proportion.
        image_size: width and height of the model's input, pixels.
        augment: names of ``augmentation.CHOICES`` with commas between.
        qat: end the training with quantization-aware training (QAT), for ``QUANTIZED_UINT8``.
        fit_anchors: a table to whose boxes the anchors are fitted.
        freeze: the last layer of the feature extractor that is not trained, batch norms included,
            as in ``expanded_conv_5``; ``none`` trains all.
        localization_weight: of an SSD's loss: how much tight boxes count beside right classes.
    """

    num_steps: int = 0
    batch_size: int = 0
    image_size: int = 0
    augment: Optional[str] = None
    qat: bool = False
    fit_anchors: Optional[Path] = None
    freeze: str = ""
    localization_weight: float = 0.0


@dataclass(frozen=True)
class ConfiguredPipeline:
    """The config that was written.

    Attributes:
        path: of the file.
        template: its name or path.
        before: the template's ``TrainEvalPipelineConfig``.
        config: that of this run.
        anchors: what fitting the anchors gave; empty when they are the template's.
    """

    path: Path
    template: str
    before: Any
    config: Any
    anchors: str = ""

    def changes(self) -> List[str]:
        """What differs from the template, a line each."""
        return config_diff.changes(self.before, self.config)

    def diff(self) -> str:
        """What differs from the template, as a unified diff."""
        return config_diff.diff(self.before, self.config, self.template)

    def rows(self) -> List[Dict[str, Any]]:
        """What differs from the template, for a table."""
        names = (change.partition(": ") for change in self.changes())
        return [{"field": name, "change": change} for name, _, change in names]

    def as_text(self) -> str:
        """The path of the config."""
        return str(self.path)


def configure_pipeline(
    template: Union[str, Path],
    label_map: Union[str, Path],
    out: Union[str, Path],
    options: Optional[PipelineOptions] = None,
    fine_tune: str = "",
) -> ConfiguredPipeline:
    """Writes ``pipeline.config`` beside the records it is for.

    Args:
        template: a recipe's name, or a ``pipeline.config``, as the model zoo's.
        label_map: the label map file.
        out: the file to write; the records in its folder give the shard patterns and counts.
        options: what to change; ``None`` keeps the template's.
        fine_tune: prefix of the checkpoint to start from in the checkpoint channel, as
            ``model.ckpt``; empty trains from scratch.

    Raises:
        BadInput: a value is impossible, or a file cannot be read.
    """
    options = options or PipelineOptions()
    retraining.require_same_predictors(fine_tune, bool(options.fit_anchors), options.image_size)
    before = pipeline.read(template)
    names = None if options.augment is None else augmentation.names(options.augment)
    config = adaptation.adapt(
        before,
        label_map_file.read(label_map),
        ConfigOptions(
            options.num_steps,
            options.batch_size,
            options.image_size,
            fine_tune,
            names,
            options.qat,
            options.freeze,
            options.localization_weight,
        ),
        channel_facts.read(Path(out).parent),
    )
    anchors = ""
    if options.fit_anchors:
        boxes = anchor_fit.box_sizes(
            csv_table.read(options.fit_anchors), pipeline.input_size(config)
        )
        fitted = anchor_fit.fit(config, boxes)
        anchors, config = str(fitted), fitted.config
    path = pipeline.write(config, out)
    return ConfiguredPipeline(path, str(template), before, config, anchors)


def templates() -> List[str]:
    """The names of the templates that come with this project."""
    return pipeline.recipes()


def checkpoint_in(folder: Union[str, Path]) -> str:
    """The prefix of the checkpoint in a folder to fine-tune from; empty when there is none.

    Raises:
        BadInput: there are several, none of them ``model.ckpt``.
    """
    return warm_start.prefix_in(folder)


def read_config(template: Union[str, Path]) -> Any:
    """A template as a ``TrainEvalPipelineConfig``, with the input size that a run would have.

    Args:
        template: a recipe's name or a ``pipeline.config``.
    """
    config = pipeline.read(template)
    if config.model.WhichOneof("model") == two_stage.KIND:
        two_stage.make_runnable(config.model.faster_rcnn)
    return config


def input_size(template: Union[str, Path]) -> int:
    """The shorter edge of a model's input, pixels: what the smallest boxes are judged at.

    Args:
        template: a recipe's name or a ``pipeline.config``.
    """
    return min(pipeline.input_size(read_config(template)))
