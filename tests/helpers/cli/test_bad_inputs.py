"""Bad input of every kind and format on the whole way: read, probe, check, fix or drop, write.

Each row is a small data set with one thing wrong and the findings that come of it, these and no
others; where there are none, the thing only seems wrong.
"""

import io
import json

import numpy as np
import pytest
from PIL import Image

from helpers.annotations import csv_table, registry
from helpers.structures import findings
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system.files import write_json
from helpers.validation import image_probe, repair, validate

SIZE = (200, 100)
BOX = (120, 60, 180, 90)  # not within its image as x, y, width, height
CSV = "filename,width,height,class,xmin,ymin,xmax,ymax\n"
ENTITIES = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(9))


def encoded_image(seed=0, size=SIZE, mode="RGB", kind="JPEG", orientation=None, cut=0):
    """The bytes of an image with some blobs on it; other seeds give quite another one."""
    blobs = np.random.RandomState(seed).randint(0, 256, (4, 6, 3)).astype(np.uint8)
    image = Image.fromarray(blobs).resize(size, Image.BICUBIC)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = orientation or 1
    stream = io.BytesIO()
    (image if mode == "I;16" else image.convert(mode)).save(
        stream, kind, **({"exif": exif.tobytes()} if orientation else {})
    )
    return stream.getvalue()[: -cut or None]


def large(size):
    stream = io.BytesIO()
    Image.new("L", size).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def obj(name="cat", box=BOX, corners=("xmin", "ymin", "xmax", "ymax")):
    values = "".join(f"<{tag}>{value}</{tag}>" for tag, value in zip(corners, box))
    return f"<object><name>{name}</name><bndbox>{values}</bndbox></object>"


def xml(*objects, size=SIZE, filename="a.jpg", head=""):
    size_tag = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>" if size else ""
    return (
        f"{head}<annotation><filename>{filename}</filename>{size_tag}"
        f"{''.join(objects or [obj()])}</annotation>"
    )


def voc(*objects, **options):
    """One XML about the image a.jpg."""
    return {"in/a.xml": xml(*objects, **options)}


def boxes(*rows, **options):
    """One XML with these boxes, all of them cats."""
    return voc(*[obj(box=row) for row in rows], **options)


def coco(annotations=None, images=None, **others):
    entry = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [120, 60, 60, 30]}
    images = [{"id": 1, "file_name": "a.jpg", "width": 200, "height": 100}] + (images or [])
    document = dict(
        {
            "images": images,
            "categories": [{"id": 1, "name": "cat"}],
            "annotations": [
                {**entry, "id": number, **own} for number, own in enumerate(annotations or [{}], 1)
            ],
        },
        **others,
    )
    return {"in/a.json": json.dumps(document)}


RECT = {"name": "rect", "x": 120, "y": 60, "width": 60, "height": 30}


def via(shape=RECT, attributes=None, filename="a.jpg", regions=None, **others):
    region = {"shape_attributes": shape, "region_attributes": attributes or {"class": "cat"}}
    entry = {"filename": filename, "size": 1, "regions": [region] if regions is None else regions}
    return {"in/via.json": json.dumps({filename + "1": entry, **others})}


def yolo(*lines, name="a.txt"):
    return {f"in/{name}": "\n".join(lines), "in/classes.txt": "cat\ndog\n"}


def manifest(*entries, more="", **line):
    boxes = [
        {"class_id": 0, "left": 120, "top": 60, "width": 60, "height": 30, **own}
        for own in entries or [{}]
    ]
    whole = {
        "source-ref": "s3://bucket/a.jpg",
        "job": {"image_size": [{"width": 200, "height": 100, "depth": 3}], "annotations": boxes},
        "job-metadata": {"class-map": {"0": "cat"}},
    }
    return {"in/a.manifest": json.dumps({**whole, **line}) + "\n" + more}


def rows(*lines):
    return {"in/a.csv": CSV + "".join(line + "\n" for line in lines)}


def pair(second, size=SIZE, name="b.jpg"):
    """The good image and another one, both with a good XML."""
    return {"in/a.xml": xml(), "in/b.xml": xml(filename=name, size=size), f"img/{name}": second}


def only(content, size=SIZE, name="a.jpg", row=BOX):
    """One image and its XML."""
    return {f"img/{name}": content, "in/a.xml": xml(obj(box=row), size=size, filename=name)}


def row(name, file_format, files, *expected, **options):
    """A data set: its findings as kind, or ``(kind, words of the message)``."""
    expected = [(one, "") if isinstance(one, str) else one for one in expected]
    return pytest.param(file_format, files, expected, options, id=f"{file_format}: {name}")


BAD = [
    # Annotation files that are no annotations
    row("empty file", "xml", {"in/a.xml": ""}, ("annotation-broken-file", "does not parse")),
    row("cut off", "xml", {"in/a.xml": xml()[:150]}, ("annotation-broken-file", "does not parse")),
    row("bytes", "xml", {"in/a.xml": bytes(range(256)) * 9}, "annotation-broken-file"),
    row("zeros", "xml", {"in/a.xml": b"\0" * 500}, "annotation-broken-file"),
    row("an image called xml", "xml", {"in/a.xml": encoded_image()}, "annotation-broken-file"),
    row(
        "an encoding that is not",
        "xml",
        {"in/a.xml": '<?xml version="1.0" encoding="klingon"?>' + xml()},
        "annotation-broken-file",
    ),
    row(
        "nested without end",
        "xml",
        {"in/a.xml": "<annotation>" + "<object>" * 20000},
        "annotation-broken-file",
    ),
    row("two roots", "xml", {"in/a.xml": xml() + xml()}, "annotation-broken-file"),
    row(
        "a web page",
        "xml",
        {"in/a.xml": "<html><body/></html>"},
        ("annotation-other-format", "<html>"),
    ),
    row(
        "entities that grow",
        "xml",
        voc(obj("&e8;"), head=f"<!DOCTYPE annotation [{ENTITIES}]>"),
        "annotation-unsafe-xml",
    ),
    row(
        "an external entity",
        "xml",
        voc(obj("&x;"), head='<!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "annotation-unsafe-xml",
    ),
    row(
        "an external parameter entity",
        "xml",
        voc(head='<!DOCTYPE annotation [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]>'),
        "annotation-unsafe-xml",
    ),
    row(
        "entities in UTF-16",
        "xml",
        {
            "in/a.xml": (
                f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE annotation [{ENTITIES}]>'
                + xml(obj("&e8;"))
            ).encode("utf-16")
        },
        "annotation-unsafe-xml",
    ),
    # Which image
    row(
        "no such image",
        "xml",
        {**voc(), "in/z.xml": xml(filename="z.jpg")},
        ("annotation-without-image", "'z.jpg'"),
    ),
    row(
        "two of that name",
        "xml",
        {
            **voc(),
            "in/b.xml": xml(filename="b"),
            "img/b.jpg": encoded_image(1),
            "img/b.png": encoded_image(2, kind="PNG"),
        },
        ("annotation-ambiguous-image", "b.png"),
        "image-without-annotation",
        "image-without-annotation",
    ),
    row(
        "annotated twice",
        "xml",
        {**voc(), "in/sub/a.xml": xml()},
        ("annotation-duplicate", "same image"),
    ),
    row(
        "an image without annotation",
        "xml",
        {**voc(), "img/b.jpg": encoded_image(1)},
        "image-without-annotation",
    ),
    row(
        "a name from outside",
        "xml",
        voc(filename="../../etc/a.jpg"),
        "annotation-path-outside-folder",
    ),
    row("a path of another machine", "xml", voc(filename=r"C:\photos\a.jpg")),
    row(
        "a name that is not UTF-8",
        "xml",
        {**voc(), "in/caf\udce9.xml": xml(), "img/caf\udce9.jpg": encoded_image(1)},
        ("image-unusable-name", "not UTF-8"),
    ),
    row(
        "a name of two lines",
        "xml",
        {**voc(), "in/b\nc.xml": "<", "img/b\nc.jpg": encoded_image(1)},
        "annotation-broken-file",
    ),
    # Objects
    row(
        "no bndbox",
        "xml",
        voc("<object><name>cat</name></object>"),
        ("box-invalid", "object 1 (cat)"),
    ),
    row("no xmax", "xml", voc(obj(corners=("xmin", "ymin", "width", "ymax"))), "box-invalid"),
    row("words", "xml", boxes(BOX, ("left", 1, 2, 3)), ("box-invalid", "object 2 (cat)")),
    row("not a number", "xml", boxes(("nan", 1, 2, 3)), "box-invalid"),
    row("endless", "xml", boxes((1, 1, "inf", 50)), "box-invalid"),
    row("too long a number", "xml", boxes((1, 1, "9" * 400, 50)), "box-invalid"),
    row("blank class", "xml", voc(obj("  ")), ("class-missing", "blank")),
    row(
        "class-missing",
        "xml",
        voc(
            "<object><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>60</xmax>"
            "<ymax>60</ymax></bndbox></object>"
        ),
        "class-missing",
    ),
    row("class-padded-name", "xml", voc(obj("cat ")), ("class-padded-name", "'cat '")),
    row("class on lines of its own", "xml", voc(obj("\n  red\n  panda\n")), "class-padded-name"),
    row(
        "swapped",
        "xml",
        boxes(BOX, (60, 10, 20, 50)),
        ("box-swapped-corners", "object 2 (cat): box [60, 10, 20, 50] on 200x100: xmax is left"),
    ),
    row("both swapped", "xml", boxes(BOX, (60, 50, 20, 10)), ("box-swapped-corners", "above ymin")),
    row(
        "width and height",
        "xml",
        boxes((120, 60, 60, 30), (30, 10, 20, 40), (90, 70, 20, 20)),
        *[
            ("box-width-height-as-corners", text)
            for text in ("3 of 3 boxes", "object 1", "object 2", "object 3")
        ],
    ),
    row(
        "swapped, or width and height",
        "xml",
        boxes((120, 60, 60, 30)),
        ("box-ambiguous-corners", "xmax is left of xmin and ymax is above ymin"),
    ),
    row("no width", "xml", boxes(BOX, (5, 5, 5, 50)), ("box-zero-area", "no width")),
    row("nothing at all", "xml", boxes((0, 0, 0, 0)), ("box-zero-area", "no width and no height")),
    row("outside", "xml", boxes((250, 10, 290, 50)), ("box-outside-image", "on 200x100")),
    row(
        "beyond",
        "xml",
        boxes((150, 50, 210, 90)),
        ("box-beyond-border", "10 px beyond the right border"),
    ),
    row("before the start", "xml", boxes((-5, 50, 90, 90)), ("box-beyond-border", "5 px")),
    row(
        "swapped and beyond",
        "xml",
        boxes(BOX, (210, 50, 150, 90)),
        ("box-beyond-border", "10 px"),
        ("box-swapped-corners", "object 2"),
    ),
    row("twice", "xml", boxes(BOX, BOX), ("box-duplicate", "object 1 (cat)")),
    row(
        "of two classes",
        "xml",
        voc(obj(), obj("dog")),
        (
            "box-conflicting-classes",
            "object 2 (dog): box [120, 60, 180, 90] on 200x100: the same box as object 1 (cat)",
        ),
    ),
    row("huge", "xml", boxes((0, 0, 200, 100)), ("box-covers-image", "100 %")),
    row("tiny", "xml", boxes((50, 50, 52, 60)), ("box-too-small", "3x30 px at 300x300")),
    row(
        "all cut",
        "xml",
        boxes((0, 10, 50, 50), (170, 60, 200, 90), (90, 0, 120, 30)),
        ("image-all-boxes-truncated", "all 3 boxes"),
    ),
    # Images
    row("empty", "xml", only(b""), ("image-unreadable", "0 bytes")),
    row("empty, no size in the XML", "xml", only(b"", size=None), "image-unreadable"),
    row("a text", "xml", only(b"no image"), ("image-unreadable", "8 bytes")),
    row("a web page saved as image", "xml", only(b"<html>404</html>"), "image-unreadable"),
    row("cut off", "xml", only(encoded_image(cut=900)), ("image-corrupt", "truncated")),
    row(
        "cut off PNG",
        "xml",
        only(encoded_image(kind="PNG", cut=900), name="a.png"),
        "image-corrupt",
    ),
    row(
        "45 megapixels",
        "xml",
        only(large((9000, 5000)), (9000, 5000), "a.png", (5000, 3000, 8000, 4000)),
        ("image-too-large", "9000x5000"),
        "image-grayscale",
    ),
    row(
        "a decompression bomb",
        "xml",
        only(large((20000, 10000)), (20000, 10000), "a.png", (12000, 6000, 18000, 9000)),
        ("image-too-large", "20000x10000"),
        "image-grayscale",
    ),
    row(
        "resized",
        "xml",
        only(encoded_image(size=(100, 50))),
        ("image-size-mismatch", "0.5 times as large"),
    ),
    row(
        "turned by hand",
        "xml",
        only(encoded_image(size=(100, 200))),
        ("image-size-mismatch", "by a quarter"),
    ),
    row(
        "cropped",
        "xml",
        only(encoded_image(size=(190, 100))),
        ("image-size-mismatch", "is 190x100"),
    ),
    row("size of nothing", "xml", voc(size=(0, 0))),
    row("size in words", "xml", voc(size=("wide", "high"))),
    row(
        "turned by EXIF",
        "xml",
        only(encoded_image(size=(100, 200), orientation=6)),
        ("image-exif-rotated", "as shown"),
    ),
    row(
        "turned by EXIF, drawn before",
        "xml",
        only(encoded_image(orientation=6)),
        ("image-exif-rotated", "before it is turned"),
    ),
    row("gray", "xml", only(encoded_image(mode="L")), "image-grayscale"),
    row("for print", "xml", only(encoded_image(mode="CMYK")), ("image-not-rgb", "CMYK")),
    row(
        "16 bits",
        "xml",
        only(encoded_image(mode="I;16", kind="PNG"), name="a.png"),
        ("image-not-rgb", "16"),
    ),
    row(
        "with alpha",
        "xml",
        only(encoded_image(mode="RGBA", kind="PNG"), name="a.png"),
        "image-not-rgb",
    ),
    row(
        "of few colours",
        "xml",
        only(encoded_image(mode="P", kind="PNG"), name="a.png"),
        "image-not-rgb",
    ),
    row(
        "PNG called jpg",
        "xml",
        only(encoded_image(kind="PNG")),
        ("image-wrong-suffix", "PNG content"),
    ),
    row(
        "JPEG called png",
        "xml",
        only(encoded_image(), name="a.png"),
        ("image-wrong-suffix", "JPEG content"),
    ),
    # Sets
    row("one image under two names", "xml", pair(encoded_image()), ("image-duplicate", "a.jpg")),
    row(
        "one image at two sizes",
        "xml",
        pair(encoded_image(size=(400, 200)), size=(400, 200)),
        ("image-near-duplicate", "looks like a.jpg"),
    ),
    row(
        "one class in two spellings",
        "xml",
        voc(obj(), obj("Cat", (10, 10, 60, 60))),
        ("class-similar-names", "'Cat', 'cat'"),
    ),
    row(
        "few of a class",
        "xml",
        voc(),
        ("class-few-examples", "1 box of the class 'cat'"),
        min_boxes=2,
    ),
    row(
        "a class outside the label map",
        "xml",
        voc(obj(), obj("dgo", (10, 10, 60, 60))),
        ("class-unknown", "not in the label map, with their boxes: 'dgo' (1)"),
        ("class-unknown", "object 2: the class 'dgo'"),
        label_map=LabelMap.of(["cat", "dog"]),
    ),
    # COCO
    row("three numbers", "coco", coco([{"bbox": [1, 2, 3]}]), ("box-invalid", "[1, 2, 3]")),
    row("words", "coco", coco([{}, {"bbox": ["a", 1, 2, 3]}]), ("box-invalid", "object 2")),
    row("negative width", "coco", coco([{}, {"bbox": [90, 10, -60, 30]}]), "box-swapped-corners"),
    row("beyond", "coco", coco([{"bbox": [150, 50, 60, 30]}]), ("box-beyond-border", "10 px")),
    row("no such category", "coco", coco([{"category_id": 9}]), ("class-unknown", "9")),
    row(
        "padded category", "coco", coco(categories=[{"id": 1, "name": " cat"}]), "class-padded-name"
    ),
    row("no such image", "coco", coco([{}, {"image_id": 7}]), ("annotation-broken-file", "7")),
    row(
        "an outline alone",
        "coco",
        coco([{"bbox": None, "segmentation": [[120, 60, 180, 60, 150, 90]]}]),
        ("box-from-shape", "outline of 3 points"),
    ),
    row(
        "annotation-duplicate-id",
        "coco",
        coco([{}, {"id": 1, "bbox": [10, 10, 50, 50]}]),
        "annotation-duplicate-id",
    ),
    row(
        "no such image",
        "coco",
        coco(images=[{"id": 2, "file_name": "../z.jpg"}]),
        "annotation-path-outside-folder",
        ("annotation-without-image", "z.jpg"),
    ),
    row(
        "an image that is a number",
        "coco",
        coco(images=[7]),
        ("annotation-broken-file", "images[1]"),
    ),
    row(
        "another file is broken",
        "coco",
        {**coco(), "in/b.json": '{"images": ['},
        "annotation-broken-file",
    ),
    row(
        "another file is VIA's",
        "coco",
        {**coco(), "in/b.json": via()["in/via.json"]},
        "annotation-other-format",
    ),
    # VGG Image Annotator
    row(
        "a polygon",
        "json",
        via({"name": "polygon", "all_points_x": [120, 180, 150], "all_points_y": [60, 60, 90]}),
        ("box-from-shape", "polygon"),
    ),
    row("no numbers", "json", via({"name": "rect", "x": None}), "box-invalid"),
    row(
        "a point",
        "json",
        via({"name": "point", "cx": 5, "cy": 5}),
        "box-from-shape",
        ("box-zero-area", "no width and no height"),
    ),
    row("class-missing", "json", via(attributes={"class": ""}), "class-missing"),
    row(
        "two classes checked",
        "json",
        via(attributes={"class": {"cat": True, "dog": True}}),
        ("class-unknown", "2 values"),
    ),
    row(
        "no such image",
        "json",
        via(**{"z.jpg1": {"filename": "z.jpg", "regions": []}}),
        ("annotation-without-image", "z.jpg"),
    ),
    row(
        "regions in words",
        "json",
        via(**{"z.jpg1": {"filename": "z.jpg", "regions": "none"}}),
        "annotation-broken-file",
    ),
    row("outside", "json", via(dict(RECT, x=900)), "box-outside-image"),
    # YOLO
    row("no such class", "yolo", yolo("2 0.75 0.75 0.3 0.3"), ("class-unknown", "2")),
    row(
        "words",
        "yolo",
        yolo("0 0.75 0.75 0.3 0.3", "0 half 0.5 0.5 0.5"),
        ("box-invalid", "object 2"),
    ),
    row("too few", "yolo", yolo("0 0.75 0.75 0.3"), "box-invalid"),
    row("pixels, not shares", "yolo", yolo("0 150 75 60 30"), "box-outside-image"),
    row("beyond", "yolo", yolo("0 0.9 0.75 0.3 0.3"), ("box-beyond-border", "10 px")),
    row("an outline", "yolo", yolo("0 0.6 0.6 0.9 0.6 0.75 0.9"), "box-from-shape"),
    row("rounded over the border", "yolo", yolo("0 0.8503335 0.75 0.2993333 0.3")),
    row(
        "no such image",
        "yolo",
        {**yolo("0 0.75 0.75 0.3 0.3"), "in/z.txt": "0 0.5 0.5 0.5 0.5"},
        ("annotation-without-image", "z"),
    ),
    row(
        "bytes",
        "yolo",
        {**yolo("0 0.75 0.75 0.3 0.3"), "in/b.txt": b"\xff\xfe\xfd\xff\xff"},
        "annotation-broken-file",
    ),
    # Ground Truth
    row("no such class", "manifest", manifest({"class_id": 5}), ("class-unknown", "5")),
    row("no numbers", "manifest", manifest({"left": None}), "box-invalid"),
    row("beyond", "manifest", manifest({"left": 150}), ("box-beyond-border", "10 px")),
    row(
        "a broken line",
        "manifest",
        manifest(more='{"source-ref":'),
        ("annotation-broken-file", "line 2"),
    ),
    row("another line", "manifest", manifest(more="[1, 2]"), ("annotation-broken-file", "line 2")),
    row(
        "labelled twice",
        "manifest",
        manifest(more=manifest()["in/a.manifest"]),
        "annotation-duplicate",
    ),
    row(
        "not labelled",
        "manifest",
        {**manifest(more='{"source-ref": "s3://bucket/b.jpg"}'), "img/b.jpg": encoded_image(1)},
        "image-without-annotation",
    ),
    # Tables
    row(
        "fields missing",
        "csv",
        rows("a.jpg,200,100,cat,120,60,180,90", "a.jpg,200,100"),
        ("annotation-broken-file", "line 3"),
    ),
    row("words", "csv", rows("a.jpg,200,100,cat,one,2,3,4"), ("box-invalid", "object 1")),
    row(
        "two sizes",
        "csv",
        rows("a.jpg,200,100,cat,120,60,180,90", "a.jpg,100,200,cat,1,2,60,60"),
        ("annotation-broken-file", "two sizes"),
    ),
    row(
        "with and without box",
        "csv",
        rows("a.jpg,200,100,cat,120,60,180,90", "a.jpg,200,100,,,,,"),
        ("annotation-broken-file", "with and without"),
    ),
    row(
        "width and height",
        "csv",
        rows("a.jpg,200,100,cat,120,60,60,30", "a.jpg,200,100,cat,90,50,60,10"),
        *[("box-width-height-as-corners", text) for text in ("2 of 2", "object 1", "object 2")],
    ),
    row(
        "a name from outside",
        "csv",
        rows("/etc/a.jpg,200,100,cat,120,60,180,90"),
        "annotation-path-outside-folder",
    ),
    row(
        "no such image",
        "csv",
        rows("a.jpg,200,100,cat,120,60,180,90", "z.jpg,9,9,cat,1,1,5,5"),
        ("annotation-without-image", "z.jpg"),
    ),
    row("class-padded-name", "csv", rows("a.jpg,200,100, cat,120,60,180,90"), "class-padded-name"),
    row("swapped", "csv", rows("a.jpg,200,100,cat,180,60,120,90"), "box-swapped-corners"),
    row(
        "swapped, or width and height",
        "csv",
        rows("a.jpg,200,100,cat,120,60,60,30"),
        "box-ambiguous-corners",
    ),
]

REFUSED = [
    ("xml", {"in/readme.txt": "none"}, "no XML file"),
    ("xml", None, "no XML file"),
    ("json", {"in/a.json": "{"}, "broken JSON"),
    ("json", {"in/a.json": "[" * 100000}, "broken JSON"),
    ("json", coco(), "found no image with regions"),
    ("coco", via(), "no list of images"),
    ("coco", {"in/a.json": b"\xff\xd8\xff"}, "not text"),
    ("coco", {"in/a.json": "7"}, "a JSON int"),
    ("coco", {"in/a.txt": ""}, "no file that ends in .json"),
    ("yolo", {"in/a.txt": "0 0.5 0.5 0.5 0.5"}, "class names"),
    ("yolo", {"in/a.txt": "0 0.5 0.5 0.5 0.5", "in/data.yaml": "names: ["}, "YAML"),
    ("manifest", {"in/a.manifest": "no JSON"}, "source-ref"),
    ("manifest", manifest(other={"annotations": []}), "--attribute"),
    ("csv", {"in/a.csv": "a,b,c\n1,2,3\n"}, "found the first line 'a,b,c'"),
    ("csv", {"in/a.csv": ""}, "first line"),
    ("csv", {"in/a.csv": b"PK\x03\x04\xff\xff"}, "not text"),
    ("auto", {"in/a.bin": b"\0\1"}, "no annotations of a known format"),
    ("auto", {**voc(), **rows("a.jpg,200,100,cat,120,60,180,90")}, "of 2 formats"),
]


def written(folder, files):
    """The data set on disk; an image a.jpg is there where no other is, annotations or not."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "in").mkdir(exist_ok=True)
    if not any(name.startswith("img/a.") for name in files):
        (folder / "img").mkdir(exist_ok=True)
        (folder / "img" / "a.jpg").write_bytes(encoded_image())
    return folder


def read_and_validated(folder, file_format, **options):
    """Reads, probes and validates."""
    read = registry.read(file_format, folder / "in", folder / "img")
    probes = image_probe.probe_images([one.path for one in read.records], folder / "img")
    return read, validate.validate(read, probes, **dict({"min_boxes": 0}, **options))


@pytest.mark.parametrize("file_format, files, expected, options", BAD)
def test_bad_input_has_its_finding_and_no_other(tmp_path, file_format, files, expected, options):
    _, found = read_and_validated(written(tmp_path, files), file_format, **options)
    assert sorted(one.code for one in found) == sorted(code for code, _ in expected), "\n".join(
        findings.as_summary(found)
    )
    left = list(found)
    for one, words in expected:
        left.remove(next(each for each in left if each.code == one and words in each.message))
    rows = json.loads(
        write_json(tmp_path / "findings.json", findings.as_dicts(found)).read_text("utf-8")
    )
    assert rows == findings.as_dicts(found) and all(row["path"].isprintable() for row in rows)
    for one in found:
        assert one.message.isprintable() and findings.as_text(one).isprintable()
        assert not one.message.endswith(".") and one.remedy.endswith(".")
        assert len(one.message) < 600 + 2 * len(str(tmp_path))


@pytest.mark.parametrize("file_format, files, expected, options", BAD)
@pytest.mark.parametrize("fix", [True, False])
def test_what_is_left_of_bad_input_is_a_table(tmp_path, file_format, files, expected, options, fix):
    read, found = read_and_validated(written(tmp_path, files), file_format, **options)
    before = {path: path.read_bytes() for path in sorted(tmp_path.glob("**/*")) if path.is_file()}
    good = repair.repair(read.records, found, fix, repair.DROP)
    if good.records:
        again = csv_table.read(csv_table.write(good.records, tmp_path / "good.csv"))
        assert [one.path for one in again] == [one.path for one in good.records]
        (tmp_path / "good.csv").unlink()
    assert {
        path: path.read_bytes() for path in sorted(tmp_path.glob("**/*")) if path.is_file()
    } == before
    if not findings.errors_among(found):
        assert len(repair.repair(read.records, found).records) == len(read.records)
    elif not fix:
        with pytest.raises(BadInput, match="cannot be used"):
            repair.repair(read.records, found)


@pytest.mark.parametrize("file_format, files, said", REFUSED)
def test_what_holds_nothing_of_the_format_is_refused(tmp_path, file_format, files, said):
    with pytest.raises(BadInput, match=".*") as refused:
        read_and_validated(written(tmp_path, files or {}), file_format)
    assert said in str(refused.value) and str(tmp_path) in str(refused.value)


OF_THE_SPLIT = {
    "split-missing-class",
    "split-size-mismatch",
    "split-image-moved",
    "split-near-duplicates-unchecked",
}  # no annotation is at fault


def test_every_code_is_in_the_table():
    expected = {code for one in BAD for code, _ in one.values[2]}
    assert expected | OF_THE_SPLIT == set(findings.KINDS)
    assert len(BAD) >= 60
