"""One image's ``tf.train.Example``; TensorFlow's own proto and parser are the oracle."""

import hashlib

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_records import example as plain_example

from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import example, features
from helpers.tfrecords.image_encoding import Encoded

IDS = example.ids_of(LabelMap.of(["bird", "cat", "ünï 🐕"]))
ENCODED = Encoded(b"\xff\xd8 an image", 20, 15)


def by_tensorflow(content):
    """The features by TensorFlow's own proto, as plain lists."""
    message = tf.train.Example.FromString(content)
    return {
        key: list(getattr(feature, feature.WhichOneof("kind") or features.BYTES).value)
        for key, feature in message.features.feature.items()
    }


def test_every_feature_that_the_data_knows(record):
    annotated = record(
        "sub/ä b.png",
        ("ünï 🐕", 4, 3, 20, 27),
        ("bird", 0, 0, 40, 30),
        truncated=(True, False),
        difficult=(False, True),
        group_of=(True, True),
    )
    content = example.serialized(annotated, IDS, ENCODED)
    parsed = by_tensorflow(content)
    corners = {
        key: parsed.pop(f"image/object/bbox/{key}") for key in ("xmin", "ymin", "xmax", "ymax")
    }
    name = "sub/ä b.png".encode()
    assert parsed == {
        "image/encoded": [ENCODED.content],
        "image/format": [b"jpeg"],
        "image/filename": [name],
        "image/source_id": [name],
        "image/height": [15],
        "image/width": [20],
        "image/key/sha256": [hashlib.sha256(ENCODED.content).hexdigest().encode()],
        "image/object/class/text": ["ünï 🐕".encode(), b"bird"],
        "image/object/class/label": [3, 1],
        "image/object/difficult": [0, 1],
        "image/object/truncated": [1, 0],
        "image/object/group_of": [1, 1],
        "image/object/is_crowd": [1, 1],
    }
    np.testing.assert_allclose(
        [corners[key] for key in ("xmin", "ymin", "xmax", "ymax")],
        [[0.1, 0], [0.1, 0], [0.5, 1], [0.9, 1]],
        atol=1e-7,
    )
    written = {name for name, spec in features.FEATURES.items() if spec.written}
    assert {*parsed, *(f"image/object/bbox/{key}" for key in corners)} == written


def test_an_image_without_boxes_says_so(record):
    message = tf.train.Example.FromString(example.serialized(record("a.jpg"), IDS, ENCODED))
    written = message.features.feature
    for name, (kind, multiplicity, _, is_written) in features.FEATURES.items():
        if multiplicity == features.PER_BOX and is_written:
            assert name in written and written[name].WhichOneof("kind") == kind
            assert len(getattr(written[name], kind).value) == 0


def test_equal_values_give_the_bytes_of_tensorflows_own_writer(record):
    annotated = record("a.jpg", ("cat", 1, 2, 3, 4))
    content = example.serialized(annotated, IDS, ENCODED)
    by_proto = tf.train.Example.FromString(content).SerializeToString(deterministic=True)
    assert (
        content
        == by_proto
        == example.serialized(record("a.jpg", ("cat", 1, 2, 3, 4)), IDS, ENCODED)
    )


def test_boxes_a_rounding_beyond_the_border_are_clipped(record):
    annotated = record("a.jpg", ("cat", -1e-5, 0, 40.00001, 30.00001))
    parsed = by_tensorflow(example.serialized(annotated, IDS, ENCODED))
    assert [parsed[key] for key in features.CORNERS_REL] == [[0], [0], [1], [1]]


def test_a_class_that_the_map_does_not_know(record):
    with pytest.raises(BadInput, match="a.jpg: .*'owl', .*'bird'"):
        example.serialized(record("a.jpg", ("owl", 1, 2, 3, 4)), IDS, ENCODED)


KINDS = {
    features.BYTES: st.binary(max_size=9),
    features.INTEGERS: st.integers(-(2**63), 2**63 - 1),
    features.FLOATS: st.floats(width=32, allow_nan=False),
}
FEATURES = st.dictionaries(
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=9),
    st.one_of(
        [st.tuples(st.just(kind), st.lists(values, max_size=4)) for kind, values in KINDS.items()]
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(FEATURES)
def test_whatever_tensorflow_writes_is_read(expected):
    message = tf.train.Example()
    for key, (kind, values) in expected.items():
        value_list = getattr(message.features.feature[key], kind)
        value_list.SetInParent()
        value_list.value.extend(values)
    parsed = example.parsed(message.SerializeToString())
    assert {
        key: (feature.kind, list(feature.values)) for key, feature in parsed.items()
    } == expected


@pytest.mark.filterwarnings("ignore:Unexpected end-group tag")
@settings(max_examples=100, deadline=None)
@given(st.integers(0, 600), st.integers(0, 255))
def test_bytes_that_tensorflow_cannot_parse_are_refused(place, value):
    content = bytearray(plain_example([1], [b"cat"], encoded=[b"short"]))
    content[place % len(content)] = value
    try:
        by_proto = by_tensorflow(bytes(content))
    except DecodeError:
        with pytest.raises(ValueError):
            example.parsed(bytes(content))
        return
    parsed = example.parsed(bytes(content))
    assert repr({key: list(feature.values) for key, feature in parsed.items()}) == repr(
        {key: by_proto[key] for key in parsed}
    )  # as text, since not a number equals nothing
    assert sorted(parsed) == sorted(by_proto)


def test_a_feature_that_holds_nothing():
    message = tf.train.Example()
    message.features.feature["bare"].SetInParent()
    message.features.feature["two"].int64_list.value.extend([7, 8])
    parsed = example.parsed(message.SerializeToString())
    assert parsed["bare"] == ("", ()) and parsed["two"].kind == features.INTEGERS
    names = ("bare", "two", "none")
    assert [features.first_value(parsed, name) for name in names] == [None, 7, None]
    assert example.parsed(b"") == {}


def test_boxes_are_read_as_absolute_pixels_of_the_stored_image(record):
    annotated = record("a.jpg", ("cat", 4, 3, 20, 27), ("bird", 0, 0, 40, 30))
    parsed = example.parsed(example.serialized(annotated, IDS, ENCODED))
    boxes = example.boxes_of(parsed, 20, 15)
    assert (boxes.dtype, boxes.shape) == (np.float32, (2, 4))
    np.testing.assert_allclose(boxes, [[2, 1.5, 10, 13.5], [0, 0, 20, 15]], atol=1e-5)
    assert example.boxes_of({}, 20, 15).shape == (0, 4)
