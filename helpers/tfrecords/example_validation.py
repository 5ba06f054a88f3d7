"""What is wrong with one record: whatever the Object Detection API's decoder refuses, and more.

Records may come from any program. The decoder (object_detection/data_decoders/
tf_example_decoder.py) asks for values of the right kind, for one of each that an image has, for as
many of each that a box has, and for an image that TensorFlow decodes. Training asks for boxes with
an area inside the image, and for ids of the label map.
"""

from __future__ import annotations

import io
from typing import Any, Iterator, List, Mapping, Optional, Sequence

from helpers.annotations.image_header import opened
from helpers.structures.findings import short
from helpers.tfrecords import jpeg, png
from helpers.tfrecords.example import BYTES, CORNERS, FLOATS, INTEGERS, Feature, one
from helpers.tfrecords.image_encoding import decode_coarsely

# The decoder would fill in an empty name, the same for all: evaluation counts equal ones once.
NEEDED = ("image/encoded", "image/source_id")
LABEL, TEXT = "image/object/class/label", "image/object/class/text"
_OF_IMAGE = {
    "image/encoded": BYTES,
    "image/format": BYTES,
    "image/filename": BYTES,
    "image/key/sha256": BYTES,
    "image/source_id": BYTES,
    "image/height": INTEGERS,
    "image/width": INTEGERS,
}
_OF_BOXES = {
    **{corner: FLOATS for corner in CORNERS},
    LABEL: INTEGERS,
    TEXT: BYTES,
    "image/object/area": FLOATS,
    "image/object/weight": FLOATS,
    "image/object/difficult": INTEGERS,
    "image/object/group_of": INTEGERS,
    "image/object/is_crowd": INTEGERS,
}
_KINDS = {**_OF_IMAGE, **_OF_BOXES, "image/class/text": BYTES, "image/class/label": INTEGERS}
_SLACK = 1e-6  # what single precision makes of a border

Features = Mapping[str, Feature]


def problems(
    features: Features, names: Optional[Sequence[str]] = None, pixels: bool = True
) -> List[str]:
    """Everything that is wrong with a record, a phrase each; most records give none.

    Args:
        features: of ``example.parsed``.
        names: of the classes, in the order of their ids; ``None`` asks only for ids from 1.
        pixels: decode the image.
    """
    wrong = list(_shape(features))
    if wrong:
        return wrong  # of such values nothing more can be asked
    wrong += [*_lengths(features), *_boxes(features), *_classes(features, names)]
    return wrong + list(_image(features)) if pixels else wrong


def labels(features: Features, names: Optional[Sequence[str]] = None) -> List[str]:
    """The class of each box as the decoder tells it: by its name if there is one, else by its id.

    Args:
        features: of ``example.parsed``; values of the wrong kind are passed over.
        names: of the classes, in the order of their ids.
    """
    texts = values(features, TEXT, BYTES)
    if texts:
        return [text.decode("utf-8", "replace") for text in texts]
    return [
        names[label - 1] if names and 1 <= label <= len(names) else f"id {label}"
        for label in values(features, LABEL, INTEGERS)
    ]


def values(features: Features, key: str, kind: str) -> Sequence[Any]:
    """What a feature holds; nothing when it is of another kind."""
    found = features.get(key)
    return found.values if found and found.kind == kind else ()


def _shape(features: Features) -> Iterator[str]:
    for key in NEEDED:
        if not (key in features and any(features[key].values)):
            yield f"no {key}"
    for key, wanted in _KINDS.items():
        found = features.get(key)
        if found is None or not found.kind:
            continue
        if found.kind != wanted:
            yield f"a {found.kind} as {key} instead of a {wanted}"
        elif key in _OF_IMAGE and len(found.values) != 1:
            yield f"{len(found.values)} values as {key} instead of one"


def _values(features: Features, key: str) -> Sequence[Any]:
    return features[key].values if key in features else ()


def _lengths(features: Features) -> Iterator[str]:
    count = len(_values(features, CORNERS[0]))
    for key in _OF_BOXES:
        found = len(_values(features, key))
        if found != count and (found or key in CORNERS):
            yield f"{found} values as {key} for {count} boxes"
    if count and not _values(features, LABEL) and not _values(features, TEXT):
        yield f"no class for {count} boxes"


def _boxes(features: Features) -> Iterator[str]:
    for number, corners in enumerate(zip(*(_values(features, key) for key in CORNERS)), start=1):
        x_min, y_min, x_max, y_max = corners
        if not all(-_SLACK <= corner <= 1 + _SLACK for corner in corners):
            yield f"box {number}: {_rounded(corners)} reaches beyond 0..1"
        elif not (x_min < x_max and y_min < y_max):
            yield f"box {number}: {_rounded(corners)} has no area"


def _rounded(corners: Sequence[float]) -> List[float]:
    return [round(corner, 4) for corner in corners]


def _classes(features: Features, names: Optional[Sequence[str]]) -> Iterator[str]:
    texts = [text.decode("utf-8", "replace") for text in _values(features, TEXT)]
    for number, text in enumerate(texts, start=1):
        if names is not None and text not in names:
            yield f"box {number}: the class {short(repr(text))} is not in the label map"
    for number, label in enumerate(_values(features, LABEL), start=1):
        if label < 1 or names is not None and label > len(names):
            yield f"box {number}: the id {label} is not in the label map"
        elif (
            names is not None
            and len(texts) >= number
            and texts[number - 1] in names
            and names[label - 1] != texts[number - 1]
        ):
            yield (
                f"box {number}: the id {label}, {names[label - 1]!r} in the label map, "
                f"for the class {texts[number - 1]!r}"
            )


def _image(features: Features) -> Iterator[str]:
    content = one(features, "image/encoded")
    if one(features, "image/format") in (b"raw", b"RAW"):
        yield "bare pixels (image/format is raw), which cannot be decoded without their shape"
        return
    try:
        image = opened(io.BytesIO(content))
    except (OSError, SyntaxError, ValueError):
        yield "bytes that are no image"
        return
    size, unread = image.size, _unread(image, content)
    try:
        decode_coarsely(image)
    except (OSError, SyntaxError, ValueError) as error:
        yield f"an image that does not decode ({short(str(error))})"
        return
    if unread:
        yield f"{unread}, which TensorFlow does not read"
    for side, found in zip(("width", "height"), size):
        said = one(features, f"image/{side}")
        if said not in (None, found):
            yield f"an image of {size[0]}x{size[1]} that is said to have the {side} {said}"


def _unread(image, content: bytes) -> str:
    if image.format in ("JPEG", "MPO"):
        return "" if jpeg.is_whole(content) else "a JPEG of a rare kind or without its end"
    if image.format == "BMP":
        bits = int.from_bytes(content[28:30], "little")
        return "" if bits == 24 else f"a BMP of {bits} bits a pixel"
    if image.format == "PNG":
        return "" if png.is_whole(content) else "a PNG with a broken chunk or without its end"
    return f"a {image.format}"
