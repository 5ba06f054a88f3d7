"""Findings: each defect has a name, a place and a remedy, and what is fine has none."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.annotations import voc
from helpers.annotations.image_header import Header
from helpers.structures import findings
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.label_map import LabelMap
from helpers.system.files import write_json
from helpers.validation import image_probe, near_duplicates, validate
from helpers.validation.image_probe import ImageProbe

VGA = (640, 480)
# A box of which nothing can be said, and which is none of x, y, width, height on its image.
PLAIN = ("cat", 400, 300, 500, 400)


def check(*records, looked=None, min_boxes=0, **options):
    return validate.validate(
        Annotations(list(records), []), looked or {}, min_boxes=min_boxes, **options
    )


def places(found):
    return [(one.path, one.object, one.code) for one in found]


def look(size=(40, 30), mode="RGB", kind="JPEG", orientation=1, problem="", digest="", dhash=None):
    return ImageProbe(Header(kind, mode, *size, orientation), problem, bool(digest), digest, dhash)


def test_a_good_data_set_has_no_findings(tmp_path, paint, record):
    paint(tmp_path / "a.jpg", (200, 100))
    paint(tmp_path / "b.png", (100, 200))
    looked = image_probe.probe_images(["a.jpg", "b.png"], tmp_path)
    found = check(
        record("a.jpg", ("cat", 10, 20, 90, 90), size=(200, 100)),
        record("b.png", size=(100, 200)),
        looked=looked,
    )
    assert found == [] == check()
    assert all(one.decoded for one in looked.values())


@pytest.mark.parametrize(
    "box, expected",
    [
        ((10, 20, 110, 220), {}),
        ((0, 0, 639, 470), {}),
        ((110, 20, 10, 220), {"box-swapped-corners": "10, 220] on 640x480: xmax is left of xmin"}),
        ((10, 220, 110, 20), {"box-swapped-corners": "ymax is above ymin"}),
        (
            (110, 220, 10, 20),
            {"box-swapped-corners": "xmax is left of xmin and ymax is above ymin"},
        ),
        ((10, 20, 10, 220), {"box-zero-area": "no width"}),
        ((10, 20, 110, 20), {"box-zero-area": "no height"}),
        ((0, 0, 0, 0), {"box-zero-area": "no width and no height"}),
        ((700, 20, 800, 220), {"box-outside-image": "wholly outside"}),
        ((640, 20, 800, 220), {"box-outside-image": "wholly outside"}),
        ((10, -50, 110, 0), {"box-outside-image": "wholly outside"}),
        ((-3, 20, 110, 220), {"box-beyond-border": "3 px beyond the left border"}),
        ((10, 20, 642.5, 220), {"box-beyond-border": "2.5 px beyond the right border"}),
        (
            (10, -1, 110, 483),
            {"box-beyond-border": "1 px beyond the upper border and 3 px beyond the lower border"},
        ),
        (
            (-9, -9, 700, 500),
            {
                "box-beyond-border": "9 px beyond the left border and 9 px beyond the up",
                "box-covers-image": "100 %",
            },
        ),
        ((0, 0, 640, 480), {"box-covers-image": "100 % of the image"}),
        ((0, 0, 640, 475.2), {"box-covers-image": "99 % of the image"}),
        ((0, 0, 640, 475.1), {}),
        ((10, 20, 18, 220), {"box-too-small": "3.75x125 px at 300x300"}),
        ((10, 20, 18.75, 220), {}),
        ((10, 20, 110, 26.5), {}),
        ((10, 20, 110, 26.25), {"box-too-small": "46.88x3.906 px at 300x300"}),
        (
            (635, 20, 900, 220),
            {
                "box-beyond-border": "260 px beyond the right",
                "box-too-small": "2.344x125 px at 300x300",
            },
        ),
    ],
)
def test_one_box(record, box, expected):
    found = check(record("a.jpg", PLAIN, ("dog",) + box, size=VGA))
    assert places(found) == [("a.jpg", 2, kind) for kind in expected]
    for one in found:
        assert one.message.startswith("object 2 (dog): box [")
        assert expected[one.code] in one.message and not one.message.endswith(".")


def test_the_message_stands_on_one_line_with_its_file(record):
    (found,) = check(record("a.jpg", PLAIN, ("cat", 120, 40, 80, 90), size=VGA))
    assert findings.as_text(found) == (
        "a.jpg: swapped corners: object 2 (cat): box [120, 40, 80, 90] on 640x480: "
        "xmax is left of xmin. Swap them back."
    )


NAN = float("nan")


@pytest.mark.parametrize("box", [(NAN,) * 4, (1, 2, NAN, 4), (1, 2, float("inf"), 4)])
def test_a_box_without_numbers_is_said_once(record, box):
    one = record("a.jpg", ("cat",) + box, PLAIN, size=VGA)
    assert places(check(one)) == [("a.jpg", 1, "box-invalid")]
    read = findings.Finding.of("box-invalid", "a.jpg", "object 1 (cat): expected four numbers", 1)
    assert validate.validate(Annotations([one], [read]), {}, min_boxes=0) == [read]


@pytest.mark.parametrize(
    "boxes, reading, objects",
    [
        # Two or more run backwards, and every box fits as x, y, width, height: all of them are.
        ([(300, 200, 100, 80), (400, 10, 50, 60)], "box-width-height-as-corners", [1, 2]),
        (
            [(300, 200, 100, 80), (400, 10, 50, 60), (10, 10, 90, 70)],
            "box-width-height-as-corners",
            [1, 2, 3],
        ),
        ([(540, 400, 100, 80), (400, 10, 50, 60)], "box-width-height-as-corners", [1, 2]),
        # A box without numbers says nothing about the others.
        (
            [(300, 200, 100, 80), (400, 10, 50, 60), (NAN,) * 4],
            "box-width-height-as-corners",
            [1, 2],
        ),
        # One box of the set does not fit so.
        (
            [(300, 200, 100, 80), (400, 10, 50, 60), (400, 300, 500, 400)],
            "box-swapped-corners",
            [1, 2],
        ),
        ([(541, 400, 100, 80), (400, 10, 50, 60)], "box-swapped-corners", [1, 2]),
        ([(300, 200, -10, 80), (400, 10, 50, 60)], "box-swapped-corners", [1, 2]),
        ([(300, 200, 100, 80), (400, 300, 500, 400)], "box-swapped-corners", [1]),
        # One alone, with no other box against it, may be either.
        ([(300, 200, 100, 80)], "box-ambiguous-corners", [1]),
        ([(300, 200, 100, 80), (10, 10, 90, 70)], "box-ambiguous-corners", [1]),
        # Four that run backwards and all fit are no chance: half of the set may be so.
        (
            [
                (300, 200, 100, 80),
                (400, 10, 50, 60),
                (301, 200, 99, 80),
                (402, 10, 50, 60),
                (400, 300, 500, 400),
            ],
            "box-ambiguous-corners",
            [1, 2, 3, 4],
        ),
        (
            [
                (300, 200, 100, 80),
                (400, 10, 50, 60),
                (301, 200, 99, 80),
                (602, 10, 50, 60),
                (400, 300, 500, 400),
            ],
            "box-swapped-corners",
            [1, 2, 3, 4],
        ),
        ([(10, 10, 90, 70), (400, 300, 500, 400)], None, []),
    ],
)
def test_how_boxes_that_run_backwards_are_read(record, boxes, reading, objects):
    numbers = len(boxes) * (not np.isnan(boxes).all(axis=1).any())
    on_one = check(record("a.jpg", *[("cat",) + box for box in boxes], size=VGA))
    on_many = check(
        *[record(f"{i}.jpg", ("cat",) + box, size=VGA) for i, box in enumerate(boxes, 1)]
    )
    for found in (on_one, on_many):
        found = [one for one in found if one.code not in ("box-invalid", "box-beyond-border")]
        assert {one.code for one in found} == ({reading} if reading else set())
        whole = [one for one in found if not one.path]
        assert len(whole) == (reading == "box-width-height-as-corners")
        assert not (whole and numbers) or f"of {numbers} boxes" in whole[0].message
    assert [one.object for one in on_one if one.code == reading and one.path] == objects
    assert [one.path for one in on_many if one.code == reading and one.path] == [
        f"{number}.jpg" for number in objects
    ]


def test_width_and_height_are_judged_as_the_boxes_they_mean(record):
    found = check(
        record(
            "a.jpg",
            ("cat", 300, 200, 100, 0),
            ("cat", 400, 10, 50, 5),
            ("cat", 0, 0, 640, 480),
            size=VGA,
        )
    )
    kinds = [(one.object, one.code) for one in found if one.code != "box-width-height-as-corners"]
    assert kinds == [(1, "box-zero-area"), (2, "box-too-small"), (3, "box-covers-image")]


CAT, DOG, NEAR = ("cat", 10, 20, 110, 220), ("dog", 10, 20, 110, 220), ("cat", 10, 20, 110, 221)
TWICE, TWO = "box-duplicate", "box-conflicting-classes"


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([CAT, NEAR], []),
        ([CAT, CAT], [(2, TWICE, "object 1 (cat)")]),
        ([CAT, CAT, CAT], [(2, TWICE, "object 1 (cat)"), (3, TWICE, "object 1 (cat)")]),
        ([CAT, DOG], [(2, TWO, "object 1 (cat)")]),
        (
            [CAT, DOG, CAT, DOG],
            [
                (2, TWO, "object 1 (cat)"),
                (3, TWICE, "object 1 (cat)"),
                (4, TWICE, "object 2 (dog)"),
            ],
        ),
        ([CAT, DOG, ("emu",) + CAT[1:]], [(2, TWO, "object 1 (cat)"), (3, TWO, "object 1 (cat)")]),
        (
            [CAT, NEAR, DOG, PLAIN, PLAIN],
            [(3, TWO, "object 1 (cat)"), (5, TWICE, "object 4 (cat)")],
        ),
        ([("cat", -0.0, 20, 110, 220), ("cat", 0, 20, 110, 220)], [(2, TWICE, "object 1")]),
        ([("cat", 0, 0, 0, 0)] * 2, [(1, "box-zero-area", ""), (2, "box-zero-area", "")]),
    ],
)
def test_one_box_on_another(record, rows, expected):
    found = check(record("a.jpg", *rows, size=VGA), record("b.jpg", CAT, size=VGA))
    assert [(one.object, one.code) for one in found] == [
        (number, kind) for number, kind, _ in expected
    ]
    assert all(said in one.message for one, (_, _, said) in zip(found, expected))


@pytest.mark.parametrize(
    "boxes, cut",
    [
        ([(0, 20, 50, 60), (600, 20, 640, 60), (30, 1, 90, 60)], True),
        ([(0, 20, 50, 60), (600, 20, 639, 60), (30, 20, 90, 479)], True),
        ([(0, 20, 50, 60), (600, 20, 638.5, 60), (30, 1, 90, 60)], False),
        ([(0, 20, 50, 60), (600, 20, 640, 60), (30, 1.5, 90, 60)], False),
        ([(0, 20, 50, 60), (600, 20, 640, 60)], False),
        ([(0, 20, 50, 60)], False),
    ],
)
def test_every_box_touches_the_border(record, boxes, cut):
    rows = [("cat",) + box for box in boxes]
    found = check(record("a.jpg", *rows, size=VGA), record("b.jpg", PLAIN, size=VGA))
    assert places(found) == [("a.jpg", None, "image-all-boxes-truncated")] * cut


@pytest.mark.parametrize(
    "image_size, size, small",
    [
        (300, (600, 600), False),
        (299, (600, 600), True),
        (150, (300, 200), False),
        (150, (301, 200), True),
        (150, (200, 301), True),
        (640, (1280, 1280), False),
    ],
)
def test_how_small_depends_on_both_sizes(record, image_size, size, small):
    found = check(record("a.jpg", ("cat", 100, 100, 108, 108), size=size), image_size=image_size)
    assert [one.code for one in found] == ["box-too-small"] * small


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-5, 25)] * 4), max_size=12))
def test_all_boxes_at_once_say_what_one_by_one_would(boxes):
    """Against the plain rules, one box a time; boxes run forwards, so that none hangs on others."""
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in boxes]
    records = [
        ImageRecord("a.jpg", 20, 16, LabeledBoxes.from_rows(("cat", box) for box in boxes[:5])),
        ImageRecord("b.jpg", 20, 16, LabeledBoxes.from_rows(("cat", box) for box in boxes[5:])),
    ]
    expected = []
    for number, (left, top, right, bottom) in enumerate(boxes):
        path, number = ("a.jpg", number + 1) if number < 5 else ("b.jpg", number - 4)
        if left == right or top == bottom:
            expected.append((path, number, "box-zero-area"))
        elif right <= 0 or bottom <= 0 or left >= 20 or top >= 16:
            expected.append((path, number, "box-outside-image"))
        elif left < 0 or top < 0 or right > 20 or bottom > 16:
            expected.append((path, number, "box-beyond-border"))
    found = findings.errors_among(check(*records, image_size=1000))
    assert places(found) == expected


@pytest.mark.parametrize(
    "names, expected",
    [
        (["cat", "dog"], []),
        (["cat", "Cat"], ["'Cat', 'cat'"]),
        (
            ["red panda", "red  panda", "red_panda", "Red-Panda"],
            ["'Red-Panda', 'red  panda', 'red panda', 'red_panda'"],
        ),
        (["red_panda", "red", "panda"], []),
        (["Dog", "dog", "DOG", "cat", "CAT"], ["'CAT', 'cat'", "'DOG', 'Dog', 'dog'"]),
        (["Straße", "STRASSE"], ["'STRASSE', 'Straße'"]),
    ],
)
def test_class_names_alike(record, names, expected):
    rows = [(name, 10 * i, 10, 10 * i + 90, 90) for i, name in enumerate(names)]
    found = check(record("a.jpg", *rows, size=VGA))
    assert places(found) == [("", None, "class-similar-names")] * len(expected)
    assert [one.message for one in found] == [
        f"{names} differ only by case, blanks, hyphens or underscores" for names in expected
    ]


@pytest.mark.parametrize(
    "name, kind, said",
    [
        ("cat", None, ""),
        ("red panda", None, ""),
        ("", "class-missing", "object 2: the class name is blank"),
        (" \n", "class-missing", "blank"),
        (
            " cat",
            "class-padded-name",
            "object 2: blanks around or line breaks in the class name ' cat'",
        ),
        ("cat\t", "class-padded-name", r"'cat\t'"),
        ("\n  cat\n", "class-padded-name", r"'\n  cat\n'"),
        ("red\npanda", "class-padded-name", r"'red\npanda'"),
        ("c\0ow", "class-padded-name", r"'c\x00ow'"),
    ],
)
def test_class_names_that_no_label_map_can_hold(record, name, kind, said):
    found = check(record("a.jpg", PLAIN, (name, 10, 20, 110, 220), size=VGA))
    assert places(found) == [("a.jpg", 2, kind)] * bool(kind)
    assert all(said in one.message and "\n" not in one.message for one in found)


def test_a_long_class_name_is_shortened(record):
    found = check(record("a.jpg", PLAIN, (" " + "very " * 100, 10, 20, 10, 220), size=VGA))
    assert [one.code for one in found] == ["box-zero-area", "class-padded-name"]
    assert all(len(one.message) < 200 for one in found)


def test_classes_outside_the_label_map(record):
    label_map = LabelMap.of(["cat", "dog"])
    blank = record("a.jpg", PLAIN, (" ", 10, 20, 110, 220), size=VGA)
    assert places(check(blank, label_map=label_map)) == [("a.jpg", 2, "class-missing")]
    records = [
        record("a.jpg", PLAIN, ("dgo", 10, 20, 110, 220), size=VGA),
        record("b.jpg", ("dog ", 10, 20, 110, 220), ("zebra", 10, 20, 90, 90), size=VGA),
    ]
    assert places(check(*records)) == [("b.jpg", 1, "class-padded-name")]
    found = check(*records, label_map=label_map)
    assert places(found) == [
        ("", None, "class-unknown"),
        ("a.jpg", 2, "class-unknown"),
        ("b.jpg", 1, "class-padded-name"),
        ("b.jpg", 2, "class-unknown"),
    ]
    assert [one.message for one in found if one.code == "class-unknown"] == [
        "classes that are not in the label map, with their boxes: 'dgo' (1), 'zebra' (1)",
        "object 2: the class 'dgo' is not in the label map; is it 'dog'",
        "object 2: the class 'zebra' is not in the label map",
    ]


def test_a_column_of_anything_but_classes(record):
    """A hundred names are listed, a thousand are counted; nor is it guessed what each should be."""
    rows = [(f"dog {number:04}", 10, number, 110, 400) for number in range(300)]
    found = check(record("a.jpg", *rows, size=VGA), label_map=LabelMap.of(["dog 0000", "cat"]))
    unknown = [one.message for one in found if one.code == "class-unknown"]
    assert len(unknown) == 300 and unknown[0].endswith("'dog 0100' (1), and 199 more")
    assert not any("is it" in message for message in unknown)


@pytest.mark.parametrize(
    "min_boxes, label_map, expected",
    [
        (0, None, []),
        (1, None, []),
        (2, None, ["1 box of the class 'dog', fewer than 2"]),
        (
            3,
            None,
            ["1 box of the class 'dog', fewer than 3", "2 boxes of the class 'cat', fewer than 3"],
        ),
        (
            2,
            ["cat", "dog", "emu"],
            ["0 boxes of the class 'emu', fewer than 2", "1 box of the class 'dog', fewer than 2"],
        ),
    ],
)
def test_classes_with_few_examples(record, min_boxes, label_map, expected):
    records = [
        record("a.jpg", PLAIN, ("dog", 9, 9, 99, 99), size=VGA),
        record("b.jpg", (" cat", 9, 9, 99, 99), size=VGA),
    ]
    found = check(*records, min_boxes=min_boxes, label_map=label_map and LabelMap.of(label_map))
    found = [one for one in found if one.code != "class-padded-name"]
    assert {(one.path, one.code) for one in found} <= {("", "class-few-examples")}
    assert [one.message for one in found] == expected


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
)
def test_the_size_that_boxes_were_drawn_on(record, declared, stored, orientation, expected):
    found = check(
        record("a.jpg", size=declared), looked={"a.jpg": look(stored, orientation=orientation)}
    )
    assert [one.code for one in found] == [kind for kind, _ in expected]
    assert all(said in one.message for one, (_, said) in zip(found, expected))
    if declared == (300, 300):
        assert "shape" not in found[0].message and "quarter" not in found[0].message


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
)
def test_what_is_in_an_image(record, path, kind, mode, expected):
    found = check(record(path), looked={path: look(kind=kind, mode=mode)})
    assert places(found) == ([(path, None, expected[0])] if expected else [])
    assert all(one.message.endswith(expected[1]) and one.severity == "warning" for one in found)


@pytest.mark.parametrize(
    "seen, kind, said",
    [
        (
            ImageProbe(None, "a.jpg: no such image. Put it there"),
            "image-unreadable",
            "no such image",
        ),
        (look(problem="a.jpg: image file is\ntruncated"), "image-corrupt", "file is truncated"),
        (look((8000, 5001)), "image-too-large", "8000x5001 are over 40 megapixels"),
        (look((8000, 5000)), None, ""),
    ],
)
def test_an_image_that_cannot_be_used(record, seen, kind, said):
    size = (seen.header.width, seen.header.height) if seen.header else VGA
    found = check(record("a.jpg", size=size), looked={"a.jpg": seen})
    assert [(one.code, one.severity) for one in found] == [(kind, "error")] * bool(kind)
    assert all(said in one.message for one in found)


def test_a_look_at_real_images(tmp_path, record):
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
    found = check(
        *[record(name, size=(200, 100)) for name in names],
        looked=image_probe.probe_images(names, tmp_path),
    )
    assert places(found) == [
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
        for one in found
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
)
def test_images_that_are_there_twice(record, seen, expected):
    looked = {name: look(digest=digest, dhash=dhash) for name, (digest, dhash) in zip("abc", seen)}
    found = check(*[record(name) for name in sorted(looked, reverse=True)], looked=looked)
    assert places(found) == [(name, None, kind) for name, (kind, _) in expected.items()]
    assert all(expected[one.path][1] in one.message for one in found)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 63), max_size=3)), max_size=30)
)
def test_partners_are_those_of_the_plain_search(changes):
    """Four images, copies of which differ in up to three bits each, so by up to six."""
    originals = [int(one) for one in np.random.RandomState(7).randint(0, 2**62, 4)]
    hashes = []
    for which, bits in changes:
        value = originals[which]
        for bit in bits:
            value ^= 1 << bit
        hashes.append(value)
    partners = near_duplicates.partners(np.array(hashes, np.uint64))
    for later, partner in enumerate(partners):
        near = [
            other for other in range(later) if bin(hashes[other] ^ hashes[later]).count("1") <= 3
        ]
        assert partner in near if near else partner == -1


def test_findings_of_the_reader_are_among_them_in_order(record):
    read = [
        findings.Finding.of("image-without-annotation", "c.jpg", "no XML mentions it"),
        findings.Finding.of("annotation-broken-file", "a.xml", "no XML"),
    ]
    one = record("b.jpg", ("cat", 5, 5, 5, 9), size=VGA)
    found = validate.validate(Annotations([one], read), {"b.jpg": look(VGA, "L")}, min_boxes=2)
    assert places(found) == [
        ("", None, "class-few-examples"),
        ("a.xml", None, "annotation-broken-file"),
        ("b.jpg", None, "image-grayscale"),
        ("b.jpg", 1, "box-zero-area"),
        ("c.jpg", None, "image-without-annotation"),
    ]
    assert [one.path for one in findings.errors_among(found)] == ["a.xml", "b.jpg"]
    assert len(read) == 2 and one.objects.boxes.tolist() == [[5, 5, 5, 9]]


def test_the_report_holds_every_finding(tmp_path, record):
    found = check(
        record("a.jpg", ("cat", 5, 5, 5, 9), size=VGA),
        min_boxes=1,
        looked={"a.jpg": look((300, 200))},
    )
    rows = json.loads(write_json(tmp_path / "findings.json", findings.as_dicts(found)).read_text())
    assert rows == [dict(one._asdict(), title=one.title) for one in found] and len(rows) == 2
    assert sorted(rows[0]) == ["code", "message", "object", "path", "remedy", "severity", "title"]
    assert [row["object"] for row in findings.as_rows(found)] == ["", 1]


def test_real_photos_have_only_findings_that_are_true(raccoon):
    annotations = voc.read(raccoon / "annotations", raccoon / "images")
    names = [one.path for one in annotations.records]
    found = validate.validate(annotations, image_probe.probe_images(names, raccoon / "images"))
    by_content = {}
    for name in names:
        digest = hashlib.md5((raccoon / "images" / name).read_bytes()).hexdigest()
        by_content.setdefault(digest, []).append(name)
    copies = [name for same in by_content.values() for name in same[1:]]
    assert len(copies) == 4
    # Seen by eye: one photo in other colours, cut otherwise, with a caption, and a moment later.
    twins = {"raccoon-45.jpg", "raccoon-52.jpg", "raccoon-85.jpg", "raccoon-199.jpg"}
    by_kind = {}
    for one in found:
        by_kind.setdefault(one.code, []).append(one.path)
    near = by_kind.pop("image-near-duplicate")
    assert by_kind == {
        "image-grayscale": ["raccoon-150.jpg", "raccoon-152.jpg", "raccoon-161.jpg"],
        "image-duplicate": sorted(copies),
    }
    assert "raccoon-52.jpg" in near and twins.issuperset(near)
    assert not findings.errors_among(found)
