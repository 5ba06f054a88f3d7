"""The one table of the features of a record: the Object Detection API's names and kinds.

Source: object_detection/data_decoders/tf_example_decoder.py.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

BYTES, FLOATS, INTEGERS = "bytes_list", "float_list", "int64_list"
RECORD_FLAGS = ("truncated", "difficult", "group_of")  # the API has no feature for occluded
ONE, PER_BOX, ANY = "one", "per box", "any"  # how many values a feature has


class FeatureSpec(NamedTuple):
    """What the Object Detection API expects of one feature, and whether our records have it.

    Attributes:
        kind: ``BYTES``, ``FLOATS`` or ``INTEGERS``.
        multiplicity: ``ONE`` for an image, ``PER_BOX`` (one for each box) or ``ANY``.
        decoded: whether the Object Detection API's decoder reads it.
        written: whether our records have it.
    """

    kind: str
    multiplicity: str = ONE
    decoded: bool = True
    written: bool = True


class Feature(NamedTuple):
    """One feature as it was read.

    Attributes:
        kind: ``BYTES``, ``FLOATS`` or ``INTEGERS``; empty when it holds nothing at all.
        values: its values.
    """

    kind: str
    values: Sequence[Any]


Features = Mapping[str, Feature]

# In the order of LabeledBoxes; relative to width and height, 0..1.
CORNERS_REL = tuple(f"image/object/bbox/{corner}" for corner in ("xmin", "ymin", "xmax", "ymax"))
CLASS_ID, CLASS_TEXT = "image/object/class/label", "image/object/class/text"
FEATURES: Dict[str, FeatureSpec] = {
    "image/encoded": FeatureSpec(BYTES),
    "image/format": FeatureSpec(BYTES),
    "image/filename": FeatureSpec(BYTES),
    "image/key/sha256": FeatureSpec(BYTES),
    "image/source_id": FeatureSpec(BYTES),
    "image/height": FeatureSpec(INTEGERS),
    "image/width": FeatureSpec(INTEGERS),
    **{corner: FeatureSpec(FLOATS, PER_BOX) for corner in CORNERS_REL},
    CLASS_ID: FeatureSpec(INTEGERS, PER_BOX),
    CLASS_TEXT: FeatureSpec(BYTES, PER_BOX),
    "image/object/area": FeatureSpec(FLOATS, PER_BOX, written=False),
    "image/object/weight": FeatureSpec(FLOATS, PER_BOX, written=False),
    "image/object/difficult": FeatureSpec(INTEGERS, PER_BOX),
    "image/object/truncated": FeatureSpec(INTEGERS, PER_BOX, decoded=False),
    "image/object/group_of": FeatureSpec(INTEGERS, PER_BOX),
    "image/object/is_crowd": FeatureSpec(INTEGERS, PER_BOX),
    "image/class/text": FeatureSpec(BYTES, ANY, written=False),
    "image/class/label": FeatureSpec(INTEGERS, ANY, written=False),
}


def decoded_names(multiplicity: str = "") -> List[str]:
    """Names of the features that the decoder reads.

    Args:
        multiplicity: ``ONE``, ``PER_BOX`` or ``ANY``; empty means all.
    """
    return [
        name
        for name, spec in FEATURES.items()
        if spec.decoded and multiplicity in ("", spec.multiplicity)
    ]


def values_of(features: Features, name: str) -> Sequence[Any]:
    """All values of a feature; none when there is no such feature."""
    return features[name].values if name in features else ()


def first_value(features: Features, name: str) -> Any:
    """The first value of a feature; ``None`` when there is none."""
    return next(iter(values_of(features, name)), None)


def values_of_kind(features: Features, name: str) -> Sequence[Any]:
    """The values of a feature; none when they are not of the kind that it should have."""
    feature = features.get(name)
    return feature.values if feature and feature.kind == FEATURES[name].kind else ()
