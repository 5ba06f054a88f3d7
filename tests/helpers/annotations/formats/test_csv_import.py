"""Tables as others make them: every layout is read, and no bad line stops the others."""

import pytest
from builders import codes

from helpers.annotations.formats import csv_import
from helpers.structures.boxes import FLAGS
from helpers.structures.errors import BadInput

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
GOOD = "a.jpg,40,30,cat,1,2,20,25\n"


@pytest.fixture()
def read(images, tmp_path):
    """Reads others' tables; gives the records and ``(code, file, object)`` of findings."""

    def of(content):
        (tmp_path / "data.csv").write_bytes(
            content if isinstance(content, bytes) else content.encode()
        )
        annotations = csv_import.read(tmp_path / "data.csv", images)
        return annotations.records, codes(annotations.findings, ["image-without-annotation"])

    return of


RETINANET = "/data/img/a.jpg,1,2,20,25,cat\nsub/b.jpg,,,,,\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(HEADER + GOOD, id="tidy"),
        pytest.param("\ufeff" + HEADER + GOOD, id="byte-order mark"),
        pytest.param((HEADER + GOOD).replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param((HEADER + GOOD).replace("\n", "\r"), id="old Mac line ends"),
        pytest.param((HEADER + GOOD).replace(",", ";"), id="semicolons"),
        pytest.param((HEADER + GOOD).replace(",", "\t"), id="tabs"),
        pytest.param("\n\n" + HEADER + "\n" + GOOD + "\n,,,,,,,\n", id="blank lines"),
        pytest.param((HEADER + GOOD).encode("utf-16"), id="UTF-16"),
        # datitran's raccoon_labels.csv
        pytest.param(
            "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,40,30,cat,1,2,20,25",
            id="no final line end",
        ),
        pytest.param(
            "class,xmax,xmin,ymax,ymin,filename\ncat,20,1,25,2,a.jpg", id="columns in another order"
        ),
        pytest.param(
            "Image ID;Label;X_Min;Y_Min;X_Max;Y_Max\na;cat;1,0;2,0;20,0;25,0", id="decimal commas"
        ),
        pytest.param(
            'image,class_name,x1,y1,x2,y2\n"a.jpg","cat","1","2","20","25"', id="quoted fields"
        ),
        pytest.param(
            "path,name,left,top,right,bottom\nC:\\photos\\a.jpg,cat,1,2,20,25", id="Windows path"
        ),
        pytest.param(
            "image_path,category,img_width,img_height,xmin,ymin,xmax,ymax\n./a.jpg,cat,40,30,1,2,20,25",
            id="image_path and category",
        ),
        pytest.param(
            "filename,class,xmin_rel,ymin_rel,xmax_rel,ymax_rel\na.jpg,cat,0.025,0.0666666667,0.5,"
            "0.833333333",
            id="relative corners",
        ),
        pytest.param(
            "filename,width,height,class,xmin,ymin,xmax,ymax,xmin_rel,ymin_rel,xmax_rel,ymax_rel\n"
            "a.jpg,40,30,cat,1,2,20,25,9,9,9,9",
            id="absolute and relative corners",
        ),
        pytest.param(
            "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf\n"
            "a,verification,cat,1,0.025,0.5,0.0666666667,0.833333333,0,0,0",
            id="Open Images",
        ),
        pytest.param(RETINANET.splitlines()[0], id="RetinaNet absolute path"),
        pytest.param("a.jpg,1,2,20,25,cat\n", id="RetinaNet"),
        pytest.param("a.jpg;1.0;2.0;20.0;25.0;cat", id="RetinaNet semicolons"),
    ],
)
def test_tables_of_other_programs_are_read(read, plain, content):
    records, findings = read(content)
    assert plain([image for image in records if len(image.objects)]) == [
        ("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))
    ]
    assert {code for code, _, _ in findings} <= {"annotation-path-outside-folder"}


def test_an_absolute_path_into_the_folder_is_fine(read, images):
    records, findings = read(
        HEADER + f"{images}/sub/b.jpg,40,30,cat,1,2,3,4\n{images}/sub/../a.jpg,40,30,,,,,\n"
    )
    assert [image.path for image in records] == ["a.jpg", "sub/b.jpg"] and findings == []


def test_images_without_boxes_are_kept(read):
    for content in (RETINANET, HEADER + GOOD + "sub/b.jpg,40,30,,,,,\n"):
        assert [(image.path, len(image.objects)) for image in read(content)[0]] == [
            ("a.jpg", 1),
            ("sub/b.jpg", 0),
        ]


@pytest.mark.parametrize("column", ["split", "Subset", "set"])
def test_a_column_says_the_split(read, column):
    header = f"filename,width,height,class,xmin,ymin,xmax,ymax,{column}\n"
    lines = "a.jpg,40,30,cat,1,2,20,25,validation\na.jpg,40,30,cat,3,2,20,25,TRAIN\n"
    [record] = [one for one in read(header + lines)[0] if one.path == "a.jpg"]
    assert record.extra == {"split": "train"} and len(record.objects) == 2
    [record] = read(header + "a.jpg,40,30,cat,1,2,20,25,7\n")[0]
    assert record.extra == {}


def test_flags_of_open_images_are_read(read):
    records, _ = read(
        "ImageID,LabelName,XMin,XMax,YMin,YMax,IsTruncated,IsGroupOf,IsOccluded\n"
        "a,/m/01,0,1,0,1,1,0,1\na,/m/01,0,.5,0,1,0,1,0\n"
    )
    assert [records[0].objects.flags(name).tolist() for name in FLAGS] == [
        [True, False],
        [False, False],
        [False, True],
        [True, False],
    ]
    assert records[0].objects.boxes.tolist() == [[0, 0, 40, 30], [0, 0, 20, 30]]


@pytest.mark.parametrize(
    "line, findings",
    [
        pytest.param(
            "a.jpg,40,30", [("annotation-broken-file", "data.csv", None)], id="too few fields"
        ),
        pytest.param(
            "a.jpg,40,30,cat,1,2,3,4,5",
            [("annotation-broken-file", "data.csv", None)],
            id="too many fields",
        ),
        pytest.param(
            'a.jpg,40,30,"cat,1,2,3,4',
            [("annotation-broken-file", "data.csv", None)],
            id="quote not closed",
        ),
        pytest.param(
            'a.jpg,40,30,"c"at,1,2,3,4',
            [("annotation-broken-file", "data.csv", None)],
            id="text after a quote",
        ),
        pytest.param(
            "a.jpg,40,30,\x00,1,2,3,4",
            [("annotation-broken-file", "data.csv", None)],
            id="NUL byte",
        ),
        pytest.param(
            "a.jpg,40,30," + "x" * 200_000 + ",1,2,3,4",
            [("annotation-broken-file", "data.csv", None)],
            id="field too long",
        ),
        pytest.param(
            "c.jpg,40,30,cat,1,2,3,4",
            [("annotation-without-image", "data.csv", None)],
            id="image not there",
        ),
        pytest.param(
            "../../etc/a.jpg,40,30,cat,1,2,3,4",
            [("annotation-path-outside-folder", "data.csv", None)],
            id="path out of the folder",
        ),
        pytest.param(
            "C:\\images\\a.jpg,40,30,cat,1,2,3,4",
            [("annotation-path-outside-folder", "data.csv", None)],
            id="Windows path",
        ),
        pytest.param(
            "../../etc/c.jpg,40,30,cat,1,2,3,4",
            [
                ("annotation-path-outside-folder", "data.csv", None),
                ("annotation-without-image", "data.csv", None),
            ],
            id="path out to no image",
        ),
        pytest.param(
            ",40,30,cat,1,2,3,4", [("annotation-without-image", "data.csv", None)], id="no filename"
        ),
        pytest.param(
            "a.jpg,40,30,,,,,",
            [("annotation-broken-file", "a.jpg", None)],
            id="negative of an annotated image",
        ),
        pytest.param(
            "a.jpg,41,30,cat,1,2,3,4",
            [("annotation-broken-file", "a.jpg", None)],
            id="another width",
        ),
        pytest.param("a.jpg,40,30,cat,,,,", [("box-invalid", "a.jpg", 2)], id="corners empty"),
        pytest.param(
            "a.jpg,40,30,cat,1,2,x,4", [("box-invalid", "a.jpg", 2)], id="corner not a number"
        ),
        pytest.param("a.jpg,40,30,cat,1,nan,3,4", [("box-invalid", "a.jpg", 2)], id="NaN"),
        pytest.param("a.jpg,40,30,cat,1,2,inf,4", [("box-invalid", "a.jpg", 2)], id="infinity"),
        pytest.param(
            "a.jpg,40,30,cat,1,2,3e300,4", [("box-invalid", "a.jpg", 2)], id="beyond float32"
        ),
        pytest.param(
            'a.jpg,40,30,cat,"1,5",2,3,4', [("box-invalid", "a.jpg", 2)], id="quoted decimal comma"
        ),
        pytest.param("a.jpg,40,30,,1,2,3,4", [], id="no class"),
        pytest.param(
            "a.jpg,40,30, cat ,30,20,10,40", [], id="padded class and swapped corners"
        ),  # for checks to judge
        pytest.param("a.jpg,40.0,30,cat,1,2,3,4", [], id="width with decimals"),
        pytest.param("a.jpg,,,cat,1,2,3,4", [], id="no size"),
        pytest.param("a.jpg,0,x,cat,1,2,3,4", [], id="size not numbers"),
        pytest.param("A.JPG,40,30,cat,1,2,3,4", [], id="filename in other case"),
        pytest.param("a.jpg,40,30,cat,1,2,3,4,,", [], id="empty fields at the end"),
    ],
)
def test_a_bad_line_does_not_stop_the_others(read, line, findings):
    records, actual = read(HEADER + GOOD + line + "\nsub/b.jpg,40,30,dog,1,2,3,4\n")
    assert actual == findings
    assert [(image.path, image.width, image.height) for image in records] == [
        ("a.jpg", 40, 30),
        ("sub/b.jpg", 40, 30),
    ]
    assert records[0].objects.boxes[0].tolist() == [1, 2, 20, 25]


def test_a_bad_line_is_named_by_its_number(tmp_path, images):
    (tmp_path / "data.csv").write_text(
        HEADER + 'a.jpg,40,30,"two\nlines",1,2,3,4\na.jpg,40,30,cat,1,2,wide,4\n'
    )
    (finding,) = [
        finding
        for finding in csv_import.read(tmp_path / "data.csv", images).findings
        if finding.code == "box-invalid"
    ]
    assert (finding.path, finding.object) == ("a.jpg", 2)
    assert "data.csv, line 4: object 2 (cat)" in finding.message and "'wide'" in finding.message


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param("", "data.csv.*first line ''", id="empty"),
        pytest.param("\n\n", "data.csv.*first line ''", id="blank lines"),
        pytest.param("hello", "data.csv.*'hello'", id="one word"),
        pytest.param("a,b,c,d,e,f\n", "data.csv.*'a,b,c,d,e,f'", id="other columns"),
        pytest.param(
            HEADER.replace("xmax", "x"),
            "data.csv.*,x,ymax'.*filename, class, xmin",
            id="a corner missing",
        ),
        pytest.param(b"\xff\xd8\xff\xe0\x00", "data.csv.*bytes.*at 0", id="JPEG"),
        pytest.param(
            "filename,class\nB\xe4r".encode("latin-1"), "data.csv.*bytes.*at 16", id="Latin-1"
        ),
        pytest.param("\x00" * 50, r"data.csv.*first line '\\x00", id="NUL bytes"),
    ],
)
def test_a_file_that_is_no_table_of_boxes_is_refused(read, content, message):
    with pytest.raises(BadInput, match=message):
        read(content)


def test_tables_of_a_folder_are_put_together(images, paint):
    for folder in ("train", "valid"):
        paint(images / folder / "c.jpg")
        (images / folder / "_annotations.csv").write_text(HEADER + GOOD.replace("a.jpg", "c.jpg"))
    (images / "prices.csv").write_text("1;2\n")
    annotations = csv_import.read(images, images)
    assert [image.path for image in annotations.records] == ["train/c.jpg", "valid/c.jpg"]
    assert codes(annotations.findings) == [
        ("annotation-broken-file", "prices.csv", None),
        ("image-without-annotation", "a.jpg", None),
        ("image-without-annotation", "b.jpg", None),
    ]
