"""LabelImg's XML: everything it may hold is read, everything it may not is named, by file."""

import math

import pytest
from builders import LABELIMG

from helpers.annotations import voc
from helpers.annotations.image_index import ImageIndex
from helpers.structures.errors import BadInput

ONE_BOX = "<object><name>{name}</name><bndbox>{box}</bndbox></object>"


def corners(*values):
    return "".join(
        f"<{tag}>{value}</{tag}>" for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), values)
    )


BOX = corners(1, 2, 20, 25)


def annotation(box=BOX, name="cat", size=(40, 30), filename="a.jpg"):
    size_element = (
        f"<size><width>{size[0]}</width><height>{size[1]}</height></size>" if size else ""
    )
    return (
        f"<annotation><filename>{filename}</filename>{size_element}"
        f"{ONE_BOX.format(name=name, box=box)}</annotation>"
    )


@pytest.fixture()
def images(tmp_path, paint):
    """An image folder with a.jpg, 40x30."""
    paint(tmp_path / "img" / "a.jpg")
    return tmp_path / "img"


@pytest.fixture()
def read_with_findings(images, tmp_path):
    """Reads the text of an annotation of that image: the record and the findings."""

    def of(text, name="a.xml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return voc.read_one(path, ImageIndex(images))

    return of


@pytest.fixture()
def read(read_with_findings):
    """The same for a text without fault: the record alone."""

    def of(text, name="a.xml"):
        record, findings = read_with_findings(text, name)
        assert findings == []
        return record

    return of


def test_it_is_written_as_labelimg_writes_it(tmp_path, images, record):
    made = record(
        "a.jpg",
        ("red panda & cub", 1, 2, 40, 30),
        ("Bär", 3, 4, 5, 6),
        truncated=(True, False),
        difficult=(False, True),
    )
    path = voc.write_one(made, tmp_path / "a.xml", images)
    assert path.read_text(encoding="utf-8") == LABELIMG.format(images=images)


def test_labelimgs_own_text_is_read(read, images, plain):
    assert plain(read(LABELIMG.format(images=images))) == (
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
def test_there_and_back(tmp_path, images, record, plain, rows, flags):
    made = record("a.jpg", *rows, **flags)
    before = plain(made)
    voc.write_one(made, tmp_path / "a.xml", images)
    found, findings = voc.read_one(tmp_path / "a.xml", ImageIndex(images))
    assert plain(found) == before == plain(made) and findings == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(annotation(corners("1.0", "2.00", " 20 ", "25")), id="numbers with decimals"),
        pytest.param(
            annotation("<ymax>25</ymax><xmax>20</xmax><ymin>2</ymin><xmin>1</xmin>"),
            id="corners in another order",
        ),
        pytest.param(annotation("<label/>" + corners(1, 2, 20, 25)), id="unknown element"),
        pytest.param(annotation(size=None), id="no size"),
        pytest.param(annotation(size=("40.0", " 30 ")), id="size with decimals"),
        pytest.param(annotation(size=("", "")), id="size empty"),
        pytest.param(annotation(size=("wide", 30)), id="width as text"),
        pytest.param(annotation(size=(0, 0)), id="size of 0"),
        pytest.param(annotation(size=(40, "")), id="height empty"),
        pytest.param(annotation(filename=""), id="no filename"),
        pytest.param(annotation(filename="A.JPG"), id="filename in other case"),
        pytest.param(annotation(filename="from/elsewhere/b.jpg"), id="POSIX path"),
        pytest.param(annotation(filename=r"C:\elsewhere\b.jpg"), id="Windows path"),
        pytest.param(
            annotation().replace(
                "<annotation>", '<?xml version="1.0" encoding="UTF-8"?>\n<annotation>'
            ),
            id="XML declaration",
        ),
        pytest.param(
            annotation().replace("<annotation>", '<annotation verified="yes">'), id="verified"
        ),
        pytest.param(annotation().encode("utf-16"), id="UTF-16"),
        pytest.param(
            annotation().replace("</object>", "<part><name>ear</name><bndbox/></part></object>"),
            id="parts",
        ),
    ],
)
def test_what_other_programs_write_is_read_too(read, plain, text):
    if isinstance(text, bytes):
        assert text[:2] == b"\xff\xfe"
    assert plain(read(text)) == ("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))


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
def test_the_image_is_found_by_what_the_file_says(read, name, filename, path):
    text = annotation(filename=filename).replace("<object>", f"<path>{path}</path><object>")
    assert read(text, name).path == "a.jpg"


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
    read, images, paint, orientation, size, expected
):
    paint(images / "a.jpg", (40, 30), orientation=orientation)
    found = read(annotation(size=size))
    assert (found.width, found.height) == expected


BOMB = """<!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<annotation><filename>&b;</filename></annotation>"""
OUTSIDE = """<!DOCTYPE annotation [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<annotation><filename>&a;</filename></annotation>"""


@pytest.mark.parametrize(
    "text, kind, message",
    [
        pytest.param("", "annotation-broken-file", "no element", id="empty"),
        pytest.param("hello", "annotation-broken-file", "parse", id="text"),
        pytest.param(annotation()[:100], "annotation-broken-file", "parse", id="cut off"),
        pytest.param(
            annotation().replace("</object>", ""),
            "annotation-broken-file",
            "mismatched tag",
            id="element not closed",
        ),
        pytest.param(b"\xff\xfe\xff\x00\x01", "annotation-broken-file", "parse", id="binary"),
        pytest.param(
            b"<annotation><folder>\xff</folder></annotation>",
            "annotation-broken-file",
            "invalid token",
            id="byte not UTF-8",
        ),
        pytest.param(
            '<?xml version="1.0" encoding="nonsense"?><annotation/>',
            "annotation-broken-file",
            "encoding",
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
def test_a_file_that_is_no_annotation_is_named(read_with_findings, text, kind, message):
    record, (finding,) = read_with_findings(text)
    assert record is None
    assert (finding.path, finding.object, finding.code) == ("a.jpg", None, kind)
    assert "a.xml: " in finding.message and message in finding.message
    assert len(finding.message.splitlines()) == 1


@pytest.mark.parametrize(
    "box",
    [
        pytest.param("", id="no corners"),
        pytest.param(corners(1, 2, "x", 4), id="corner as text"),
        pytest.param(corners(1, 2, 20), id="three corners"),
        pytest.param(corners("nan", 2, 20, 25), id="NaN"),
        pytest.param(corners(1, "nan", 20, "nan"), id="two NaN"),
        pytest.param(corners("-inf", 2, "inf", 25), id="infinity"),
        pytest.param(corners(1, 2, "1e999", 25), id="beyond float64"),
        pytest.param(corners(1, 2, "1e300", 25), id="beyond float32"),
        pytest.param(corners(1, 2, "", 25), id="empty corner"),
        pytest.param("<polygon><x1>1</x1></polygon>", id="polygon"),
    ],
)
def test_an_object_without_four_numbers_keeps_its_place(read_with_findings, box):
    text = annotation(box).replace(
        "</annotation>", ONE_BOX.format(name="dog", box=BOX) + "</annotation>"
    )
    record, (finding,) = read_with_findings(text)
    assert record.objects.labels == ("cat", "dog")
    assert all(map(math.isnan, record.objects.boxes[0]))
    assert record.objects.boxes[1].tolist() == [1, 2, 20, 25]
    assert (finding.object, finding.code, finding.severity) == (1, "box-invalid", "error")
    assert "a.xml: object 1 (cat): expected numbers as xmin" in finding.message


@pytest.mark.parametrize(
    "box, name, size",
    [
        (corners(20, 2, 1, 25), "cat", (40, 30)),
        (corners(-5, 2, 99, 25), "cat", (40, 30)),
        (BOX, "", (40, 30)),
        (BOX, " cat\n", (40, 30)),
        (BOX, "cat", (80, 60)),
    ],
    ids=["swapped corners", "outside the image", "no class", "padded class", "another size"],
)
def test_what_can_be_read_is_left_to_the_checks(read, box, name, size):
    found = read(annotation(box, name, size))
    numbers = [float(text) for text in box.replace("<", ">").split(">")[2::4]]
    assert found.objects.boxes.tolist() == [numbers]
    assert found.objects.labels == (name,)
    assert (found.width, found.height) == size


@pytest.mark.parametrize(
    "text, truncated",
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
def test_flags_as_people_write_them(read, text, truncated):
    flag = f"<truncated>{text}</truncated>"
    assert read(annotation(BOX + "</bndbox>" + flag + "<bndbox>" + BOX)).objects.flags(
        "truncated"
    ) == [truncated]


@pytest.mark.parametrize(
    "filename, path, kind",
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
def test_an_image_that_is_not_there_or_not_clear(
    read_with_findings, images, tmp_path, paint, filename, path, kind
):
    paint(tmp_path / "secret.jpg")
    for folder in ("one", "other"):
        paint(images / folder / "two.jpg")
    record, findings = read_with_findings(
        annotation(filename=filename.format(outside=tmp_path)), path
    )
    assert record is None
    assert findings[-1].code == kind and path in findings[-1].message


def test_a_name_that_leaves_the_folder_is_said(read_with_findings, plain):
    record, (finding,) = read_with_findings(annotation(filename="../../etc/passwd"))
    assert record.path == "a.jpg"
    assert (finding.code, finding.severity) == ("annotation-path-outside-folder", "warning")


def test_an_image_that_is_none_is_named_when_its_size_is_needed(read_with_findings, images):
    (images / "a.jpg").write_bytes(b"no image")
    assert read_with_findings(annotation())[0].width == 40
    record, (finding,) = read_with_findings(annotation(size=None))
    assert (record, finding.path, finding.code) == (None, "a.jpg", "image-unreadable")


def test_a_folder_gives_the_good_ones_and_names_the_bad(tmp_path, paint):
    for name in ("a.jpg", "b.jpg", "sub/c.jpg", "lonely.jpg"):
        paint(tmp_path / "img" / name)
    texts = {
        "c.xml": annotation(filename="c.jpg"),
        "b.XML": annotation(filename="b.jpg"),
        "a.xml": annotation(),
        "a_again.xml": annotation(),
        "broken.xml": "<annotation>",
        "notes.txt": "not read",
        "._a.xml": "of a Mac",
        ".ipynb_checkpoints/a.xml": "old",
    }
    for name, text in texts.items():
        (tmp_path / "ann" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ann" / name).write_text(text)
    found = voc.read(tmp_path / "ann", tmp_path / "img")
    assert [record.path for record in found.records] == ["a.jpg", "b.jpg", "sub/c.jpg"]
    assert sorted((one.path.rsplit("/", 1)[-1], one.code) for one in found.findings) == [
        ("a.jpg", "annotation-duplicate"),
        ("broken.xml", "annotation-broken-file"),
        ("lonely.jpg", "image-without-annotation"),
    ]


@pytest.mark.parametrize("annotations", ["ann", "img"])
def test_images_of_one_name_are_told_by_their_folders(tmp_path, paint, record, plain, annotations):
    names = ["a.jpg", "train/a.jpg", "valid/a.jpg", "valid/deep/a.jpg"]
    made = [
        record(
            str(paint(tmp_path / "img" / name).relative_to(tmp_path / "img")),
            ("cat", 1, 2, 3, 4 + number),
        )
        for number, name in enumerate(names)
    ]
    voc.write(made, tmp_path / annotations, tmp_path / "img")
    found = voc.read(tmp_path / annotations, tmp_path / "img")
    assert (plain(found.records), found.findings) == (plain(made), [])


def test_a_second_reading_recalls_what_has_not_changed(tmp_path, images, plain):
    folder, cache = tmp_path / "ann", tmp_path / "cache.sqlite"
    folder.mkdir()
    (folder / "a.xml").write_text(annotation())
    first = voc.read(folder, images, cache)
    assert plain(voc.read(folder, images, cache).records) == plain(first.records)
    (folder / "a.xml").write_text(annotation(name="another"))
    assert voc.read(folder, images, cache).records[0].objects.labels == ("another",)


@pytest.mark.parametrize("make_folder", [True, False], ids=["empty", "missing"])
def test_a_folder_without_annotations_is_named(tmp_path, images, make_folder):
    if make_folder:
        (tmp_path / "ann").mkdir()
    with pytest.raises(BadInput, match="ann: found no XML file"):
        voc.read(tmp_path / "ann", images)


RICH = """<annotation verified="yes"><filename>a.jpg</filename><owner><name>me</name></owner>
<source><database>The VOC2007 Database</database><flickrid>341</flickrid></source>
<size><width>40</width><height>30</height></size><segmented>1</segmented>
<object><name>cat</name><pose>Left</pose><occluded>1</occluded>
<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>20</xmax><ymax>25</ymax></bndbox>
<attributes><attribute><name>colour</name><value>red</value></attribute></attributes></object>
<object><name>dog</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>20</xmax><ymax>25</ymax></bndbox>
</object></annotation>"""


def test_what_the_file_says_beyond_boxes_is_written_again(read, tmp_path, images):
    found = read(RICH)
    path = voc.write_one(found, tmp_path / "again.xml", images)
    text = "".join(line.strip() for line in path.read_text().splitlines())
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
        assert part in text
    assert text.count("<source>") == 1
    again, _ = voc.read_one(path, ImageIndex(images))
    assert (again.extra, again.objects.extras) == (found.extra, found.objects.extras)


def test_folders_are_written_as_the_images_lie(tmp_path, paint, record):
    for name in ("a.jpg", "sub/a.jpg", "a.png"):
        paint(tmp_path / "img" / name)
    written = voc.write([record("a.jpg"), record("sub/a.jpg")], tmp_path / "ann", tmp_path / "img")
    assert written == [tmp_path / "ann" / "a.xml", tmp_path / "ann" / "sub" / "a.xml"]
    with pytest.raises(BadInput, match="a.jpg and a.png, expected one image per file"):
        voc.write([record("a.jpg"), record("a.png")], tmp_path / "two", tmp_path / "img")
    assert not (tmp_path / "two").exists()


def test_what_labelimg_wrote_is_written_again(raccoon, tmp_path):
    own = ("<annotation", "\t<folder>", "\t<path>")  # where it lay
    for record in voc.read(raccoon / "annotations", raccoon / "images").records:
        original = (raccoon / "annotations" / record.path).with_suffix(".xml").read_text()
        again = voc.write_one(record, tmp_path / "a.xml", raccoon / "images").read_text()
        assert [line for line in again.splitlines() if not line.startswith(own)] == [
            line for line in original.splitlines() if not line.startswith(own)
        ]


def test_all_raccoons_are_read(raccoon):
    found = voc.read(raccoon / "annotations", raccoon / "images")
    assert found.findings == []
    assert len(found.records) == 200
    assert sum(len(record.objects) for record in found.records) == 217
    assert found.records[0].path == "raccoon-1.jpg"
    assert found.records[0].objects.boxes[0].tolist() == [81, 88, 522, 408]
