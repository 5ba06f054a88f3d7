"""Images: unusable ones, sizes that differ, contents, duplicates and near-duplicates."""

import numpy as np
import pytest
from builders import places, probe, validated
from PIL import Image

from helpers.structures import findings
from helpers.validation import image_probe
from helpers.validation.image_probe import ImageProbe

VGA = (640, 480)


# A box of which nothing can be said, and which is none of x, y, width, height on its image.
PLAIN = ("cat", 400, 300, 500, 400)


@pytest.mark.parametrize(
    "declared, stored, orientation, expected",
    [
        (VGA, VGA, 1, []),
        (
            VGA,
            VGA,
            3,
            [
                (
                    "image-exif-rotated",
                    "orientation 3; boxes taken as drawn on 640x480, the image as shown",
                )
            ],
        ),
        (VGA, (480, 640), 6, [("image-exif-rotated", "on 640x480, the image as shown")]),
        (
            (480, 640),
            (480, 640),
            6,
            [("image-exif-rotated", "480x640, the image before it is turned")],
        ),
        (
            (480, 640),
            VGA,
            1,
            [
                (
                    "image-size-mismatch",
                    "annotated on 480x640, the image is 640x480: turned by a quarter",
                )
            ],
        ),
        ((320, 240), VGA, 1, [("image-size-mismatch", "the same shape, 2 times as large")]),
        (VGA, (333, 250), 1, [("image-size-mismatch", "the same shape, 0.52 times as large")]),
        (
            (300, 300),
            VGA,
            1,
            [("image-size-mismatch", "annotated on 300x300, the image is 640x480")],
        ),
        ((641, 480), VGA, 1, [("image-size-mismatch", "641x480")]),
        (
            (1280, 960),
            (480, 640),
            6,
            [("image-size-mismatch", "the image is 640x480: the same shape, 0.5")],
        ),
    ],
    ids=str,
)
def test_the_size_that_boxes_were_drawn_on(record, declared, stored, orientation, expected):
    results = validated(
        record("a.jpg", size=declared), probes={"a.jpg": probe(stored, orientation=orientation)}
    )
    assert [one.code for one in results] == [kind for kind, _ in expected]
    assert all(said in one.message for one, (_, said) in zip(results, expected))
    if declared == (300, 300):
        assert "shape" not in results[0].message and "quarter" not in results[0].message


@pytest.mark.parametrize(
    "path, kind, mode, expected",
    [
        ("a.jpg", "JPEG", "RGB", None),
        ("a.JPEG", "JPEG", "RGB", None),
        ("a.jpg", "MPO", "RGB", None),
        ("a.png", "PNG", "RGB", None),
        ("a.tif", "TIFF", "RGB", None),
        ("a.webp", "WEBP", "RGB", None),
        ("a.bmp", "BMP", "RGB", None),
        ("a", "JPEG", "RGB", None),
        ("a.gif", "GIF", "RGB", None),
        ("a.jpg", "PNG", "RGB", ("image-wrong-suffix", "PNG content in a .jpg file")),
        ("a.PNG", "JPEG", "RGB", ("image-wrong-suffix", "JPEG content in a .PNG file")),
        ("a.jpg", "JPEG", "L", ("image-grayscale", "without colour")),
        ("a.jpg", "JPEG", "CMYK", ("image-not-rgb", "CMYK, printing colours")),
        ("a.png", "PNG", "I;16", ("image-not-rgb", "I;16, 16 bits a pixel")),
        ("a.png", "PNG", "RGBA", ("image-not-rgb", "RGBA, colour with alpha")),
        ("a.png", "PNG", "P", ("image-not-rgb", "P, a palette")),
        ("a.png", "PNG", "LA", ("image-not-rgb", "LA, grey with alpha")),
        ("a.tif", "TIFF", "LAB", ("image-not-rgb", "pixels stored as LAB")),
    ],
    ids=str,
)
def test_what_is_in_an_image(record, path, kind, mode, expected):
    results = validated(record(path), probes={path: probe(kind=kind, mode=mode)})
    assert places(results) == ([(path, None, expected[0])] if expected else [])
    assert all(one.message.endswith(expected[1]) and one.severity == "warning" for one in results)


@pytest.mark.parametrize(
    "seen, code, said",
    [
        (
            ImageProbe(None, "a.jpg: no such image. Put it there"),
            "image-unreadable",
            "no such image",
        ),
        (probe(problem="a.jpg: image file is\ntruncated"), "image-corrupt", "file is truncated"),
        (probe((8000, 5001)), "image-too-large", "8000x5001 are over 40 megapixels"),
        (probe((8000, 5000)), None, ""),
    ],
    ids=["missing", "truncated", "too large", "largest"],
)
def test_an_image_that_cannot_be_used(record, seen, code, said):
    size = (seen.header.width, seen.header.height) if seen.header else VGA
    results = validated(record("a.jpg", size=size), probes={"a.jpg": seen})
    assert [(one.code, one.severity) for one in results] == [(code, "error")] * bool(code)
    assert all(said in one.message for one in results)


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
    assert places(results) == [
        ("b.jpg", None, "image-corrupt"),
        ("c.jpg", None, "image-duplicate"),
        ("d.jpg", None, "image-unreadable"),
        ("e.jpg", None, "image-grayscale"),
        ("e.jpg", None, "image-near-duplicate"),
        ("e.jpg", None, "image-wrong-suffix"),
        ("f.jpg", None, "image-near-duplicate"),
        ("f.jpg", None, "image-size-mismatch"),
        ("g.jpg", None, "image-unreadable"),
    ]
    assert all(
        findings.as_text(one).startswith(f"{one.path}: ") and str(tmp_path) not in one.message
        for one in results
    )


BITS = 0x0123456789ABCDEF


@pytest.mark.parametrize(
    "seen, expected",
    [
        ([("x", BITS), ("y", ~BITS & 2**64 - 1)], {}),
        ([("x", BITS), ("x", BITS)], {"b": ("image-duplicate", "the same file as a")}),
        ([("x", BITS)] * 3, {"b": ("image-duplicate", "as a"), "c": ("image-duplicate", "as a")}),
        ([("x", BITS), ("y", BITS)], {"b": ("image-near-duplicate", "like a (0 of 64")}),
        (
            [("x", BITS), ("y", BITS ^ 0x8000000000000101)],
            {"b": ("image-near-duplicate", "looks like a (3 of 64 bits differ)")},
        ),
        ([("x", BITS), ("y", BITS ^ 0x8000000000010101)], {}),
        ([("x", 0), ("y", 0)], {}),
        ([("x", 2**64 - 1), ("y", 2**64 - 1)], {}),
        ([("x", 0), ("x", 0)], {"b": ("image-duplicate", "as a")}),
        (
            [("x", BITS), ("x", BITS), ("y", BITS ^ 1)],
            {"b": ("image-duplicate", "as a"), "c": ("image-near-duplicate", "like a (1 of")},
        ),
        # Not like the first, but like the one between them.
        (
            [("x", BITS), ("y", BITS ^ 0b111), ("z", BITS ^ 0b111111)],
            {"b": ("image-near-duplicate", "like a"), "c": ("image-near-duplicate", "like b")},
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
def test_duplicate_images(record, seen, expected):
    probes = {name: probe(digest=digest, dhash=dhash) for name, (digest, dhash) in zip("abc", seen)}
    results = validated(*[record(name) for name in sorted(probes, reverse=True)], probes=probes)
    assert places(results) == [(name, None, kind) for name, (kind, _) in expected.items()]
    assert all(expected[one.path][1] in one.message for one in results)
