"""Each image has its XML: by LabelImg's name, or whichever speaks of it."""

import pytest

from helpers.annotations.image_index import ImageIndex
from helpers.annotations.xml_paths import XmlPaths, files_below


@pytest.mark.parametrize(
    "images, xml_files, expected",
    [
        (["a.jpg", "sub/b.jpg"], {}, {"a.jpg": "a.xml", "sub/b.jpg": "sub/b.xml"}),
        # Two images that would share a file.
        (["a.jpg", "a.png"], {}, {"a.jpg": "a.jpg.xml", "a.png": "a.png.xml"}),
        # An XML by another name, or in another folder, that speaks of the image.
        (["a.jpg", "b.jpg"], {"one.xml": "a.jpg"}, {"a.jpg": "one.xml", "b.jpg": "b.xml"}),
        (["sub/a.jpg"], {"a.xml": "a.jpg"}, {"sub/a.jpg": "a.xml"}),
        # Its own name wins.
        (["a.jpg"], {"a.xml": "a.jpg", "b.xml": "a.jpg"}, {"a.jpg": "a.xml"}),
        (["a.jpg"], {"other.xml": "gone.jpg"}, {"a.jpg": "a.xml"}),
        (["a.jpg"], {".trash.xml": "a.jpg"}, {"a.jpg": "a.xml"}),
    ],
    ids=[
        "own-names",
        "shared-name",
        "other-name",
        "other-folder",
        "own-name-wins",
        "unknown-image",
        "hidden",
    ],
)
def test_each_image_has_its_place(tmp_path, paint, images, xml_files, expected):
    for name in images:
        paint(tmp_path / "img" / name)
    for name, about in xml_files.items():
        (tmp_path / "xml").mkdir(exist_ok=True)
        (tmp_path / "xml" / name).write_text(
            f"<annotation><filename>{about}</filename></annotation>"
        )
    places = XmlPaths(ImageIndex(tmp_path / "img"), tmp_path / "xml")
    assert {
        path: places[path].relative_to(tmp_path / "xml").as_posix() for path in images
    } == expected


def test_files_below_a_folder_are_sorted_and_not_hidden(tmp_path):
    for name in ("b.xml", "sub/a.xml", ".hidden/c.xml", ".d.xml"):
        (tmp_path / "xml" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "xml" / name).write_text("")
    paths = files_below(tmp_path / "xml")
    assert [path.relative_to(tmp_path / "xml").as_posix() for path in paths] == [
        "b.xml",
        "sub/a.xml",
    ]
    assert files_below(tmp_path / "none") == []
