"""Notebook 1 in JupyterLab in a real Chromium: widgets that fail to load are seen nowhere else."""

import shutil
from xml.etree import ElementTree

import pytest
from PIL import Image

pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.keys import Keys  # noqa: E402

CSS = "css selector"  # WebDriver's name of it
DRAW, GLANCE, BROWSE, GALLERY = (4, 5, 8, 9)  # numbers of the cells that show widgets

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("chromium", "chromedriver"))),
    reason="no Chromium here; sudo apt-get install -y chromium chromium-driver",
)


def number_shown(page):
    """The number of the image that the browser shows."""
    return page.within(BROWSE, "input[type=number]").get_attribute("value")


def boxes(place):
    """Class and corners of every object, read with the standard library alone."""
    if not place.exists():
        return []
    return [
        (
            element.findtext("name"),
            [
                float(element.findtext(f"bndbox/{corner}"))
                for corner in ("xmin", "ymin", "xmax", "ymax")
            ],
        )
        for element in ElementTree.parse(str(place)).getroot().iter("object")
    ]


def test_every_cell_runs_and_nothing_is_red(page):
    assert page.errors() == []
    assert not page.driver.find_elements(CSS, ".jp-toast, .Toastify__toast")


@pytest.mark.parametrize(
    "number, selector",
    [
        (DRAW, ".widget-hprogress .progress-bar-success"),  # tqdm: reading the annotations
        (DRAW, ".wrapper svg"),
        (DRAW, "input[type=number]"),
        (GLANCE, ".widget-hprogress .progress-bar-success"),
        (BROWSE, "select"),
        (BROWSE, "button"),
        (BROWSE, "img"),
    ],
    ids=[
        "progress of reading",
        "drawing area",
        "image number",
        "progress of checking",
        "class filter",
        "buttons",
        "browsed image",
    ],
)
def test_bars_and_widgets_are_really_there(page, number, selector):
    assert page.within(number, selector).size["height"] > 0


def test_images_of_browser_and_gallery_have_arrived(page, until):
    for number in (BROWSE, GALLERY):
        image = page.within(number, "img")
        assert until(lambda image=image: image.get_property("naturalWidth")) > 100


def test_the_browser_turns_by_buttons_and_by_keys(page, until):
    image = page.within(BROWSE, "img")
    seen = [image.get_attribute("src")]

    def turned(number):
        """Waits for another image and its number."""
        until(lambda: image.get_attribute("src") != seen[-1])
        seen.append(image.get_attribute("src"))
        return number_shown(page) == number

    assert number_shown(page) == "1"
    page.cell(BROWSE).find_elements(CSS, ".jp-OutputArea button")[1].click()
    assert turned("2")
    image.click()
    page.press(Keys.ARROW_RIGHT)
    assert turned("3")
    page.press(Keys.ARROW_LEFT)
    page.press(Keys.ARROW_LEFT)
    until(lambda: number_shown(page) == "1")
    assert len(set(seen)) == 3


def test_the_browser_filters(page, until):
    kinds = page.cell(BROWSE).find_elements(CSS, ".jp-OutputArea select")[1]
    kinds.find_element("xpath", "option[starts-with(., 'duplicate')]").click()
    until(lambda: "of 1 " in page.cell(BROWSE).text)
    assert "duplicate box: " in page.cell(BROWSE).text


def assert_near(actual, expected, scale):
    """Compares boxes of an XML with those drawn on the page, within two pixels of the photo."""
    assert [label for label, _ in actual] == [label for label, _ in expected]
    for (_, corners), (_, drawn) in zip(actual, expected):
        assert corners == pytest.approx([corner * scale for corner in drawn], abs=2)


def test_boxes_drawn_with_the_mouse_are_in_the_xml(page, until, folder):
    """The first image without annotation: draw, move, resize, relabel, delete, go on."""
    place, following = (folder / "annotations" / f"sample-{n:04d}.xml" for n in (5, 6))
    assert "sample-0005.jpg" in page.cell(DRAW).text and not place.exists()
    sheet, image = page.within(DRAW, ".wrapper svg"), page.within(DRAW, ".wrapper img")
    names = [label.text.split()[0] for label in page.cell(DRAW).find_elements(CSS, ".class-label")]
    with Image.open(str(folder / "img" / "sample-0005.jpg")) as photo:
        scale = photo.width / image.size["width"]
    assert scale < 1  # a small photo is shown larger

    def saved(*expected):
        """Waits until the XML has these boxes, then measures them."""
        expected = [(names[number], corners) for number, corners in expected]
        until(lambda: [label for label, _ in boxes(place)] == [label for label, _ in expected])
        until(
            lambda: (
                boxes(place)[-1][1]
                == pytest.approx([corner * scale for corner in expected[-1][1]], abs=2)
                if expected
                else True
            )
        )
        assert_near(boxes(place), expected, scale)

    page.drag(sheet, (60, 50), (180, 150))
    saved((0, (60, 50, 180, 150)))
    page.press("2")
    page.drag(sheet, (220, 200), (300, 290))
    saved((0, (60, 50, 180, 150)), (1, (220, 200, 300, 290)))
    page.drag(sheet, (260, 245), (280, 225))
    saved((0, (60, 50, 180, 150)), (1, (240, 180, 320, 270)))
    page.drag(sheet, (320, 270), (340, 300))
    saved((0, (60, 50, 180, 150)), (1, (240, 180, 340, 300)))
    page.press("3")
    page.press("c")
    saved((0, (60, 50, 180, 150)), (2, (240, 180, 340, 300)))
    page.drag(sheet, (175, 42), (175, 42))  # the cross at the first one's corner
    saved((2, (240, 180, 340, 300)))
    page.within(DRAW, ".widget-toggle-button").click()
    until(lambda: page.driver.find_elements(CSS, ".draws-over-boxes"))
    page.drag(sheet, (260, 200), (310, 250))  # inside the other one
    saved((2, (240, 180, 340, 300)), (2, (260, 200, 310, 250)))
    page.within(DRAW, ".wrapper p").click()  # keys count again
    page.press(Keys.ENTER)
    until(lambda: "sample-0006.jpg" in page.cell(DRAW).text)
    assert not following.exists()
    page.press(Keys.ENTER)
    until(following.exists)
    assert boxes(following) == []
    until(lambda: "sample-0007.jpg" in page.cell(DRAW).text)
    saved((2, (240, 180, 340, 300)), (2, (260, 200, 310, 250)))
    assert page.errors() == []
