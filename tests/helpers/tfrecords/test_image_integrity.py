"""JPEGs and PNGs from their start to their end; TensorFlow's decoder is the oracle."""

import io
import zlib

import pytest
import tensorflow as tf
from builders import spoilt_jpeg
from PIL import Image, PngImagePlugin

from helpers.tfrecords import image_integrity


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
def test_a_png_is_whole_when_tensorflow_reads_it(content, whole, tensorflow_reads):
    assert image_integrity.is_whole_png(content) is whole
    assert tensorflow_reads(content) is whole


def test_no_cut_and_no_spoilt_byte_of_a_png_is_whole(tensorflow_reads):
    """Spoilt pixels break the checksum; what may be odd is what TensorFlow passes over too."""
    for place in range(0, len(WHOLE), 7):
        spoilt = WHOLE[:place] + bytes([WHOLE[place] ^ 8]) + WHOLE[place + 1 :]
        assert not image_integrity.is_whole_png(WHOLE[:place])
        assert tensorflow_reads(spoilt) or not image_integrity.is_whole_png(spoilt), place


@pytest.mark.parametrize(
    "how, whole",
    [
        ("", True),
        ("end", False),
        ("cut", False),
        ("junk", False),
        ("tables", True),
        ("kind", False),
        ("mark", False),
        ("no pixels", False),
    ],
)
def test_a_jpeg_is_whole_from_its_start_to_its_end(tmp_path, paint, how, whole):
    content = paint(tmp_path / "a.jpg").read_bytes()
    assert image_integrity.is_whole_jpeg(spoilt_jpeg(content, how)) is whole
    assert (
        image_integrity.is_whole_jpeg(spoilt_jpeg(content, how) + b"more behind the end") is whole
    )
    assert not image_integrity.is_whole_jpeg(content[2:]) and not image_integrity.is_whole_jpeg(b"")
