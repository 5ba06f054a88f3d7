"""Where a picture lies and what its header says; pixels are not decoded here."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Dict, Iterable, List, NamedTuple, Optional, Union

from helpers.errors import BadInput

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
_TURNED = (5, 6, 7, 8)
_ORIENTATION_TAG = 0x0112


class Header(NamedTuple):
    """What a picture's first bytes tell.

    Attributes:
        format: by content, e.g. ``JPEG``; the file's suffix may lie.
        mode: Pillow's name of the pixel layout, e.g. ``RGB`` or ``L``.
        width: stored width, pixels, before any EXIF rotation.
        height: stored height, pixels.
        orientation: EXIF orientation, 1 to 8; 1 is upright.
    """

    format: str
    mode: str
    width: int
    height: int
    orientation: int

    @property
    def upright(self) -> tuple:
        """Width and height as a viewer shows the picture."""
        turned = self.orientation in _TURNED
        return (self.height, self.width) if turned else (self.width, self.height)


def header(path: Union[str, Path]) -> Header:
    """Reads format, size and orientation from the first bytes.

    Raises:
        BadInput: the file is missing, empty or no picture.
    """
    from PIL import Image
    try:
        with Image.open(str(path)) as image:
            orientation = image.getexif().get(_ORIENTATION_TAG, 1)
            orientation = orientation if orientation in range(1, 9) else 1
            return Header(image.format, image.mode, image.width, image.height, orientation)
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such picture. Put it there, or remove its "
                       "annotation.") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInput.of(path, f"{_size(path)} bytes that are no readable picture",
                          "a JPEG or PNG", "Replace or remove the file.") from error


def _size(path: Union[str, Path]) -> int:
    return os.path.getsize(str(path)) if os.path.isfile(str(path)) else 0


class ImageFolder:
    """The pictures below one folder, found by name; nothing outside is ever opened.

    Attributes:
        root: the folder.
        paths: every picture, relative to ``root`` with ``/``, sorted.

    Raises:
        BadInput: the folder is missing.
    """

    def __init__(self, root: Union[str, Path]):
        self.root = Path(root)
        if not self.root.is_dir():
            raise BadInput(f"{root}: no such folder of pictures. Check the path.")
        self.paths = sorted(_pictures_below(self.root))
        self._by_name: Dict[str, List[str]] = {}
        self._by_stem: Dict[str, List[str]] = {}
        for path in self.paths:
            name = PurePosixPath(path)
            self._by_name.setdefault(name.name.lower(), []).append(path)
            self._by_stem.setdefault(name.stem.lower(), []).append(path)

    def find(self, stem: str, names: Iterable[str] = ()) -> Optional[str]:
        """The picture that an annotation file speaks of.

        Args:
            stem: the annotation file's own name without suffix; it wins.
            names: file names or paths found inside, from any machine, in order of trust.

        Returns:
            The path relative to the folder, or ``None``.

        Raises:
            BadInput: two pictures fit equally well.
        """
        by_stem = self._by_stem.get(stem.lower(), [])
        named = [PureWindowsPath(name).name.lower() for name in names if name]
        for name in named:
            exact = [path for path in by_stem if PurePosixPath(path).name.lower() == name]
            if len(exact) == 1:
                return exact[0]
        candidates = [by_stem] + [self._by_name.get(name, []) for name in named]
        candidates += [self._by_stem.get(PurePosixPath(name).stem, []) for name in named]
        fits = next((paths for paths in candidates if paths), [])
        if len(fits) > 1:
            raise BadInput.of(stem, f"two pictures, {fits[0]} and {fits[1]}", "one",
                              "Rename one of them and its annotation.")
        return fits[0] if fits else None


def _pictures_below(root: Path) -> Iterable[str]:
    for folder, folders, names in os.walk(str(root)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield (Path(folder) / name).relative_to(root).as_posix()
