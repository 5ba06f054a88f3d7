"""Text of the OIDv4 toolkit: classes with blanks, pixels, one photo in several classes' folders."""

import pytest
from annotation_files import OIDV4
from builders import paint, rows_of

from helpers.annotations.formats import oidv4
from helpers.structures.errors import BadInput

PHOTO = "0001eeaf4aed83f9"


@pytest.mark.parametrize(
    "files, source",
    [
        pytest.param({"train/Red panda/Label/a.txt": OIDV4}, "", id="toolkit's folders"),
        pytest.param({"Label/a.txt": OIDV4}, "Label", id="the folder Label"),
        pytest.param({"a.txt": OIDV4}, "a.txt", id="one file"),
        pytest.param({"a.txt": OIDV4.replace("\n", "\r\n")}, "", id="Windows line ends"),
    ],
)
def test_classes_may_have_blanks(read_with, plain, files, source):
    records, findings = read_with(oidv4, files, source)
    assert plain(records) == [
        ("a.jpg", 40, 30, ("red panda",), [[1, 2, 20, 25]], (False,), (False,))
    ]
    assert findings == []


def test_the_image_beside_goes_before_others_of_the_name(read_with, images):
    paint(images / "Apple" / "x.jpg")
    paint(images / "Orange" / "x.jpg")
    records, findings = read_with(
        oidv4, {"Apple/Label/x.txt": "Apple 1 2 3 4\n", "Orange/Label/x.txt": "Orange 5 6 7 8\n"}
    )
    assert [(record.path, rows_of(record)) for record in records] == [
        ("Apple/x.jpg", [("Apple", 1, 2, 3, 4)]),
        ("Orange/x.jpg", [("Orange", 5, 6, 7, 8)]),
    ]
    assert findings == []


def test_copies_of_a_photo_have_the_boxes_of_all(read_with, images):
    paint(images / "Apple" / f"{PHOTO}.jpg")
    paint(images / "Orange" / f"{PHOTO}.jpg")
    records, findings = read_with(
        oidv4,
        {
            f"Apple/Label/{PHOTO}.txt": "Apple 1 2 3 4\n",
            f"Orange/Label/{PHOTO}.txt": "Orange 5 6 7 8\n",
        },
    )
    assert [(record.path, rows_of(record)) for record in records] == [
        (f"Apple/{PHOTO}.jpg", [("Apple", 1, 2, 3, 4), ("Orange", 5, 6, 7, 8)])
    ]
    assert findings == [("image-copies-joined", "ann", None)]


@pytest.mark.parametrize(
    "line, finding",
    [
        pytest.param("cat 1 2 x 4", ("box-invalid", "a.jpg", 2), id="no number"),
        pytest.param("cat 1 2", ("box-invalid", "a.jpg", 2), id="short"),
        pytest.param("cat", ("box-invalid", "a.jpg", 2), id="one word"),
    ],
)
def test_a_bad_line_is_a_finding(read_with, line, finding):
    records, findings = read_with(oidv4, {"a.txt": OIDV4 + line})
    assert findings == [finding]
    assert rows_of(records[0])[0] == ("red panda", 1, 2, 20, 25)


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param("cat 0.1 0.2 0.3 0.4\n", "ann: .*0 to 1", id="fractions"),
        pytest.param("0 0.5 0.5 0.1 0.1\n", "ann: .*0.1 0.1.*x_min", id="YOLO"),
        pytest.param("words\n", "ann: .*words.*x_min", id="words"),
    ],
)
def test_other_text_is_refused(read_with, content, message):
    with pytest.raises(BadInput, match=message):
        read_with(oidv4, {"a.txt": content})


@pytest.mark.parametrize(
    "content, expected",
    [
        pytest.param(OIDV4, True, id="pixels"),
        pytest.param("cat 0.1 0.2 0.3 0.4\n", False, id="fractions"),
        pytest.param("7 1 2 3 4\n", False, id="class that is a number"),
        pytest.param("cat 1 2 3\n", False, id="short"),
        pytest.param("", False, id="empty"),
    ],
)
def test_files_are_told_from_others(tmp_path, content, expected):
    (tmp_path / "a.txt").write_text(content)
    assert oidv4.is_file(tmp_path / "a.txt") == expected
