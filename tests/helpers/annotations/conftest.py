"""Image folders, and readers of one file, that tests of several formats share."""

import json

import annotation_oracle as oracle_script
import oracles
import pytest
from annotation_files import write_annotations
from builders import IMAGE_SIZES, codes, paint, rows_of

from helpers.annotations import registry
from helpers.annotations.formats import coco, via, voc, yolo
from helpers.annotations.image_index import ImageIndex
from helpers.annotations.reading import ReadOptions


@pytest.fixture(scope="session")
def annotation_oracle(oracle_python):
    """``annotation_oracle(reader, source, images)``: what other people's code reads.

    The boxes of each image, by name as that code gives it: ``[class, x_min, y_min, x_max, y_max]``.
    The readers are those of ``tests/annotation_oracle.py``.
    """

    def read(reader, source, images):
        return oracles.answer(oracle_python, oracle_script, reader, source, images)

    return read


@pytest.fixture()
def images(tmp_path):
    """An image folder with a.jpg and sub/b.jpg, 40x30."""
    paint(tmp_path / "img" / "a.jpg")
    paint(tmp_path / "img" / "sub" / "b.jpg")
    return tmp_path / "img"


@pytest.fixture()
def single_image(tmp_path):
    """An image folder with a.jpg, 40x30."""
    paint(tmp_path / "img" / "a.jpg")
    return tmp_path / "img"


@pytest.fixture(scope="session")
def sized_images(tmp_path_factory):
    """An image folder with the images of ``IMAGE_SIZES``."""
    folder = tmp_path_factory.mktemp("images")
    for name, size in IMAGE_SIZES.items():
        paint(folder / name, size)
    return folder


@pytest.fixture()
def read_coco(images, tmp_path):
    """Reads a JSON value as COCO; gives the records and the ``codes`` of findings."""

    def read(value):
        path = tmp_path / "coco.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        annotations = coco.read(path, images)
        return annotations.records, codes(annotations.findings, ["image-without-annotation"])

    return read


@pytest.fixture()
def read_via(images, tmp_path):
    """Reads a JSON value as VIA's; gives the records and the ``codes`` of findings."""

    def read(value, **options):
        path = tmp_path / "via.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        annotations = via.read(path, images, ReadOptions(**options))
        return annotations.records, codes(annotations.findings, ["image-without-annotation"])

    return read


@pytest.fixture()
def read_as(images, tmp_path):
    """Reads text, bytes or a JSON value as a format, told by sight too.

    Gives the rows of each image by its path, and the ``codes`` of findings.
    """

    def read(name, content, file="annotations.json"):
        path = write_annotations(tmp_path / "ann", file, content)
        assert registry.guess(path) == name
        annotations = registry.read(name, path.parent, images)
        rows = {one.path: rows_of(one) for one in annotations.records}
        return rows, codes(annotations.findings, ["image-without-annotation"])

    return read


@pytest.fixture()
def read_voc(single_image, tmp_path):
    """Reads XML, as text or bytes, as Pascal VOC; gives the record and the findings."""

    def read(xml, name="a.xml"):
        path = tmp_path / name
        path.write_bytes(xml if isinstance(xml, bytes) else xml.encode("utf-8"))
        return voc.read_one(path, ImageIndex(single_image))

    return read


@pytest.fixture()
def read_yolo(single_image, tmp_path):
    """Reads files by path and content as YOLO; gives the records and the ``codes`` of findings."""

    def read(files):
        for name, content in files.items():
            path = tmp_path / "ann" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        annotations = yolo.read(tmp_path / "ann", single_image)
        return annotations.records, codes(annotations.findings)

    return read


@pytest.fixture()
def read_with(images, tmp_path):
    """Reads files by path and content with a format's module.

    Gives the records and the ``codes`` of findings.
    """

    def read(module, files, source="", **options):
        for name, content in files.items():
            path = tmp_path / "ann" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        annotations = module.read(tmp_path / "ann" / source, images, ReadOptions(**options))
        return annotations.records, codes(annotations.findings, ["image-without-annotation"])

    return read
