"""The ``tf.train.Example`` of one image, with the Object Detection API's features.

Class ids and relative coordinates appear here because the format demands them; `features` has the
table of all features.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any, Dict, Mapping, Sequence

import numpy as np

from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.features import (
    CLASS_ID,
    CLASS_TEXT,
    CORNERS_REL,
    FEATURES,
    RECORD_FLAGS,
    Feature,
    Features,
    values_of,
)
from helpers.tfrecords.image_encoding import Encoded

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


def ids_of(label_map: LabelMap) -> Dict[str, int]:
    """The id of each class name, for :func:`serialized`."""
    return {name: number for number, name in enumerate(label_map.names, start=1)}


def serialized(record: ImageRecord, ids: Mapping[str, int], encoded: Encoded) -> bytes:
    """The bytes of one image's ``tf.train.Example``; equal for equal values.

    Args:
        record: the image and its boxes, absolute pixels of the image as annotated.
        ids: as from :func:`ids_of`.
        encoded: its JPEG, which may be a smaller copy; boxes are stored relative.

    Raises:
        BadInput: a class is not in the label map; names the image.
    """
    message = _message()()
    features = message.features.feature
    for name, values in _values(record, ids, encoded).items():
        value_list = getattr(features[name], FEATURES[name].kind)
        value_list.SetInParent()  # written even when empty: an image may have no boxes
        value_list.value.extend(values)
    return message.SerializeToString(deterministic=True)


def _values(
    record: ImageRecord, ids: Mapping[str, int], encoded: Encoded
) -> Dict[str, Sequence[Any]]:
    _require_known(record, ids)
    labels = record.objects.labels
    x_min_rel, y_min_rel, x_max_rel, y_max_rel = _corners_rel(record)
    path = record.path.encode()  # below the image folder a path is unique, a bare name is not
    truncated, difficult, group_of = (
        record.objects.flags(name).astype(int).tolist() for name in RECORD_FLAGS
    )
    return {
        "image/encoded": [encoded.content],
        "image/format": [b"jpeg"],
        "image/filename": [path],
        "image/source_id": [path],
        "image/key/sha256": [hashlib.sha256(encoded.content).hexdigest().encode()],
        "image/height": [encoded.height],
        "image/width": [encoded.width],
        "image/object/bbox/xmin": x_min_rel,
        "image/object/bbox/ymin": y_min_rel,
        "image/object/bbox/xmax": x_max_rel,
        "image/object/bbox/ymax": y_max_rel,
        CLASS_TEXT: [label.encode() for label in labels],
        CLASS_ID: [ids[label] for label in labels],
        "image/object/difficult": difficult,
        "image/object/truncated": truncated,
        # COCO, and the API's evaluation by COCO's rules, call group_of is_crowd.
        "image/object/group_of": group_of,
        "image/object/is_crowd": group_of,
    }


def _require_known(record: ImageRecord, ids: Mapping[str, int]) -> None:
    for label in record.objects.labels:
        if label not in ids:
            raise BadInput.of(
                record.path,
                f"the class {label!r}",
                f"one of {list(ids)}",
                "Add it to the label map, or correct the annotation.",
            )


def _corners_rel(record: ImageRecord) -> Sequence[Sequence[float]]:
    """The columns x_min, y_min, x_max and y_max, relative to the image's width and height."""
    size = np.array([record.width, record.height] * 2, np.float64)
    return np.minimum(np.maximum(record.objects.boxes / size, 0), 1).T.tolist()


def boxes_of(features: Features, width: int, height: int) -> np.ndarray:
    """The boxes of a record: float32 (n, 4), absolute pixels ``[x_min, y_min, x_max, y_max]``.

    Args:
        features: of :func:`parsed`, without problems.
        width: of the stored image, pixels.
        height: likewise.
    """
    corners_rel = [values_of(features, name) for name in CORNERS_REL]
    boxes_rel_xyxy = np.array(list(zip(*corners_rel)), np.float32).reshape(-1, 4)
    return boxes_rel_xyxy * np.array([width, height] * 2, np.float32)


def parsed(content: bytes) -> Dict[str, Feature]:
    """The features of a serialized ``tf.train.Example``, whatever program wrote it.

    Raises:
        ValueError: the bytes are no ``tf.train.Example``.
    """
    from google.protobuf.message import DecodeError

    try:
        message = _message().FromString(content)
    except DecodeError as error:
        raise ValueError(str(error)) from error
    features = {}
    for name, feature in message.features.feature.items():
        kind = feature.WhichOneof("kind") or ""
        features[name] = Feature(kind, getattr(feature, kind).value if kind else ())
    return features


@functools.lru_cache(maxsize=1)
def _message() -> Any:
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
