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
        pytest.param(WHOLE, True, id="RGB"),
        pytest.param(image("P"), True, id="palette"),
        pytest.param(image("L", pnginfo=COMMENT), True, id="comment"),
        pytest.param(WHOLE + b"more behind the end", True, id="bytes behind the end"),
        pytest.param(WHOLE[:-1], False, id="last byte missing"),
        pytest.param(WHOLE[:-12], False, id="no IEND"),
        pytest.param(WHOLE[:-13], False, id="IEND and a byte missing"),
        pytest.param(WHOLE[:60], False, id="cut"),
        pytest.param(b"", False, id="empty"),
        pytest.param(b"\xff" + WHOLE[1:], False, id="wrong signature"),
        pytest.param(
            WHOLE[:BEFORE_THE_END] + chunk(b"tEXt", b"a\0b", 1) + WHOLE[BEFORE_THE_END:],
            True,
            id="comment with wrong checksum",
        ),
        pytest.param(
            WHOLE[:BEFORE_THE_END] + chunk(b"tEXt", b"a\0b") + WHOLE[BEFORE_THE_END:],
            True,
            id="comment before the end",
        ),
        pytest.param(
            WHOLE[:BEFORE_THE_END] + chunk(b"IEND", b"", 1), False, id="IEND with wrong checksum"
        ),
    ],
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
    "fault, whole",
    [
        pytest.param("", True, id="good"),
        pytest.param("end", False, id="no end"),
        pytest.param("cut", False, id="cut"),
        pytest.param("junk", False, id="zeros for the end"),
        pytest.param("tables", True, id="Huffman tables"),
        pytest.param("kind", False, id="rare frame"),
        pytest.param("mark", False, id="marker in the pixels"),
        pytest.param("no pixels", False, id="no pixels"),
    ],
)
def test_a_jpeg_is_whole_from_its_start_to_its_end(tmp_path, paint, fault, whole):
    content = paint(tmp_path / "a.jpg").read_bytes()
    assert image_integrity.is_whole_jpeg(spoilt_jpeg(content, fault)) is whole
    assert (
        image_integrity.is_whole_jpeg(spoilt_jpeg(content, fault) + b"more behind the end") is whole
    )
    assert not image_integrity.is_whole_jpeg(content[2:]) and not image_integrity.is_whole_jpeg(b"")
