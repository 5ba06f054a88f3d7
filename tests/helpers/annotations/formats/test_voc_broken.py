"""Pascal VOC XML with faults: each is a finding that names the file and the object."""

import math

import pytest
from annotation_files import VOC_BOX, VOC_OBJECT, voc_annotation, voc_corners

from helpers.annotations.formats import voc
from helpers.structures.errors import BadInput

LONG = "x" * 5000
BOMB = """<!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<annotation><filename>&b;</filename></annotation>"""
OUTSIDE = """<!DOCTYPE annotation [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<annotation><filename>&a;</filename></annotation>"""


@pytest.mark.parametrize(
    "xml, code, message",
    [
        pytest.param("", "annotation-broken-file", "no element", id="empty"),
        pytest.param("hello", "annotation-broken-file", "parse", id="text"),
        pytest.param(voc_annotation()[:100], "annotation-broken-file", "parse", id="cut off"),
        pytest.param(
            voc_annotation().replace("</object>", ""),
            "annotation-broken-file",
            "mismatched tag",
            id="element not closed",
        ),
        pytest.param(b"\xff\xfe\xff\x00\x01", "annotation-unknown-encoding", "UTF-16", id="binary"),
        pytest.param(
            b"<annotation><folder>\xff</folder></annotation>",
            "annotation-unknown-encoding",
            "0xff at 20",
            id="byte not UTF-8",
        ),
        pytest.param(
            '<?xml version="1.0" encoding="nonsense"?><annotation/>',
            "annotation-unknown-encoding",
            "nonsense",
            id="unknown encoding",
        ),
        pytest.param(
            "<a>" * 100000 + "</a>" * 100000,
            "annotation-other-format",
            "<a>",
            id="another root, nested",
        ),
        pytest.param(
            f"<annotation>{'<a>' * 3000}{'</a>' * 3000}</annotation>",
            "annotation-broken-file",
            "recursion",
            id="nested too deeply",
        ),
        pytest.param(BOMB, "annotation-unsafe-xml", "entities", id="entity expansion"),
        pytest.param(OUTSIDE, "annotation-unsafe-xml", "entities", id="external entity"),
        pytest.param(
            BOMB.encode("utf-16"), "annotation-unsafe-xml", "entities", id="entities in UTF-16"
        ),
        pytest.param("<html><body/></html>", "annotation-other-format", "<html>", id="HTML"),
    ],
)
def test_a_file_that_is_no_annotation_is_a_finding(read_voc, xml, code, message):
    record, (finding,) = read_voc(xml)
    assert record is None
    assert (finding.path, finding.object, finding.code) == ("a.jpg", None, code)
    assert "a.xml: " in finding.message and message in finding.message
    assert len(finding.message.splitlines()) == 1


@pytest.mark.parametrize(
    "box",
    [
        pytest.param("", id="no corners"),
        pytest.param(voc_corners(1, 2, "x", 4), id="corner as text"),
        pytest.param(voc_corners(1, 2, 20), id="three corners"),
        pytest.param(voc_corners("nan", 2, 20, 25), id="NaN"),
        pytest.param(voc_corners(1, "nan", 20, "nan"), id="two NaN"),
        pytest.param(voc_corners("-inf", 2, "inf", 25), id="infinity"),
        pytest.param(voc_corners(1, 2, "1e999", 25), id="beyond float64"),
        pytest.param(voc_corners(1, 2, "1e300", 25), id="beyond float32"),
        pytest.param(voc_corners(1, 2, "", 25), id="empty corner"),
        pytest.param("<polygon><x1>1</x1></polygon>", id="polygon"),
    ],
)
def test_an_object_without_four_numbers_keeps_its_place(read_voc, box):
    xml = voc_annotation(box).replace(
        "</annotation>", VOC_OBJECT.format(name="dog", box=VOC_BOX) + "</annotation>"
    )
    record, (finding,) = read_voc(xml)
    assert record.objects.labels == ("cat", "dog")
    assert all(map(math.isnan, record.objects.boxes[0]))
    assert record.objects.boxes[1].tolist() == [1, 2, 20, 25]
    assert (finding.object, finding.code, finding.severity) == (1, "box-invalid", "error")
    assert "a.xml: object 1 (cat)" in finding.message and "xmin" in finding.message


@pytest.mark.parametrize(
    "filename, path, code",
    [
        ("b.jpg", "b.xml", "annotation-without-image"),
        ("../secret.jpg", "b.xml", "annotation-without-image"),
        ("{outside}/secret.jpg", "b.xml", "annotation-without-image"),
        ("", "b.xml", "annotation-without-image"),
        ("two.jpg", "two.xml", "annotation-ambiguous-image"),
    ],
    ids=[
        "not there",
        "path out of the folder",
        "absolute path out",
        "no filename",
        "two of that name",
    ],
)
def test_a_missing_or_ambiguous_image_is_a_finding(
    read_voc, single_image, tmp_path, paint, filename, path, code
):
    paint(tmp_path / "secret.jpg")
    for folder in ("first", "second"):
        paint(single_image / folder / "two.jpg")
    record, findings = read_voc(voc_annotation(filename=filename.format(outside=tmp_path)), path)
    assert record is None
    assert findings[-1].code == code and path in findings[-1].message


def test_a_filename_out_of_the_folder_is_a_warning(read_voc):
    record, (finding,) = read_voc(voc_annotation(filename="../../etc/passwd"))
    assert record.path == "a.jpg"
    assert (finding.code, finding.severity) == ("annotation-path-outside-folder", "warning")


def test_an_unreadable_image_is_a_finding_where_its_size_is_needed(read_voc, single_image):
    (single_image / "a.jpg").write_bytes(b"no image")
    assert read_voc(voc_annotation())[0].width == 40
    record, (finding,) = read_voc(voc_annotation(size=None))
    assert (record, finding.path, finding.code) == (None, "a.jpg", "image-unreadable")


@pytest.mark.parametrize("make_folder", [True, False], ids=["empty", "missing"])
def test_a_folder_without_annotations_is_named(tmp_path, single_image, make_folder):
    if make_folder:
        (tmp_path / "ann").mkdir()
    with pytest.raises(BadInput, match="ann: .*XML"):
        voc.read(tmp_path / "ann", single_image)


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(voc_annotation(filename="../" + LONG), id="filename"),
        pytest.param(voc_annotation(voc_corners(LONG, 2, 3, 4), LONG), id="class and corner"),
        pytest.param(f"<{LONG}/>", id="root"),
        pytest.param(f'<?xml version="1.0" encoding="{LONG}"?><a/>', id="encoding"),
    ],
)
@pytest.mark.parametrize("name", ["a.xml", "b.xml"], ids=["with its image", "without"])
def test_long_values_are_cut(read_voc, tmp_path, xml, name):
    _, findings = read_voc(xml, name)
    assert findings
    for finding in findings:
        assert len(finding.message.replace(str(tmp_path), "")) < 300
