"""Tables of every layout: the boxes they mean, or a refusal, never other boxes."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from builders import paint
from hypothesis import given, settings
from hypothesis import strategies as st
from yolo_sources import SIZE, centred, random_box

from helpers.annotations.formats import csv_import
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput

NUMBERS = {
    "corners": lambda box: [*box],
    "xywh": lambda box: [*box[:2], *box[2:] - box[:2]],
    "centre": centred,
}
NAMES = {"corners": "xmin,ymin,xmax,ymax", "xywh": "x,y,w,h", "centre": "cx,cy,w,h"}


@pytest.fixture(scope="module")
def vga(tmp_path_factory):
    """An image folder with 0.png to 9.png, 640x480."""
    folder = tmp_path_factory.mktemp("vga")
    for number in range(10):
        paint(folder / f"{number}.png", SIZE)
    return folder


def read(content, images, columns=""):
    """Reads a table; gives class and box of each row in its order, and the codes of findings."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.csv")
        path.write_text(content)
        annotations = csv_import.read(path, images, ReadOptions(columns=columns))
    objects = [record.objects for record in annotations.records]
    rows = [pair for own in objects for pair in zip(own.labels, own.boxes.tolist())]
    codes = [one.code for one in annotations.findings if one.code != "image-without-annotation"]
    return rows, codes


def table(boxes, kind, order, classes, unit=1.0):
    """The rows of a table, an image a box.

    Args:
        boxes: pixels.
        kind: of ``NUMBERS``.
        order: ``{}`` is the class, ``box`` the four numbers.
        classes: of each box.
        unit: what a pixel counts; ``None`` for fractions of the image.
    """
    lines = []
    for number, (box, label) in enumerate(zip(boxes, classes)):
        four = NUMBERS[kind](np.array(box, float))
        if unit is None:
            four = [value / SIZE[index % 2] for index, value in enumerate(four)]
        texts = ",".join(f"{value:.7g}" for value in four)
        lines.append(f"{number}.png," + order.format(label).replace("box", texts))
    return "\n".join(lines)


def expected(boxes, classes):
    return [(str(label), list(map(float, box))) for box, label in zip(boxes, classes)]


def assert_same(rows, boxes, classes):
    wanted = expected(boxes, classes)
    assert [label for label, _ in rows] == [label for label, _ in wanted]
    np.testing.assert_allclose([box for _, box in rows], [box for _, box in wanted], atol=0.02)


# Boxes on 640x480 of which each reading but the right one fails somewhere.
SPREAD = [(10, 10, 60, 40), (500, 300, 630, 470), (300, 5, 420, 90), (20, 400, 200, 470)]
SPREAD += [(550, 20, 620, 200), (200, 200, 300, 330)]
WORDS, IDS = ["cat", "dog"] * 3, [0, 1] * 3
IN_ORDER = [("{},box", WORDS), ("{},box", IDS), ("box,{}", WORDS), ("box,{}", IDS)]


@pytest.mark.parametrize("order, classes", IN_ORDER, ids=["word", "id", "word last", "id last"])
@pytest.mark.parametrize("kind", ["corners", "xywh"])
@pytest.mark.parametrize("unit", [1.0, None], ids=["pixels", "fractions"])
def test_rows_without_names_are_read_where_one_layout_fits(vga, order, classes, kind, unit):
    rows, codes = read(table(SPREAD, kind, order, classes, unit), vga)
    assert_same(rows, SPREAD, classes)
    usual = kind == "corners" and order == "box,{}" and classes is WORDS
    assert codes == ["annotation-interpreted"] * (not usual) + ["annotation-relative-boxes"] * (
        unit is None
    )


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("unit", [1.0, None], ids=["pixels", "fractions"])
def test_rows_with_names_mean_what_these_say(vga, kind, unit):
    content = f"filename,class,{NAMES[kind]}\n" + table(SPREAD, kind, "{},box", WORDS, unit)
    rows, codes = read(content, vga)
    assert_same(rows, SPREAD, WORDS)
    said = ["annotation-interpreted"] * (kind != "corners")
    assert codes == said + ["annotation-relative-boxes"] * (unit is None)


@pytest.mark.parametrize("kind", NUMBERS)
def test_one_column_with_the_box_is_read_where_one_layout_fits(vga, kind):
    content = "image_id,label,bbox\n" + table(SPREAD, kind, '{},"[box]"', WORDS)
    rows, codes = read(content, vga)
    assert_same(rows, SPREAD, WORDS)
    assert codes == ["annotation-interpreted"]


@pytest.mark.parametrize("kind", NUMBERS)
def test_columns_that_are_named_are_believed(vga, kind):
    rows, codes = read(
        table(SPREAD[:1], kind, "{},box", WORDS[:1]), vga, f"filename,class,{NAMES[kind]}"
    )
    assert_same(rows, SPREAD[:1], WORDS[:1])
    assert codes == []


AMBIGUOUS = [(100, 50, 200, 150), (30, 40, 300, 200)]


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param(
            table(AMBIGUOUS, "corners", "{},box", [0, 1]), "--columns", id="class a number"
        ),
        pytest.param(
            table(AMBIGUOUS, "corners", "{},box", ["cat", "dog"]),
            r"cat \[100, 50, 200, 150\] as filename,class,xmin,ymin,xmax,ymax; or "
            r"cat \[100, 50, 300, 200\] as filename,class,x,y,w,h",
            id="class a word",
        ),
        pytest.param(
            "file,label,bbox\n" + table(AMBIGUOUS, "corners", '{},"[box]"', WORDS[:2]),
            "filename,class,bbox_corners.*bbox_xywh",
            id="one column",
        ),
        pytest.param(
            "file,label,x,y,w,h\n0.png,cat,0.5,0.5,0.2,0.2", "x,y,w,h.*cx,cy,w,h", id="fractions"
        ),
        pytest.param("0.png,cat,900,900,9,9", "--columns", id="no reading"),
    ],
)
def test_columns_of_several_meanings_are_refused_with_them(vga, content, message):
    with pytest.raises(BadInput, match=message):
        read(content, vga)


def test_a_centre_may_be_called_x_and_y(vga):
    boxes = [(0, 0, 60, 40), (590, 440, 640, 480), (560, 0, 640, 50), (0, 430, 90, 480)]
    content = "file,label,x,y,w,h\n" + table(boxes, "centre", "{},box", WORDS[:4])
    rows, codes = read(content, vga)
    assert_same(rows, boxes, WORDS[:4])
    assert codes == ["annotation-interpreted"]


@pytest.mark.parametrize("bad", ["1.png,30,20,10,40,cat", "1.png,630,20,700,40,cat"])
def test_one_bad_box_changes_no_order_of_a_known_program(vga, bad):
    rows, codes = read(f"0.png,10,20,30,40,cat\n{bad}\n", vga)
    assert rows[0] == ("cat", [10, 20, 30, 40]) and codes == []


def test_tables_of_one_folder_are_decided_together(vga, tmp_path):
    (tmp_path / "a.csv").write_text(table(AMBIGUOUS[:1], "corners", "{},box", ["cat"]))
    rest = table([(0, 0, 9, 9), *SPREAD], "corners", "{},box", ["cat", *WORDS])
    (tmp_path / "b.csv").write_text(rest.partition("\n")[2])
    records = csv_import.read(tmp_path, vga).records
    assert records[0].objects.boxes.tolist() == [list(AMBIGUOUS[0])]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(NUMBERS)),
    st.sampled_from([order for order, _ in IN_ORDER]),
    st.sampled_from(["", "bbox", "named"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**31),
    st.integers(1, 10),
)
def test_no_table_is_read_as_other_boxes(vga, kind, order, header, words, pixels, seed, count):
    if kind == "centre" and order == "box,{}" and not header:
        order = "{},box"  # keras-retinanet's own order is one of corners
    rng = np.random.RandomState(seed)
    boxes = [random_box(rng) for _ in range(count)]
    classes = [("cat", "dog")[rng.randint(2)] if words else rng.randint(3) for _ in boxes]
    wrapped = order.replace("box", '"[box]"') if header == "bbox" else order
    content = table(boxes, kind, wrapped, classes, 1.0 if pixels else None)
    if header:
        four = "bbox" if header == "bbox" else NAMES[kind]
        content = f"filename,{order.replace('{}', 'class').replace('box', four)}\n{content}"
    try:
        rows, _ = read(content, vga)
    except BadInput as error:
        assert "--columns" in str(error) and (header != "named" or kind == "xywh")
        return
    if kind == "xywh" and not header and order == "box,{}" and words:
        # Corners of keras-retinanet, while fewer than three rows contradict it.
        against = [box for box in boxes if (box[2:] - box[:2] <= box[:2]).any()]
        if len(against) < 3:
            return
    assert_same(rows, boxes, classes)
