"""Where the readers put what they read: records by image, and findings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence, Tuple, Union

from helpers.annotations import given_split, numbers
from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.annotations.text_io import shown
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding, short


class Collector:
    """What reading one data set gives, while it is being read.

    Attributes:
        images: the images.
        findings: so far.

    Raises:
        BadInput: the image folder is missing.
    """

    def __init__(self, images: Union[str, Path]) -> None:
        self.images = ImageIndex(images)
        self.findings: List[Finding] = []
        self._records: List[ImageRecord] = []
        self._annotated_in: Dict[str, str] = {}
        self._sources: Dict[str, Path] = {}

    def note(
        self, code: str, path: Union[str, Path], message: str, number: Optional[int] = None
    ) -> None:
        """Adds a finding; see ``Finding.of``."""
        self.findings.append(Finding.of(code, path, message, number))

    def noting(
        self, image: str, source: Union[str, Path], number: int, label: str
    ) -> Callable[[str, str], None]:
        """A function that adds a finding, by code and message, about one object.

        Args:
            image: that it is on.
            source: the annotation file, or the place in it.
            number: of the object, from 1.
            label: its class, as far as known.
        """
        named = f" ({short(label)})" if label.strip() else ""
        return lambda code, message: self.note(
            code, image, f"{source}: object {number}{named}: {message}", number
        )

    def find(self, source: Path, where: str, name: str) -> Optional[str]:
        """The image that an annotation names; a finding when there is none or no single one.

        Args:
            source: the annotation file; a name may be relative to its folder.
            where: the place in the file, for messages.
            name: a name or path, with or without suffix.

        Returns:
            The path relative to the image folder.
        """
        root, fits = self.images.root, self.images.by_path(name, source)
        if self.images.leaves(name, source):
            self.note(
                "annotation-path-outside-folder",
                source,
                f"{where}: the name {shown(name)} is not relative to {root}; only its last part "
                "counts",
            )
        if len(fits) > 1:
            self.note(
                "annotation-ambiguous-image",
                source,
                f"{where}: the name {shown(name)} fits {fits[0]} and {fits[1]}",
            )
        elif not fits:
            self.note(
                "annotation-without-image",
                source,
                f"{where}: no image {shown(name)} in {root}{self.images.near(name)}",
            )
        else:
            self._sources[fits[0]] = source
        return fits[0] if len(fits) == 1 else None

    def find_own(
        self, source: Path, names: Sequence[str], within: Sequence[Union[str, Path]]
    ) -> Optional[str]:
        """The image of a file about one image; a finding when there is none or no single one.

        Args:
            source: the annotation file; its own name without suffix goes before ``names``.
            names: names or paths of the image in it, the most reliable first.
            within: the folders of images and of annotations; of several images that fit, the one
                counts that lies where the file lies below the first of these that it is in.

        Returns:
            The path relative to the image folder.
        """
        stem = source.name[: -len(source.suffix)] if source.suffix else source.name
        fits = self.images.by_stem(stem, names, _subfolder(source, within))
        if len(fits) > 1:
            self.note(
                "annotation-ambiguous-image", source, f"{source}: both {fits[0]} and {fits[1]}"
            )
        elif not fits:
            name = next(filter(None, names), stem)
            self.note(
                "annotation-without-image",
                source,
                f"{source}: no image {shown(name)} in {self.images.root}{self.images.near(name)}",
            )
        else:
            self._sources[fits[0]] = source
        return fits[0] if len(fits) == 1 else None

    def take(
        self, where: str, image: Optional[str], width: object = None, height: object = None
    ) -> Optional[Tuple[str, Tuple[int, int]]]:
        """An image that was found, annotated here and nowhere else, with its width and height.

        Args:
            where: the place in the file, for messages.
            image: of :meth:`find` or :meth:`find_own`.
            width: as declared; ``None`` takes that of the image's header.
            height: as declared.

        Returns:
            ``None``, with a finding, where there is no such image, or it is not to be used.
        """
        if image is None or not self.claim(where, image):
            return None
        size = self.size(image, width, height)
        return (image, size) if size is not None else None

    def claim(self, where: str, image: str) -> bool:
        """Notes that an image is annotated here; ``False``, with a finding, if it was before."""
        first = self._annotated_in.setdefault(image, where)
        if first == where:
            return True
        file = where.rpartition(", ")[0]
        if file and first.startswith(f"{file}, "):
            first = first[len(file) + 2 :]
        message = f"{where}: annotates the image a second time, the first is {first}"
        self.note("annotation-duplicate", image, message)
        return False

    def size(self, image: str, width: object, height: object) -> Optional[Tuple[int, int]]:
        """Width and height as declared, else upright from the header; ``None`` with a finding."""
        declared = numbers.length(width), numbers.length(height)
        if declared[0] is not None and declared[1] is not None:
            return declared[0], declared[1]
        try:
            return header(self.images.root / image).upright
        except BadInput as problem:
            self.note("image-unreadable", image, problem.cause)
            return None

    def add(self, record: ImageRecord) -> None:
        """Adds an image's record."""
        self._records.append(record)

    def annotations(self) -> Annotations:
        """Everything, with a finding for each image that no annotation mentions."""
        for image in self.images.paths:
            if image not in self._annotated_in:
                self.note("image-without-annotation", image, "no annotation mentions it")
        records = given_split.of_sources(self._records, self._sources)
        self.findings += self.images.renamed()
        return Annotations(sorted(records, key=lambda record: record.path), self.findings)


def _subfolder(path: Path, within: Sequence[Union[str, Path]]) -> str:
    """Where a file lies below the first of these folders that it is in, with ``/``."""
    place = os.path.dirname(os.path.abspath(str(path)))
    for root in (os.path.abspath(str(folder)).rstrip("/") for folder in within):
        if f"{place}/".startswith(f"{root}/"):
            return place[len(root) :].strip("/")
    return ""
