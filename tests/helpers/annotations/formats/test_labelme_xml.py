"""LabelMe's XML: polygons, upright rectangles, deleted objects."""

import pytest
from annotation_files import LABELME_XML

from helpers.annotations.formats import labelme_xml
from helpers.structures.errors import BadInput

CAT = ("cat", 1, 2, 20, 25)


def points(*pairs):
    inside = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in pairs)
    return f"<polygon><username>me</username>{inside}</polygon>"


def xml(*objects, filename="a.jpg"):
    inside = "".join(f"<object><name> cat </name>{one}</object>" for one in objects)
    head = f"<filename>{filename}</filename><imagesize><nrows/></imagesize>"
    return f"<annotation>{head}{inside}</annotation>"


TRIANGLE = points((1, 2), (20, 9), (5, 25))
SEGMENT = "<segm><box><xmin>1</xmin><ymin>2</ymin><xmax>20</xmax><ymax>25</ymax></box></segm>"


def test_a_rectangle_is_a_box(read_as):
    assert read_as("labelme-xml", LABELME_XML, "a.xml") == ({"a.jpg": [CAT]}, [])


@pytest.mark.parametrize(
    "drawn, code",
    [
        (TRIANGLE, "box-from-shape"),
        ("<type>bounding_box</type>" + TRIANGLE, None),
        (points((1, 2), (20, 2), (20, 24), (1, 25)), "box-from-shape"),
        (SEGMENT, "box-from-shape"),
    ],
    ids=["polygon", "said to be a box", "not quite upright", "mask"],
)
def test_the_box_is_around_what_was_drawn(read_as, drawn, code):
    rows, codes = read_as("labelme-xml", xml(drawn), "a.xml")
    assert rows == {"a.jpg": [CAT]}
    assert [found for found, _, _ in codes] == ([code] if code else [])


@pytest.mark.parametrize("drawn", ["", points((1, "far")), "<segm/>"], ids=["none", "text", "mask"])
def test_an_object_without_numbers_is_a_finding(read_as, drawn):
    _, codes = read_as("labelme-xml", xml(TRIANGLE, drawn), "a.xml")
    assert codes[-1] == ("box-invalid", "a.jpg", 2)


def test_deleted_objects_are_left_out_and_said(read_as):
    objects = [f"<deleted>{value}</deleted>{TRIANGLE}" for value in (0, 1)]
    rows, codes = read_as("labelme-xml", xml(*objects), "a.xml")
    assert rows == {"a.jpg": [CAT]}
    assert ("annotation-left-out", "a.jpg", None) in codes


def test_occluded_is_a_flag(images, tmp_path):
    objects = [f"<occluded>{value}</occluded>{TRIANGLE}" for value in ("yes", "no")]
    (tmp_path / "a.xml").write_text(xml(*objects))
    (read,), _ = labelme_xml.read(tmp_path, images)
    assert read.objects.flags("occluded").tolist() == [True, False]


def test_a_file_of_another_name_is_about_the_image_that_it_names(read_as):
    rows, _ = read_as("labelme-xml", xml(TRIANGLE, filename="b.jpg"), "x.xml")
    assert rows == {"sub/b.jpg": [CAT]}


def test_other_xml_is_refused(images, tmp_path):
    (tmp_path / "x.xml").write_text("<annotations/>")
    with pytest.raises(BadInput, match="x.xml"):
        labelme_xml.read(tmp_path / "x.xml", images)
