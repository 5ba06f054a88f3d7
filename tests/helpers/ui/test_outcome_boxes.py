"""Found, missed and spurious boxes: what each is at a threshold, and colours all can tell apart."""

import itertools

import numpy as np
import pytest
from detection_results import one_image, truth
from matplotlib.colors import to_rgb
from PIL import Image

from helpers.evaluation.matching import match
from helpers.ui.outcome_boxes import COLOURS, CROWD, FOUND, MISSED, SPURIOUS, outcome_boxes, to_draw

CAT, DOG, MANY, NOWHERE = [0, 0, 20, 20], [50, 50, 90, 90], [100, 0, 180, 80], [200, 200, 260, 260]
RESULTS = one_image(
    truth(("cat", CAT), ("dog", DOG), ("cat", MANY), crowds=[2]),
    (CAT, "cat", 0.9),
    (NOWHERE, "dog", 0.6),
    (MANY, "cat", 0.8),
)
# How the two most common kinds of colour blindness see linear RGB, entirely: Machado, Oliveira and
# Fernandes, "A physiologically-based model for simulation of color vision deficiency" (2009).
PROTANOPIA = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]
DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]


def boxes():
    return outcome_boxes(RESULTS, match(RESULTS), 0)


@pytest.mark.parametrize(
    "threshold, kinds",
    [
        (0.5, [FOUND, MISSED, CROWD, FOUND, SPURIOUS, CROWD]),
        (0.7, [FOUND, MISSED, CROWD, FOUND, None, CROWD]),
        (0.95, [MISSED, MISSED, CROWD, None, None, None]),
    ],
    ids=["all", "without the spurious", "none"],
)
def test_what_a_box_is_depends_on_the_threshold(threshold, kinds):
    assert [one.kind_at(threshold) for one in boxes()] == kinds


def test_a_box_says_whose_it_is():
    assert [(one.label, one.score is None) for one in boxes()] == [
        ("cat", True),
        ("dog", True),
        ("cat", True),
        ("cat", False),
        ("dog", False),
        ("cat", False),
    ]
    assert [one.box.tolist() for one in boxes()] == [CAT, DOG, MANY, CAT, NOWHERE, MANY]


def test_errors_are_drawn_last_on_a_dark_line_at_the_size_of_the_thumbnail():
    image = Image.new("RGB", (320, 240))
    drawn = to_draw(boxes(), 0.5, image, 640)
    coloured = [one for one in drawn if one.colour in COLOURS.values()]
    assert [one.colour for one in coloured] == [
        COLOURS[kind] for kind in (CROWD, CROWD, FOUND, FOUND, MISSED, SPURIOUS)
    ]
    assert [one.text for one in coloured] == ["cat", "cat 0.80", "", "cat 0.90", "dog", "dog 0.60"]
    assert [one.dashed for one in coloured] == [True, False, True, False, True, False]
    np.testing.assert_allclose(coloured[-1].box, np.array(NOWHERE) / 2)
    wide = [one for one in drawn if one.colour not in COLOURS.values()]
    assert len(wide) == 4 and {one.line_width for one in wide} == {5}


def test_a_box_never_leaves_its_image():
    made = one_image(truth(("cat", [0, 0, 640, 480])), ([0, 0, 640, 480], "cat", 0.9))
    image = Image.new("RGB", (213, 160))
    for one in to_draw(outcome_boxes(made, match(made), 0), 0.5, image, 640):
        assert (one.box >= 0).all() and (one.box <= [213, 160, 213, 160]).all()


def seen(colour, blindness):
    """CIE L*a*b* of an sRGB colour as somebody with that colour blindness sees it."""
    values = np.array(to_rgb(colour))
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(blindness) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ linear / (0.9505, 1.0, 1.089)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(
    "blindness", [np.eye(3), PROTANOPIA, DEUTERANOPIA], ids=["none", "protanopia", "deuteranopia"]
)
def test_the_three_colours_can_be_told_apart(blindness):
    three = [seen(COLOURS[kind], blindness) for kind in (FOUND, MISSED, SPURIOUS)]
    for first, second in itertools.combinations(three, 2):
        assert np.linalg.norm(first - second) > 30
