"""The gallery of the worst images in a real Chromium: the slider redraws, and nothing is added."""

import shutil

import detection_results
import nbformat
import pytest
from builders import detections, paint
from detection_results import truth

from helpers.evaluation import saved_results

pytest.importorskip("selenium.webdriver")

CSS = "css selector"  # WebDriver's name of it
GALLERY = 1  # number of the cell
CODE = """
from pathlib import Path
from helpers.evaluation import saved_results
from helpers.ui.detection_gallery import DetectionGallery
results = saved_results.read("gallery")["opencv"]
DetectionGallery(results, [Path("gallery", name).read_bytes() for name in results.filenames], 0.5)
"""
BOX = [100, 100, 300, 300]

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("chromium", "chromedriver"))),
    reason="no Chromium here; sudo apt-get install -y chromium chromium-driver",
)


@pytest.fixture(scope="module")
def shown(folder, tmp_path_factory, open_in_tab):
    """A notebook with the gallery of eight images, the first of which is wrong from 0.7 on."""
    scores = [0.7] + [0.9] * 7
    made = detection_results.results(
        [truth(("cat", BOX)) for _ in scores], [detections((BOX, "cat", score)) for score in scores]
    )
    saved_results.write({"opencv": made}, folder / "gallery")
    for name in made.filenames:
        paint(folder / "gallery" / name, (640, 480))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(CODE.strip())]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    path = tmp_path_factory.mktemp("gallery") / "gallery.ipynb"
    nbformat.write(notebook, str(path))
    with open_in_tab(path) as page:
        yield page


def text(page):
    return page.within(GALLERY, ".jupyter-widgets").text


def test_the_slider_redraws_in_place(shown, until):
    until(lambda: "8 of 8" in text(shown))
    assert shown.errors() == []
    images = shown.cell(GALLERY).find_elements(CSS, ".jp-OutputArea img")
    before = images[0].get_attribute("src")
    outputs = len(shown.cell(GALLERY).find_elements(CSS, ".jp-OutputArea-output"))
    handle = shown.within(GALLERY, ".noUi-handle, .ui-slider-handle")
    shown.drag(handle, (10, 10), (83, 10))  # to about 0.8
    until(lambda: "7 of 8" in text(shown) and "1 missed" in text(shown))
    assert images[0].get_attribute("src") != before
    assert len(shown.cell(GALLERY).find_elements(CSS, ".jp-OutputArea-output")) == outputs


def test_pages_turn_with_a_click(shown, until):
    shown.within(GALLERY, "button[title^='next page']").click()
    until(lambda: "00007.jpg" in text(shown))
    images = shown.cell(GALLERY).find_elements(CSS, ".jp-OutputArea img")
    until(lambda: sum(image.is_displayed() for image in images) == 2)
