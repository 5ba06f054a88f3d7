"""Images: unusable ones, sizes that differ, contents, duplicates and near-duplicates."""

import re

import numpy as np
import pytest
from builders import VGA, all_match, codes, probe, validated
from PIL import Image

from helpers.structures import findings
from helpers.validation import image_probe
from helpers.validation.image_probe import ImageProbe


@pytest.mark.parametrize(
    "declared, stored, orientation, expected",
    [
        pytest.param(VGA, VGA, 1, [], id="same size"),
        pytest.param(
            VGA,
            VGA,
            3,
            [("image-exif-rotated", "orientation 3; .*640x480, .*shown")],
            id="turned by a half",
        ),
        pytest.param(
            VGA,
            (480, 640),
            6,
            [("image-exif-rotated", "640x480, .*shown")],
            id="drawn on the shown image",
        ),
        pytest.param(
            (480, 640),
            (480, 640),
            6,
            [("image-exif-rotated", "480x640, .*before")],
            id="drawn before rotation",
        ),
        pytest.param(
            (480, 640),
            VGA,
            1,
            [("image-size-mismatch", "480x640, .*640x480: .*quarter")],
            id="turned by a quarter",
        ),
        pytest.param(
            (320, 240), VGA, 1, [("image-size-mismatch", "same shape, 2 times")], id="smaller copy"
        ),
        pytest.param(
            VGA,
            (333, 250),
            1,
            [("image-size-mismatch", "same shape, 0.52 times")],
            id="larger copy",
        ),
        pytest.param(
            (300, 300), VGA, 1, [("image-size-mismatch", "300x300, .*640x480$")], id="another shape"
        ),
        pytest.param((641, 480), VGA, 1, [("image-size-mismatch", "641x480")], id="one pixel off"),
        pytest.param(
            (1280, 960),
            (480, 640),
            6,
            [("image-size-mismatch", "640x480: .*same shape, 0.5 times")],
            id="rotated and smaller",
        ),
    ],
)
def test_the_size_that_boxes_were_drawn_on(record, declared, stored, orientation, expected):
    results = validated(
        record("a.jpg", size=declared), probes={"a.jpg": probe(stored, orientation=orientation)}
    )
    assert [finding.code for finding in results] == [code for code, _ in expected]
    assert all_match([pattern for _, pattern in expected], [finding.message for finding in results])
    if declared == (300, 300):
        assert "shape" not in results[0].message and "quarter" not in results[0].message


@pytest.mark.parametrize(
    "path, kind, mode, expected",
    [
        pytest.param("a.jpg", "JPEG", "RGB", None, id="JPEG"),
        pytest.param("a.JPEG", "JPEG", "RGB", None, id="JPEG, long suffix"),
        pytest.param("a.jpg", "MPO", "RGB", None, id="MPO"),
        pytest.param("a.png", "PNG", "RGB", None, id="PNG"),
        pytest.param("a.tif", "TIFF", "RGB", None, id="TIFF"),
        pytest.param("a.webp", "WEBP", "RGB", None, id="WebP"),
        pytest.param("a.bmp", "BMP", "RGB", None, id="BMP"),
        pytest.param("a", "JPEG", "RGB", None, id="no suffix"),
        pytest.param("a.gif", "GIF", "RGB", None, id="GIF"),
        pytest.param(
            "a.jpg", "PNG", "RGB", ("image-wrong-suffix", r"PNG .*\.jpg "), id="PNG named jpg"
        ),
        pytest.param(
            "a.PNG", "JPEG", "RGB", ("image-wrong-suffix", r"JPEG .*\.PNG "), id="JPEG named png"
        ),
        pytest.param("a.jpg", "JPEG", "L", ("image-grayscale", "without colour"), id="grayscale"),
        pytest.param(
            "a.jpg", "JPEG", "CMYK", ("image-not-rgb", "CMYK, printing colours$"), id="CMYK"
        ),
        pytest.param("a.png", "PNG", "I;16", ("image-not-rgb", "I;16, 16 bits"), id="16 bits"),
        pytest.param("a.png", "PNG", "RGBA", ("image-not-rgb", "RGBA, .*alpha$"), id="alpha"),
        pytest.param("a.png", "PNG", "P", ("image-not-rgb", " P, .*palette$"), id="palette"),
        pytest.param("a.png", "PNG", "LA", ("image-not-rgb", "LA, .*alpha$"), id="grey with alpha"),
        pytest.param("a.tif", "TIFF", "LAB", ("image-not-rgb", "LAB$"), id="LAB"),
    ],
)
def test_what_is_in_an_image(record, path, kind, mode, expected):
    results = validated(record(path), probes={path: probe(kind=kind, mode=mode)})
    assert codes(results) == ([(expected[0], path, None)] if expected else [])
    assert all(
        re.search(expected[1], finding.message) and finding.severity == "warning"
        for finding in results
    )


@pytest.mark.parametrize(
    "image, code, expected",
    [
        (ImageProbe(None, "a.jpg: no such image. Put it there"), "image-unreadable", "no such"),
        (probe(problem="a.jpg: pixels\ntruncated"), "image-corrupt", "pixels truncated"),
        (probe((8000, 5001)), "image-too-large", "8000x5001 .*40 megapixels"),
        (probe((8000, 5000)), None, ""),
    ],
    ids=["missing", "truncated", "too large", "largest"],
)
def test_an_image_that_cannot_be_used(record, image, code, expected):
    size = (image.header.width, image.header.height) if image.header else VGA
    results = validated(record("a.jpg", size=size), probes={"a.jpg": image})
    assert [(finding.code, finding.severity) for finding in results] == [(code, "error")] * bool(
        code
    )
    assert all(re.search(expected, finding.message) for finding in results)


def test_probes_of_real_images(tmp_path, record):
    blocks = np.random.RandomState(3).randint(0, 255, (5, 10, 3)).astype(np.uint8)
    image = Image.fromarray(blocks).resize((200, 100), Image.BICUBIC)
    image.save(str(tmp_path / "a.jpg"))
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "b.jpg").write_bytes(whole[: -len(whole) // 3])
    (tmp_path / "c.jpg").write_bytes(whole)
    (tmp_path / "d.jpg").write_bytes(b"")
    image.convert("L").save(str(tmp_path / "e.jpg"), "PNG")
    image.resize((100, 50)).save(str(tmp_path / "f.jpg"))
    names = [f"{letter}.jpg" for letter in "abcdefg"]
    results = validated(
        *[record(name, size=(200, 100)) for name in names],
        probes=image_probe.probe_images(names, tmp_path),
    )
    assert codes(results) == [
        ("image-corrupt", "b.jpg", None),
        ("image-duplicate", "c.jpg", None),
        ("image-unreadable", "d.jpg", None),
        ("image-grayscale", "e.jpg", None),
        ("image-near-duplicate", "e.jpg", None),
        ("image-wrong-suffix", "e.jpg", None),
        ("image-near-duplicate", "f.jpg", None),
        ("image-size-mismatch", "f.jpg", None),
        ("image-unreadable", "g.jpg", None),
    ]
    assert all(
        findings.as_text(finding).startswith(f"{finding.path}: ")
        and str(tmp_path) not in finding.message
        for finding in results
    )


BITS = 0x0123456789ABCDEF


@pytest.mark.parametrize(
    "images, expected",
    [
        ([("x", BITS), ("y", ~BITS & 2**64 - 1)], {}),
        ([("x", BITS), ("x", BITS)], {"b": ("image-duplicate", "as a$")}),
        ([("x", BITS)] * 3, {"b": ("image-duplicate", "as a$"), "c": ("image-duplicate", "as a$")}),
        ([("x", BITS), ("y", BITS)], {"b": ("image-near-duplicate", r" a \(0 of 64 ")}),
        (
            [("x", BITS), ("y", BITS ^ 0x8000000000000101)],
            {"b": ("image-near-duplicate", r" a \(3 of 64 ")},
        ),
        ([("x", BITS), ("y", BITS ^ 0x8000000000010101)], {}),
        ([("x", 0), ("y", 0)], {}),
        ([("x", 2**64 - 1), ("y", 2**64 - 1)], {}),
        ([("x", 0), ("x", 0)], {"b": ("image-duplicate", "as a$")}),
        (
            [("x", BITS), ("x", BITS), ("y", BITS ^ 1)],
            {"b": ("image-duplicate", "as a$"), "c": ("image-near-duplicate", r" a \(1 of 64 ")},
        ),
        # Not like the first, but like the one between them.
        (
            [("x", BITS), ("y", BITS ^ 0b111), ("z", BITS ^ 0b111111)],
            {"b": ("image-near-duplicate", r" a \("), "c": ("image-near-duplicate", r" b \(")},
        ),
    ],
    ids=[
        "different",
        "same file",
        "three of a file",
        "same hash",
        "three bits",
        "four bits",
        "black",
        "white",
        "same black file",
        "file and hash",
        "chain",
    ],
)
def test_duplicate_images(record, images, expected):
    probes = {
        name: probe(digest=digest, dhash=dhash) for name, (digest, dhash) in zip("abc", images)
    }
    results = validated(*[record(name) for name in sorted(probes, reverse=True)], probes=probes)
    assert codes(results) == [(code, name, None) for name, (code, _) in expected.items()]
    assert all(re.search(expected[finding.path][1], finding.message) for finding in results)
