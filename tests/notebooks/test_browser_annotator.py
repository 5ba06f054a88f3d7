"""The annotator of notebook 1 in a real Chromium, with real keys and a real mouse: undo, P."""

import shutil

import pytest

pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.keys import Keys  # noqa: E402

CSS = "css selector"  # WebDriver's name of it
DRAW = 3  # number of the cell

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
        return self.page.within(DRAW, ".wrapper svg")

    def open(self, number):
        """Opens an image by its number, and gives the keys to the canvas."""
        field = self.page.within(DRAW, "input[type=number]")
        field.click()
        self.page.press("a", held=[Keys.CONTROL])
        self.page.press(str(number))
        self.page.press(Keys.ENTER)
        self.shows(number)
        self.page.within(DRAW, ".wrapper p").click()

    def shows(self, number):
        """Waits until an image is shown."""
        self._until(lambda: f"sample-{number:04d}.jpg" in self.page.cell(DRAW).text)

    def has(self, count):
        """Waits until the canvas has so many boxes."""
        script = "return arguments[0].querySelectorAll('g').length"
        self._until(lambda: self.page.driver.execute_script(script, self.sheet) == count)

    def xml(self, number):
        """The path of an image's XML."""
        return self._annotations / f"sample-{number:04d}.xml"

    def objects(self, number):
        """How many the XML has; -1 when there is none."""
        xml = self.xml(number)
        return xml.read_text().count("<object>") if xml.exists() else -1

    def saved(self, number, count):
        """Waits until the XML has so many objects."""
        self._until(lambda: self.objects(number) == count)

    def undo(self):
        self.page.press("z", held=[Keys.CONTROL])


@pytest.fixture(scope="module")
def annotator(page, until, folder):
    return AnnotatorPage(page, until, folder / "annotations")


def test_ctrl_z_takes_back_drawing_level_by_level(annotator):
    annotator.open(20)
    annotator.page.drag(annotator.sheet, (60, 50), (180, 150))
    annotator.saved(20, 1)
    annotator.page.drag(annotator.sheet, (220, 200), (300, 290))
    annotator.saved(20, 2)
    annotator.undo()
    annotator.saved(20, 1)
    annotator.has(1)
    annotator.undo()
    annotator.saved(20, -1)
    annotator.has(0)
    annotator.page.press("y", held=[Keys.CONTROL])
    annotator.saved(20, 1)
    annotator.has(1)


def test_ctrl_z_goes_back_over_submit(annotator):
    annotator.open(21)
    annotator.page.press(Keys.ENTER)
    annotator.saved(21, 0)
    annotator.shows(22)
    annotator.undo()
    annotator.shows(21)
    annotator.saved(21, -1)


def test_a_deleted_box_is_back_and_the_xml_byte_for_byte(annotator):
    annotator.open(10)
    original, count = annotator.xml(10).read_bytes(), annotator.objects(10)
    assert count > 0
    annotator.has(count)
    annotator.page.press(Keys.TAB)  # selects the first box
    annotator.page.press(Keys.DELETE)
    annotator.saved(10, count - 1)
    annotator.undo()
    annotator.has(count)
    annotator.saved(10, count)
    assert annotator.xml(10).read_bytes() == original


def test_a_key_held_down_is_one_step(annotator):
    annotator.open(11)
    original = annotator.xml(11).read_bytes()
    annotator.page.press(Keys.TAB)
    annotator.page.press("dddddd")
    annotator._until(lambda: annotator.xml(11).read_bytes() != original)
    annotator.undo()
    annotator._until(lambda: annotator.xml(11).read_bytes() == original)


def test_p_takes_over_the_boxes_of_the_image_before(annotator):
    annotator.open(22)
    annotator.page.drag(annotator.sheet, (60, 50), (180, 150))
    annotator.page.drag(annotator.sheet, (220, 200), (300, 290))
    annotator.saved(22, 2)
    annotator.page.press(Keys.ENTER)
    annotator.shows(23)
    annotator.page.press("p")
    annotator.saved(23, 2)
    annotator.has(2)
    assert annotator.page.errors() == []
    annotator.undo()
    annotator.saved(23, -1)
    annotator.has(0)
