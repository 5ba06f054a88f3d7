"""A PNG from its start to its end; TensorFlow's decoder is the oracle."""

import io
import zlib

import pytest
import tensorflow as tf
from PIL import Image, PngImagePlugin

from helpers.tfrecords import png


def chunk(name, body, spoilt=0):
    return (
        len(body).to_bytes(4, "big")
        + name
        + body
        + (zlib.crc32(name + body) ^ spoilt).to_bytes(4, "big")
    )


def image(mode="RGB", **options):
    stream = io.BytesIO()
    Image.radial_gradient("L").resize((40, 30)).convert(mode).save(stream, "PNG", **options)
    return stream.getvalue()


@pytest.fixture(scope="module")
def tensorflow_reads():
    with tf.Graph().as_default(), tf.Session() as session:
        raw = tf.placeholder(tf.string)
        image = tf.image.decode_png(raw, channels=3)

        def reads(content):
            try:
                return session.run(image, {raw: content}).shape == (30, 40, 3)
            except tf.errors.InvalidArgumentError:
                return False

        yield reads


WHOLE = image()
COMMENT = PngImagePlugin.PngInfo()
COMMENT.add_text("Comment", "an image")
BEFORE_THE_END = len(WHOLE) - 12


@pytest.mark.parametrize(
    "content, whole",
    [
        (WHOLE, True),
        (image("P"), True),
        (image("L", pnginfo=COMMENT), True),
        (WHOLE + b"more behind the end", True),
        (WHOLE[:-1], False),
        (WHOLE[:-12], False),
        (WHOLE[:-13], False),
        (WHOLE[:60], False),
        (b"", False),
        (b"\xff" + WHOLE[1:], False),
        (WHOLE[:BEFORE_THE_END] + chunk(b"tEXt", b"a\0b", 1) + WHOLE[BEFORE_THE_END:], True),
        (WHOLE[:BEFORE_THE_END] + chunk(b"tEXt", b"a\0b") + WHOLE[BEFORE_THE_END:], True),
        (WHOLE[:BEFORE_THE_END] + chunk(b"IEND", b"", 1), False),
    ],
    ids=lambda value: "bytes" if isinstance(value, bytes) else None,
)
def test_whole_is_what_tensorflow_reads(content, whole, tensorflow_reads):
    assert png.is_whole(content) is whole
    assert tensorflow_reads(content) is whole


def test_no_cut_and_no_spoilt_byte_gets_past(tensorflow_reads):
    """Spoilt pixels break the checksum; what may be odd is what TensorFlow passes over too."""
    for place in range(0, len(WHOLE), 7):
        spoilt = WHOLE[:place] + bytes([WHOLE[place] ^ 8]) + WHOLE[place + 1 :]
        assert not png.is_whole(WHOLE[:place])
        assert tensorflow_reads(spoilt) or not png.is_whole(spoilt), place
