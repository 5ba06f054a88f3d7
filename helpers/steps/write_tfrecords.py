"""TFRecord shards of a table and its images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import List, Optional, Union

from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import pipeline
from helpers.structures.dataset import box_count
from helpers.tfrecords import tfrecord
from helpers.validation import image_probe
from helpers.workspace import SPLITS, TrainingChannel

INPUT_SIZE = 300  # of most models for small devices, pixels


@dataclass(frozen=True)
class TfrecordOptions:
    """How the shards are written.

    Attributes:
        longest_edge: larger images are shrunk to it with their boxes, pixels; 0 keeps every pixel.
        shards: number of files; ``None`` makes them about 100 MB large.
        seed: of the shuffling.
        jobs: number of processes; 0 is one a core.
        cache: file that knows which images were decoded before; ``None`` decodes all.
    """

    longest_edge: int = 2 * INPUT_SIZE
    shards: Optional[int] = None
    seed: int = 0
    jobs: int = 0
    cache: Optional[Path] = None


@dataclass(frozen=True)
class WrittenTfrecords:
    """The shards of one table.

    Attributes:
        paths: of the shards.
        images: number of images.
        boxes: number of boxes.
        kept: number of shards that were complete before.
        shrunk: number of images that became smaller.
        longest_edge: see ``TfrecordOptions``.
    """

    paths: List[Path]
    images: int
    boxes: int
    kept: int
    shrunk: int
    longest_edge: int

    def as_text(self) -> str:
        """What was written, in one or two lines."""
        lines = [
            f"{self.images} images, {self.boxes} boxes in {len(self.paths)} files"
            + (f", {self.kept} of them finished before" if self.kept else "")
        ]
        if self.longest_edge:
            lines.append(
                f"longest edge kept: {self.longest_edge} pixels; {self.shrunk} images became "
                "smaller (tfrecord --max-side 0, or MAX_SIDE=0 in notebook 2, keeps every pixel)"
            )
        return "\n".join(lines)


def longest_edge_for(recipe: Union[str, Path], image_size: int = 0) -> int:
    """The longest edge that an image in a record needs: twice the model's input, pixels.

    More only costs time in training, and this leaves the cropping augmentations something to
    enlarge.

    Args:
        recipe: a template's name or a ``pipeline.config``.
        image_size: of the model's input, pixels; 0 is the recipe's.
    """
    if image_size:
        return 2 * image_size
    resizer = pipeline.model_of(pipeline.read(recipe)).image_resizer
    if resizer.WhichOneof("image_resizer_oneof") == "fixed_shape_resizer":
        shape = resizer.fixed_shape_resizer
        return 2 * max(shape.width, shape.height)
    return 2 * resizer.keep_aspect_ratio_resizer.max_dimension


def write_tfrecords(
    table: Union[str, Path],
    label_map: Union[str, Path],
    images: Union[str, Path],
    out: Union[str, Path],
    options: Optional[TfrecordOptions] = None,
) -> WrittenTfrecords:
    """Writes the shards of one table; killed and started again, it goes on.

    Args:
        table: the tidy table.
        label_map: the label map file.
        images: the image folder.
        out: the name that the shards share, as ``train.record``.
        options: how they are written; ``None`` is the default.

    Raises:
        BadInput: as ``tfrecord.write`` says.
    """
    options = options or TfrecordOptions()
    records = csv_table.read(table)
    paths = [record.path for record in records]
    verified = image_probe.decoded(paths, images, options.cache) if options.cache else ()
    written = tfrecord.write(
        records,
        label_map_file.read(label_map),
        images,
        out,
        tfrecord.RecordOptions(
            shards=options.shards,
            max_side=options.longest_edge,
            seed=options.seed,
            jobs=options.jobs,
            verified=verified,
        ),
    )
    shrunk = sum(max(record.width, record.height) > options.longest_edge > 0 for record in records)
    return WrittenTfrecords(
        written.paths, len(records), box_count(records), written.kept, shrunk, options.longest_edge
    )


def write_splits(
    channel: TrainingChannel, images: Union[str, Path], options: Optional[TfrecordOptions] = None
) -> WrittenTfrecords:
    """Writes the shards of the train and the eval split into the training channel.

    Args:
        channel: with the tables and the label map.
        images: the image folder.
        options: as for :func:`write_tfrecords`.

    Raises:
        BadInput: as ``tfrecord.write`` says.
    """
    splits = [
        write_tfrecords(
            channel.table(split), channel.label_map, images, channel.record(split), options
        )
        for split in SPLITS
    ]
    return WrittenTfrecords(
        [path for written in splits for path in written.paths],
        sum(written.images for written in splits),
        sum(written.boxes for written in splits),
        sum(written.kept for written in splits),
        sum(written.shrunk for written in splits),
        splits[0].longest_edge,
    )
