"""One Pascal VOC file: whatever it may hold is read, and written as LabelImg writes it."""

from dataclasses import replace

import pytest
from annotation_files import LABELIMG, VOC_BOX, voc_annotation, voc_corners

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex


@pytest.fixture()
def read(read_voc):
    """Reads XML without fault; gives the record alone."""

    def read_without_findings(xml, name="a.xml"):
        record, findings = read_voc(xml, name)
        assert findings == []
        return record

    return read_without_findings


def test_a_record_is_written_as_labelimg_writes_it(tmp_path, single_image, record):
    original = record(
        "a.jpg",
        ("red panda & cub", 1, 2, 40, 30),
        ("Bär", 3, 4, 5, 6),
        truncated=(True, False),
        difficult=(False, True),
    )
    path = voc.write_one(original, tmp_path / "a.xml", single_image)
    assert path.read_text(encoding="utf-8") == LABELIMG.format(images=single_image)


def test_xml_of_labelimg_is_read(read, single_image, plain):
    assert plain(read(LABELIMG.format(images=single_image))) == (
        "a.jpg",
        40,
        30,
        ("red panda & cub", "Bär"),
        [[1, 2, 40, 30], [3, 4, 5, 6]],
        (True, False),
        (False, True),
    )


@pytest.mark.parametrize(
    "rows, flags",
    [
        ([], {}),
        ([("cat", 0, 0, 40, 30)], {}),
        ([("cat", 0.5, 1.25, 39.75, 2)], {}),
        ([("a", 1, 2, 3, 4), ("b", 1, 2, 3, 4)], {"truncated": (1, 0), "difficult": (1, 1)}),
    ],
    ids=["no boxes", "the whole image", "fractions", "flags"],
)
def test_a_record_comes_back_unchanged(tmp_path, single_image, record, plain, rows, flags):
    original = record("a.jpg", *rows, **flags)
    before = plain(original)
    voc.write_one(original, tmp_path / "a.xml", single_image)
    actual, findings = voc.read_one(tmp_path / "a.xml", ImageIndex(single_image))
    assert plain(actual) == before == plain(original) and findings == []


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(
            voc_annotation(voc_corners("1.0", "2.00", " 20 ", "25")), id="numbers with decimals"
        ),
        pytest.param(
            voc_annotation("<ymax>25</ymax><xmax>20</xmax><ymin>2</ymin><xmin>1</xmin>"),
            id="corners in another order",
        ),
        pytest.param(voc_annotation("<label/>" + voc_corners(1, 2, 20, 25)), id="unknown element"),
        pytest.param(voc_annotation(size=None), id="no size"),
        pytest.param(voc_annotation(size=("40.0", " 30 ")), id="size with decimals"),
        pytest.param(voc_annotation(size=("", "")), id="size empty"),
        pytest.param(voc_annotation(size=("wide", 30)), id="width as text"),
        pytest.param(voc_annotation(size=(0, 0)), id="size of 0"),
        pytest.param(voc_annotation(size=(40, "")), id="height empty"),
        pytest.param(voc_annotation(filename=""), id="no filename"),
        pytest.param(voc_annotation(filename="A.JPG"), id="filename in other case"),
        pytest.param(voc_annotation(filename="from/elsewhere/b.jpg"), id="POSIX path"),
        pytest.param(voc_annotation(filename=r"C:\elsewhere\b.jpg"), id="Windows path"),
        pytest.param(
            voc_annotation().replace(
                "<annotation>", '<?xml version="1.0" encoding="UTF-8"?>\n<annotation>'
            ),
            id="XML declaration",
        ),
        pytest.param(
            voc_annotation().replace("<annotation>", '<annotation verified="yes">'), id="verified"
        ),
        pytest.param(voc_annotation().encode("utf-16"), id="UTF-16"),
        pytest.param(
            voc_annotation().replace(
                "</object>", "<part><name>ear</name><bndbox/></part></object>"
            ),
            id="parts",
        ),
    ],
)
def test_xml_of_other_programs_is_read(read, plain, xml):
    if isinstance(xml, bytes):
        assert xml[:2] == b"\xff\xfe"
    assert plain(read(xml)) == ("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))


@pytest.mark.parametrize(
    "name, filename, path",
    [
        ("other.xml", "a.jpg", ""),
        ("other.xml", "A.Jpg", ""),
        ("other.xml", "a", ""),
        ("other.xml", "x.jpg", r"C:\Users\me\a.jpg"),
        ("other.xml", "", "/home/me/a.jpg"),
    ],
    ids=[
        "filename",
        "filename in other case",
        "filename without suffix",
        "Windows path",
        "POSIX path",
    ],
)
def test_the_image_is_found_by_filename_or_path(read, name, filename, path):
    xml = voc_annotation(filename=filename).replace("<object>", f"<path>{path}</path><object>")
    assert read(xml, name).path == "a.jpg"


@pytest.mark.parametrize(
    "orientation, size, expected",
    [
        (6, (40, 30), (40, 30)),
        (6, (30, 40), (30, 40)),
        (6, None, (30, 40)),
        (3, (40, 30), (40, 30)),
    ],
    ids=["as stored", "upright", "no size", "upside down"],
)
def test_an_image_turned_by_exif_may_be_annotated_in_either_frame(
    read, single_image, paint, orientation, size, expected
):
    paint(single_image / "a.jpg", (40, 30), orientation=orientation)
    record = read(voc_annotation(size=size))
    assert (record.width, record.height) == expected


@pytest.mark.parametrize(
    "box, name, size",
    [
        (voc_corners(20, 2, 1, 25), "cat", (40, 30)),
        (voc_corners(-5, 2, 99, 25), "cat", (40, 30)),
        (VOC_BOX, "", (40, 30)),
        (VOC_BOX, " cat\n", (40, 30)),
        (VOC_BOX, "cat", (80, 60)),
    ],
    ids=["swapped corners", "outside the image", "no class", "padded class", "another size"],
)
def test_a_doubtful_object_is_read_for_the_validation_to_judge(read, box, name, size):
    record = read(voc_annotation(box, name, size))
    numbers = [float(number) for number in box.replace("<", ">").split(">")[2::4]]
    assert record.objects.boxes.tolist() == [numbers]
    assert record.objects.labels == (name,)
    assert (record.width, record.height) == size


@pytest.mark.parametrize(
    "flag, truncated",
    [
        ("1", True),
        (" 1 ", True),
        ("true", True),
        ("0.4", True),
        ("0", False),
        ("", False),
        ("Unspecified", False),
        ("False", False),
        ("0.0", False),
    ],
)
def test_a_flag_is_a_number_or_true(read, flag, truncated):
    element = f"<truncated>{flag}</truncated>"
    assert read(
        voc_annotation(VOC_BOX + "</bndbox>" + element + "<bndbox>" + VOC_BOX)
    ).objects.flags("truncated") == [truncated]


RICH = """<annotation verified="yes"><filename>a.jpg</filename><owner><name>me</name></owner>
<source><database>The VOC2007 Database</database><flickrid>341</flickrid></source>
<size><width>40</width><height>30</height></size><segmented>1</segmented>
<object><name>cat</name><pose>Left</pose><occluded>1</occluded>
<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>20</xmax><ymax>25</ymax></bndbox>
<attributes><attribute><name>colour</name><value>red</value></attribute></attributes></object>
<object><name>dog</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>20</xmax><ymax>25</ymax></bndbox>
</object></annotation>"""


def test_other_elements_are_written_unchanged(read, tmp_path, single_image):
    original = read(RICH)
    path = voc.write_one(original, tmp_path / "again.xml", single_image)
    xml = "".join(line.strip() for line in path.read_text().splitlines())
    for part in (
        '<annotation verified="yes">',
        "<owner><name>me</name></owner>",
        "<database>The VOC2007 Database</database><flickrid>341</flickrid>",
        "<segmented>1</segmented>",
        "<pose>Left</pose>",
        "<pose>Unspecified</pose>",
        "<occluded>1</occluded>",
        "<name>colour</name><value>red</value>",
    ):
        assert part in xml
    assert xml.count("<source>") == 1
    again, _ = voc.read_one(path, ImageIndex(single_image))
    assert (again.extra, again.objects.extras) == (original.extra, original.objects.extras)


@pytest.mark.parametrize(
    "element, flag, written",
    [
        ("", None, None),
        ("<occluded>0</occluded>", None, "0"),
        ("<occluded>no</occluded>", None, "no"),
        ("<occluded>1</occluded>", [True], "1"),
    ],
    ids=["absent", "0", "no", "1"],
)
def test_occluded_is_a_flag(read, single_image, tmp_path, element, flag, written):
    record = read(voc_annotation().replace("</object>", f"{element}</object>"))
    actual = record.objects.occluded
    assert (actual if actual is None else actual.tolist()) == flag
    xml = voc.write_one(record, tmp_path / "again.xml", single_image).read_text()
    assert xml.count("<occluded>") == (written is not None)
    assert written is None or f"<occluded>{written}</occluded>" in xml
    other = replace(record, objects=replace(record.objects, occluded=[not flag]))
    assert read(voc.write_one(other, tmp_path / "a.xml", single_image).read_text()).objects.flags(
        "occluded"
    ).tolist() == [not flag]
