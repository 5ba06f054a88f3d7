"""The road from photos to the training channel, one function a step; ``runs`` goes on from there.

Each step reads what the step before it left in the work folder, so any of them can be taken again
alone. The notebooks, the command line and the demo all walk here.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import List, NamedTuple, Optional, Tuple, Union

from tqdm.auto import tqdm

from helpers.annotations import csv_table, label_map_file, registry
from helpers.pipeline_config import (
    anchor_fit,
    augmentation,
    channel,
    pipeline,
    preflight,
    warm_start,
)
from helpers.pipeline_config.preflight import Agreement
from helpers.splitting import split as splitting
from helpers.splitting import split_files
from helpers.structures import findings
from helpers.structures.dataset import Annotations, ImageRecord, class_names
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.structures.label_map import LabelMap
from helpers.synthetic import sample
from helpers.system import files
from helpers.tfrecords import tfrecord
from helpers.validation import image_probe, validate
from helpers.validation import repair as repairing
from helpers.workspace import SPLITS, Workspace

log = logging.getLogger(__name__)

INPUT_SIDE = 300  # of most models for small devices, pixels


class Collected(NamedTuple):
    """What the first step found.

    Attributes:
        records: every image that can be trained on, sorted by path.
        findings: all that is wrong or odd about the data as it was read.
        done: what was mended, a line each.
        dropped: the errors for which an object or an image was left out.
    """

    records: List[ImageRecord]
    findings: List[Finding]
    done: List[str]
    dropped: List[Finding]


def look(
    work: Workspace,
    annotations: Union[str, Path],
    images: Union[str, Path],
    format: str = "auto",
    image_size: int = 300,
) -> Tuple[Annotations, List[Finding]]:
    """Reads the annotations, decodes every image, writes ``findings.json``.

    What has not changed since the last time is not read again.

    Args:
        work: the work folder.
        annotations: the folder or file.
        images: the image folder.
        format: of ``formats.registry``; ``auto`` tells it by the content.
        image_size: width and height of what the detector will see, pixels.

    Returns:
        What was read, and all that is wrong or odd about it.

    Raises:
        BadInput: the folder or file is missing or holds nothing of that format.
    """
    read = registry.read(format, annotations, images, work.cache)
    seen = image_probe.look_at([record.path for record in read.records], images, cache=work.cache)
    found = validate.check(read, seen, image_size)
    files.write_json(work.data / "findings.json", findings.as_dicts(found))
    return read, found


def collect(
    work: Workspace,
    annotations: Union[str, Path],
    images: Union[str, Path],
    format: str = "auto",
    fix: bool = False,
    policy: str = repairing.FAIL,
    image_size: int = 300,
) -> Collected:
    """As :func:`look`, then mends or drops what is bad and writes ``data.csv``.

    Args:
        work: the work folder.
        annotations: the folder or file.
        images: the image folder.
        format: as for ``look``.
        fix: mend what has one right answer; the files themselves stay as they are.
        policy: for the errors left: ``fail``, or ``drop`` the object or image.
        image_size: as for ``look``.

    Raises:
        BadInput: lists every error that is left; no table is written.
    """
    read, found = look(work, annotations, images, format, image_size)
    good = repairing.repair(read.records, found, fix, policy)
    csv_table.write(good.records, work.table)
    work.remember(images=str(Path(images).resolve()))
    return Collected(good.records, found, good.done, good.dropped)


def divide(
    work: Workspace, fraction: float = 0.8, seed: int = 0, test: float = 0.0, reset: bool = False
) -> splitting.Split:
    """Splits ``data.csv`` by image into ``data_train.csv`` and ``data_eval.csv``.

    Near-duplicates stay on one side, and images that were divided before stay where they were.

    Args:
        work: the work folder.
        fraction: share of the images for training.
        seed: of the random choice.
        test: share of the images for ``data_test.csv``, which no step reads before the very end.
        reset: divide everything afresh.

    Raises:
        BadInput: as for ``sides.divide``.
    """
    images = work.state().get("images")
    return split_files.divide(
        csv_table.read(work.table),
        work.training,
        fraction,
        seed,
        test,
        reset=reset,
        images=images if images and Path(images).is_dir() else None,
        cache=work.cache,
    )[0]


def map_labels(work: Workspace, reset: bool = False) -> LabelMap:
    """Writes the label map of the classes in ``data.csv``, ids from 1.

    Args:
        work: the work folder.
        reset: number them afresh in their order by name; else the ids of a label map that is
            there stay, and classes that are new follow.
    """
    label_map, said = label_map_file.continued(
        work.label_map, class_names(csv_table.read(work.table)), reset, work.table
    )
    label_map_file.write(label_map, work.label_map)
    for line in said:
        log.warning(line)
    return label_map


def longest_side(work: Workspace, recipe: Union[str, Path] = "") -> int:
    """The longest side that an image in a record needs: twice the model's input, pixels.

    More only costs time in training, and this leaves the cropping augmentations something to
    enlarge.

    Args:
        work: the work folder.
        recipe: the template that will be configured; empty means the ``pipeline.config`` in the
            work folder, and where there is none, an input of 300 pixels.

    Returns:
        0 when the model takes images of any size.
    """
    if not recipe and not work.config.is_file():
        return 2 * INPUT_SIDE
    resizer = pipeline.model_of(pipeline.read(recipe or work.config)).image_resizer
    if resizer.WhichOneof("image_resizer_oneof") == "fixed_shape_resizer":
        shape = resizer.fixed_shape_resizer
        return 2 * max(shape.width, shape.height)
    return 2 * resizer.keep_aspect_ratio_resizer.max_dimension


def write_records(
    work: Workspace, max_side: Optional[int] = None, shards: Optional[int] = None, seed: int = 0
) -> List[Path]:
    """Writes ``train.record-*`` and ``eval.record-*``.

    Args:
        work: the work folder.
        max_side: longest side in pixels to keep; 0 keeps all, ``None`` what ``longest_side`` says.
        shards: files of each side; ``None`` makes them about 100 MB large.
        seed: of the shuffling.

    Returns:
        The files.

    Raises:
        BadInput: as for ``tfrecord.write``.
    """
    if max_side is None:
        max_side = longest_side(work)
    label_map = label_map_file.read(work.label_map)
    images = work.recall("images", "notebook 01_annotate_inspect")
    paths = []
    for split in SPLITS:
        records = csv_table.read(work.channel.table(split))
        verified = image_probe.decoded([record.path for record in records], images, work.cache)
        paths += tfrecord.write(
            records,
            label_map,
            images,
            work.channel.record(split),
            shards and min(shards, len(records)),
            max_side,
            seed,
            verified=verified,
        ).paths
    return paths


def configure(
    work: Workspace,
    template: Union[str, Path],
    num_steps: int,
    batch_size: int = 0,
    image_size: int = 0,
    augment: str = "",
    quantize: bool = False,
    fit_anchors: bool = False,
) -> Path:
    """Writes ``pipeline.config`` for these classes; fine-tunes when there is a checkpoint.

    Args:
        work: the work folder.
        template: a recipe's name, or a ``pipeline.config``, as the model zoo's.
        num_steps: as for ``pipeline.adapt``, like the next two.
        batch_size: images a step.
        image_size: width and height of the model's input, pixels.
        augment: names of ``augmentation.CHOICES`` with commas between; empty keeps the template's.
        quantize: end the training with eight bits.
        fit_anchors: to the boxes of the training side.
    """
    config = pipeline.adapt(
        pipeline.read(template),
        label_map_file.read(work.label_map),
        num_steps,
        batch_size,
        image_size,
        warm_start.prefix_in(work.checkpoint),
        augmentation.names(augment) if augment else None,
        quantize,
        channel.look(work.training),
    )
    if fit_anchors:
        boxes = anchor_fit.box_sizes(
            csv_table.read(work.channel.table("train")), pipeline.input_size(config)
        )
        fitted = anchor_fit.fit(config, boxes)
        log.info("anchors: %s", fitted)
        config = fitted.config
    return pipeline.write(config, work.config)


def agree(work: Workspace) -> Agreement:
    """Holds records, label map, config and checkpoint against each other, as the trainer will.

    Raises:
        BadInput: names every mistake at once.
    """
    return preflight.check(work.training, work.checkpoint)


def own_or_sample(
    work: Workspace, images: str = "", annotations: str = "", count: int = 0
) -> tuple:
    """Folders of one's own photos, or of the built-in sample, drawn now if it is not there.

    Args:
        work: the work folder.
        images: one's own image folder; empty means the sample.
        annotations: one's own annotation folder; belongs with ``images``.
        count: images of the sample; 0 is its usual number.

    Returns:
        The annotation folder and the image folder.

    Raises:
        BadInput: only one of the two folders was given.
    """
    if bool(images) != bool(annotations):
        raise BadInput.of(
            "IMG and ANNOTATIONS",
            f"{images!r} and {annotations!r}",
            "both or neither",
            "Give the folder of the photos and that of the XML.",
        )
    if images:
        return Path(annotations).resolve(), Path(images).resolve()
    count = count or sample.COUNT
    with tqdm(total=count, desc="drawing the sample", unit="image", disable=None) as bar:
        sample.write(work.data, count, progress=lambda done, total: bar.update())
    return work.annotations, work.images
