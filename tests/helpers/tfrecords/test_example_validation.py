"""What the Object Detection API's decoder refuses is a problem, and what serves is none."""

import pytest
import tensorflow as tf
from builders import all_match
from object_detection.data_decoders.tf_example_decoder import TfExampleDecoder
from plain_records import example as raw_example

from helpers.tfrecords import example, example_validation, features
from helpers.tfrecords.features import FEATURES

NAMES = ("cat", "dog")
OF_DECODER = sorted(TfExampleDecoder().keys_to_features)
PER_BOX = {name: FEATURES[name].kind for name in features.decoded_names(features.PER_BOX)}
VALUES = {features.BYTES: b"x", features.INTEGERS: 1, features.FLOATS: 0.5}


def changed(key, kind="", count=0):
    """A good record of two boxes in which one feature is missing, or of this kind and length."""
    message = tf.train.Example.FromString(raw_example([1, 2], [b"cat", b"dog"]))
    features = message.features.feature
    if key in features:
        del features[key]
    if kind:
        values = getattr(features[key], kind)
        values.SetInParent()
        values.value.extend([VALUES[kind]] * count)
    return message.SerializeToString()


@pytest.mark.parametrize("key", OF_DECODER)
def test_whatever_the_decoder_refuses_is_a_problem(key, refusal, problems):
    refused = 0
    for kind, count in [("", 0), *((kind, count) for kind in VALUES for count in range(4))]:
        raw = changed(key, kind, count)
        if refusal(raw):
            refused += 1
            assert problems(raw), (kind, count)
    assert refused > 3


CAN_BE_USED = {
    "no objects": raw_example(),
    "ids and names": raw_example([1, 2], [b"cat", b"dog"]),
    "ids alone": raw_example([2, 1]),
    "names alone": raw_example(
        (),
        [b"dog", b"cat"],
        **{
            f"object/bbox/{corner}": [at, at]
            for corner, at in (("xmin", 0.0), ("ymin", 0.0), ("xmax", 1.0), ("ymax", 1.0))
        },
    ),
    **{
        f"no {key}": changed(key)
        for key in OF_DECODER
        if not key.startswith("image/object/bbox/") and key not in example_validation.REQUIRED
    },
    **{
        f"empty {key}": changed(key, kind)
        for key, kind in PER_BOX.items()
        if not key.startswith("image/object/bbox/")
    },
    "weights": changed("image/object/weight", features.FLOATS, 2),
    "truncated as bytes": changed("image/object/truncated", features.BYTES, 7),
    "unknown feature": changed("mine", features.BYTES, 3),
    "no size": raw_example([1], width=None, height=None),
    "another format": raw_example([1], format=[b"Raw"]),
    "classes of the image": raw_example(
        [1], **{"class/text": [b"scene"] * 3, "class/label": [9] * 2}
    ),
}


@pytest.mark.parametrize("case", CAN_BE_USED)
def test_what_the_decoder_reads_and_training_can_use_has_no_problem(case, refusal, problems):
    raw = CAN_BE_USED[case]
    assert (refusal(raw), problems(raw)) == ("", [])


def boxed(**corners):
    return raw_example([1], **{f"object/bbox/{key}": [value] for key, value in corners.items()})


@pytest.mark.parametrize(
    "raw, expected",
    [
        pytest.param(raw_example([1], source_id=None), ["no image/source_id"], id="no source_id"),
        pytest.param(
            raw_example([1], source_id=[b""]), ["no image/source_id"], id="empty source_id"
        ),
        pytest.param(
            raw_example([1], width=[41], height=[29]),
            ["40x30 with 41 .*width", "40x30 with 29 .*height"],
            id="another size",
        ),
        pytest.param(
            boxed(xmin=0.5, xmax=0.5), [r"box 1: \[0.5, 0.2, 0.5, 0.9\] .*no area"], id="no width"
        ),
        pytest.param(
            boxed(ymin=0.9, ymax=0.2),
            [r"box 1: \[0.1, 0.9, 0.5, 0.2\] .*no area"],
            id="swapped corners",
        ),
        pytest.param(
            boxed(xmin=-0.01), [r"box 1: \[-0.01, 0.2, 0.5, 0.9\] .*0\.\.1"], id="negative corner"
        ),
        pytest.param(
            boxed(ymax=float("nan")), [r"box 1: \[0.1, 0.2, 0.5, nan\] .*0\.\.1"], id="NaN corner"
        ),
        pytest.param(
            boxed(xmax=float("inf")),
            [r"box 1: \[0.1, 0.2, inf, 0.9\] .*0\.\.1"],
            id="infinite corner",
        ),
        pytest.param(
            boxed(xmin=10.0, xmax=35.0),
            [r"box 1: \[10.0, 0.2, 35.0, 0.9\] .*0\.\.1"],
            id="corners in pixels",
        ),
        pytest.param(raw_example([0]), ["box 1: .*id 0 .*label map"], id="id 0"),
        pytest.param(raw_example([1, 3]), ["box 2: .*id 3 .*label map"], id="unknown id"),
        pytest.param(
            raw_example([1], [b"owl"]), ["box 1: .*'owl' .*label map"], id="unknown class"
        ),
        pytest.param(
            raw_example([1], [b"\xff"]), ["box 1: .*'\ufffd' .*label map"], id="class of no text"
        ),
        pytest.param(
            raw_example([1], [b"dog"]), ["box 1: .*id 1, 'cat' .*'dog'"], id="id of another class"
        ),
        pytest.param(
            raw_example([1], [b"cat", b"cat"]),
            ["2 values as image/object/class/text .*1 boxes"],
            id="more classes than boxes",
        ),
        pytest.param(
            raw_example([1], **{"object/class/label": None}), ["no class .*1 boxes"], id="no class"
        ),
        *(
            pytest.param(
                changed(key, kind, 1), [f"1 values as {key} .*2 boxes"], id=f"too few {key}"
            )
            for key, kind in sorted(PER_BOX.items())
            if kind != features.BYTES and "bbox" not in key
        ),
    ],
)
def test_what_the_decoder_reads_and_training_cannot_use(raw, expected, refusal, problems):
    assert refusal(raw) == ""
    assert all_match(expected, problems(raw))


def test_without_a_label_map_ids_are_only_checked_to_count_from_1(problems):
    assert problems(raw_example([7, 9], [b"owl", b"emu"]), None) == []
    assert all_match(["box 1: .*id 0 .*label map"], problems(raw_example([0]), None))
    assert problems(raw_example([1], encoded=[b"?"]), pixels=False) == []


def test_features_of_another_kind_are_not_checked_further(problems):
    raw = raw_example([0], width=[b"40"], encoded=None)
    assert all_match(["no image/encoded", "bytes_list as image/width .*int64_list"], problems(raw))


@pytest.mark.parametrize(
    "raw, names, labels",
    [
        pytest.param(
            raw_example([2, 1], [b"dog", b"cat"]), NAMES, ["dog", "cat"], id="ids and names"
        ),
        pytest.param(raw_example([2, 1]), NAMES, ["dog", "cat"], id="ids alone"),
        pytest.param(raw_example([2, 0]), NAMES, ["dog", "id 0"], id="id 0"),
        pytest.param(raw_example([2]), None, ["id 2"], id="no label map"),
        pytest.param(raw_example([3]), NAMES, ["id 3"], id="unknown id"),
        pytest.param(raw_example([1], [b"\xff"]), NAMES, ["\ufffd"], id="class of no text"),
        pytest.param(raw_example(), NAMES, [], id="no objects"),
        pytest.param(
            changed("image/object/class/text", features.FLOATS, 1),
            NAMES,
            ["cat", "dog"],
            id="names of another kind",
        ),
    ],
)
def test_classes_by_name_or_else_by_id(raw, names, labels):
    assert example_validation.labels(example.parsed(raw), names) == labels
