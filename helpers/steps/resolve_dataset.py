"""Where the photos and their annotations are: one's own, or the built-in sample."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Union

from tqdm.auto import tqdm

from helpers.steps.unpack_dataset import is_packed, unpack_dataset
from helpers.structures.dataset import DatasetFolders, box_count, class_counts
from helpers.structures.errors import BadInput
from helpers.synthetic import sample

SAMPLE_COUNT = sample.COUNT


class WrittenSample(NamedTuple):
    """The built-in sample on disk.

    Attributes:
        folders: where it lies.
        images: number of images.
        boxes: number of boxes.
        classes: number of boxes of each class.
    """

    folders: DatasetFolders
    images: int
    boxes: int
    classes: dict

    def as_text(self) -> str:
        """What it holds, as one line."""
        return f"{self.images} images, {self.boxes} boxes: {self.classes}"


def write_sample(out: Union[str, Path], count: int = 0, seed: int = 0) -> WrittenSample:
    """Writes the built-in sample, ``img/`` and ``annotations/``, with a progress bar.

    Args:
        out: the folder to write to.
        count: number of images; 0 is its usual number.
        seed: of the drawing; the same seed gives the same bytes.
    """
    count = count or sample.COUNT
    with tqdm(total=count, desc="drawing the sample", unit="image", disable=None) as bar:
        records = sample.write(out, count, seed, progress=lambda done, total: bar.update())
    folders = DatasetFolders(Path(out) / "annotations", Path(out) / "img")
    return WrittenSample(folders, len(records), box_count(records), class_counts(records))


def resolve_dataset(
    images: str, annotations: str, sample_folder: Path, count: int = 0
) -> DatasetFolders:
    """The folders of one's own photos, or of the built-in sample, drawn if it is missing.

    Args:
        images: one's own image folder, or a zip archive of it; empty means the sample.
        annotations: one's own annotation folder, file or zip archive; belongs with ``images``.
            An archive that has the images too, and TFRecords, need no ``images``.
        sample_folder: where the sample is written, and archives are unpacked.
        count: number of images of the sample; 0 is its usual number.

    Raises:
        BadInput: only one of the two folders was given, or as for :func:`.unpack_dataset`.
    """
    if images and annotations or annotations and is_packed(annotations):
        own = Path(images).resolve() if images else None
        return unpack_dataset(Path(annotations).resolve(), own, sample_folder)
    if images or annotations:
        raise BadInput.of(
            "IMG and ANNOTATIONS",
            f"{images!r} and {annotations!r}",
            "both, neither, or annotations that come with their images: a zip archive or TFRecords",
            "Give the folder of the photos and that of the annotations.",
        )
    return write_sample(sample_folder, count).folders
