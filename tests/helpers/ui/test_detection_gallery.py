"""The gallery of the worst images: their order, the slider, the pages, what is drawn."""

import io

import detection_results
import numpy as np
import pytest
from builders import detections, paint
from detection_results import truth
from PIL import Image

from helpers.structures.errors import BadInput
from helpers.ui import detection_gallery
from helpers.ui.detection_gallery import DetectionGallery

SIZE, COUNT = (160, 120), 8
BOX = [20, 20, 100, 100]


def made(names, found):
    """Results on images that have one cat each; ``found`` has the score of a dog there."""
    return detection_results.DetectionResults(
        names,
        [SIZE] * len(names),
        [truth(("cat", BOX)) for _ in names],
        [detections((BOX, "cat", 0.9), ([0, 0, 60, 40], "dog", score)) for score in found],
        detection_results.LABELS,
    )


@pytest.fixture
def encoded(tmp_path):
    return [paint(tmp_path / f"{number}.jpg", SIZE).read_bytes() for number in range(COUNT)]


@pytest.fixture
def gallery(encoded):
    names = [f"{number}<b>.jpg" for number in range(COUNT)]
    return DetectionGallery(made(names, np.arange(COUNT) / 10), encoded, 0.65)


def pixels(cell):
    return np.asarray(Image.open(io.BytesIO(cell.image.value)).convert("RGB"), int)


def visible(gallery):
    return [cell for cell in gallery._cells if cell.layout.display != "none"]


def test_the_worst_images_are_first_and_the_slider_ranks_again(gallery):
    assert gallery.order == [7, 0, 1, 2, 3, 4, 5, 6]
    widgets = list(gallery._cells)
    gallery.slider.value = 0.35
    assert gallery.order == [4, 5, 6, 7, 0, 1, 2, 3]
    gallery.slider.value = 0.95
    assert gallery.order == list(range(COUNT))
    assert gallery._cells == widgets  # redrawn in place


def test_pages_turn_and_the_last_one_may_be_short(gallery):
    assert (gallery.shown, len(visible(gallery))) == ([7, 0, 1, 2, 3, 4], 6)
    gallery.pager.next.click()
    assert (gallery.shown, len(visible(gallery))) == ([5, 6], 2)
    gallery.slider.value = 0.35
    assert gallery.pager.index == 0


def test_the_slider_redraws(gallery):
    gallery.slider.value = 0.0
    before = pixels(gallery._cells[0])
    gallery.slider.value = 0.05
    assert gallery.shown[0] == 1
    gallery.slider.value = 0.95
    after = pixels(gallery._cells[0])
    assert gallery.shown[0] == 0 and np.abs(before - after).max() > 60


def test_the_slider_speaks_when_it_is_let_go(gallery):
    assert not gallery.slider.continuous_update


def test_counts_and_names_are_said_and_names_do_not_become_html(gallery):
    assert "8 of 8" in gallery.summary.value and "1 spurious" in gallery.summary.value
    captions = [cell.caption.value for cell in gallery._cells]
    assert "7&lt;b&gt;.jpg" in captions[0] and "1 spurious" in captions[0]
    assert "no error" in captions[1]


@pytest.mark.parametrize("count", [0, 1], ids=["no image", "one image"])
def test_there_need_be_nothing_to_show(encoded, count):
    gallery = DetectionGallery(made(["a.jpg"][:count], [0.5] * count), encoded[:count])
    gallery.pager.move(1)
    assert gallery.shown == list(range(count))
    assert len(visible(gallery)) == count


def test_as_many_images_as_results_are_expected(encoded):
    with pytest.raises(ValueError, match="expected 1 images, got 8"):
        DetectionGallery(made(["a.jpg"], [0.5]), encoded)


def test_bytes_that_are_no_image_are_named():
    with pytest.raises(BadInput, match="a.jpg"):
        DetectionGallery(made(["a.jpg"], [0.5]), [b"nothing"])


@pytest.mark.parametrize("crowds, count", [(False, 3), (True, 4)], ids=["without", "with crowds"])
def test_the_legend_names_every_colour(crowds, count):
    assert detection_gallery.legend(crowds).count("<span") == count
