"""The browser of images: what the filters leave, how one turns the pages, what is drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from helpers.structures.findings import KINDS, Finding
from helpers.ui import image_browser

BIG, MIDDLE, SMALL = (0, 0, 30, 25), (0, 0, 10, 9), (0, 0, 3, 3)


@pytest.fixture
def image_folder(tmp_path, paint):
    for name in ("a.jpg", "b.jpg", "sub/c.jpg", "d.jpg", "e.jpg"):
        paint(tmp_path / name)
    return tmp_path


@pytest.fixture
def data(record):
    records = [
        record("a.jpg", ("cat", *BIG), ("dog", *SMALL)),
        record("b.jpg", ("dog", *MIDDLE)),
        record("d.jpg"),
        record("sub/c.jpg", ("cat", *SMALL)),
    ]
    findings = [
        Finding.of("class-few-examples", "", "3 boxes"),
        Finding.of("box-too-small", "a.jpg", "object 2", 2),
        Finding.of("image-grayscale", "b.jpg", "no colour"),
        Finding.of("image-grayscale", "a.jpg", "no colour"),
        Finding.of("image-without-annotation", "e.jpg", "no XML"),
        Finding.of("annotation-broken-file", "/elsewhere/x.xml", "broken"),
    ]
    return records, findings


@pytest.fixture
def browser(image_folder, data):
    records, findings = data
    return image_browser.browser(records, image_folder, findings)


def image(browser):
    return np.asarray(Image.open(io.BytesIO(browser._image.value)).convert("RGB"), int)


def reds(pixels):
    return ((np.abs(pixels - (255, 0, 0)).sum(axis=2)) < 60).sum()


def press(browser, key):
    """What arrives from the browser's script when a key is pressed."""
    browser.pager.arrow_keys._handle_custom_msg({"key": key}, [])


@pytest.mark.parametrize(
    "filters, expected",
    [
        ({}, ["a.jpg", "b.jpg", "d.jpg", "e.jpg", "sub/c.jpg"]),
        ({"class_filter": "cat"}, ["a.jpg", "sub/c.jpg"]),
        ({"size_filter": "large"}, ["a.jpg"]),
        ({"size_filter": "medium"}, ["b.jpg"]),
        ({"size_filter": "small"}, ["a.jpg", "sub/c.jpg"]),
        ({"class_filter": "cat", "size_filter": "small"}, ["sub/c.jpg"]),  # one box has to be both
        ({"class_filter": "dog", "size_filter": "large"}, []),
        ({"finding_filter": "image-grayscale"}, ["a.jpg", "b.jpg"]),
        ({"finding_filter": ""}, ["d.jpg", "sub/c.jpg"]),
        ({"finding_filter": "image-without-annotation"}, ["e.jpg"]),
        ({"finding_filter": "image-grayscale", "class_filter": "cat"}, ["a.jpg"]),
    ],
    ids=[
        "none",
        "class",
        "large",
        "medium",
        "small",
        "class-and-size-of-one-box",
        "no-match",
        "code",
        "without-findings",
        "no-record",
        "code-and-class",
    ],
)
def test_filters_leave_what_fits_all_of_them(browser, filters, expected):
    for name, value in filters.items():
        getattr(browser, name).value = value
    assert browser.shown == expected
    assert browser.path == (expected[0] if expected else "")
    assert (browser._image.layout.display == "none") == (not expected)
    for name in filters:
        getattr(browser, name).value = None
    assert len(browser.shown) == 5


def test_filters_offer_what_there_is_with_how_often(browser):
    assert browser.class_filter.options == (
        ("every class", None),
        ("cat (2)", "cat"),
        ("dog (2)", "dog"),
    )
    assert [name for name, _ in browser.finding_filter.options] == [
        "with or without",
        "without any",
        *[
            f"{KINDS[code].title} ({count})"
            for code, count in [
                ("box-too-small", 1),
                ("image-grayscale", 2),
                ("image-without-annotation", 1),
            ]
        ],
    ]


def test_a_filter_stays_at_the_image_when_it_can(browser):
    browser.move(4)
    assert browser.path == "sub/c.jpg"
    browser.class_filter.value = "cat"
    assert (browser.path, browser.pager.number.value) == ("sub/c.jpg", 2)
    browser.class_filter.value = "dog"
    assert (browser.path, browser.pager.number.value) == ("a.jpg", 1)


@pytest.mark.parametrize(
    "act, expected",
    [
        (lambda browser: browser.pager.next.click(), "b.jpg"),
        (
            lambda browser: browser.pager.previous.click(),
            "sub/c.jpg",
        ),  # from the first on to the last
        (lambda browser: press(browser, "ArrowRight"), "b.jpg"),
        (lambda browser: press(browser, "ArrowLeft"), "sub/c.jpg"),
        (lambda browser: setattr(browser.pager.number, "value", 3), "d.jpg"),
        (lambda browser: browser.move(6), "b.jpg"),
    ],
    ids=["next", "previous", "right-arrow", "left-arrow", "number", "move-around"],
)
def test_pages_turn(browser, act, expected):
    before = browser._image.value
    act(browser)
    assert browser.path == expected
    assert browser._image.value != before
    assert expected in browser.pager.title.value and "of 5" in browser.pager.title.value


def test_boxes_are_drawn_and_the_offending_one_is_red(browser):
    with_red = reds(image(browser))
    assert KINDS["box-too-small"].title in browser._notes.value
    assert KINDS["image-grayscale"].title in browser._notes.value
    browser.finding_filter.value = "image-grayscale"  # which is about no box
    assert browser.path == "a.jpg" and reds(image(browser)) < with_red - 50


def test_an_unreadable_image_is_replaced_by_a_message(browser, image_folder):
    (image_folder / "b.jpg").write_bytes(b"nothing")
    shown = image(browser).shape
    browser.move(1)
    assert (
        image(browser).shape
        == (image_browser.MAX_SIZE[1] // 2, image_browser.MAX_SIZE[0], 3)
        != shown
    )


@pytest.mark.parametrize("records", [[], ["a"]], ids=["none", "one"])
def test_there_need_be_nothing_to_show(image_folder, record, records):
    browser = image_browser.browser([record("a.jpg")] * len(records), image_folder)
    browser.move(1)
    assert browser.path == ("a.jpg" if records else "")
    assert ("No image" in browser.pager.title.value) == (not records)


@pytest.mark.parametrize(
    "box, expected",
    [
        ((0, 0, 40, 30), "large"),
        ((0, 0, 16.01, 12), "large"),
        ((0, 0, 15.9, 12), "medium"),
        ((0, 0, 6.01, 4.5), "medium"),
        ((0, 0, 5.9, 4.5), "small"),
        ((9, 9, 9, 9), "small"),
        ((16, 12, 0, 0), "large"),
        ((float("nan"),) * 4, ""),
    ],
    ids=[
        "whole-image",
        "just-large",
        "almost-large",
        "just-medium",
        "almost-medium",
        "no-area",
        "swapped",
        "nan",
    ],
)
def test_sizes_are_parts_of_the_image(record, box, expected):
    assert image_browser.size_names(record("a.jpg", ("cat", *box))) == [expected]


def test_names_from_files_do_not_become_html(tmp_path, paint, record):
    name = "<b>&.jpg"
    paint(tmp_path / name)
    browser = image_browser.browser(
        [record(name)], tmp_path, [Finding.of("image-grayscale", name, "<script>")]
    )
    assert "&lt;b&gt;&amp;.jpg" in browser.pager.title.value
    assert "<script>" not in browser._notes.value
