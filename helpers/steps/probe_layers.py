"""How well the layers of a start checkpoint tell one's own objects apart, before training."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Dict, Iterator, Tuple, Union

from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import pipeline, recipe
from helpers.pretrained import layer_probe
from helpers.pretrained.layer_probe import ProbeImage
from helpers.tfrecords import framing, tfrecord
from helpers.tfrecords.tfrecord import RecordImage
from helpers.workspace import TrainingChannel

IMAGES = 160  # at most; more of them change no decision, and cost seconds


def probe_layers(template: str, checkpoint: Union[str, Path], folder: Path) -> Dict[str, float]:
    """The accuracy of a linear classifier on what each layer that could be frozen gives.

    Args:
        template: a template's name or the path of a ``pipeline.config``.
        checkpoint: prefix of the checkpoint.
        folder: of the training channel, with records and label map.

    Returns:
        Balanced accuracy, 0 to 1, by layer of ``recipe.FREEZABLE``; empty where there are no
        records, or too few objects to tell.
    """
    channel = TrainingChannel(folder)
    if not framing.existing(channel.record("train")):
        return {}
    config = pipeline.read(template)
    images = list(_images(channel, pipeline.input_size(config)))
    return layer_probe.accuracies(config, checkpoint, images, recipe.FREEZABLE)


def _images(channel: TrainingChannel, size: Tuple[int, int]) -> Iterator[ProbeImage]:
    """Images of the train records, evenly over them."""
    label_map = label_map_file.read(channel.label_map)
    total = len(csv_table.read(channel.table("train")))
    records = tfrecord.read(framing.existing(channel.record("train")), label_map)
    for image in itertools.islice(records, 0, None, max(1, -(-total // IMAGES))):
        yield _resized(image, size)


def _resized(image: RecordImage, size: Tuple[int, int]) -> ProbeImage:
    import cv2
    import numpy as np

    pixels = cv2.imdecode(np.frombuffer(image.encoded, np.uint8), cv2.IMREAD_COLOR)
    factors = (size[0] / image.width, size[1] / image.height)
    return ProbeImage(cv2.resize(pixels, size)[:, :, ::-1], image.objects.scaled(*factors))
