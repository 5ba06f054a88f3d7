"""The gallery of findings: what is shown, in which order, and the offending box in red."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from helpers.structures.findings import KINDS, Finding
from helpers.ui import findings_gallery

RED, PALE = (255, 0, 0), (154, 154, 154)


@pytest.fixture
def grey(tmp_path):
    """A folder with a dark image, on which every line shows."""
    Image.new("RGB", (100, 80), "#101010").save(str(tmp_path / "a.png"))
    Image.new("RGB", (100, 80), "#101010").save(str(tmp_path / "b.png"))
    return tmp_path


def images(shown):
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data))), int)
        for data in re.findall('base64,([^"]+)"', shown.data)
    ]


def titles(shown):
    return re.findall(r'<b style="color:[^"]*">([^<]+)</b>', shown.data)


def extent(pixels, colour, tolerance):
    rows, columns = np.nonzero((np.abs(pixels - colour) < tolerance).all(axis=2))
    return [columns.min(), rows.min(), columns.max(), rows.max()] if len(rows) else []


def test_errors_come_first_and_a_code_stays_together(grey, record):
    findings = [
        Finding.of("class-few-examples", "", "m"),
        Finding.of("box-zero-area", "a.png", "m", 1),
        Finding.of("image-grayscale", "a.png", "m"),
        Finding.of("box-invalid", "a.png", "m", 2),
        Finding.of("box-zero-area", "b.png", "m", 1),
    ]
    shown = findings_gallery.gallery(findings, [record("a.png", size=(100, 80))], grey)
    assert titles(shown) == [
        KINDS[code].title
        for code in [
            "box-zero-area",
            "box-zero-area",
            "box-invalid",
            "class-few-examples",
            "image-grayscale",
        ]
    ]
    assert len(images(shown)) == 4


@pytest.mark.parametrize(
    "each, expected",
    [(1, ["1 of 3"]), (2, ["1 of 3", "2 of 3"]), (9, ["1 of 3", "2 of 3", "3 of 3"])],
    ids=["one", "two", "all"],
)
def test_only_some_of_a_kind_are_shown_and_all_counted(grey, each, expected):
    shown = findings_gallery.gallery(
        [Finding.of("image-grayscale", "a.png", "m")] * 3, [], grey, each
    )
    assert re.findall(r"\d of 3", shown.data) == expected


def test_the_offending_box_is_red_and_the_others_are_pale(grey, record):
    annotated = record("a.png", ("cat", 10, 20, 30, 50), ("dog", 50, 40, 90, 70), size=(100, 80))
    (drawn,) = images(
        findings_gallery.gallery([Finding.of("class-missing", "a.png", "m", 2)], [annotated], grey)
    )
    factor = 2.0
    assert drawn.shape == (160, 200, 3)
    np.testing.assert_allclose(
        extent(drawn[78:], RED, 60),
        [50 * factor, 40 * factor - 78, 90 * factor, 70 * factor - 78],
        atol=4,
    )
    np.testing.assert_allclose(
        extent(drawn[:, :70], PALE, 40),
        [10 * factor, 20 * factor, 30 * factor, 50 * factor],
        atol=3,
    )


def test_a_finding_about_no_box_has_none_in_red(grey, record):
    annotated = record("a.png", ("cat", 10, 20, 30, 50), size=(100, 80))
    (drawn,) = images(
        findings_gallery.gallery([Finding.of("image-grayscale", "a.png", "m")], [annotated], grey)
    )
    assert not extent(drawn, RED, 60) and extent(drawn, PALE, 40)


@pytest.mark.parametrize(
    "path",
    ["", "/elsewhere/a.xml", "not there.png", "../a.png"],
    ids=["no path", "annotation file", "missing image", "outside the folder"],
)
def test_what_is_about_no_image_here_is_text_alone(grey, path):
    shown = findings_gallery.gallery(
        [Finding.of("annotation-broken-file", path, "it ends early")], [], grey
    )
    assert not images(shown)
    assert (path or "data set") in shown.data and "it ends early" in shown.data


def test_an_unreadable_image_is_replaced_by_a_message(grey):
    (grey / "a.png").write_bytes(b"nothing")
    (drawn,) = images(
        findings_gallery.gallery([Finding.of("image-unreadable", "a.png", "m")], [], grey)
    )
    assert drawn.shape == (findings_gallery.MAX_SIZE[1] // 2, findings_gallery.MAX_SIZE[0], 3)


def test_no_findings_are_a_message(grey):
    assert "Nothing" in findings_gallery.gallery([], [], grey).data


def test_text_from_files_does_not_become_html(grey):
    long = "<script>" + "x" * 500 + "the end"
    shown = findings_gallery.gallery([Finding.of("class-missing", "a.png", long)], [], grey).data
    assert "<script>" not in shown
    assert shown.count("the end") == 2  # the card's tip, and the image's text for the blind
