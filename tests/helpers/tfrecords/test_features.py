"""The table of features is that of the Object Detection API's own decoder."""

import pytest
import tensorflow as tf
from object_detection.data_decoders.tf_example_decoder import TfExampleDecoder

from helpers.tfrecords import features
from helpers.tfrecords.features import BYTES, FEATURES, FLOATS, INTEGERS, Feature

KINDS = {tf.string: BYTES, tf.float32: FLOATS, tf.int64: INTEGERS}


def test_every_feature_of_the_decoder_is_in_the_table_with_its_kind():
    decoded = TfExampleDecoder().keys_to_features
    assert set(features.decoded_names()) == set(decoded)
    kinds = {name: KINDS[feature.dtype] for name, feature in decoded.items()}
    assert {name: FEATURES[name].kind for name in decoded} == kinds


def test_features_of_one_value_are_those_that_the_decoder_reads_with_a_fixed_length():
    fixed = {
        name
        for name, feature in TfExampleDecoder().keys_to_features.items()
        if isinstance(feature, tf.io.FixedLenFeature)
    }
    assert set(features.decoded_names(features.ONE)) == fixed


@pytest.mark.parametrize(
    "feature, values, first, of_kind",
    [
        (None, (), None, ()),
        (Feature("", ()), (), None, ()),
        (Feature(INTEGERS, (7, 8)), (7, 8), 7, (7, 8)),
        (Feature(FLOATS, (0.5,)), (0.5,), 0.5, ()),
    ],
    ids=["missing", "empty", "right kind", "wrong kind"],
)
def test_values(feature, values, first, of_kind):
    name = "image/width"
    parsed = {} if feature is None else {name: feature}
    assert features.values_of(parsed, name) == values
    assert features.first_value(parsed, name) == first
    assert features.values_of_kind(parsed, name) == of_kind
