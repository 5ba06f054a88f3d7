"""The summary: true counts, and boxes at the size in which the detector sees them."""

import re

import numpy as np
import pytest

from helpers.pipeline_config import anchors, pipeline
from helpers.structures.findings import KINDS, Finding
from helpers.ui import dataset_summary

CONFIG = pipeline.parse("""model { ssd { num_classes: 1
    image_resizer { fixed_shape_resizer { width: 100 height: 200 } }
    anchor_generator { ssd_anchor_generator { num_layers: 2 aspect_ratios: 1.0 } } } }""")


def tiles(shown):
    return dict(
        (name, number)
        for number, name in re.findall(
            r"font-weight:600[^>]*>([\d,]+)</div><div>(\w+)</div>", shown.data
        )
    )


@pytest.mark.parametrize(
    "rows, problems, expected, notes",
    [
        ([], [], [0, 0, 0, 0, 0], ["0 of [^<]* box", r"0\.0 an image"]),
        (
            [[("cat", 1, 1, 9, 9), ("dog", 1, 1, 9, 9)], [], [("cat", 1, 1, 9, 9)]],
            ["box-zero-area", "image-grayscale", "image-grayscale"],
            [3, 3, 2, 1, 2],
            ["1 of [^<]* box", r"1\.0 an image", "cat, dog"],
        ),
    ],
    ids=["empty", "some"],
)
def test_counts_at_a_glance(record, rows, problems, expected, notes):
    records = [record(f"{number}.jpg", *row) for number, row in enumerate(rows)]
    shown = dataset_summary.glance(records, [Finding.of(kind, "0.jpg", "m") for kind in problems])
    assert list(tiles(shown)) == ["images", "boxes", "classes", "errors", "warnings"]
    assert list(tiles(shown).values()) == [str(number) for number in expected]
    assert [note for note in notes if not re.search(f">{note}<", shown.data)] == []
    assert re.findall(r">(\d+) &times; ([\w ]+)<", shown.data) == [
        (str(problems.count(kind)), KINDS[kind].title) for kind in dict.fromkeys(problems)
    ]


def test_errors_stand_before_warnings():
    codes = ["image-grayscale", "box-zero-area", "class-few-examples", "box-invalid", "box-invalid"]
    shown = dataset_summary.glance([], [Finding.of(code, "a.jpg", "m") for code in codes])
    assert re.findall(r"&times; ([\w ]+)<", shown.data) == [
        KINDS[code].title
        for code in ["box-zero-area", "box-invalid", "class-few-examples", "image-grayscale"]
    ]


@pytest.mark.parametrize("count, tail", [(6, ""), (7, " ...")], ids=["all shown", "cut"])
def test_many_classes_are_not_all_spelled_out(record, count, tail):
    names = [f"<{number}>" for number in range(count)]
    shown = dataset_summary.glance(
        [record("a.jpg", *[(name, 1, 1, 9, 9) for name in names])], []
    ).data
    assert ", ".join(f"&lt;{number}&gt;" for number in range(6)) + tail + "<" in shown


@pytest.mark.parametrize(
    "rows, expected",
    [
        ([], {}),
        ([("cat", 10, 10, 30, 20)], {"cat": [[50, 66.6667]]}),  # 40x30 becomes 100x200
        (
            [("cat", 0, 0, 4, 3), ("dog", 0, 0, 40, 30), ("cat", 0, 0, 8, 3)],
            {"cat": [[10, 20], [20, 20]], "dog": [[100, 200]]},
        ),
        ([("cat", 9, 9, 9, 20), ("cat", 9, 9, 2, 20), ("cat",) + (float("nan"),) * 4], {}),
    ],
    ids=["none", "one-box", "two-classes", "invalid"],
)
def test_boxes_are_measured_as_the_detector_sees_them(record, rows, expected):
    shapes = dataset_summary.box_sizes([record("a.jpg", *rows), record("b.jpg")], (100, 200))
    assert list(shapes) == list(expected)
    for name in expected:
        np.testing.assert_allclose(shapes[name], expected[name], rtol=1e-5)


@pytest.mark.parametrize(
    "rows, matched",
    [
        ([], "0 of 0"),
        # The anchors are squares of 10 to 97 pixels; 8x6 of 40x30 is 20x40 of 100x200.
        ([("cat", 0, 0, 8, 3), ("dog", 0, 0, 40, 1)], "1 of 2"),
        ([("cat", 0, 0, 8, 6)], "1 of 1"),
    ],
    ids=["none", "one-of-two", "all"],
)
def test_boxes_against_anchors(record, rows, matched):
    figure = dataset_summary.shapes_and_anchors([record("a.jpg", *rows)], CONFIG)
    assert f"boxes at 100x200 pixels; {matched} are" in figure._suptitle.get_text()
    scatter, sizes, ratios = figure.axes
    shown = [points.get_offsets().tolist() for points in scatter.collections]
    np.testing.assert_allclose(sorted(shown[-1]), sorted(anchors.shapes(CONFIG).tolist()))
    assert sum(map(len, shown[:-1])) == len(rows)
    assert sum(bar.get_height() for bar in sizes.patches) == len(rows)
    assert sum(bar.get_height() for bar in ratios.patches) == len(rows)
    figure.canvas.draw()
