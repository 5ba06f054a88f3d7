"""What is wrong or odd about images, from what a look at them gave."""

from __future__ import annotations

import posixpath
from typing import Dict, Iterator, List, Mapping, Sequence

import numpy as np

from helpers.annotations.image_header import Header
from helpers.structures.dataset import ImageRecord
from helpers.structures.findings import Finding
from helpers.validation.image_probe import MOST_PIXELS, ImageProbe

# Pillow calls some cameras' JPEG files, which hold a second image, MPO.
_FORMATS = {
    ".bmp": ("BMP", "DIB"),
    ".jpeg": ("JPEG", "MPO"),
    ".jpg": ("JPEG", "MPO"),
    ".png": ("PNG",),
    ".tif": ("TIFF",),
    ".tiff": ("TIFF",),
    ".webp": ("WEBP",),
}
_MODES = {
    "1": "black and white",
    "CMYK": "printing colours",
    "LA": "grey with alpha",
    "P": "a palette",
    "PA": "a palette with alpha",
    "RGBA": "colour with alpha",
}
_ALIKE_BITS = 3
# Four bands of 16 bits: where three bits differ, one band is the same. Each takes its bits from all
# over the image, since many images have the same sky or the same white border.
_BANDS = (np.arange(64) * 37 % 64).reshape(4, 16)
_FLAT = (0, 2**64 - 1)


def check(records: Sequence[ImageRecord], looks: Mapping[str, ImageProbe]) -> Iterator[Finding]:
    """Everything about the images of these records; those not looked at are passed over."""
    looked = [(record, looks[record.path]) for record in records if record.path in looks]
    for record, look in looked:
        yield from _unusable(record.path, look)
        if look.header:
            yield from _frame(record, look.header)
            yield from _content(record.path, look.header)
    seen = {record.path: look for record, look in looked if look.decoded}
    first = _first_of_each(seen)
    yield from (
        Finding.of("image-duplicate", path, f"the same file as {first[look.digest]}")
        for path, look in seen.items()
        if first[look.digest] != path
    )
    yield from _near_duplicates({path: seen[path].dhash for path in sorted(first.values())})


def _unusable(path: str, look: ImageProbe) -> Iterator[Finding]:
    problem = " ".join(look.problem.split())
    if problem and look.header:
        yield Finding.of("image-corrupt", path, problem)
    elif problem:
        yield Finding.of("image-unreadable", path, problem)
    if path != path.encode("utf-8", "ignore").decode():
        yield Finding.of(
            "image-unusable-name", path, "a name that is not UTF-8, which no table can hold"
        )
    if look.header and look.header.width * look.header.height > MOST_PIXELS:
        yield Finding.of(
            "image-too-large",
            path,
            f"{look.header.width}x{look.header.height} are over {MOST_PIXELS / 1e6:.0f} megapixels",
        )


def _frame(record: ImageRecord, header: Header) -> Iterator[Finding]:
    declared, stored = (record.width, record.height), (header.width, header.height)
    if declared not in (stored, header.upright):
        yield Finding.of(
            "image-size-mismatch",
            record.path,
            f"annotated on {_size(declared)}, the image is "
            f"{_size(header.upright)}{_relation(declared, header.upright)}",
        )
    elif header.orientation != 1:
        turned = "as shown" if declared == header.upright else "before it is turned"
        yield Finding.of(
            "image-exif-rotated",
            record.path,
            f"orientation {header.orientation}; boxes "
            f"taken as drawn on {_size(declared)}, the image {turned}",
        )


def _size(pixels: Sequence[int]) -> str:
    return f"{pixels[0]}x{pixels[1]}"


def _relation(declared: Sequence[int], real: Sequence[int]) -> str:
    width, height = declared
    if (height, width) == tuple(real):
        return ": turned by a quarter"
    # Rounding moves a scaled side by up to half a pixel.
    if abs(width * real[1] - height * real[0]) <= max(*declared, *real) / 2:
        return f": the same shape, {real[0] / width:.3g} times as large"
    return ""


def _content(path: str, header: Header) -> Iterator[Finding]:
    if header.mode == "L":
        yield Finding.of("image-grayscale", path, "an image without colour")
    elif header.mode != "RGB":
        words = "16 bits a pixel" if header.mode.startswith("I") else _MODES.get(header.mode)
        yield Finding.of(
            "image-not-rgb",
            path,
            f"pixels stored as {header.mode}" + (f", {words}" if words else ""),
        )
    suffix = posixpath.splitext(path)[1]
    if header.format not in _FORMATS.get(suffix.lower(), (header.format,)):
        yield Finding.of("image-wrong-suffix", path, f"{header.format} content in a {suffix} file")


def _first_of_each(seen: Mapping[str, ImageProbe]) -> Dict[str, str]:
    first: Dict[str, str] = {}
    for path in sorted(seen):
        first.setdefault(seen[path].digest, path)
    return first


def _near_duplicates(hashes: Mapping[str, int]) -> Iterator[Finding]:
    own = {path: dhash for path, dhash in hashes.items() if dhash not in _FLAT}
    paths = list(own)
    for path, earlier in zip(paths, partners(np.array(list(own.values()), np.uint64))):
        if earlier >= 0:
            other = paths[earlier]
            count = bin(own[path] ^ own[other]).count("1")
            yield Finding.of(
                "image-near-duplicate", path, f"looks like {other} ({count} of 64 bits differ)"
            )


def partners(hashes: np.ndarray) -> List[int]:
    """For each hash an earlier one that differs from it in at most three bits, or -1.

    Only hashes that share a band are compared, and one that has a partner no more; so the time
    grows little faster than their number, with many alike as with few.

    Args:
        hashes: uint64 (n,).
    """
    partner = np.full(len(hashes), -1)
    bits = np.unpackbits(hashes.view(np.uint8).reshape(-1, 8), axis=1)
    for places in _BANDS:
        values = bits[:, places] @ (2 ** np.arange(len(places)))
        order = np.argsort(values, kind="stable")
        later, step = np.flatnonzero(partner[order] < 0), 0
        while len(later):
            step += 1
            later = later[later >= step]
            later = later[values[order[later]] == values[order[later - step]]]
            one, other = order[later], order[later - step]
            alike = _alike(hashes[one] ^ hashes[other])
            partner[one[alike]] = other[alike]
            later = later[~alike]
    return partner.tolist()


def _alike(different: np.ndarray) -> np.ndarray:
    for _ in range(_ALIKE_BITS):
        different = different & (different - np.uint64(1))  # without its lowest bit
    return different == 0
