"""The box of one YOLO line in each layout, worked out by hand."""

import pytest

from helpers.annotations.formats import yolo_layout
from helpers.annotations.formats.yolo_layout import Layout
from helpers.structures.errors import BadInput

BOX = [100, 60, 300, 180]  # on 400x200, as every line of the table says
FOUR = [0.5, 0.6, 0.5, 0.6]
OUTLINE = [0.25, 0.3, 0.75, 0.5, 0.5, 0.9]
TURNED = [0.5, 0.3, 0.75, 0.5, 0.5, 0.9, 0.25, 0.7]


@pytest.mark.parametrize(
    "name, pixels, values",
    [
        pytest.param("detect", False, FOUR, id="detect"),
        pytest.param("confidence", False, FOUR + [0.9], id="confidence"),
        pytest.param("track", False, FOUR + [7], id="track"),
        pytest.param("track", False, FOUR + [0.9, 7], id="track with confidence"),
        pytest.param("pose2", False, FOUR + [0.5, 0.5], id="one keypoint"),
        pytest.param("pose3", False, FOUR + [0.5, 0.5, 2, 0.6, 0.6, 1], id="two keypoints seen"),
        pytest.param("corners", False, [0.25, 0.3, 0.75, 0.9], id="corners"),
        pytest.param("xywh", False, [0.25, 0.3, 0.5, 0.6], id="left, top, width, height"),
        pytest.param("segment", False, OUTLINE, id="outline"),
        pytest.param("segment", False, FOUR, id="box among outlines"),
        pytest.param("segment-confidence", False, OUTLINE + [0.1], id="outline, confidence"),
        pytest.param("segment-track", False, OUTLINE + [9], id="outline, track"),
        pytest.param("segment-track", False, OUTLINE + [0.1, 9], id="outline, confidence, track"),
        pytest.param("obb", False, TURNED, id="turned box"),
        pytest.param("obb", False, TURNED + [0.1], id="turned box, confidence"),
        pytest.param("obb", False, TURNED + [0.1, 9], id="turned box, confidence, track"),
        pytest.param("detect", True, [200, 120, 200, 120], id="pixels"),
        pytest.param("corners", True, BOX, id="corners in pixels"),
        pytest.param("xywh", True, [100, 60, 200, 120], id="left, top in pixels"),
        pytest.param("segment", True, [100, 60, 300, 100, 200, 180], id="outline in pixels"),
    ],
)
def test_the_box_of_a_line(name, pixels, values):
    layout = yolo_layout.named(name)._replace(pixels=pixels)
    assert layout.box_of(values, (400, 200)) == pytest.approx(BOX)
    assert name in layout.as_text() and ("pixels" in layout.as_text()) == pixels


@pytest.mark.parametrize(
    "layout, values",
    [
        pytest.param(Layout(), None, id="no numbers"),
        pytest.param(Layout(), FOUR[:3], id="three numbers"),
        pytest.param(Layout(), OUTLINE, id="outline as a box"),
        pytest.param(Layout("confidence"), OUTLINE, id="outline as a confidence"),
        pytest.param(Layout("segment"), OUTLINE + [0.1], id="odd outline"),
        pytest.param(Layout("segment-confidence"), OUTLINE, id="even outline with a confidence"),
        pytest.param(Layout("segment-track"), OUTLINE, id="two points and a track"),
        pytest.param(Layout("obb"), OUTLINE, id="three corners"),
        pytest.param(Layout("pose3"), OUTLINE, id="two numbers a keypoint"),
        pytest.param(Layout("pose2", counts=frozenset([12])), OUTLINE, id="another length"),
    ],
)
def test_a_line_that_does_not_fit_has_no_box(layout, values):
    assert layout.box_of(values, (400, 200)) is None


@pytest.mark.parametrize("name", yolo_layout.LAYOUTS)
def test_only_layouts_that_every_program_knows_are_usual(name):
    layout = yolo_layout.named(name)
    assert layout.is_usual == (name in ("detect", "segment", "obb"))
    assert not layout._replace(pixels=True).is_usual


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="'box'.*detect, confidence.*obb"):
        yolo_layout.named("box")
