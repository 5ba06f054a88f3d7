"""Encoded images that the Object Detection API's decoder refuses, and what serves as one."""

import io
import random

import cv2
import numpy as np
import pytest
import tensorflow as tf
from builders import all_match
from PIL import Image
from plain_records import example as raw_example
from plain_records import jpeg

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
def test_an_image_is_valid_when_the_decoder_reads_it(name, refusal, problems):
    raw = raw_example([1], encoded=[ENCODED[name]])
    with tf.Session(graph=refusal.graph) as session:  # since it remembers the depth of a BMP
        session.run(refusal.tables)
        message = refusal(raw, session)
    assert bool(problems(raw)) == bool(message), (problems(raw), message)


def test_there_are_marks_that_split_a_scan():
    assert all(with_restarts(1).count(b"\xff" + bytes([mark])) == 1 for mark in range(0xD0, 0xD5))


@pytest.mark.parametrize(
    "content, expected",
    [
        pytest.param(b"no image", "no image", id="text"),
        pytest.param(WHOLE[:-2] + bytes(99), "JPEG .*TensorFlow", id="JPEG without its end"),
        pytest.param(saved("PNG")[:-12], "PNG .*TensorFlow", id="PNG without its end"),
        pytest.param(saved("BMP", "L"), "BMP of 8 bits .*TensorFlow", id="grey BMP"),
        pytest.param(saved("GIF"), "GIF, .*TensorFlow", id="GIF"),
        pytest.param(WHOLE[:-20], "decode .*truncated", id="truncated"),
    ],
)
def test_an_image_that_training_cannot_use_has_a_reason(content, expected, problems):
    assert all_match([expected], problems(raw_example([1], encoded=[content])))


def test_bare_pixels_are_refused_though_the_decoder_cannot_see_it(refusal, problems):
    for name in (b"raw", b"RAW"):
        raw = raw_example([1], format=[name], encoded=[bytes(40 * 30 * 3)])
        assert "shape (3600,)" in refusal(raw)
        assert "image/format is raw" in problems(raw)[0]


@pytest.mark.parametrize(
    "kind, options",
    [
        pytest.param("JPEG", {"quality": 50}, id="JPEG"),
        pytest.param("PNG", {}, id="PNG"),
        pytest.param("JPEG", {"progressive": True}, id="progressive JPEG"),
        pytest.param("JPEG", {"mode": "L", "optimize": True}, id="grey JPEG"),
    ],
)
def test_every_spoilt_image_is_a_problem(kind, options, refusal, problems):
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
