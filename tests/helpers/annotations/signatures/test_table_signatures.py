"""Signatures of tables and text files that have readers of their own."""

import pytest
from annotation_files import (
    AUTOML,
    KITTI,
    MAKESENSE,
    OIDV4,
    OPEN_IMAGES,
    OPEN_IMAGES_CLASSES,
    OPEN_IMAGES_NAMES,
    VIA_CSV,
    VIA_CSV_NAMES,
    write_annotations,
)

from helpers.annotations import registry
from helpers.annotations.signatures.signature import first_fit
from helpers.annotations.signatures.table_signatures import TABLE_SIGNATURES


@pytest.mark.parametrize(
    "name, content, expected",
    [
        pytest.param("a.csv", VIA_CSV_NAMES + VIA_CSV, "via-csv", id="VIA"),
        pytest.param("a.csv", (VIA_CSV_NAMES + VIA_CSV).encode("utf-16"), "via-csv", id="UTF-16"),
        pytest.param("a.csv", MAKESENSE, "makesense", id="makesense"),
        pytest.param("a.csv", AUTOML, "automl", id="AutoML"),
        pytest.param("a.csv", OPEN_IMAGES_NAMES + OPEN_IMAGES, "open-images", id="Open Images"),
        pytest.param("a.csv", OPEN_IMAGES_CLASSES, "", id="names of classes"),
        pytest.param("a.txt", KITTI, "kitti", id="KITTI"),
        pytest.param("a.txt", OIDV4, "oidv4", id="OIDv4"),
        pytest.param("a.json", AUTOML, None, id="another suffix"),
        pytest.param("a.txt", AUTOML, None, id="a table in a text file"),
        pytest.param("a.txt", "0 0.5 0.5 0.1 0.1\n", None, id="YOLO"),
        pytest.param("a.txt", "0 " + "0.5 " * 14, None, id="YOLO outline of seven points"),
        pytest.param("a.csv", "filename,class,xmin,ymin,xmax,ymax", None, id="tidy table"),
        pytest.param("a.csv", "imageid,label,xmin,ymin,xmax,ymax", None, id="table with ImageID"),
        pytest.param("a.csv", "", None, id="empty"),
    ],
)
def test_a_file_has_the_format_of_its_program(tmp_path, name, content, expected):
    signature = first_fit(TABLE_SIGNATURES, write_annotations(tmp_path, name, content))
    assert (signature.format if signature else None) == expected


def test_names_of_classes_do_not_hide_the_boxes_beside_them(tmp_path):
    write_annotations(tmp_path, "class-descriptions.csv", OPEN_IMAGES_CLASSES)
    write_annotations(tmp_path, "images.csv", "ImageID,Subset,OriginalURL,License")
    write_annotations(tmp_path, "boxes.csv", OPEN_IMAGES_NAMES + OPEN_IMAGES)
    assert registry.guess(tmp_path) == "open-images"


def test_a_list_of_classes_beside_labels_does_not_make_them_yolo(tmp_path):
    write_annotations(tmp_path, "classes.txt", "cat")
    write_annotations(tmp_path, "labels/a.txt", KITTI)
    assert registry.guess(tmp_path) == "kitti"
