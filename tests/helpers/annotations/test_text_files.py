"""Formats of one text file an image: which files are taken, and which image each is about."""

from pathlib import Path

import pytest
from builders import codes

from helpers.annotations import text_files
from helpers.annotations.collector import Collector
from helpers.structures.errors import BadInput


@pytest.fixture()
def tree(tmp_path):
    """Writes files by path and content."""

    def of(files):
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
        return tmp_path

    return of


@pytest.mark.parametrize(
    "names, expected",
    [
        pytest.param(["b.txt", "a.txt", "c.jpg"], ["a.txt", "b.txt"], id="text files, sorted"),
        pytest.param(
            ["README.txt", "classes.txt", "val.txt", "a.txt"], ["a.txt"], id="others' text files"
        ),
        pytest.param(["calib/a.txt", "Label/a.txt"], ["Label/a.txt"], id="the labels' folder"),
        pytest.param(
            ["calib/a.txt", "x/label/a.txt", "x/label/sub/b.txt"],
            ["x/label/a.txt", "x/label/sub/b.txt"],
            id="folders in the labels' folder",
        ),
    ],
)
def test_the_files_of_annotations_are_taken(tree, names, expected):
    root = tree({name: b"x" for name in names})
    assert text_files.below(root, ("label",)) == [root / name for name in expected]


def test_one_file_is_taken_whatever_it_is_called(tree):
    root = tree({"val.txt": b"x"})
    assert text_files.below(root / "val.txt", ()) == [root / "val.txt"]


def test_each_file_has_its_image_or_a_finding(tree, images):
    root = tree(
        {
            "sub/b.txt": b"good 1\n\n good 2 \n",
            "a.txt": b"",
            "c.txt": b"good",
            "d.txt": b"words",
            "e.txt": b"\xff\x00\x81",
        }
    )
    collector = Collector(images)
    paths = sorted(root.glob("**/*.txt"))
    found = list(
        text_files.matched(
            paths,
            collector,
            lambda line: "good" in line,
            lambda path: path.relative_to(root).with_suffix("").as_posix(),
        )
    )
    assert [(file.image, file.size, file.lines) for file in found] == [
        ("a.jpg", (40, 30), []),
        ("sub/b.jpg", (40, 30), ["good 1", " good 2 "]),
    ]
    assert codes(collector.findings) == [
        ("annotation-without-image", "c.txt", None),
        ("annotation-other-format", "d.txt", None),
        ("annotation-broken-file", "e.txt", None),
    ]


@pytest.mark.parametrize(
    "content, expected",
    [(b"\n good", True), (b"bad\ngood", False), (b"", False)],
    ids=["first line", "second line", "empty"],
)
def test_the_first_line_tells_the_format(tree, content, expected):
    root = tree({"a.txt": content})
    assert text_files.has_lines(root / "a.txt", lambda line: "good" in line) == expected


@pytest.mark.parametrize(
    "files, refused",
    [
        pytest.param({"a.txt": b"bad", "b.txt": b"good"}, False, id="one of the format"),
        pytest.param({"a.txt": b"", "b.txt": b"\n"}, False, id="no object anywhere"),
        pytest.param({"a.txt": b"", "b.txt": b"bad"}, True, id="other lines"),
        pytest.param({"a.txt": b"\xff\x00\x81"}, True, id="no text"),
    ],
)
def test_files_of_the_format_are_required(tree, files, refused):
    root = tree(files)
    paths = [root / name for name in files]
    if refused:
        with pytest.raises(BadInput, match=rf"{root}: files.*\.txt: found"):
            text_files.require_lines(root, paths, lambda line: "good" in line, "good")
    else:
        text_files.require_lines(root, paths, lambda line: "good" in line, "good")


def test_folders_of_labels_are_those_of_images():
    name = text_files.renamed(Path("/x/Label_2/a.b.txt"), {"label_2": "image_2"})
    assert name == "x/image_2/a.b"


def test_two_images_never_share_a_file(record, tmp_path):
    records = [record("sub/a.jpg"), record("a.jpg")]
    assert list(text_files.places(records, tmp_path)) == [
        tmp_path / "sub" / "a.txt",
        tmp_path / "a.txt",
    ]
    with pytest.raises(BadInput, match=r"a\.txt.*a\.png"):
        text_files.places([*records, record("a.png")], tmp_path)
