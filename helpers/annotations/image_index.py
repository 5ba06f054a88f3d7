"""Which image below a folder an annotation means; the only place that matches their names.

An annotation names its image in many ways: relative to the image folder, to its own folder, as a
path of another machine, as an address, or by its own file's name. Only images listed below the
image folder are ever looked at.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path, PurePosixPath
from typing import Dict, Iterable, Iterator, List, Optional, Tuple, Union
from urllib.parse import unquote

from helpers.annotations.loose_names import SUFFIXES, LooseNames
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding, short

_ADDRESS = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"^[A-Za-z]:")


class ImageIndex:
    """The images below one folder, matched by name; nothing outside is ever opened.

    Attributes:
        root: the folder.
        paths: every image, relative to ``root`` with ``/``, sorted.
        loosely: names that fitted an image only without what tools do to names, and that image.

    Raises:
        BadInput: the folder is missing.
    """

    def __init__(self, root: Union[str, Path]) -> None:
        self.root = Path(root)
        if not self.root.is_dir():
            raise BadInput(f"{root}: no such folder of images. Check the path.")
        self.paths = sorted(_images_below(self.root))
        self._known = set(self.paths)
        self._resolved_root = self.root.resolve().as_posix()
        self.loosely: Dict[str, str] = {}
        self._loose_names: Optional[LooseNames] = None
        self._folders: Dict[Path, str] = {}
        self._by_name: Dict[str, List[str]] = {}
        self._by_stem: Dict[str, List[str]] = {}
        for path in self.paths:
            name = _last_part(path).lower()
            self._by_name.setdefault(name, []).append(path)
            self._by_stem.setdefault(os.path.splitext(name)[0], []).append(path)

    def by_stem(self, stem: str, names: Iterable[str] = (), beside: str = "") -> List[str]:
        """The images that a file about one image may mean, all of which fit equally well.

        Args:
            stem: the annotation file's own name without suffix; it goes before ``names``.
            names: file names or paths found inside, from any machine, the most reliable first.
            beside: the subfolder in which the image is preferred where several fit.

        Returns:
            Paths relative to the folder; exactly one when there is no doubt.
        """
        same_stem = self._by_stem.get(stem.lower(), [])
        named = [_last_part(name.replace("\\", "/").rstrip("/")).lower() for name in names if name]
        for name in named:
            exact = _in_folder(
                [path for path in same_stem if _last_part(path).lower() == name], beside
            )
            if len(exact) == 1:
                return exact
        candidates = [same_stem] + [self._by_name.get(name, []) for name in named]
        candidates += [self._by_stem.get(os.path.splitext(name)[0], []) for name in named]
        found = _in_folder(next((paths for paths in candidates if paths), []), beside)
        return found or next(filter(None, map(self._loosely, (*names, stem))), [])

    def by_path(self, name: str, source: Path) -> List[str]:
        """The images that a name in a file about many images may mean.

        Args:
            name: a name, path or address, with or without suffix.
            source: the annotation file; a name may be relative to its folder.

        Returns:
            The image whose very path it is; else the images of that name or stem, of several
            those whose folders agree the most.
        """
        own = self._own(name, source)
        return [own] if own else self._of_name_or_stem(_as_posix(name)) or self._loosely(name)

    def near(self, name: str) -> str:
        """The images that a name which fits none may mean, as the end of a message."""
        fits = self._loose.fits(name)
        near = " or ".join(fits[:2]) if fits else self._loose.nearest(name)
        return f"; nearly the same: {near}" if near else ""

    def _loosely(self, name: str) -> List[str]:
        """The only image whose name differs by nothing but what tools do to names."""
        fits = self._loose.fits(name) if name else []
        if len(fits) == 1:
            self.loosely.setdefault(name, fits[0])
            return fits
        return []

    @property
    def _loose(self) -> LooseNames:
        if self._loose_names is None:
            self._loose_names = LooseNames(self.paths)
        return self._loose_names

    def renamed(self) -> List[Finding]:
        """One finding for all names that fitted only loosely; none where there were none."""
        if not self.loosely:
            return []
        name, image = next(iter(self.loosely.items()))
        several = f"{len(self.loosely)} names, such as " if len(self.loosely) > 1 else ""
        return [
            Finding.of(
                "annotation-image-renamed",
                image,
                f"{several}{short(name)!r} is taken for {image}, the only image that it fits",
            )
        ]

    def leaves(self, name: str, source: Path) -> bool:
        """Whether a name is a path that leads out of the image folder; an address does not."""
        outside = _leaves(_as_posix(name)) and not _ADDRESS.match(name)
        return outside and self._own(name, source) is None

    def _own(self, name: str, source: Path) -> Optional[str]:
        """The image whose very path this is."""
        if source not in self._folders:
            folder = source.resolve().parent.as_posix()
            self._folders[source] = posixpath.relpath(folder, self._resolved_root)
        path, root = _as_posix(name), self._resolved_root
        inside = path[len(root) + 1 :] if path.startswith(root + "/") else path
        candidates = (posixpath.join(self._folders[source], inside), inside, name)
        normal = [posixpath.normpath(candidate) for candidate in candidates]
        return next((path for path in normal if path in self._known), None)

    def _of_name_or_stem(self, path: str) -> List[str]:
        parts = PurePosixPath(path.lower()).parts
        base = parts[-1] if parts else ""
        stem, dot, suffix = base.rpartition(".")
        has_suffix = dot + suffix in SUFFIXES
        fits = (
            self._by_name.get(base)
            or self._by_stem.get(base)
            or (self._by_stem.get(stem) if has_suffix else None)
            or []
        )
        agreements = [
            (*_agreement(fit.lower(), parts), path.endswith(_last_part(fit))) for fit in fits
        ]
        best = max(agreements, default=None)
        return [fit for fit, agreement in zip(fits, agreements) if agreement == best]


def _last_part(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _in_folder(paths: List[str], folder: str) -> List[str]:
    """Of several images the one in this folder, if it is one; else all of them."""
    near = [path for path in paths if path.rpartition("/")[0] == folder] if len(paths) > 1 else []
    return near if len(near) == 1 else paths


def _images_below(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(str(root)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(folder).relative_to(root).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield prefix + name


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
