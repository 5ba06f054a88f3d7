"""The boxes around Label Studio's regions, in percent and about their own corner."""

import numpy as np
import pytest

from helpers.annotations.formats import label_studio_regions

SIZE = (200, 100)
PERCENT = {"x": 10, "y": 20, "width": 30, "height": 40}
BOX = [20, 20, 80, 60]


def result(kind, own="r", **value):
    return {"id": own, "type": kind, "value": value}


def rectangle(own="r", **more):
    return result("rectanglelabels", own, **{**PERCENT, "rectanglelabels": ["cat"], **more})


def objects(*results):
    regions = label_studio_regions.regions_of(results)
    return [label_studio_regions.object_of(region, SIZE) for region in regions]


@pytest.mark.parametrize(
    "drawn, box, code",
    [
        (rectangle(), BOX, None),
        (rectangle(rotation=0), BOX, None),
        (rectangle(rotation=360), BOX, None),
        (rectangle(rotation=90), [-20, 20, 20, 80], "box-rotated"),
        (rectangle(rotation=180), [-40, -20, 20, 20], "box-rotated"),
        (rectangle(rotation=-90), [20, -40, 60, 20], "box-rotated"),
        (
            rectangle(rotation=30),
            [0, 20, 20 + 60 * 3**0.5 / 2, 20 + 30 + 40 * 3**0.5 / 2],
            "box-rotated",
        ),
        (result("rectangle", **PERCENT), BOX, None),
        (result("polygonlabels", points=[[10, 20], [40, 30], [15, 60]]), BOX, "box-from-shape"),
        (result("ellipselabels", x=25, y=40, radiusX=15, radiusY=20), BOX, "box-from-shape"),
        (
            result("ellipselabels", x=25, y=40, radiusX=15, radiusY=20, rotation=90),
            [30, 10, 70, 70],
            "box-from-shape",
        ),
        (result("keypointlabels", x=10, y=20, width=1), [20, 20, 20, 20], "box-from-shape"),
    ],
    ids=str,
)
def test_the_box_is_around_what_was_drawn(drawn, box, code):
    (found,) = objects(drawn)
    np.testing.assert_allclose(found.box, box, atol=1e-9)
    assert [code for code, _ in found.notes] == ([code] if code else [])


@pytest.mark.parametrize(
    "drawn",
    [
        rectangle(height=None),
        rectangle(x="left", rotation=9),
        result("polygonlabels", points=[[1, 2], [3]]),
        result("polygonlabels"),
        result("ellipselabels", x=1, y=2, radiusX=3),
        result("keypointlabels", x=1),
        result("brushlabels", format="rle", rle=[1, 2]),
        dict(rectangle(), image_rotation=90),
    ],
    ids=["height", "text", "point", "points", "radius", "y", "brush", "image turned"],
)
def test_a_region_without_its_numbers_is_a_finding(drawn):
    (found,) = objects(drawn)
    assert np.isnan(found.box).all()
    assert [code for code, _ in found.notes] == ["box-invalid"]


@pytest.mark.parametrize(
    "results, labels",
    [
        ([rectangle()], ["cat"]),
        ([rectangle(rectanglelabels=["cat", "cat"])], ["cat"]),
        ([rectangle(rectanglelabels=[])], [""]),
        ([result("rectangle", **PERCENT), result("labels", **PERCENT, labels=["dog"])], ["dog"]),
        ([rectangle(), result("textarea", **PERCENT, text=["lazy"])], ["cat"]),
        ([rectangle(), rectangle("s", rectanglelabels=["dog"])], ["cat", "dog"]),
        ([rectangle(None), rectangle(None)], ["cat", "cat"]),
        ([rectangle(), {"type": "choices", "value": {"choices": ["blurred"]}}], ["cat"]),
        ([rectangle(rectanglelabels=["cat", "dog"])], ["cat, dog"]),
    ],
    ids=["one", "twice", "none", "apart", "text", "two", "no ids", "choice", "several"],
)
def test_results_of_one_id_are_one_object_with_its_labels(results, labels):
    found = objects(*results)
    assert [one.label for one in found] == labels
    assert ("class-unknown" in [code for code, _ in found[0].notes]) == ("," in labels[0])


@pytest.mark.parametrize(
    "stored, kept",
    [
        ([rectangle(rotation=180)], False),
        ([rectangle()], True),
        ([label_studio_regions.of_short({**PERCENT, "rectanglelabels": ["cat"]})], False),
        (None, False),
    ],
    ids=["rotated before", "same", "short form", "new"],
)
def test_a_region_is_written_as_it_was_or_as_a_rectangle(stored, kept):
    written = label_studio_regions.written("cat", BOX, SIZE, stored, iter(["new"]))
    assert (written == stored) is kept
    (again,) = objects(*written)
    assert (again.label, list(again.box), again.notes) == ("cat", BOX, [])
    assert written[0]["id"] == ("r" if stored and "id" in stored[0] else "new")
