"""dlib's XML: boxes by corner and size, ignored ones left out."""

from xml.etree import ElementTree

import pytest

from helpers.annotations.formats import dlib_xml
from helpers.structures.errors import BadInput

CAT = ("cat", 1, 2, 20, 25)


def box(label="cat", **more):
    place = {"top": 2, "left": 1, "width": 19, "height": 23, **more}
    attributes = " ".join(f'{name}="{value}"' for name, value in place.items())
    return f"<box {attributes}><label>{label}</label></box>"


def xml(*boxes, name="a.jpg"):
    return (
        "<?xml version='1.0' encoding='ISO-8859-1'?>\n<dataset><name>x</name><images>"
        f"<image file='{name}'>{''.join(boxes)}</image><image file='b.jpg'/></images></dataset>"
    )


def test_images_with_and_without_boxes_are_read(read_as):
    assert read_as("dlib", xml(box()), "a.xml") == ({"a.jpg": [CAT], "sub/b.jpg": []}, [])


def test_a_box_to_be_ignored_is_left_out_and_said(read_as):
    rows, codes = read_as("dlib", xml(box(), box(ignore=1), box(ignore=0)), "a.xml")
    assert rows["a.jpg"] == [CAT, CAT]
    assert codes == [("annotation-ignored-regions", "a.jpg", None)]


def test_a_box_without_label_has_no_class_and_one_without_numbers_is_a_finding(read_as):
    rows, codes = read_as("dlib", xml(box(label=""), box(top="far")), "a.xml")
    assert rows["a.jpg"][0] == ("", *CAT[1:])
    assert codes == [("box-invalid", "a.jpg", 2)]


def test_flags_are_columns(images, tmp_path):
    (tmp_path / "x.xml").write_text(xml(box(occluded=1), box(difficult=1, truncated=0)))
    (read, _), _ = dlib_xml.read(tmp_path / "x.xml", images)
    assert read.objects.flags("occluded").tolist() == [True, False]
    assert read.objects.flags("difficult").tolist() == [False, True]


@pytest.mark.parametrize("content", ["<annotation/>", "<dataset>", ""], ids=str)
def test_other_xml_is_refused(images, tmp_path, content):
    (tmp_path / "x.xml").write_text(content)
    with pytest.raises(BadInput, match="x.xml"):
        dlib_xml.read(tmp_path / "x.xml", images)


def test_boxes_are_written_as_imglab_does(images, tmp_path, record):
    written = dlib_xml.write([record("a.jpg", CAT)], tmp_path / "y.xml", images)
    (element,) = ElementTree.parse(str(written)).iter("box")
    assert element.attrib == {"left": "1", "top": "2", "width": "19", "height": "23"}
