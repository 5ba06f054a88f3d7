"""Tables as others make them: every layout is read, and no bad line stops the others."""

import pytest
from builders import codes

from helpers.annotations import csv_import
from helpers.structures.boxes import FLAGS
from helpers.structures.errors import BadInput

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
GOOD = "a.jpg,40,30,cat,1,2,20,25\n"


@pytest.fixture()
def read(images, tmp_path):
    """Reads others' tables; gives the records and ``(code, file, object)`` of findings."""

    def of(text):
        (tmp_path / "data.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
        annotations = csv_import.read(tmp_path / "data.csv", images)
        return annotations.records, codes(annotations.findings, ["image-without-annotation"])

    return of


RETINANET = "/data/img/a.jpg,1,2,20,25,cat\nsub/b.jpg,,,,,\n"


@pytest.mark.parametrize(
    "text",
    [
        HEADER + GOOD,
        "\ufeff" + HEADER + GOOD,
        (HEADER + GOOD).replace("\n", "\r\n"),
        (HEADER + GOOD).replace("\n", "\r"),
        (HEADER + GOOD).replace(",", ";"),
        (HEADER + GOOD).replace(",", "\t"),
        "\n\n" + HEADER + "\n" + GOOD + "\n,,,,,,,\n",
        (HEADER + GOOD).encode("utf-16"),
        # datitran's raccoon_labels.csv
        "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,40,30,cat,1,2,20,25",
        "class,xmax,xmin,ymax,ymin,filename\ncat,20,1,25,2,a.jpg",
        "Image ID;Label;X_Min;Y_Min;X_Max;Y_Max\na;cat;1,0;2,0;20,0;25,0",
        'image,class_name,x1,y1,x2,y2\n"a.jpg","cat","1","2","20","25"',
        "path,name,left,top,right,bottom\nC:\\photos\\a.jpg,cat,1,2,20,25",
        "image_path,category,img_width,img_height,xmin,ymin,xmax,ymax\n./a.jpg,cat,40,30,1,2,20,25",
        "filename,class,xmin_rel,ymin_rel,xmax_rel,ymax_rel\na.jpg,cat,0.025,0.0666666667,0.5,"
        "0.833333333",
        "filename,width,height,class,xmin,ymin,xmax,ymax,xmin_rel,ymin_rel,xmax_rel,ymax_rel\n"
        "a.jpg,40,30,cat,1,2,20,25,9,9,9,9",
        "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf\n"
        "a,verification,cat,1,0.025,0.5,0.0666666667,0.833333333,0,0,0",
        RETINANET.splitlines()[0],
        "a.jpg,1,2,20,25,cat\n",
        "a.jpg;1.0;2.0;20.0;25.0;cat",
    ],
)
def test_others_tables_are_read(read, plain, text):
    records, findings = read(text)
    assert plain([one for one in records if len(one.objects)]) == [
        ("a.jpg", 40, 30, ("cat",), [[1, 2, 20, 25]], (False,), (False,))
    ]
    assert {one[0] for one in findings} <= {"annotation-path-outside-folder"}


def test_an_absolute_path_into_the_folder_is_fine(read, images):
    records, findings = read(
        HEADER + f"{images}/sub/b.jpg,40,30,cat,1,2,3,4\n{images}/sub/../a.jpg,40,30,,,,,\n"
    )
    assert [one.path for one in records] == ["a.jpg", "sub/b.jpg"] and findings == []


def test_images_without_boxes_are_kept(read):
    for text in (RETINANET, HEADER + GOOD + "sub/b.jpg,40,30,,,,,\n"):
        assert [(one.path, len(one.objects)) for one in read(text)[0]] == [
            ("a.jpg", 1),
            ("sub/b.jpg", 0),
        ]


def test_flags_of_open_images_are_read(read):
    records, _ = read(
        "ImageID,LabelName,XMin,XMax,YMin,YMax,IsTruncated,IsGroupOf\n"
        "a,/m/01,0,1,0,1,1,0\na,/m/01,0,.5,0,1,0,1\n"
    )
    assert [records[0].objects.flags(name).tolist() for name in FLAGS] == [
        [True, False],
        [False, False],
        [False, True],
    ]
    assert records[0].objects.boxes.tolist() == [[0, 0, 40, 30], [0, 0, 20, 30]]


@pytest.mark.parametrize(
    "line, findings",
    [
        ("a.jpg,40,30", [("annotation-broken-file", "data.csv", None)]),
        ("a.jpg,40,30,cat,1,2,3,4,5", [("annotation-broken-file", "data.csv", None)]),
        ('a.jpg,40,30,"cat,1,2,3,4', [("annotation-broken-file", "data.csv", None)]),
        ('a.jpg,40,30,"c"at,1,2,3,4', [("annotation-broken-file", "data.csv", None)]),
        ("a.jpg,40,30,\x00,1,2,3,4", [("annotation-broken-file", "data.csv", None)]),
        (
            "a.jpg,40,30," + "x" * 200_000 + ",1,2,3,4",
            [("annotation-broken-file", "data.csv", None)],
        ),
        ("c.jpg,40,30,cat,1,2,3,4", [("annotation-without-image", "data.csv", None)]),
        (
            "../../etc/a.jpg,40,30,cat,1,2,3,4",
            [("annotation-path-outside-folder", "data.csv", None)],
        ),
        (
            "C:\\images\\a.jpg,40,30,cat,1,2,3,4",
            [("annotation-path-outside-folder", "data.csv", None)],
        ),
        (
            "../../etc/c.jpg,40,30,cat,1,2,3,4",
            [
                ("annotation-path-outside-folder", "data.csv", None),
                ("annotation-without-image", "data.csv", None),
            ],
        ),
        (",40,30,cat,1,2,3,4", [("annotation-without-image", "data.csv", None)]),
        ("a.jpg,40,30,,,,,", [("annotation-broken-file", "a.jpg", None)]),
        ("a.jpg,41,30,cat,1,2,3,4", [("annotation-broken-file", "a.jpg", None)]),
        ("a.jpg,40,30,cat,,,,", [("box-invalid", "a.jpg", 2)]),
        ("a.jpg,40,30,cat,1,2,x,4", [("box-invalid", "a.jpg", 2)]),
        ("a.jpg,40,30,cat,1,nan,3,4", [("box-invalid", "a.jpg", 2)]),
        ("a.jpg,40,30,cat,1,2,inf,4", [("box-invalid", "a.jpg", 2)]),
        ("a.jpg,40,30,cat,1,2,3e300,4", [("box-invalid", "a.jpg", 2)]),
        ('a.jpg,40,30,cat,"1,5",2,3,4', [("box-invalid", "a.jpg", 2)]),
        ("a.jpg,40,30,,1,2,3,4", []),
        ("a.jpg,40,30, cat ,30,20,10,40", []),  # for checks to judge
        ("a.jpg,40.0,30,cat,1,2,3,4", []),
        ("a.jpg,,,cat,1,2,3,4", []),
        ("a.jpg,0,x,cat,1,2,3,4", []),
        ("A.JPG,40,30,cat,1,2,3,4", []),
        ("a.jpg,40,30,cat,1,2,3,4,,", []),
    ],
)
def test_a_bad_line_does_not_stop_the_others(read, line, findings):
    records, found = read(HEADER + GOOD + line + "\nsub/b.jpg,40,30,dog,1,2,3,4\n")
    assert found == findings
    assert [(one.path, one.width, one.height) for one in records] == [
        ("a.jpg", 40, 30),
        ("sub/b.jpg", 40, 30),
    ]
    assert records[0].objects.boxes[0].tolist() == [1, 2, 20, 25]


def test_a_bad_line_is_named_by_its_number(tmp_path, images):
    (tmp_path / "data.csv").write_text(
        HEADER + 'a.jpg,40,30,"two\nlines",1,2,3,4\na.jpg,40,30,cat,1,2,wide,4\n'
    )
    (finding,) = [
        one
        for one in csv_import.read(tmp_path / "data.csv", images).findings
        if one.code == "box-invalid"
    ]
    assert "data.csv, line 4: object 2 (cat): expected four numbers" in finding.message


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "data.csv: found the first line ''"),
        ("\n\n", "found the first line"),
        ("hello", "data.csv: found the first line 'hello'"),
        ("a,b,c,d,e,f\n", "the first line"),
        (HEADER.replace("xmax", "x"), "expected a table with filename, class, xmin"),
        (b"\xff\xd8\xff\xe0\x00", "data.csv: found bytes that are not text"),
        ("filename,class\nB\xe4r".encode("latin-1"), "data.csv: found bytes that are not text"),
        ("\x00" * 50, "data.csv: found the first line"),
    ],
)
def test_what_is_no_table_of_boxes_is_refused(read, text, message):
    with pytest.raises(BadInput, match=message):
        read(text)


def test_tables_of_a_folder_are_put_together(images, paint):
    for folder in ("train", "valid"):
        paint(images / folder / "c.jpg")
        (images / folder / "_annotations.csv").write_text(HEADER + GOOD.replace("a.jpg", "c.jpg"))
    (images / "prices.csv").write_text("1;2\n")
    found = csv_import.read(images, images)
    assert [one.path for one in found.records] == ["train/c.jpg", "valid/c.jpg"]
    assert [(one.code, one.path.split("/")[-1]) for one in found.findings] == [
        ("annotation-broken-file", "prices.csv"),
        ("image-without-annotation", "a.jpg"),
        ("image-without-annotation", "b.jpg"),
    ]
