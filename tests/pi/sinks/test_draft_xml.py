"""Drafts are written so that LabelImg and we can read them."""

from xml.etree import ElementTree

import numpy as np
import pytest

from detection.sinks.draft_xml import DATABASE, Draft, as_xml, read_draft
from detection.structures import Detection

THUMBNAIL = np.arange(-128, 128).reshape(16, 16).astype(np.float32)
CUP = Detection("B\u00e4r & <co>", 0.5, (1.4, 2.6, 30.0, 40.0))
DRAFT = Draft("a.jpg", (64, 48), [CUP, Detection("dot", 0.9, (5.1, 5, 5.3, 9))], 0.75, THUMBNAIL)


@pytest.fixture()
def written(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text(as_xml(DRAFT), encoding="utf-8")
    return path


def test_read_again(written):
    draft = read_draft(written)
    assert draft.name == "a.jpg" and draft.size == (64, 48)
    assert draft.detections == [CUP._replace(box=(1, 3, 30, 40))]
    assert draft.uncertainty == 0.75
    assert np.array_equal(draft.thumbnail, THUMBNAIL)


def test_the_layout_is_that_of_labelimg(written):
    root = ElementTree.parse(str(written)).getroot()
    assert root.tag == "annotation" and root.findtext("filename") == "a.jpg"
    assert [root.findtext(f"size/{tag}") for tag in ("width", "height", "depth")] == [
        "64",
        "48",
        "3",
    ]
    (box,) = root.findall("object/bndbox")
    assert [(corner.tag, corner.text) for corner in box] == [
        ("xmin", "1"),
        ("ymin", "3"),
        ("xmax", "30"),
        ("ymax", "40"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(DATABASE, "Unknown"),
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("<thumbnail>", "<thumbnail>ff"),
        lambda text: text.replace("uncertainty", "certainty"),
        lambda text: text.replace("<xmin>1<", "<xmin>one<"),
    ],
    ids=[
        "saved by LabelImg",
        "cut short",
        "a thumbnail of another size",
        "a tag less",
        "no number",
    ],
)
def test_what_is_none_of_ours(written, change):
    written.write_text(change(written.read_text(encoding="utf-8")), encoding="utf-8")
    assert read_draft(written) is None


def test_no_file(tmp_path):
    assert read_draft(tmp_path / "none.xml") is None


def test_labels_that_xml_cannot_hold(written):
    text = as_xml(DRAFT._replace(detections=[CUP._replace(label="a\x01b")]))
    assert ElementTree.fromstring(text).findtext("object/name") == "a?b"
