"""The annotator of notebook 1 in a real Chromium, with real keys and a real mouse.

Undo, the boxes of the image before, zoom, and drafts.
"""

import io
import shutil
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from helpers.inference.drafts import Draft, DraftFolder
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord

pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.keys import Keys  # noqa: E402

CSS = "css selector"  # WebDriver's name of it
DRAW = 4  # number of the cell

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("chromium", "chromedriver"))),
    reason="no Chromium here; sudo apt-get install -y chromium chromium-driver",
)


class AnnotatorPage:
    """The annotator on the page, and the XML files it writes.

    Attributes:
        page: with the notebook.
    """

    def __init__(self, page, until, annotations):
        self.page, self._until, self._annotations = page, until, annotations

    @property
    def sheet(self):
        """Where boxes are drawn."""
        return self.page.within(DRAW, ".wrapper svg")

    def open(self, number, name=""):
        """Opens an image by its number, and gives the keys to the canvas."""
        self.page.within(DRAW, "input[type=number]").click()
        self.page.press("a", held=[Keys.CONTROL])
        self.page.press(str(number))
        self.page.press(Keys.ENTER)
        self.shows(name or f"sample-{number:04d}.jpg")
        self.page.within(DRAW, ".wrapper p").click()

    def shows(self, name):
        """Waits until an image is shown."""
        self._until(lambda: name in self.page.cell(DRAW).text)

    def has(self, count, dashed=0):
        """Waits until the canvas has so many boxes, and so many of them dashed."""
        script = (
            "const all = [...arguments[0].querySelectorAll('g > rect:first-of-type')];"
            "const dashed = (rect) => getComputedStyle(rect).strokeDasharray !== 'none';"
            "return [all.length, all.filter(dashed).length]"
        )
        counts = [count, dashed]
        self._until(lambda: self.page.driver.execute_script(script, self.sheet) == counts)

    def xml(self, name):
        """The path of an image's XML."""
        return self._annotations / f"{name}.xml"

    def objects(self, name):
        """How many the XML has; -1 when there is none."""
        xml = self.xml(name)
        return xml.read_text().count("<object>") if xml.exists() else -1

    def saved(self, name, count):
        """Waits until the XML has so many objects."""
        self._until(lambda: self.objects(name) == count)

    def undo(self):
        """Presses Ctrl-Z."""
        self.page.press("z", held=[Keys.CONTROL])


def corners(xml):
    """Of the one object in an XML, read with the standard library alone."""
    box = ElementTree.parse(str(xml)).getroot().find("object/bndbox")
    return [float(box.findtext(name)) for name in ("xmin", "ymin", "xmax", "ymax")]


@pytest.fixture(scope="module")
def annotator(page, until, folder):
    return AnnotatorPage(page, until, folder / "annotations")


def test_ctrl_z_takes_back_drawing_level_by_level(annotator):
    annotator.open(20)
    annotator.page.drag(annotator.sheet, (60, 50), (180, 150))
    annotator.saved("sample-0020", 1)
    annotator.page.drag(annotator.sheet, (220, 200), (300, 290))
    annotator.saved("sample-0020", 2)
    annotator.undo()
    annotator.saved("sample-0020", 1)
    annotator.has(1)
    annotator.undo()
    annotator.saved("sample-0020", -1)
    annotator.has(0)
    annotator.page.press("y", held=[Keys.CONTROL])
    annotator.saved("sample-0020", 1)
    annotator.has(1)


def test_ctrl_z_goes_back_over_submit(annotator):
    annotator.open(21)
    annotator.page.press(Keys.ENTER)
    annotator.saved("sample-0021", 0)
    annotator.shows("sample-0022.jpg")
    annotator.undo()
    annotator.shows("sample-0021.jpg")
    annotator.saved("sample-0021", -1)


def test_a_deleted_box_is_back_and_the_xml_byte_for_byte(annotator):
    annotator.open(10)
    original, count = annotator.xml("sample-0010").read_bytes(), annotator.objects("sample-0010")
    assert count > 0
    annotator.has(count)
    annotator.page.press(Keys.TAB)  # selects the first box
    annotator.page.press(Keys.DELETE)
    annotator.saved("sample-0010", count - 1)
    annotator.undo()
    annotator.has(count)
    annotator.saved("sample-0010", count)
    assert annotator.xml("sample-0010").read_bytes() == original


def test_p_takes_over_the_boxes_of_the_image_before(annotator):
    annotator.open(22)
    annotator.page.drag(annotator.sheet, (60, 50), (180, 150))
    annotator.page.drag(annotator.sheet, (220, 200), (300, 290))
    annotator.saved("sample-0022", 2)
    annotator.page.press(Keys.ENTER)
    annotator.shows("sample-0023.jpg")
    annotator.page.press("p")
    annotator.saved("sample-0023", 2)
    annotator.has(2)
    assert annotator.page.errors() == []
    annotator.undo()
    annotator.saved("sample-0023", -1)
    annotator.has(0)


def bright(annotator):
    """Where the white object is on the screen: left, top, right, bottom on the photo shown."""
    shot = Image.open(io.BytesIO(annotator.page.within(DRAW, ".wrapper img").screenshot_as_png))
    down, across = np.nonzero((np.asarray(shot.convert("RGB")) > 235).all(axis=2))
    return across.min(), down.min(), across.max() + 1, down.max() + 1


def view_changed(annotator, act):
    """Acts, and waits until another image has arrived and is shown."""
    image = annotator.page.within(DRAW, ".wrapper img")
    before = image.get_attribute("src")
    act()
    annotator._until(
        lambda: image.get_attribute("src") != before and image.get_property("complete")
    )


def test_an_object_of_20_pixels_in_12_megapixels_is_drawn_within_one(annotator, small):
    annotator.open(25, "wide.png")
    left, top, right, bottom = bright(annotator)
    assert right - left < 6  # too small to draw
    around = (left - 15, top - 15), (right + 15, bottom + 15)
    shift = [Keys.SHIFT]
    view_changed(annotator, lambda: annotator.page.gesture(annotator.sheet, *around, held=shift))
    left, top, right, bottom = bright(annotator)
    assert right - left > 40
    annotator.page.drag(annotator.sheet, (left, top), (right, bottom))
    annotator.saved("wide", 1)
    view_changed(annotator, lambda: annotator.page.press("-"))
    annotator.has(1)
    assert corners(annotator.xml("wide")) == pytest.approx(small, abs=1)


def test_wheel_keys_and_right_button_move_the_view_and_no_box(annotator, small):
    page, original = annotator.page, annotator.xml("wide").read_bytes()
    middle = (300, 220)
    view_changed(annotator, lambda: page.turn_wheel(annotator.sheet, middle, -300))
    view_changed(annotator, lambda: page.gesture(annotator.sheet, middle, (330, 250), button=2))
    view_changed(annotator, lambda: page.press(Keys.ARROW_LEFT))
    view_changed(annotator, lambda: page.press("+"))
    view_changed(annotator, lambda: page.turn_wheel(annotator.sheet, middle, 3000))
    box = annotator.sheet.find_element(CSS, "g > rect")
    left = small[0] * annotator.page.within(DRAW, ".wrapper img").size["width"] / 4000
    assert float(box.get_attribute("x")) == pytest.approx(left, abs=1)
    page.press(Keys.ENTER)
    assert annotator.xml("wide").read_bytes() == original
    assert page.errors() == []


def test_drafts_are_dashed_and_count_from_enter_on(annotator, folder):
    place = DraftFolder(folder / "work" / "data" / "drafts", folder / "img")
    names = ["sample-0024.jpg", "sample-0023.jpg"]
    for name, uncertainty in zip(names, (2.0, 1.0)):
        boxes = LabeledBoxes([[20, 20, 60, 70], [80, 80, 120, 130]], ["apple"] * 2, [0.9, 0.7])
        with Image.open(str(folder / "img" / name)) as photo:
            place.write(Draft.of(ImageRecord(name, *photo.size, boxes), uncertainty, "key"))
    annotator.page.run(DRAW)
    annotator.shows(names[0])
    annotator.page.within(DRAW, ".wrapper p").click()
    annotator.has(2, dashed=2)
    annotator.page.press(Keys.TAB)
    annotator.page.press(Keys.DELETE)
    annotator.has(1, dashed=1)
    assert annotator.objects("sample-0024") == -1
    annotator.page.press(Keys.ENTER)
    annotator.saved("sample-0024", 1)
    annotator.shows(names[1])
    annotator.has(2, dashed=2)
    annotator.undo()
    annotator.saved("sample-0024", -1)
    annotator.has(1, dashed=1)
    annotator.undo()
    annotator.has(2, dashed=2)
    assert annotator.page.errors() == []


def test_a_mark_is_shown_in_its_place_and_lets_the_mouse_through(annotator, folder):
    page, name = annotator.page, "sample-0012.jpg"
    original = annotator.xml("sample-0012").read_bytes()
    page.replace(
        DRAW,
        "from helpers.ui.marks import Mark\n"
        f"marked = [Mark('{name}', (10, 20, 60, 50), 'no apple?')]\n"
        "annotator.annotate(folders.images, folders.annotations, marks=marked)",
    )
    page.run(DRAW)
    annotator.shows(name)
    with Image.open(str(folder / "img" / name)) as photo:
        scale = page.within(DRAW, ".wrapper img").size["width"] / photo.width
    mark = page.within(DRAW, "svg.is-marked rect")
    assert mark.size["width"] == pytest.approx(50 * scale, abs=4)  # and half its stroke
    assert "no apple?" in page.within(DRAW, "svg.is-marked text").get_property("textContent")
    assert "of 1" in page.cell(DRAW).text
    assert annotator.xml("sample-0012").read_bytes() == original
    count = annotator.objects("sample-0012")
    page.within(DRAW, ".widget-toggle-button").click()
    page.drag(annotator.sheet, (15 * scale, 25 * scale), (40 * scale, 45 * scale))
    annotator.saved("sample-0012", count + 1)
    assert page.errors() == []
