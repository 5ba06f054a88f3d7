"""Drafts: what a model detects on photos without annotation, until a person has decided.

Each photo has a file of its own below the work folder, far from the annotations, so that nothing
that reads annotations ever counts a draft. What a person changes before accepting it stands there,
too.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence

import numpy as np

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.system.files import PathLike

DRAFT = "draft"  # in the extras of an object that nobody has accepted yet; holds its score
_SUFFIX = ".json"


@dataclass(frozen=True, eq=False)
class Draft:
    """The drafts on one photo.

    Attributes:
        record: the photo and its boxes; those of the model have ``DRAFT`` in their extras, those
            that a person drew have not.
        uncertainty: of the model about the photo, see :mod:`.uncertainty`.
        key: of the model and of the options that made them.
        edited: whether a person has changed anything.
    """

    record: ImageRecord
    uncertainty: float
    key: str
    edited: bool = False

    @classmethod
    def of(cls, record: ImageRecord, uncertainty: float, key: str) -> Draft:
        """Drafts from detections.

        Args:
            record: the photo and the detections on it, with scores.
            uncertainty: of the model about the photo.
            key: of the model and of the options that made them.

        Raises:
            ValueError: there are no scores.
        """
        objects = record.objects
        if objects.scores is None:
            raise ValueError("expected detections with scores, got ground truth")
        extras = [{DRAFT: round(float(score), 4)} for score in objects.scores]
        plain = LabeledBoxes(objects.boxes, objects.labels, extras=tuple(extras))
        return cls(replace(record, objects=plain), uncertainty, key)

    def as_dict(self) -> Dict[str, Any]:
        """As JSON has it."""
        objects = self.record.objects
        return {
            "image": self.record.path,
            "width": self.record.width,
            "height": self.record.height,
            "uncertainty": self.uncertainty,
            "key": self.key,
            "edited": self.edited,
            "objects": [
                {"class": label, "box": box, "score": objects.extra(index).get(DRAFT)}
                for index, (label, box) in enumerate(zip(objects.labels, objects.boxes.tolist()))
            ],
        }

    @classmethod
    def from_dict(cls, values: Dict[str, Any]) -> Draft:
        """The inverse of :meth:`as_dict`."""
        scores = [one["score"] for one in values["objects"]]
        objects = LabeledBoxes.from_rows(
            [(one["class"], one["box"]) for one in values["objects"]],
            extras=tuple({} if score is None else {DRAFT: score} for score in scores),
        )
        record = ImageRecord(values["image"], values["width"], values["height"], objects)
        return cls(record, values["uncertainty"], values["key"], values["edited"])


def is_draft(objects: LabeledBoxes, index: int) -> bool:
    """Whether an object is a draft that nobody has accepted yet."""
    return DRAFT in objects.extra(index)


def decided(objects: LabeledBoxes, which: Sequence[bool]) -> LabeledBoxes:
    """The same boxes, some of which are drafts no longer.

    Args:
        objects: of one photo.
        which: (n,), those that a person has decided about.
    """
    extras = [
        {key: value for key, value in objects.extra(index).items() if key != DRAFT or not done}
        for index, done in enumerate(which)
    ]
    return objects if objects.extras is None else replace(objects, extras=tuple(extras))


def without_drafts(record: ImageRecord) -> ImageRecord:
    """A record with the boxes alone that a person drew or accepted."""
    drawn = [not is_draft(record.objects, index) for index in range(len(record.objects))]
    return replace(record, objects=record.objects.select(np.array(drawn, bool)))


class DraftFolder:
    """The drafts on the photos of one image folder.

    Args:
        root: the folder of the drafts of all image folders; it need not exist.
        images: the image folder.
    """

    def __init__(self, root: PathLike, images: PathLike) -> None:
        name = hashlib.sha256(os.fsencode(str(Path(images).resolve()))).hexdigest()[:8]
        self._folder = Path(root).resolve() / name

    def file_of(self, path: str) -> Path:
        """The file of a photo's drafts, which need not exist.

        Args:
            path: of the photo, relative to the image folder.
        """
        return self._folder / f"{path}{_SUFFIX}"

    def read(self, path: str) -> Optional[Draft]:
        """The drafts on a photo; ``None`` where it has none.

        Raises:
            BadInput: the file cannot be read.
        """
        file = self.file_of(path)
        if not file.exists():
            return None
        try:
            return Draft.from_dict(files.read_json(file))
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput.of(
                file,
                f"something else ({error!r})",
                "the drafts on a photo",
                "Delete it, and run prelabel again.",
            ) from error

    def write(self, draft: Draft) -> None:
        """Writes the drafts on a photo.

        Raises:
            BadInput: the file cannot be written.
        """
        files.write_json(self.file_of(draft.record.path), draft.as_dict())

    def remove(self, path: str) -> None:
        """Removes the drafts on a photo, if it has any.

        Raises:
            BadInput: the file cannot be removed.
        """
        file = self.file_of(path)
        try:
            if file.exists():
                file.unlink()
        except OSError as error:
            raise files.unwritable(file, error) from error

    def paths(self) -> List[str]:
        """The photos that have drafts, sorted."""
        below = sorted(self._folder.glob(f"**/*{_SUFFIX}"))
        names = (file.relative_to(self._folder).as_posix() for file in below)
        return [name[: -len(_SUFFIX)] for name in names if not Path(name).name.startswith(".")]

    def least_certain_first(self) -> List[str]:
        """The photos that have drafts, by falling uncertainty, then by name.

        Raises:
            BadInput: a file cannot be read.
        """
        return [path for _, path in sorted((-one.uncertainty, one.record.path) for one in self)]

    def __iter__(self) -> Iterator[Draft]:
        for path in self.paths():
            draft = self.read(path)
            if draft is not None:
                yield draft
