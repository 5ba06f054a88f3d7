"""LabelImg's XML: everything it may hold is read, everything it may not is named, by file."""

import pytest

from helpers.errors import BadInput
from helpers.formats import voc
from helpers.formats.pictures import ImageFolder

# Written by hand after a file that LabelImg 1.8 saved.
LABELIMG = """<annotation>
\t<folder>img</folder>
\t<filename>a.jpg</filename>
\t<path>{images}/a.jpg</path>
\t<source>
\t\t<database>Unknown</database>
\t</source>
\t<size>
\t\t<width>40</width>
\t\t<height>30</height>
\t\t<depth>3</depth>
\t</size>
\t<segmented>0</segmented>
\t<object>
\t\t<name>red panda &amp; cub</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>1</truncated>
\t\t<difficult>0</difficult>
\t\t<bndbox>
\t\t\t<xmin>1</xmin>
\t\t\t<ymin>2</ymin>
\t\t\t<xmax>40</xmax>
\t\t\t<ymax>30</ymax>
\t\t</bndbox>
\t</object>
\t<object>
\t\t<name>Bär</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>0</truncated>
\t\t<difficult>1</difficult>
\t\t<bndbox>
\t\t\t<xmin>3</xmin>
\t\t\t<ymin>4</ymin>
\t\t\t<xmax>5</xmax>
\t\t\t<ymax>6</ymax>
\t\t</bndbox>
\t</object>
</annotation>
"""
ONE_BOX = "<object><name>{name}</name><bndbox>{box}</bndbox></object>"


def corners(*values):
    return "".join(f"<{tag}>{value}</{tag}>"
                   for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), values))


BOX = corners(1, 2, 20, 25)


def annotation(box=BOX, name="cat", size=(40, 30), filename="a.jpg"):
    sides = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>" if size else ""
    return (f"<annotation><filename>{filename}</filename>{sides}"
            f"{ONE_BOX.format(name=name, box=box)}</annotation>")


@pytest.fixture()
def images(tmp_path, paint):
    """An image folder with a.jpg, 40x30."""
    paint(tmp_path / "img" / "a.jpg")
    return tmp_path / "img"


@pytest.fixture()
def read(images, tmp_path):
    """Reads the text of an annotation of that picture."""

    def of(text, name="a.xml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return voc.read(path, ImageFolder(images))

    return of


def test_it_is_written_as_labelimg_writes_it(tmp_path, images, record):
    made = record("a.jpg", ("red panda & cub", 1, 2, 40, 30), ("Bär", 3, 4, 5, 6),
                  truncated=(True, False), difficult=(False, True))
    path = voc.write(made, tmp_path / "a.xml", images)
    assert path.read_text(encoding="utf-8") == LABELIMG.format(images=images)


def test_labelimgs_own_text_is_read(read, images, plain):
    assert plain(read(LABELIMG.format(images=images))) == (
        "a.jpg", 40, 30, ("red panda & cub", "Bär"), [[1, 2, 40, 30], [3, 4, 5, 6]],
        (True, False), (False, True))


@pytest.mark.parametrize("rows, flags", [
    ([], {}), ([("cat", 0, 0, 40, 30)], {}), ([("cat", 0.5, 1.25, 39.75, 2)], {}),
    ([("a", 1, 2, 3, 4), ("b", 1, 2, 3, 4)], {"truncated": (1, 0), "difficult": (1, 1)}),
])
def test_there_and_back(tmp_path, images, record, plain, rows, flags):
    made = record("a.jpg", *rows, **flags)
    before = plain(made)
    voc.write(made, tmp_path / "a.xml", images)
    assert plain(voc.read(tmp_path / "a.xml", ImageFolder(images))) == before == plain(made)


@pytest.mark.parametrize("text", [
    annotation(corners("1.0", "2.00", " 20 ", "25")),
    annotation("<ymax>25</ymax><xmax>20</xmax><ymin>2</ymin><xmin>1</xmin>"),
    annotation("<label/>" + corners(1, 2, 20, 25)),
    annotation(size=None),
    annotation(size=("40.0", " 30 ")),
    annotation(size=("", "")),
    annotation(filename=""),
    annotation(filename="A.JPG"),
    annotation(filename="from/elsewhere/b.jpg"),
    annotation(filename="../../etc/passwd"),
    annotation().replace("<annotation>", '<?xml version="1.0" encoding="UTF-8"?>\n<annotation>'),
    annotation().replace("<annotation>", '<annotation verified="yes">'),
    annotation().encode("utf-16"),
    annotation().replace("</object>", "<part><name>ear</name><bndbox/></part></object>"),
])
def test_what_other_programs_write_is_read_too(read, plain, text):
    if isinstance(text, bytes):
        assert text[:2] == b"\xff\xfe"
    assert plain(read(text)) == ("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))


@pytest.mark.parametrize("name, filename, path", [
    ("other.xml", "a.jpg", ""), ("other.xml", "A.Jpg", ""), ("other.xml", "a", ""),
    ("other.xml", "x.jpg", r"C:\Users\me\a.jpg"), ("other.xml", "", "/home/me/a.jpg"),
])
def test_the_picture_is_found_by_what_the_file_says(read, name, filename, path):
    text = annotation(filename=filename).replace("<object>", f"<path>{path}</path><object>")
    assert read(text, name).path == "a.jpg"


@pytest.mark.parametrize("orientation, size, expected", [
    (6, (40, 30), (40, 30)), (6, (30, 40), (30, 40)), (6, None, (30, 40)), (3, (40, 30), (40, 30)),
])
def test_a_picture_turned_by_exif_may_be_annotated_in_either_frame(read, images, paint,
                                                                   orientation, size, expected):
    paint(images / "a.jpg", (40, 30), orientation=orientation)
    found = read(annotation(size=size))
    assert (found.width, found.height) == expected


BOMB = """<!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<annotation><filename>&b;</filename></annotation>"""
OUTSIDE = """<!DOCTYPE annotation [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<annotation><filename>&a;</filename></annotation>"""


@pytest.mark.parametrize("text, message", [
    ("", "broken or unsafe XML"),
    ("hello", "broken or unsafe XML"),
    (annotation()[:100], "broken or unsafe XML"),
    (annotation().replace("</object>", ""), "broken or unsafe XML .*mismatched tag"),
    (b"\xff\xfe\xff\x00\x01", "broken or unsafe XML"),
    ('<?xml version="1.0" encoding="nonsense"?><annotation/>', "broken or unsafe XML"),
    (BOMB, r"broken or unsafe XML \(entities or references\)"),
    (OUTSIDE, r"broken or unsafe XML \(entities or references\)"),
    ("<html><body/></html>", "found a <html>, expected an <annotation>"),
    (annotation(""), r"object 1 \(cat\): found the corners \['', '', '', ''\], expected four"),
    (annotation().replace("bndbox", "polygon"), r"object 1 \(cat\): found the corners"),
    (annotation(corners(1, 2, "x", 4)), r"the corners \['1', '2', 'x', '4'\]"),
    (annotation(corners(1, 2, 20)), "expected four numbers"),
    (annotation(corners(20, 2, 1, 25)), r"the box \[20.0, 2.0, 1.0, 25.0\], expected 0 <= xmin"),
    (annotation(corners(1, 25, 20, 2)), "the box"),
    (annotation(corners(5, 5, 5, 20)), "the box"),
    (annotation(corners(5, 20, 10, 20)), "the box"),
    (annotation(corners(-1, 2, 20, 25)), "the box"),
    (annotation(corners(1, 2, 41, 25)), "expected 0 <= xmin < xmax <= 40 and 0 <= ymin"),
    (annotation(corners(1, 2, 20, 30.5)), "the box"),
    (annotation(corners("nan", 2, 20, 25)), "the box"),
    (annotation(corners(1, "nan", 20, "nan")), "the box"),
    (annotation(corners("-inf", 2, "inf", 25)), "the box"),
    (annotation(corners(1, 2, "1e999", 25)), "the box"),
    (annotation(name=""), "object 1: found the class name ''"),
    (annotation(name="  "), "object 1: found the class name '  '"),
    (annotation(name=" cat"), "object 1: found the class name ' cat'"),
    (annotation().replace("<name>cat</name>", ""), "object 1: found the class name ''"),
    (annotation(size=(80, 60)), "a size of 80x60, expected the picture's own 40x30"),
    (annotation(size=(30, 40)), "a size of 30x40, expected the picture's own 40x30"),
    (annotation(size=("wide", 30)), "a size of widex30"),
    (annotation(size=(0, 0)), "a size of 0x0"),
    (annotation(size=(40, "")), "a size of 40x"),
])
def test_a_bad_annotation_is_named_with_what_is_wrong(read, text, message):
    with pytest.raises(BadInput, match=f"a.xml(, object 1)?.*{message}") as caught:
        read(text)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).rstrip()[-1] == "."


def test_the_object_at_fault_is_counted(read):
    bad = annotation().replace("</annotation>", ONE_BOX.format(
        name="dog", box=corners(1, 2, 20, 99)) + "</annotation>")
    with pytest.raises(BadInput, match=r"a.xml, object 2 \(dog\): found the box"):
        read(bad)


@pytest.mark.parametrize("filename", ["b.jpg", "../secret.jpg", "{outside}/secret.jpg", ""])
def test_a_picture_that_is_not_there(read, tmp_path, paint, filename):
    paint(tmp_path / "secret.jpg")
    with pytest.raises(BadInput, match="b.xml: found no picture .* in .*img"):
        read(annotation(filename=filename.format(outside=tmp_path)), "b.xml")


def test_a_picture_that_is_none(read, images):
    (images / "a.jpg").write_bytes(b"no picture")
    with pytest.raises(BadInput, match="a.jpg: found 10 bytes that are no readable picture"):
        read(annotation())


def test_a_folder_gives_the_good_ones_and_names_the_bad(tmp_path, paint, plain):
    for name in ("a.jpg", "b.jpg", "sub/c.jpg", "lonely.jpg"):
        paint(tmp_path / "img" / name)
    texts = {"c.xml": annotation(filename="c.jpg"), "b.XML": annotation(filename="b.jpg"),
             "a.xml": annotation(), "a_again.xml": annotation(), "broken.xml": "<annotation>",
             "notes.txt": "not read", "._a.xml": "of a Mac", ".ipynb_checkpoints/a.xml": "old"}
    for name, text in texts.items():
        (tmp_path / "ann" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ann" / name).write_text(text)
    found = voc.read_folder(tmp_path / "ann", tmp_path / "img")
    assert [record.path for record in found.records] == ["a.jpg", "b.jpg", "sub/c.jpg"]
    assert found.unannotated == ["lonely.jpg"]
    second, broken = map(str, found.problems)
    assert "a_again.xml: found a second annotation of a.jpg, expected only" in second
    assert "broken.xml: found broken" in broken


@pytest.mark.parametrize("make_folder", [True, False])
def test_a_folder_without_annotations_is_named(tmp_path, images, make_folder):
    if make_folder:
        (tmp_path / "ann").mkdir()
    with pytest.raises(BadInput, match="ann: found no XML file"):
        voc.read_folder(tmp_path / "ann", images)


def test_what_labelimg_wrote_is_written_again(raccoon, tmp_path):
    own = ("<annotation", "\t<folder>", "\t<path>")  # whether verified, and where it lay
    for record in voc.read_folder(raccoon / "annotations", raccoon / "images").records:
        original = (raccoon / "annotations" / record.path).with_suffix(".xml").read_text()
        again = voc.write(record, tmp_path / "a.xml", raccoon / "images").read_text()
        assert [line for line in again.splitlines() if not line.startswith(own)] \
            == [line for line in original.splitlines() if not line.startswith(own)]


def test_all_raccoons_are_read(raccoon):
    found = voc.read_folder(raccoon / "annotations", raccoon / "images")
    assert (found.problems, found.unannotated) == ([], [])
    assert len(found.records) == 200
    assert sum(len(record.objects) for record in found.records) == 217
    assert found.records[0].path == "raccoon-1.jpg"
    assert found.records[0].objects.boxes[0].tolist() == [81, 88, 522, 408]
