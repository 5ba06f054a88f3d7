"""What the Object Detection API's decoder refuses is a problem, and what serves is none."""

import io
import random

import cv2
import numpy as np
import pytest
import tensorflow as tf
from object_detection.data_decoders.tf_example_decoder import TfExampleDecoder
from PIL import Image
from plain_records import example as raw_example
from plain_records import jpeg

from helpers.annotations import label_map_file
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import example, example_validation, features
from helpers.tfrecords.features import FEATURES

TWO = LabelMap.of(["cat", "dog"])
NAMES = TWO.names
OF_DECODER = sorted(TfExampleDecoder().keys_to_features)
PER_BOX = {name: FEATURES[name].kind for name in features.decoded_names(features.PER_BOX)}
VALUES = {features.BYTES: b"x", features.INTEGERS: 1, features.FLOATS: 0.5}


def unnamed(value):
    """Bytes are no name for a test."""
    return "bytes" if isinstance(value, bytes) else None


@pytest.fixture(scope="module")
def refusal(tmp_path_factory):
    """What the decoder says to a record, with the label map as in training; empty when nothing."""
    path = label_map_file.write(TWO, tmp_path_factory.mktemp("labels") / "label_map.pbtxt")

    def refuse(raw, within=None):
        try:
            image = (within or session).run(tensors, {fed: raw})["image"]
        except tf.errors.InvalidArgumentError as error:
            return error.message.splitlines()[0]
        return "" if image.shape == (30, 40, 3) else f"an image of shape {image.shape}"

    with tf.Graph().as_default() as graph, tf.Session() as session:
        fed = tf.placeholder(tf.string)
        tensors = TfExampleDecoder(label_map_proto_file=str(path)).decode(fed)
        tables = tf.tables_initializer()
        session.run(tables)
        refuse.graph, refuse.tables = graph, tables
        yield refuse


def problems(raw, names=NAMES, **options):
    return example_validation.problems(example.parsed(raw), names, **options)


def changed(key, kind="", count=0):
    """A good record of two boxes in which one feature is missing, or of this kind and length."""
    message = tf.train.Example.FromString(raw_example([1, 2], [b"cat", b"dog"]))
    features = message.features.feature
    if key in features:
        del features[key]
    if kind:
        held = getattr(features[key], kind)
        held.SetInParent()
        held.value.extend([VALUES[kind]] * count)
    return message.SerializeToString()


@pytest.mark.parametrize("key", OF_DECODER)
def test_whatever_the_decoder_refuses_is_a_problem(key, refusal):
    refused = 0
    for kind, count in [("", 0), *((kind, count) for kind in VALUES for count in range(4))]:
        raw = changed(key, kind, count)
        if refusal(raw):
            refused += 1
            assert problems(raw), (kind, count)
    assert refused > 3


@pytest.mark.parametrize(
    "raw",
    [
        raw_example(),
        raw_example([1, 2], [b"cat", b"dog"]),
        raw_example([2, 1]),
        raw_example(
            (),
            [b"dog", b"cat"],
            **{
                f"object/bbox/{corner}": [at, at]
                for corner, at in (("xmin", 0.0), ("ymin", 0.0), ("xmax", 1.0), ("ymax", 1.0))
            },
        ),
        *(
            changed(key)
            for key in OF_DECODER
            if not key.startswith("image/object/bbox/") and key not in example_validation.REQUIRED
        ),
        *(
            changed(key, kind)
            for key, kind in PER_BOX.items()
            if not key.startswith("image/object/bbox/")
        ),
        changed("image/object/weight", features.FLOATS, 2),
        changed("image/object/truncated", features.BYTES, 7),
        changed("mine", features.BYTES, 3),
        raw_example([1], width=None, height=None),
        raw_example([1], format=[b"Raw"]),
        raw_example([1], **{"class/text": [b"scene"] * 3, "class/label": [9] * 2}),
    ],
    ids=unnamed,
)
def test_what_the_decoder_reads_and_training_can_use_has_no_problem(raw, refusal):
    assert (refusal(raw), problems(raw)) == ("", [])


def boxed(**corners):
    return raw_example([1], **{f"object/bbox/{key}": [value] for key, value in corners.items()})


@pytest.mark.parametrize(
    "raw, expected",
    [
        (raw_example([1], source_id=None), ["no image/source_id"]),
        (raw_example([1], source_id=[b""]), ["no image/source_id"]),
        (
            raw_example([1], width=[41], height=[29]),
            ["an image of 40x30 with 41 as its width", "an image of 40x30 with 29 as its height"],
        ),
        (boxed(xmin=0.5, xmax=0.5), ["box 1: [0.5, 0.2, 0.5, 0.9] has no area"]),
        (boxed(ymin=0.9, ymax=0.2), ["box 1: [0.1, 0.9, 0.5, 0.2] has no area"]),
        (boxed(xmin=-0.01), ["box 1: [-0.01, 0.2, 0.5, 0.9] reaches beyond 0..1"]),
        (boxed(ymax=float("nan")), ["box 1: [0.1, 0.2, 0.5, nan] reaches beyond 0..1"]),
        (boxed(xmax=float("inf")), ["box 1: [0.1, 0.2, inf, 0.9] reaches beyond 0..1"]),
        (boxed(xmin=10.0, xmax=35.0), ["box 1: [10.0, 0.2, 35.0, 0.9] reaches beyond 0..1"]),
        (raw_example([0]), ["box 1: the id 0 is not in the label map"]),
        (raw_example([1, 3]), ["box 2: the id 3 is not in the label map"]),
        (raw_example([1], [b"owl"]), ["box 1: the class 'owl' is not in the label map"]),
        (raw_example([1], [b"\xff"]), ["box 1: the class '\ufffd' is not in the label map"]),
        (
            raw_example([1], [b"dog"]),
            ["box 1: the id 1, 'cat' in the label map, for the class 'dog'"],
        ),
        (raw_example([1], [b"cat", b"cat"]), ["2 values as image/object/class/text for 1 boxes"]),
        (raw_example([1], **{"object/class/label": None}), ["no class for 1 boxes"]),
        *(
            (changed(key, kind, 1), [f"1 values as {key} for 2 boxes"])
            for key, kind in sorted(PER_BOX.items())
            if kind != features.BYTES and "bbox" not in key
        ),
    ],
    ids=unnamed,
)
def test_what_the_decoder_reads_and_training_cannot_use(raw, expected, refusal):
    assert refusal(raw) == ""
    assert problems(raw) == expected


def test_without_a_label_map_ids_are_only_checked_to_count_from_1():
    assert problems(raw_example([7, 9], [b"owl", b"emu"]), None) == []
    assert problems(raw_example([0]), None) == ["box 1: the id 0 is not in the label map"]
    assert problems(raw_example([1], encoded=[b"?"]), pixels=False) == []


def test_features_of_another_kind_are_not_checked_further():
    raw = raw_example([0], width=[b"40"], encoded=None)
    assert problems(raw) == [
        "no image/encoded",
        "a bytes_list as image/width instead of a int64_list",
    ]


@pytest.mark.parametrize(
    "raw, names, labels",
    [
        (raw_example([2, 1], [b"dog", b"cat"]), NAMES, ["dog", "cat"]),
        (raw_example([2, 1]), NAMES, ["dog", "cat"]),
        (raw_example([2, 0]), NAMES, ["dog", "id 0"]),
        (raw_example([2]), None, ["id 2"]),
        (raw_example([3]), NAMES, ["id 3"]),
        (raw_example([1], [b"\xff"]), NAMES, ["\ufffd"]),
        (raw_example(), NAMES, []),
        (changed("image/object/class/text", features.FLOATS, 1), NAMES, ["cat", "dog"]),
    ],
    ids=unnamed,
)
def test_classes_by_name_or_else_by_id(raw, names, labels):
    assert example_validation.labels(example.parsed(raw), names) == labels


GREY = Image.radial_gradient("L").resize((40, 30))
COLOUR = Image.merge("RGB", [GREY, GREY.rotate(90), GREY.rotate(180)])


def saved(kind, mode="RGB", **options):
    stream = io.BytesIO()
    if mode == "I;16":
        image = Image.fromarray(np.asarray(GREY).astype(np.uint16) * 257)
    else:
        image = COLOUR.convert(mode)
    image.save(stream, kind, **options)
    return stream.getvalue()


def with_restarts(interval):
    """A JPEG whose scan has a mark after so many blocks."""
    options = [cv2.IMWRITE_JPEG_RST_INTERVAL, interval]
    return cv2.imencode(".jpg", np.asarray(COLOUR), options)[1].tobytes()


def top_down(bmp):
    return bmp[:22] + (-30).to_bytes(4, "little", signed=True) + bmp[26:]


WHOLE = jpeg()
FRAME = WHOLE.index(b"\xff\xc0")
ENCODED = {
    **{f"JPEG {mode}": saved("JPEG", mode) for mode in ("RGB", "L", "CMYK")},
    "progressive": saved("JPEG", progressive=True),
    "MPO": saved("MPO", save_all=True),
    "turned": saved("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"),
    "restarts": with_restarts(1),
    "restarts without an end": with_restarts(2)[:-2],
    "two frames": WHOLE[:FRAME] + WHOLE[FRAME : FRAME + 19] + WHOLE[FRAME:],
    "more behind": WHOLE + b"more",
    "no end": WHOLE[:-2],
    "half": WHOLE[: len(WHOLE) // 2],
    "junk for the end": WHOLE[:-2] + bytes(5000),
    "before the start": b"x" + WHOLE,
    "a mark in the pixels": WHOLE[:-4] + b"\xff\xe9" + WHOLE[-2:],
    **{f"PNG {mode}": saved("PNG", mode) for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16")},
    "PNG without its end": saved("PNG")[:-12],
    "PNG cut": saved("PNG")[:200],
    "PNG spoilt": saved("PNG").replace(b"IEND", b"IENC"),
    **{f"BMP {mode}": saved("BMP", mode) for mode in ("1", "L", "P", "RGB", "RGBA")},
    "BMP top down": top_down(saved("BMP")),
    "BMP cut": saved("BMP")[:900],
    **{kind: saved(kind) for kind in ("GIF", "WEBP", "TIFF", "PPM", "ICO", "JPEG2000")},
    "text": b"no image",
    "other size": jpeg((30, 40)),
}


@pytest.mark.parametrize("name", sorted(ENCODED))
def test_an_image_is_valid_when_the_decoder_reads_it(name, refusal):
    raw = raw_example([1], encoded=[ENCODED[name]])
    with tf.Session(graph=refusal.graph) as session:  # since it remembers the depth of a BMP
        session.run(refusal.tables)
        message = refusal(raw, session)
    assert bool(problems(raw)) == bool(message), (problems(raw), message)


def test_there_are_marks_that_split_a_scan():
    assert all(with_restarts(1).count(b"\xff" + bytes([mark])) == 1 for mark in range(0xD0, 0xD5))


@pytest.mark.parametrize(
    "content, message",
    [
        (b"no image", "bytes that are no image"),
        (WHOLE[:-2] + bytes(99), "a JPEG of a rare kind or without its end, which TensorFlow does"),
        (saved("PNG")[:-12], "a PNG with a broken chunk or without its end, which TensorFlow does"),
        (saved("BMP", "L"), "a BMP of 8 bits a pixel, which TensorFlow does not read"),
        (saved("GIF"), "a GIF, which TensorFlow does not read"),
        (WHOLE[:-20], "an image that does not decode (image file is truncated"),
    ],
    ids=unnamed,
)
def test_an_image_that_training_cannot_use_has_a_reason(content, message):
    (problem,) = problems(raw_example([1], encoded=[content]))
    assert problem.startswith(message)


def test_bare_pixels_are_refused_though_the_decoder_cannot_see_it(refusal):
    for name in (b"raw", b"RAW"):
        raw = raw_example([1], format=[name], encoded=[bytes(40 * 30 * 3)])
        assert "shape (3600,)" in refusal(raw)
        assert problems(raw)[0].startswith("bare pixels (image/format is raw)")


@pytest.mark.parametrize(
    "kind, options",
    [
        ("JPEG", {"quality": 50}),
        ("PNG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"mode": "L", "optimize": True}),
    ],
)
def test_every_spoilt_image_is_a_problem(kind, options, refusal):
    """Bytes overwritten at random: what the decoder refuses is never called good."""
    whole, refused = saved(kind, **options), 0
    for seed in range(60):
        chosen = random.Random(seed)
        spoilt = bytearray(whole)
        for _ in range(chosen.randint(1, 3)):
            spoilt[chosen.randrange(len(spoilt))] = chosen.choice([0, 255, chosen.randrange(256)])
        raw = raw_example([1], encoded=[bytes(spoilt)])
        if refusal(raw):
            refused += 1
            assert problems(raw), seed
    assert refused > 4
