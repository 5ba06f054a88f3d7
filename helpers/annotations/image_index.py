"""Where an image lies and what its header says; pixels are not decoded here."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from pathlib import Path
from typing import BinaryIO, Dict, Iterable, Iterator, List, NamedTuple, Optional, Union

from helpers.structures.errors import BadInput

SUFFIXES = (".bmp", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
_TURNED = (5, 6, 7, 8)
_ORIENTATION_TAG = 0x0112
_EXIF = frozenset(("exif", "Raw profile type exif"))
_LIMIT_LOCK = threading.Lock()
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class Header(NamedTuple):
    """What an image's first bytes tell.

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
        """Width and height as a viewer shows the image."""
        turned = self.orientation in _TURNED
        return (self.height, self.width) if turned else (self.width, self.height)


def header(path: Union[str, Path]) -> Header:
    """Reads format, size and orientation from the first bytes, however large the image is.

    Raises:
        BadInput: the file is missing, empty or no image.
    """
    with readable(path), opened(str(path)) as image:
        return header_of(image)


@contextlib.contextmanager
def readable(path: Union[str, Path]) -> Iterator[None]:
    """Puts what goes wrong with opening an image in words.

    Raises:
        BadInput: as ``header``.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such image. Put it there, or remove its annotation.") from error
    except (OSError, SyntaxError, ValueError) as error:
        if _is_heic(path):
            raise BadInput.of(
                path,
                "a HEIC photo, which Pillow cannot read here",
                "JPEG, PNG, WebP, BMP or TIFF",
                "Save it as JPEG (on an "
                "iPhone: Settings, Camera, Formats, Most Compatible), or run: python "
                "-m pip install pillow-heif",
            ) from error
        raise BadInput.of(
            path,
            f"{_size(path)} bytes that are no readable image",
            "a JPEG or PNG",
            "Replace or remove the file.",
        ) from error


def header_of(image) -> Header:
    """What the header of an open ``PIL.Image`` says."""
    return Header(image.format, image.mode, image.width, image.height, _orientation(image))


def _orientation(image) -> int:
    # Most images have none. Pillow would decode a whole PNG to look for one behind the pixels.
    if image.format in ("JPEG", "PNG") and not _EXIF.intersection(image.info):
        return 1
    orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    return orientation if orientation in range(1, 9) else 1


def opened(source: Union[str, BinaryIO]):
    """The ``PIL.Image`` of a file, however many pixels it has: whoever decodes it looks first."""
    from PIL import Image

    _learn_heic()
    with _LIMIT_LOCK:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(source)
        finally:
            Image.MAX_IMAGE_PIXELS = limit


@functools.lru_cache(maxsize=1)
def _learn_heic() -> None:
    """Lets Pillow read HEIC where the package for that is installed; the lock names none."""
    with contextlib.suppress(ImportError):
        import pillow_heif

        pillow_heif.register_heif_opener()


def _is_heic(path: Union[str, Path]) -> bool:
    if not os.path.isfile(str(path)):
        return False
    with open(str(path), "rb") as stream:
        head = stream.read(12)
    return head[4:8] == b"ftyp" and head[8:] in _HEIC


def _size(path: Union[str, Path]) -> int:
    return os.path.getsize(str(path)) if os.path.isfile(str(path)) else 0


class ImageFolder:
    """The images below one folder, found by name; nothing outside is ever opened.

    Attributes:
        root: the folder.
        paths: every image, relative to ``root`` with ``/``, sorted.

    Raises:
        BadInput: the folder is missing.
    """

    def __init__(self, root: Union[str, Path]):
        self.root = Path(root)
        if not self.root.is_dir():
            raise BadInput(f"{root}: no such folder of images. Check the path.")
        self.paths = sorted(_images_below(self.root))
        self._by_name: Dict[str, List[str]] = {}
        self._by_stem: Dict[str, List[str]] = {}
        for path in self.paths:
            name = path.rsplit("/", 1)[-1].lower()
            self._by_name.setdefault(name, []).append(path)
            self._by_stem.setdefault(os.path.splitext(name)[0], []).append(path)

    def fits(self, stem: str, names: Iterable[str] = (), beside: str = "") -> List[str]:
        """The images that an annotation may speak of, all of which fit equally well.

        Args:
            stem: the annotation file's own name without suffix; it wins. Empty where one file
                speaks of many images.
            names: file names or paths found inside, from any machine, in order of trust.
            beside: the subfolder where, of several that fit, the image should be.

        Returns:
            Paths relative to the folder; hopefully one.
        """
        by_stem = self._by_stem.get(stem.lower(), [])
        named = [
            name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].lower() for name in names if name
        ]
        for name in named:
            exact = _nearest(
                [path for path in by_stem if path.rsplit("/", 1)[-1].lower() == name], beside
            )
            if len(exact) == 1:
                return exact
        candidates = [by_stem] + [self._by_name.get(name, []) for name in named]
        candidates += [self._by_stem.get(os.path.splitext(name)[0], []) for name in named]
        return _nearest(next((paths for paths in candidates if paths), []), beside)

    def find(self, stem: str, names: Iterable[str] = ()) -> Optional[str]:
        """The one image that an annotation speaks of, as ``fits``; ``None`` without any.

        Raises:
            BadInput: two images fit equally well.
        """
        fits = self.fits(stem, names)
        if len(fits) > 1:
            raise BadInput.of(
                stem,
                f"two images, {fits[0]} and {fits[1]}",
                "one",
                "Rename one of them and its annotation.",
            )
        return fits[0] if fits else None


def _nearest(paths: List[str], folder: str) -> List[str]:
    near = [path for path in paths if path.rpartition("/")[0] == folder] if len(paths) > 1 else []
    return near if len(near) == 1 else paths


def _images_below(root: Path) -> Iterable[str]:
    for folder, folders, names in os.walk(str(root)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(folder).relative_to(root).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                yield prefix + name
