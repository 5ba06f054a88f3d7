"""What is drawn is where it belongs, in the colour it belongs to."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.tfrecords import image_encoding
from helpers.ui import plots

CLASSES = ("apple", "banana", "donut")


def pixels_of(figure):
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3]


def near(pixels, colour):
    """Where the pixels have about this colour, (h, w)."""
    return (np.abs(pixels / 255 - to_rgb(colour)) < 0.1).all(axis=2)


@pytest.mark.parametrize(
    "orientation, size",
    [(1, (80, 60)), (6, (80, 60)), (6, (60, 80)), (3, (80, 60))],
    ids=["upright", "stored frame", "shown frame", "upside down"],
)
def test_a_person_sees_what_training_sees(tmp_path, paint, record, orientation, size):
    paint(tmp_path / "a.jpg", (80, 60), orientation=orientation)
    loaded = plots.load(record("a.jpg", size=size), tmp_path)
    trained = image_encoding.encode(record("a.jpg", size=size), tmp_path).content
    assert loaded.shape == (size[1], size[0], 3) and loaded.dtype == np.uint8
    assert np.abs(loaded.astype(int) - plots.decode(trained)).mean() < 3


def test_boxes_lie_on_their_image():
    image = np.zeros((100, 200, 3), np.uint8)
    cell = (image, "a", [LabeledBoxes.from_rows([("banana", [20, 40, 100, 90])])])
    figure = plots.grid([cell], CLASSES)
    figure.axes[0].texts[0].set_visible(False)
    where = near(pixels_of(figure), plots.colour_of("banana", CLASSES))
    place = figure.axes[0].transData
    height = where.shape[0]
    (left, top), (right, bottom) = place.transform([(20, 40), (100, 90)])
    rows, columns = np.nonzero(where)
    expected = [left, height - top, right, height - bottom]
    np.testing.assert_allclose(
        [columns.min(), rows.min(), columns.max(), rows.max()], expected, atol=4
    )
    assert not near(pixels_of(figure), plots.colour_of("donut", CLASSES)).any()


def test_detections_carry_their_scores_and_truth_does_not():
    image = np.zeros((50, 50, 3), np.uint8)
    box = [10, 20, 30, 40]
    sets = [LabeledBoxes.from_rows([("apple", box)]), LabeledBoxes([box], ["apple"], [0.876])]
    axes = plots.grid([(image, "title", sets)], CLASSES).axes[0]
    assert [text.get_text() for text in axes.texts] == ["apple", "apple 0.88"]
    assert axes.get_title() == "title"
    assert [patch.get_linestyle() for patch in axes.patches] == ["--", "-"]


@pytest.mark.parametrize(
    "count, columns, grid",
    [(0, 4, (0, 0)), (1, 4, (1, 1)), (4, 4, (1, 4)), (5, 4, (2, 4)), (3, 2, (2, 2))],
    ids=["no image", "one image", "full row", "two rows", "two columns"],
)
def test_images_stand_in_rows(count, columns, grid):
    image = np.zeros((8, 8, 3), np.uint8)
    figure = plots.grid([(image, str(number), []) for number in range(count)], CLASSES, columns)
    assert len(figure.axes) == count
    if count:
        assert figure.axes[0].get_subplotspec().get_gridspec().get_geometry() == grid
    pixels_of(figure)


def test_every_class_has_its_own_colour_until_there_are_none_left():
    names = [str(number) for number in range(len(plots.PALETTE) + 1)]
    colours = [plots.colour_of(name, names) for name in names]
    assert len(set(colours)) == len(plots.PALETTE)
    assert colours[0] == colours[-1]
    assert plots.colour_of("never seen", names) in plots.PALETTE


@pytest.mark.parametrize("counts", [{"cat": 0}, {"cat": 3, "dog": 1.5}], ids=["zero", "two"])
def test_bars_are_as_long_as_their_counts(counts):
    figure = plots.bars(counts, "boxes")
    pixels_of(figure)
    axes = figure.axes[0]
    assert [patch.get_width() for patch in axes.patches] == list(counts.values())
    assert [label.get_text() for label in axes.get_yticklabels()][: len(counts)] == list(counts)
    assert axes.get_title() == "boxes"


@pytest.mark.parametrize("suffix, kind", [(".png", "PNG"), (".jpg", "JPEG")])
def test_a_figure_is_saved_in_the_suffixs_format(tmp_path, suffix, kind):
    path = plots.save(plots.bars({"a": 1}, "t"), tmp_path / "new" / f"a{suffix}")
    with Image.open(str(path)) as image:
        assert image.format == kind
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_figure_that_cannot_be_saved_leaves_the_old_one(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(BadInput, match="a.png: .*written"):
        plots.save(plots.bars({"a": 1}, "t"), tmp_path / "a.png")


def test_a_figure_is_the_same_in_memory_as_on_disk(tmp_path):
    figure = plots.bars({"a": 1}, "t")
    assert plots.as_png(figure) == plots.save(figure, tmp_path / "a.png").read_bytes()
