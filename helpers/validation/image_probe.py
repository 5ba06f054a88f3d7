"""Image probes: the header of every image, and on request all of its pixels.

Nothing here judges; ``image_checks`` does. A file that has not changed is not probed again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from functools import partial
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Union

import numpy as np

from helpers.annotations.image_header import Header, capture_of, header, header_of, opened, readable
from helpers.structures.errors import BadInput
from helpers.system import file_cache

MAX_PIXELS = 40_000_000
_VERSION = 5
_PIXELS = "checking pixels"
_HASH_SIZE = (9, 8)
_BITS = 2 ** np.arange(64, dtype=np.uint64)


class ImageProbe(NamedTuple):
    """What probing one image gave.

    Attributes:
        header: ``None`` when the file is missing or no image.
        problem: why header or pixels cannot be read, without the path; empty when they can.
        decoded: all pixels were decoded. Not done with an image beyond ``MAX_PIXELS``.
        digest: of the file's bytes, as hexadecimal text; empty when not decoded.
        dhash: of 64 bits, see :func:`difference_hash`; ``None`` when not decoded.
        camera: make and model, as EXIF has them; empty when unknown or not decoded.
        taken: when, as EXIF has it: ``2020:01:31 12:59:59``; empty likewise.
    """

    header: Optional[Header]
    problem: str = ""
    decoded: bool = False
    digest: str = ""
    dhash: Optional[int] = None
    camera: str = ""
    taken: str = ""


def probe_images(
    paths: Sequence[str],
    images: Union[str, Path],
    pixels: bool = True,
    cache: Union[str, Path, None] = None,
) -> Dict[str, ImageProbe]:
    """Probes images on all cores; memory does not grow with their pixels.

    Args:
        paths: relative to ``images``.
        images: the image folder.
        pixels: decode every image in full; otherwise only the headers are read.
        cache: a file that keeps the results; ``None`` keeps nothing.

    Returns:
        The probe of each path.
    """
    task = _PIXELS if pixels else "checking headers"
    results = file_cache.map_files(
        partial(_probe, pixels=pixels),
        _below(images, paths),
        task,
        _VERSION,
        cache,
        chunk_size=40 if pixels else 200,
    )
    return {
        path: ImageProbe(Header(*of_file) if of_file else None, *rest)
        for path, (of_file, *rest) in zip(paths, results)
    }


def decoded(paths: Sequence[str], images: Union[str, Path], cache: Union[str, Path]) -> Set[str]:
    """The images that an earlier probe decoded in full, unchanged since; none is opened.

    Args:
        paths: relative to ``images``.
        images: the image folder.
        cache: the file that :func:`probe_images` keeps its results in.
    """
    results = file_cache.lookup(_below(images, paths), _PIXELS, _VERSION, cache)
    return {path for path, probe in zip(paths, results) if probe and ImageProbe(*probe).decoded}


def _below(images: Union[str, Path], paths: Sequence[str]) -> List[str]:
    root = os.path.abspath(str(images))
    return [os.path.join(root, path) for path in paths]


def _probe(path: str, pixels: bool) -> str:
    try:
        return json.dumps(_decoded(path) if pixels else (header(path),))
    except BadInput as problem:
        return json.dumps((None, problem.cause.replace(f"{path}: ", "", 1)))


def _decoded(path: str) -> tuple:
    with readable(path), open(path, "rb") as stream:
        content = stream.read()
        image = opened(io.BytesIO(content))
        stored, capture = header_of(image), capture_of(image)
    if stored.width * stored.height > MAX_PIXELS:
        return (stored,)
    try:
        image.load()
        return (stored, "", True, _digest(content), difference_hash(image), *capture)
    except (OSError, SyntaxError, ValueError) as error:
        return stored, str(error)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def difference_hash(image: Any) -> int:
    """A hash that stays the same, or nearly so, when an image is resized or saved again.

    Each bit tells whether the image gets brighter from one cell of a coarse grid to the next
    (Krawetz, "Kind of Like That", 2013).

    Args:
        image: a ``PIL.Image`` whose pixels are loaded.

    Returns:
        64 bits; near-duplicates differ in few of them.
    """
    from PIL import Image

    colours = image if image.mode in ("L", "RGB") else image.convert("RGB")
    small = colours.resize(_HASH_SIZE, Image.BILINEAR, reducing_gap=6.0).convert("L")
    cells = np.asarray(small, np.int16)
    brighter = (cells[:, 1:] > cells[:, :-1]).ravel()
    return int(_BITS[brighter].sum())
