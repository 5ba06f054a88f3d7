"""Where the readers put what they find: images by name, records, findings.

An annotation names its image in many ways: relative to the image folder, to its own folder, as a
path of another machine, as an address. Only images listed below the image folder are ever looked
at.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path, PurePosixPath
from typing import Callable, Dict, List, Optional, Tuple, Union
from urllib.parse import unquote

from helpers.annotations import numbers
from helpers.annotations.image_index import SUFFIXES, ImageFolder, header
from helpers.annotations.text_io import shown
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding, short

_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"^[A-Za-z]:")


class Gathering:
    """What reading one data set gives, while it is being read.

    Attributes:
        images: the images.
        findings: so far.

    Raises:
        BadInput: the image folder is missing.
    """

    def __init__(self, images: Union[str, Path]):
        self.images = ImageFolder(images)
        self.findings: List[Finding] = []
        self._root = self.images.root.resolve().as_posix()
        self._paths = set(self.images.paths)
        self._records: List[ImageRecord] = []
        self._annotated_in: Dict[str, str] = {}
        self._folders: Dict[Path, str] = {}
        self._by_name: Dict[str, List[str]] = {}
        self._by_stem: Dict[str, List[str]] = {}
        for path in self.images.paths:
            name = PurePosixPath(path)
            self._by_name.setdefault(name.name.lower(), []).append(path)
            self._by_stem.setdefault(name.stem.lower(), []).append(path)

    def note(
        self, kind: str, path: Union[str, Path], message: str, number: Optional[int] = None
    ) -> None:
        """Adds a finding; see ``Finding.of``."""
        self.findings.append(Finding.of(kind, path, message, number))

    def noting(
        self, image: str, source: Union[str, Path], number: int, label: str
    ) -> Callable[[str, str], None]:
        """A function that adds a finding, of a kind and with a message, about one object.

        Args:
            image: that it is on.
            source: the annotation file, or the place in it.
            number: of the object, from 1.
            label: its class, as far as known.
        """
        named = f" ({short(label)})" if label.strip() else ""
        return lambda kind, message: self.note(
            kind, image, f"{source}: object {number}{named}: {message}", number
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
        own = self._own(source, name)
        if own:
            return own
        path = _as_posix(name)
        if _leaves(path) and not _ADDRESS.match(name):
            self.note(
                "annotation-path-outside-folder",
                source,
                f"{where}: the name {shown(name)} is not "
                f"relative to {self.images.root}; only its last part counts",
            )
        fits = self._fitting(path)
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
                f"{where}: no image {shown(name)} in {self.images.root}",
            )
        return fits[0] if len(fits) == 1 else None

    def _own(self, source: Path, name: str) -> Optional[str]:
        """The image whose very path this is."""
        if source not in self._folders:
            self._folders[source] = posixpath.relpath(
                source.resolve().parent.as_posix(), self._root
            )
        path = _as_posix(name)
        inside = path[len(self._root) + 1 :] if path.startswith(self._root + "/") else path
        tried = (posixpath.join(self._folders[source], inside), inside, name)
        return next((one for one in map(posixpath.normpath, tried) if one in self._paths), None)

    def _fitting(self, path: str) -> List[str]:
        """The images of that name or stem; of several, those whose folders agree the most."""
        parts = PurePosixPath(path.lower()).parts
        base = parts[-1] if parts else ""
        stem, dot, suffix = base.rpartition(".")
        known = dot + suffix in SUFFIXES
        fits = (
            self._by_name.get(base)
            or self._by_stem.get(base)
            or (self._by_stem.get(stem) if known else None)
            or []
        )
        agreements = [
            (*_agreement(fit.lower(), parts), path.endswith(PurePosixPath(fit).name))
            for fit in fits
        ]
        return [fit for fit, one in zip(fits, agreements) if one == max(agreements)]

    def claim(self, where: str, image: str) -> bool:
        """Notes that an image is annotated here; ``False``, with a finding, if it was before."""
        first = self._annotated_in.setdefault(image, where)
        if first == where:
            return True
        self.note(
            "annotation-duplicate",
            image,
            f"{where}: a second annotation of {image}, the first is {first}",
        )
        return False

    def size(self, image: str, width: object, height: object) -> Optional[Tuple[int, int]]:
        """Width and height as declared, else upright from the header; ``None`` with a finding."""
        declared = numbers.side(width), numbers.side(height)
        if None not in declared:
            return declared
        try:
            return header(self.images.root / image).upright
        except BadInput as problem:
            self.note("image-unreadable", image, problem.cause)
            return None

    def add(self, record: ImageRecord) -> None:
        """Adds an image's record."""
        self._records.append(record)

    def annotations(self) -> Annotations:
        """Everything, with a finding for each image that no annotation speaks of."""
        for image in self.images.paths:
            if image not in self._annotated_in:
                self.note("image-without-annotation", image, f"no annotation speaks of {image}")
        return Annotations(sorted(self._records, key=lambda one: one.path), self.findings)


def _as_posix(name: str) -> str:
    """A path of any system, or the path in an address, with ``/`` between its parts."""
    if name.lower().startswith(("http://", "https://")):
        name = unquote(name.partition("?")[0])
    return _ADDRESS.sub("/", name).replace("\\", "/")


def _leaves(path: str) -> bool:
    normal = posixpath.normpath(path)
    return normal.startswith(("/", "../")) or normal == ".." or bool(_DRIVE.match(normal))


def _agreement(path: str, parts: Tuple[str, ...]) -> Tuple[int, bool]:
    """How many folders, counted from the file, are the same, and whether these are all it has."""
    own, named = PurePosixPath(path).parts[-2::-1], parts[-2::-1]
    count = len(os.path.commonprefix([own, named]))
    return count, count == len(own)
