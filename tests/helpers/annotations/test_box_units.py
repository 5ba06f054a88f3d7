"""Boxes of a source are pixels or relative, all of them."""

import numpy as np
import pytest
from builders import codes, plain, record, rows_of

from helpers.annotations import box_units

HALF = ("cat", 0.25, 0.2, 0.75, 0.8)
WHOLE = ("dog", 0, 0, 1, 1)
PIXELS = ("cat", 3, 4, 30, 20)
NAN = float("nan")


@pytest.mark.parametrize(
    "rows, read, finding_codes",
    [
        pytest.param([], [], [], id="no objects"),
        pytest.param([PIXELS], [PIXELS], [], id="pixels"),
        pytest.param(
            [HALF], [("cat", 10, 6, 30, 24)], ["annotation-relative-boxes"], id="relative"
        ),
        pytest.param(
            [HALF, WHOLE, ("cat", NAN, 0, 1, 1)],
            [("cat", 10, 6, 30, 24), ("dog", 0, 0, 40, 30), ("cat", NAN, 0, 40, 30)],
            ["annotation-relative-boxes"],
            id="relative, one without numbers",
        ),
        pytest.param([WHOLE], [WHOLE], [], id="one pixel"),
        pytest.param([("cat", 1.5, 1.5, 2, 2)], [("cat", 1.5, 1.5, 2, 2)], [], id="beyond 1"),
        pytest.param([HALF, PIXELS], [HALF, PIXELS], [], id="both on one image"),
    ],
)
def test_boxes_come_in_pixels(rows, read, finding_codes):
    given = [record("a.jpg", *rows)]
    before = plain(given)
    (actual,), findings = box_units.in_pixels("ann", given)
    assert plain(given) == pytest.approx(before, nan_ok=True) or not rows or "nan" in str(before)
    assert [row[0] for row in rows_of(actual)] == [row[0] for row in read]
    expected = np.array([row[1:] for row in read], np.float32).reshape(-1, 4)
    np.testing.assert_allclose(actual.objects.boxes, expected, rtol=1e-6)
    assert codes(findings) == [(code, "ann", None) for code in finding_codes]


def test_one_box_in_pixels_decides_for_the_whole_source():
    records = [record("a.jpg", HALF, WHOLE), record("b.jpg", PIXELS), record("c.jpg")]
    before = plain(records)
    actual, findings = box_units.in_pixels("ann", records)
    assert plain(actual) == before
    assert codes(findings) == [("box-relative", "a.jpg", 1)]


def test_a_few_relative_boxes_may_leave_their_image():
    boxes = np.array([[0.1, 0.1, 0.2, 0.3]] * 19 + [[0.5, 0.5, 1.2, 0.9]])
    assert box_units.are_relative(boxes)
    assert not box_units.are_relative(boxes[-2:])
    assert not box_units.are_relative(np.append(boxes, [[3, 4, 30, 20]], axis=0))
