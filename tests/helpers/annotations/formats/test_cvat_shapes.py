"""The boxes around CVAT's shapes, and the elements that objects are written as."""

from xml.etree import ElementTree

import numpy as np
import pytest

from helpers.annotations.formats import cvat_shapes

CORNERS = 'xtl="1" ytl="2" xbr="20" ybr="25"'
CUBOID = " ".join(
    f'x{corner}{face}="{x + face}" y{corner}{face}="{y}"'
    for face in (1, 2)
    for corner, x, y in (("tl", 0, 2), ("bl", 0, 25), ("tr", 18, 2), ("br", 18, 25))
)
SKELETON = (
    '<points label="head" outside="0" points="1,2"/><points label="tail" points="20,25"/>'
    '<points label="ear" outside="1" points="0,0"/>'
)


def obj(text):
    return cvat_shapes.object_of(ElementTree.fromstring(text))


@pytest.mark.parametrize(
    "text, box, code",
    [
        (f"<box {CORNERS}/>", [1, 2, 20, 25], None),
        (f'<box {CORNERS} rotation="0.0"/>', [1, 2, 20, 25], None),
        (f'<box {CORNERS} rotation="360"/>', [1, 2, 20, 25], None),
        (f'<box {CORNERS} rotation="90"/>', [-1, 4, 22, 23], "box-rotated"),
        (f'<box {CORNERS} rotation="180"/>', [1, 2, 20, 25], "box-rotated"),
        ('<polygon points="1,2;20.0,9;5,25"/>', [1, 2, 20, 25], "box-from-shape"),
        ('<polyline points="1,25;20,2"/>', [1, 2, 20, 25], "box-from-shape"),
        ('<points points="3,4"/>', [3, 4, 3, 4], "box-from-shape"),
        ('<ellipse cx="10" cy="20" rx="3" ry="4"/>', [7, 16, 13, 24], "box-from-shape"),
        (
            '<ellipse cx="10" cy="20" rx="3" ry="4" rotation="90"/>',
            [6, 17, 14, 23],
            "box-from-shape",
        ),
        (
            '<mask rle="3,4" left="1" top="2" width="19" height="23"/>',
            [1, 2, 20, 25],
            "box-from-shape",
        ),
        (f"<cuboid {CUBOID}/>", [1, 2, 20, 25], "box-from-shape"),
        (f"<skeleton>{SKELETON}</skeleton>", [1, 2, 20, 25], "box-from-shape"),
    ],
    ids=str,
)
def test_the_box_is_around_the_shape(text, box, code):
    found = obj(text)
    np.testing.assert_allclose(found.box, box, atol=1e-9)
    assert [code for code, _ in found.notes] == ([code] if code else [])


@pytest.mark.parametrize(
    "text",
    [
        '<box xtl="1" ytl="2" xbr="20"/>',
        '<box xtl="1" ytl="2" xbr="20" ybr="far" rotation="3"/>',
        '<polygon points="1,2;3"/>',
        '<polygon points=""/>',
        "<polygon/>",
        '<ellipse cx="1" cy="2" rx="3"/>',
        '<mask left="1"/>',
        "<cuboid/>",
        "<skeleton/>",
        '<skeleton><points points="1"/></skeleton>',
    ],
    ids=str,
)
def test_a_shape_without_its_numbers_is_a_finding(text):
    found = obj(text)
    assert np.isnan(found.box).all()
    assert [code for code, _ in found.notes] == ["box-invalid"]


def test_attributes_called_truncated_and_difficult_are_flags():
    found = obj(
        f'<box label="cat" {CORNERS}><attribute name="Difficult">true</attribute>'
        '<attribute name="truncated">false</attribute></box>'
    )
    assert (found.label, found.flags) == ("cat", {"difficult"})


@pytest.mark.parametrize(
    "value, flags", [("1", {"occluded"}), ("0", set())], ids=["occluded", "in full view"]
)
def test_occluded_is_a_flag(value, flags):
    found = obj(f'<box label="cat" occluded="{value}" {CORNERS}/>')
    assert found.flags == flags


def test_a_track_gives_its_label():
    assert cvat_shapes.object_of(ElementTree.fromstring("<box/>"), "dog").label == "dog"


TRACKED = f'<box frame="3" keyframe="1" outside="0" occluded="1" {CORNERS} />'


@pytest.mark.parametrize(
    "stored, box, attributes",
    [
        (None, [1, 2, 20, 25], {"occluded": "0", "xbr": "20", "z_order": "0"}),
        (TRACKED, [1, 2, 20, 25], {"occluded": "1", "xbr": "20", "frame": None, "keyframe": None}),
        (TRACKED, [1, 2, 21, 25], {"occluded": "1", "xbr": "21", "frame": None, "outside": None}),
        (f'<box {CORNERS} rotation="9" />', [1, 2, 20, 25], {"rotation": None, "xbr": "20"}),
    ],
    ids=["new", "kept", "changed", "no longer rotated"],
)
def test_an_object_is_written_as_it_was_or_as_a_box(stored, box, attributes):
    element = cvat_shapes.written("cat", box, {"occluded": bool(stored)}, stored)
    assert element.tag == "box" and element.get("label") == "cat"
    assert {name: element.get(name) for name in attributes} == attributes
    assert cvat_shapes.box_of(element) == (box, [])


@pytest.mark.parametrize("wanted", [True, False])
def test_flags_are_written_as_attributes(wanted):
    stored = f'<box {CORNERS}><attribute name="difficult">true</attribute></box>'
    element = cvat_shapes.written("cat", [1, 2, 20, 25], {"difficult": wanted}, stored)
    assert ("difficult" in cvat_shapes.object_of(element).flags) is wanted
    bare = cvat_shapes.written("cat", [1, 2, 20, 25], {"difficult": wanted}, None)
    assert ("difficult" in cvat_shapes.object_of(bare).flags) is wanted
    assert len(bare) == int(wanted)
