"""CVAT's XML of images: found, read with their shapes, written as they were."""

from xml.etree import ElementTree

import pytest

from helpers.annotations.formats import cvat
from helpers.structures.errors import BadInput

CAT = ("cat", 1, 2, 20, 25)
BOX = (
    '<box label="cat" occluded="1" xtl="1.00" ytl="2.00" xbr="20.00" ybr="25.00" z_order="0">'
    "{}</box>"
)


def xml(*images):
    return f"<annotations><version>1.1</version><meta/>{''.join(images)}</annotations>"


def image(*shapes, name="a.jpg", number=0):
    return f'<image id="{number}" name="{name}" width="40" height="30">{"".join(shapes)}</image>'


def test_images_with_and_without_boxes_are_read(read_as):
    content = xml(image(BOX.format("")), image(name="sub/b.jpg", number=1))
    assert read_as("cvat", content, "a.xml") == ({"a.jpg": [CAT], "sub/b.jpg": []}, [])


def test_tags_of_images_and_unknown_elements_are_no_objects(read_as):
    content = xml(image('<tag label="good"/>', BOX.format(""), "<later/>"))
    assert read_as("cvat", content, "a.xml") == ({"a.jpg": [CAT]}, [])


@pytest.mark.parametrize(
    "element, code",
    [
        (image(name="c.jpg"), "annotation-without-image"),
        ("<image/>", "annotation-without-image"),
        (image(number=1), "annotation-duplicate"),
    ],
    ids=["no such image", "no name", "twice"],
)
def test_an_entry_without_an_image_of_its_own_is_a_finding(read_as, element, code):
    rows, codes = read_as("cvat", xml(image(BOX.format("")), element), "a.xml")
    assert rows == {"a.jpg": [CAT]}
    assert [found for found, _, _ in codes] == [code]


def test_several_files_are_read_and_broken_ones_are_findings(images, tmp_path):
    (tmp_path / "a.xml").write_text(xml(image(BOX.format(""))))
    (tmp_path / "b.xml").write_text(xml(image(name="b.jpg")))
    for name, content in {"c": "<annotations><image", "d": "<annotation/>"}.items():
        (tmp_path / f"{name}.xml").write_text(content)
    records, findings = cvat.read(tmp_path, images)
    assert [record.path for record in records] == ["a.jpg", "sub/b.jpg"]
    assert [finding.code for finding in findings] == [
        "annotation-broken-file",
        "annotation-other-format",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "<annotation/>",
        "<annotations>",
        "",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><annotations>&b;</annotations>",
    ],
    ids=["other", "broken", "empty", "entities"],
)
def test_other_xml_is_refused(images, tmp_path, content):
    (tmp_path / "x.xml").write_text(content)
    with pytest.raises(BadInput, match="x.xml"):
        cvat.read(tmp_path / "x.xml", images)


def test_what_is_not_changed_is_written_as_it_was(images, tmp_path):
    shapes = [
        BOX.format('<attribute name="colour">red</attribute>'),
        '<polygon label="dog" occluded="0" points="1.00,2.00;20.00,9.00;5.00,25.00" z_order="1" />',
        '<box label="cat" occluded="0" xtl="10" ytl="10" xbr="20" ybr="20" rotation="45" />',
    ]
    (tmp_path / "x.xml").write_text(xml(image(*shapes, number=7)))
    records, _ = cvat.read(tmp_path / "x.xml", images)
    written = ElementTree.parse(str(cvat.write(records, tmp_path / "y.xml", images)))
    (entry,) = written.iter("image")
    assert (entry.get("id"), entry.get("name")) == ("7", "a.jpg")
    for element, shape in zip(entry, shapes):
        expected = ElementTree.fromstring(shape)
        assert (element.tag, element.attrib) == (expected.tag, expected.attrib)
    assert entry[0][0].text == "red"
    assert [name.text for name in written.iter("name")] == ["cat", "dog"]


def test_images_without_ids_get_free_ones(images, tmp_path, record):
    numbered = record("a.jpg", extra={"cvat": {"attributes": {"id": "1"}}})
    records = [record("c.jpg"), numbered, record("sub/b.jpg")]
    written = ElementTree.parse(str(cvat.write(records, tmp_path / "y.xml", images)))
    assert [entry.get("id") for entry in written.iter("image")] == ["0", "1", "2"]
