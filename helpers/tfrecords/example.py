"""The ``tf.train.Example`` of one image, with the Object Detection API's features.

Class ids and relative coordinates appear here because the format demands them. What is read from
these features: object_detection/data_decoders/tf_example_decoder.py.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any, Dict, Mapping, NamedTuple, Sequence

import numpy as np

from helpers.structures.boxes import FLAGS
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.image_encoding import Encoded

BYTES, FLOATS, INTEGERS = "bytes_list", "float_list", "int64_list"
CORNERS = tuple(f"image/object/bbox/{corner}" for corner in ("xmin", "ymin", "xmax", "ymax"))
# Every feature that is written, and of which of the three kinds it is; first those that an image
# has one of, then those that each of its boxes has one of.
OF_IMAGE = {
    "image/encoded": BYTES,
    "image/format": BYTES,
    "image/filename": BYTES,
    "image/source_id": BYTES,
    "image/key/sha256": BYTES,
    "image/height": INTEGERS,
    "image/width": INTEGERS,
}
OF_BOXES = {
    **{corner: FLOATS for corner in CORNERS},
    "image/object/class/text": BYTES,
    "image/object/class/label": INTEGERS,
    "image/object/difficult": INTEGERS,
    "image/object/truncated": INTEGERS,
    "image/object/group_of": INTEGERS,
    "image/object/is_crowd": INTEGERS,
}
_KINDS = {**OF_IMAGE, **OF_BOXES}
_DESCRIPTION = """
name: "example.proto"  package: "tensorflow"  syntax: "proto3"
message_type { name: "BytesList"
  field { name: "value" number: 1 label: LABEL_REPEATED type: TYPE_BYTES } }
message_type { name: "FloatList"
  field { name: "value" number: 1 label: LABEL_REPEATED type: TYPE_FLOAT } }
message_type { name: "Int64List"
  field { name: "value" number: 1 label: LABEL_REPEATED type: TYPE_INT64 } }
message_type { name: "Feature" oneof_decl { name: "kind" }
  field { name: "bytes_list" number: 1 label: LABEL_OPTIONAL oneof_index: 0
          type: TYPE_MESSAGE type_name: ".tensorflow.BytesList" }
  field { name: "float_list" number: 2 label: LABEL_OPTIONAL oneof_index: 0
          type: TYPE_MESSAGE type_name: ".tensorflow.FloatList" }
  field { name: "int64_list" number: 3 label: LABEL_OPTIONAL oneof_index: 0
          type: TYPE_MESSAGE type_name: ".tensorflow.Int64List" } }
message_type { name: "Features"
  field { name: "feature" number: 1 label: LABEL_REPEATED
          type: TYPE_MESSAGE type_name: ".tensorflow.Features.FeatureEntry" }
  nested_type { name: "FeatureEntry" options { map_entry: true }
    field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
    field { name: "value" number: 2 label: LABEL_OPTIONAL
            type: TYPE_MESSAGE type_name: ".tensorflow.Feature" } } }
message_type { name: "Example"
  field { name: "features" number: 1 label: LABEL_OPTIONAL
          type: TYPE_MESSAGE type_name: ".tensorflow.Features" } }
"""


class Feature(NamedTuple):
    """One feature as it was read.

    Attributes:
        kind: ``BYTES``, ``FLOATS`` or ``INTEGERS``; empty when it holds nothing at all.
        values: its values.
    """

    kind: str
    values: Sequence[Any]


def ids_of(label_map: LabelMap) -> Dict[str, int]:
    """The id of each class name, for :func:`serialized`."""
    return {name: number for number, name in enumerate(label_map.names, start=1)}


def serialized(record: ImageRecord, ids: Mapping[str, int], encoded: Encoded) -> bytes:
    """The bytes of one image's ``tf.train.Example``; equal for equal values.

    Args:
        record: the image and its boxes, absolute pixels of the image as annotated.
        ids: of ``ids_of``.
        encoded: its JPEG, perhaps of a smaller copy; boxes are stored relative.

    Raises:
        BadInput: a class is not in the label map; names the image.
    """
    message = _message()()
    features = message.features.feature
    for key, values in _values(record, ids, encoded).items():
        # Written even when empty: an image without boxes says so.
        kept = getattr(features[key], _KINDS[key])
        kept.SetInParent()
        kept.value.extend(values)
    return message.SerializeToString(deterministic=True)


def _values(record: ImageRecord, ids: Mapping[str, int], encoded: Encoded) -> Dict[str, Sequence]:
    labels = record.objects.labels
    for label in labels:
        if label not in ids:
            raise BadInput.of(
                record.path,
                f"the class {label!r}",
                f"one of {list(ids)}",
                "Add it to the label map, or correct the annotation.",
            )
    size = np.array([record.width, record.height] * 2, np.float64)
    boxes_rel = np.minimum(np.maximum(record.objects.boxes / size, 0), 1)
    name = record.path.encode()
    truncated, difficult, group_of = (
        record.objects.flags(name).astype(int).tolist() for name in FLAGS
    )
    return {
        "image/encoded": [encoded.content],
        "image/format": [b"jpeg"],
        # Below the image folder a path is unique, as a bare name is not.
        "image/filename": [name],
        "image/source_id": [name],
        "image/key/sha256": [hashlib.sha256(encoded.content).hexdigest().encode()],
        "image/height": [encoded.height],
        "image/width": [encoded.width],
        **{corner: boxes_rel[:, column].tolist() for column, corner in enumerate(CORNERS)},
        "image/object/class/text": [label.encode() for label in labels],
        "image/object/class/label": [ids[label] for label in labels],
        "image/object/difficult": difficult,
        "image/object/truncated": truncated,
        # The second is what COCO and the API's evaluation by COCO's rules call the first.
        "image/object/group_of": group_of,
        "image/object/is_crowd": group_of,
    }


def parsed(content: bytes) -> Dict[str, Feature]:
    """The features of a serialized ``tf.train.Example``, whoever wrote it.

    Raises:
        ValueError: these bytes are none.
    """
    from google.protobuf.message import DecodeError

    try:
        message = _message().FromString(content)
    except DecodeError as error:
        raise ValueError(str(error)) from error
    features = {}
    for key, feature in message.features.feature.items():
        kind = feature.WhichOneof("kind") or ""
        features[key] = Feature(kind, getattr(feature, kind).value if kind else ())
    return features


def one(features: Mapping[str, Feature], key: str) -> Any:
    """The first value of a feature, ``None`` when there is none."""
    return next(iter(features[key].values), None) if key in features else None


@functools.lru_cache(maxsize=1)
def _message():
    """The class of ``tf.train.Example``, from its description, so that TensorFlow is not loaded.

    Source: tensorflow/core/example/example.proto and feature.proto. It has a pool of its own:
    TensorFlow may be loaded beside it.
    """
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

    pool = descriptor_pool.DescriptorPool()
    pool.Add(text_format.Parse(_DESCRIPTION, descriptor_pb2.FileDescriptorProto()))
    return message_factory.MessageFactory(pool).GetPrototype(
        pool.FindMessageTypeByName("tensorflow.Example")
    )
