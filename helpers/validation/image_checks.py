"""What is wrong or odd about images, from what probing them gave."""

from __future__ import annotations

import posixpath
from typing import Dict, Iterator, Mapping, Sequence

import numpy as np

from helpers.annotations.image_header import Header
from helpers.structures.dataset import ImageRecord
from helpers.structures.findings import Finding
from helpers.validation import near_duplicates
from helpers.validation.image_probe import MAX_PIXELS, ImageProbe

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


def check(records: Sequence[ImageRecord], probes: Mapping[str, ImageProbe]) -> Iterator[Finding]:
    """Everything about the images of these records; those that were not probed are skipped."""
    probed = [(record, probes[record.path]) for record in records if record.path in probes]
    for record, probe in probed:
        yield from _unusable(record.path, probe)
        if probe.header:
            yield from _frame(record, probe.header)
            yield from _content(record.path, probe.header)
    decoded = {record.path: probe for record, probe in probed if probe.decoded}
    first = _first_of_each(decoded)
    yield from (
        Finding.of("image-duplicate", path, f"the same file as {first[probe.digest]}")
        for path, probe in decoded.items()
        if first[probe.digest] != path
    )
    yield from _near_duplicates({path: decoded[path] for path in sorted(first.values())})


def _unusable(path: str, probe: ImageProbe) -> Iterator[Finding]:
    problem = " ".join(probe.problem.split())
    if problem and probe.header:
        yield Finding.of("image-corrupt", path, problem)
    elif problem:
        yield Finding.of("image-unreadable", path, problem)
    if path != path.encode("utf-8", "ignore").decode():
        yield Finding.of(
            "image-unusable-name", path, "a name that is not UTF-8, which no table can hold"
        )
    if probe.header and probe.header.width * probe.header.height > MAX_PIXELS:
        yield Finding.of(
            "image-too-large",
            path,
            f"{_size(probe.header[2:4])} are over {MAX_PIXELS / 1e6:.0f} megapixels",
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
    # Rounding moves a scaled edge by up to half a pixel.
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


def _first_of_each(probes: Mapping[str, ImageProbe]) -> Dict[str, str]:
    first: Dict[str, str] = {}
    for path in sorted(probes):
        first.setdefault(probes[path].digest, path)
    return first


def _near_duplicates(probes: Mapping[str, ImageProbe]) -> Iterator[Finding]:
    hashes = {
        path: int(probe.dhash)
        for path, probe in probes.items()
        if probe.dhash is not None and near_duplicates.has_shapes(probe)
    }
    paths = list(hashes)
    partners = near_duplicates.partners(np.array(list(hashes.values()), np.uint64))
    for path, earlier in zip(paths, partners):
        if earlier >= 0:
            other = paths[earlier]
            count = bin(hashes[path] ^ hashes[other]).count("1")
            yield Finding.of(
                "image-near-duplicate", path, f"looks like {other} ({count} of 64 bits differ)"
            )
