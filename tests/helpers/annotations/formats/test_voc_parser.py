"""One Pascal VOC file becomes plain values; LabelImg's layout by a pattern, all others by XML."""

import json

import numpy as np
import pytest
from annotation_files import LABELIMG

from helpers.annotations import xml_tree
from helpers.annotations.formats import voc_parser
from helpers.annotations.formats.voc_parser import Parsed


def test_labelimgs_own_layout_means_the_same_to_the_fast_reader_and_the_parser(images):
    text = LABELIMG.replace("&amp; cub", "").format(images=images)
    fast = voc_parser._as_labelimg(text.encode())
    slow = voc_parser._parsed(xml_tree.parsed(text.encode()))
    assert fast is not None
    assert json.loads(json.dumps(fast)) == json.loads(json.dumps(slow._replace(extras=())))
    for other in (
        LABELIMG,
        text + "<!-- -->",
        text.replace("Bär", "B\x01r"),
        text.replace("Unspecified", "Left"),
        text.replace(">40<", ">4e1<"),
    ):
        assert voc_parser._as_labelimg(other.encode()) is None


def test_a_file_becomes_plain_values(tmp_path):
    (tmp_path / "a.xml").write_text(LABELIMG.format(images="/img"), encoding="utf-8")
    parsed = Parsed(*json.loads(voc_parser.parse(str(tmp_path / "a.xml"))))
    assert (parsed.filename, parsed.path, parsed.size) == ("a.jpg", "/img/a.jpg", [40, 30])
    assert parsed.labels == ["red panda & cub", "Bär"]
    assert voc_parser.unpacked(parsed.boxes).tolist() == [[1, 2, 40, 30], [3, 4, 5, 6]]
    assert (parsed.truncated, parsed.difficult) == ([True, False], [False, True])
    assert (parsed.extras, parsed.extra, parsed.findings) == ([], {}, [])


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "annotation-broken-file"),
        (b"<annotation>", "annotation-broken-file"),
        (b"<html/>", "annotation-other-format"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>', "annotation-unsafe-xml"),
        (
            b"<annotation><source><database>photos-to-pi draft</database></source></annotation>",
            "annotation-draft",
        ),
        (None, "annotation-broken-file"),
    ],
    ids=["empty", "not closed", "another root", "entities", "draft", "missing"],
)
def test_what_cannot_be_read_is_a_finding(tmp_path, content, code):
    if content is not None:
        (tmp_path / "a.xml").write_bytes(content)
    parsed = Parsed(*json.loads(voc_parser.parse(str(tmp_path / "a.xml"))))
    assert [(finding[0], finding[1]) for finding in parsed.findings] == [(code, None)]


@pytest.mark.parametrize(
    "boxes",
    [np.zeros((0, 4)), [[1, 2, 3, 4]], [[0.1, 1e-3, 16777216, np.nan]]],
    ids=["no boxes", "integers", "fractions and NaN"],
)
def test_boxes_are_packed_as_float32(boxes):
    boxes = np.array(boxes, np.float32)
    back = voc_parser.unpacked(voc_parser._packed(boxes))
    np.testing.assert_array_equal(back, boxes)
    assert back.dtype == np.float32
