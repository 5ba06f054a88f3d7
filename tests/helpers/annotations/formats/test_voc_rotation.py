"""Rotated rectangles in Pascal VOC: read as the box around them, written again as they were."""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from annotation_files import voc_annotation, voc_corners

from helpers.annotations.formats import voc

PEN = voc_corners("120.0", "220.0", "420.0", "250.0")
ATTRIBUTE = "<attribute><name>rotation</name><value>{}</value></attribute>"
ROTATED = "<cx>320.0</cx><cy>240.0</cy><w>200.0</w><h>40.0</h><angle>{}</angle>"
AROUND_PEN = [182.0096, 97.5962, 357.9904, 372.4038]
AROUND_SHIP = [223.3975, 172.6795, 416.6025, 307.3205]


def cvat(degrees, box=PEN):
    """XML of one rectangle that CVAT rotated."""
    attributes = f"<attributes>{ATTRIBUTE.format(degrees)}</attributes>"
    xml = voc_annotation(box, size=(640, 480))
    return xml.replace("</object>", f"<occluded>0</occluded>{attributes}</object>")


def rolabelimg(angle, numbers=ROTATED):
    """XML of one rectangle that roLabelImg rotated."""
    xml = voc_annotation("", size=(640, 480))
    return xml.replace(
        "<bndbox></bndbox>", f"<type>robndbox</type><robndbox>{numbers.format(angle)}</robndbox>"
    )


@pytest.mark.parametrize(
    "xml, box, finding_codes",
    [
        pytest.param(cvat(60.0), AROUND_PEN, ["box-rotated"], id="CVAT"),
        pytest.param(cvat(300), AROUND_PEN, ["box-rotated"], id="CVAT, the other way"),
        pytest.param(cvat(90), [255, 85, 285, 385], ["box-rotated"], id="CVAT, a quarter"),
        pytest.param(cvat(180), [120, 220, 420, 250], [], id="CVAT, a half"),
        pytest.param(cvat("0.0"), [120, 220, 420, 250], [], id="CVAT, not rotated"),
        pytest.param(cvat("left"), [120, 220, 420, 250], [], id="an attribute that is no number"),
        pytest.param(rolabelimg(0.523599), AROUND_SHIP, ["box-rotated"], id="roLabelImg"),
        pytest.param(rolabelimg(0), [220, 220, 420, 260], [], id="roLabelImg, not rotated"),
        pytest.param(
            cvat(60)
            .replace("attributes>", "x>")
            .replace("</object>", "<rotation>60</rotation></object>"),
            AROUND_PEN,
            ["box-rotated"],
            id="an element of its own",
        ),
    ],
)
def test_a_rotated_rectangle_is_read_as_the_box_around_it(read_voc, xml, box, finding_codes):
    record, findings = read_voc(xml)
    assert record.objects.boxes[0].tolist() == pytest.approx(box, abs=1e-3)
    assert [(finding.code, finding.path, finding.object) for finding in findings] == [
        (code, "a.jpg", 1) for code in finding_codes
    ]


@pytest.mark.parametrize(
    "xml",
    [cvat(60.0, voc_corners("nan", 1, 2, 3)), rolabelimg("x"), rolabelimg("", "<cx>1</cx>")],
    ids=["CVAT", "roLabelImg", "roLabelImg, numbers missing"],
)
def test_a_rotated_rectangle_without_numbers_is_invalid(read_voc, xml):
    _, findings = read_voc(xml)
    assert [finding.code for finding in findings] == ["box-invalid"]


@pytest.mark.parametrize("xml", [cvat(60.0), rolabelimg(0.523599)], ids=["CVAT", "roLabelImg"])
def test_it_is_written_as_it_was_and_read_the_same(read_voc, single_image, tmp_path, xml):
    record, findings = read_voc(xml)
    written = voc.write_one(record, tmp_path / "again.xml", single_image).read_text()
    before, after = (
        {element.tag: " ".join(element.itertext()).split() for element in root.find("object")}
        for root in map(ElementTree.fromstring, (xml, written))
    )
    assert {tag: after.get(tag) for tag in before if tag != "bndbox"} == {
        tag: texts for tag, texts in before.items() if tag != "bndbox"
    }
    assert ("bndbox" in after) == ("bndbox" in before)
    again, twice = read_voc(written)
    assert again.objects.boxes.tolist() == record.objects.boxes.tolist()
    assert [finding.code for finding in twice] == [finding.code for finding in findings]


@pytest.mark.parametrize("xml", [cvat(60.0), rolabelimg(0.523599)], ids=["CVAT", "roLabelImg"])
def test_a_box_that_was_moved_is_written_without_rotation(read_voc, single_image, tmp_path, xml):
    record, _ = read_voc(xml)
    moved = replace(record, objects=replace(record.objects, boxes=[[1, 2, 30, 40]]))
    written = voc.write_one(moved, tmp_path / "again.xml", single_image).read_text()
    again, findings = read_voc(written)
    assert (again.objects.boxes.tolist(), findings) == ([[1, 2, 30, 40]], [])
