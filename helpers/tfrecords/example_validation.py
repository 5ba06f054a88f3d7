"""Validates one record: finds whatever the Object Detection API's decoder refuses, and more.

Records may come from any program. The decoder (object_detection/data_decoders/
tf_example_decoder.py) needs values of the right kind, one value of each feature of an image, as
many values of each feature of a box as there are boxes, and an image that TensorFlow decodes.
Training needs boxes with an area inside the image, and ids of the label map.
"""

from __future__ import annotations

import io
from typing import Any, Iterator, List, Optional, Sequence

from helpers.annotations.image_header import opened
from helpers.structures.findings import short
from helpers.tfrecords import image_integrity
from helpers.tfrecords.features import (
    CLASS_ID,
    CLASS_TEXT,
    CORNERS_REL,
    FEATURES,
    ONE,
    PER_BOX,
    Features,
    decoded_names,
    first_value,
    values_of,
    values_of_kind,
)
from helpers.tfrecords.image_encoding import decode_coarsely

# The decoder would fill in an empty name, the same for all: evaluation counts equal ones once.
REQUIRED = ("image/encoded", "image/source_id")
_TOLERANCE = 1e-6  # a border in single precision


def problems(
    features: Features, names: Optional[Sequence[str]] = None, pixels: bool = True
) -> List[str]:
    """All problems of a record, a phrase each; most records have none.

    Args:
        features: of ``example.parsed``.
        names: of the classes, in the order of their ids; ``None`` checks only that ids count
            from 1.
        pixels: decode the image.
    """
    wrong = list(_kinds(features))
    if wrong:
        return wrong  # values of the wrong kind cannot be checked further
    wrong += [*_counts(features), *_boxes(features), *_classes(features, names)]
    return wrong + list(_image(features)) if pixels else wrong


def labels(features: Features, names: Optional[Sequence[str]] = None) -> List[str]:
    """The class of each box as the decoder takes it: by its name if there is one, else by its id.

    Args:
        features: of ``example.parsed``; values of the wrong kind are ignored.
        names: of the classes, in the order of their ids.
    """
    texts = values_of_kind(features, CLASS_TEXT)
    if texts:
        return [text.decode("utf-8", "replace") for text in texts]
    return [
        names[class_id - 1] if names and 1 <= class_id <= len(names) else f"id {class_id}"
        for class_id in values_of_kind(features, CLASS_ID)
    ]


def _kinds(features: Features) -> Iterator[str]:
    for name in REQUIRED:
        if not any(values_of(features, name)):
            yield f"no {name}"
    for name in decoded_names():
        feature, spec = features.get(name), FEATURES[name]
        if feature is None or not feature.kind:
            continue
        if feature.kind != spec.kind:
            yield f"a {feature.kind} as {name} instead of a {spec.kind}"
        elif spec.multiplicity == ONE and len(feature.values) != 1:
            yield f"{len(feature.values)} values as {name} instead of one"


def _counts(features: Features) -> Iterator[str]:
    boxes = len(values_of(features, CORNERS_REL[0]))
    for name in decoded_names(PER_BOX):
        count = len(values_of(features, name))
        if count != boxes and (count or name in CORNERS_REL):
            yield f"{count} values as {name} for {boxes} boxes"
    if boxes and not values_of(features, CLASS_ID) and not values_of(features, CLASS_TEXT):
        yield f"no class for {boxes} boxes"


def _boxes(features: Features) -> Iterator[str]:
    columns = [values_of(features, name) for name in CORNERS_REL]
    for number, corners_rel in enumerate(zip(*columns), start=1):
        x_min, y_min, x_max, y_max = corners_rel
        shown = [round(corner, 4) for corner in corners_rel]
        if not all(-_TOLERANCE <= corner <= 1 + _TOLERANCE for corner in corners_rel):
            yield f"box {number}: {shown} reaches beyond 0..1"
        elif not (x_min < x_max and y_min < y_max):
            yield f"box {number}: {shown} has no area"


def _classes(features: Features, names: Optional[Sequence[str]]) -> Iterator[str]:
    texts = [text.decode("utf-8", "replace") for text in values_of(features, CLASS_TEXT)]
    for number, text in enumerate(texts, start=1):
        if names is not None and text not in names:
            yield f"box {number}: the class {short(repr(text))} is not in the label map"
    for number, class_id in enumerate(values_of(features, CLASS_ID), start=1):
        if class_id < 1 or names is not None and class_id > len(names):
            yield f"box {number}: the id {class_id} is not in the label map"
        elif (
            names is not None
            and len(texts) >= number
            and texts[number - 1] in names
            and names[class_id - 1] != texts[number - 1]
        ):
            yield (
                f"box {number}: the id {class_id}, {names[class_id - 1]!r} in the label map, "
                f"for the class {texts[number - 1]!r}"
            )


def _image(features: Features) -> Iterator[str]:
    content = first_value(features, "image/encoded")
    if first_value(features, "image/format") in (b"raw", b"RAW"):
        yield "bare pixels (image/format is raw), which cannot be decoded without their shape"
        return
    try:
        image = opened(io.BytesIO(content))
    except (OSError, SyntaxError, ValueError):
        yield "bytes that are no image"
        return
    size, refused = image.size, _refused_by_tensorflow(image, content)
    try:
        decode_coarsely(image)
    except (OSError, SyntaxError, ValueError) as error:
        yield f"an image that does not decode ({short(str(error))})"
        return
    if refused:
        yield f"{refused}, which TensorFlow does not read"
    for name, length in zip(("width", "height"), size):
        stored = first_value(features, f"image/{name}")
        if stored not in (None, length):
            yield f"an image of {size[0]}x{size[1]} with {stored} as its {name}"


def _refused_by_tensorflow(image: Any, content: bytes) -> str:
    """What TensorFlow does not read about an image that Pillow reads; empty when it reads it."""
    if image.format in ("JPEG", "MPO"):
        whole = image_integrity.is_whole_jpeg(content)
        return "" if whole else "a JPEG of a rare kind or without its end"
    if image.format == "BMP":
        bits = int.from_bytes(content[28:30], "little")
        return "" if bits == 24 else f"a BMP of {bits} bits a pixel"
    if image.format == "PNG":
        whole = image_integrity.is_whole_png(content)
        return "" if whole else "a PNG with a broken chunk or without its end"
    return f"a {image.format}"
