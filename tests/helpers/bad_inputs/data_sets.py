"""Small data sets of every format, as contents by file name: ``in/`` and ``img/``."""

import io
import json

import numpy as np
import pytest
from PIL import Image

SIZE = (200, 100)
BOX = (120, 60, 180, 90)  # not within its image as x, y, width, height
CSV = "filename,width,height,class,xmin,ymin,xmax,ymax\n"


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
    """The bytes of a black PNG of this size."""
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
    """A COCO file about a.jpg: an annotation each, changed as given, and further images."""
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
    """A YOLO file of these lines, with the names of its classes."""
    return {f"in/{name}": "\n".join(lines), "in/classes.txt": "cat\ndog\n"}


def manifest(*entries, more="", **line):
    """A manifest of Ground Truth with one line about a.jpg, then ``more``."""
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
    """A table of these lines."""
    return {"in/a.csv": CSV + "".join(line + "\n" for line in lines)}


def pair(second, size=SIZE, name="b.jpg"):
    """The good image and another one, both with a good XML."""
    return {"in/a.xml": xml(), "in/b.xml": xml(filename=name, size=size), f"img/{name}": second}


def only(content, size=SIZE, name="a.jpg", row=BOX):
    """One image and its XML."""
    return {f"img/{name}": content, "in/a.xml": xml(obj(box=row), size=size, filename=name)}


def row(name, file_format, files, *expected, **options):
    """A data set and its findings: the code of each, or ``(code, *parts of the message)``."""
    expected = [(item,) if isinstance(item, str) else item for item in expected]
    return pytest.param(file_format, files, expected, options, id=f"{file_format}: {name}")


def write(folder, files):
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
