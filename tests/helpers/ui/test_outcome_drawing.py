"""Images with outcomes on a sheet: all of them, their names, and what the colours mean."""

import detection_results
import numpy as np
import pytest
from builders import detections, paint
from detection_results import truth
from PIL import ImageColor

from helpers.evaluation.matching import match
from helpers.ui import outcome_drawing
from helpers.ui.outcome_boxes import COLOURS, CROWD, FOUND, MISSED, SPURIOUS
from helpers.ui.outcome_drawing import Drawing

BOX = [100, 100, 400, 300]
RESULTS = detection_results.results(
    [truth(("cat", BOX)), truth(("cat", BOX)), truth()],
    [detections((BOX, "cat", 0.9)), detections((BOX, "dog", 0.2)), detections((BOX, "dog", 0.9))],
)


@pytest.fixture
def encoded(tmp_path):
    return {
        index: paint(tmp_path / f"{index}.jpg", (640, 480)).read_bytes()
        for index in range(len(RESULTS))
    }


def count_of(image, colour):
    return int((np.asarray(image) == ImageColor.getrgb(colour)).all(axis=2).sum())


@pytest.mark.parametrize(
    "index, kinds",
    [(0, {FOUND}), (1, {MISSED}), (2, {SPURIOUS})],
    ids=["found", "missed", "spurious"],
)
def test_an_image_has_the_colours_of_its_outcomes(encoded, index, kinds):
    drawing = Drawing(RESULTS, match(RESULTS))
    small = drawing.thumbnail(index, encoded[index], (320, 320))
    assert small.size == (320, 240)
    drawn = drawing.drawn(index, small, 0.5)
    assert {kind for kind in COLOURS if count_of(drawn, COLOURS[kind]) > 50} == kinds


@pytest.mark.parametrize("count", [0, 1, 3], ids=["none", "one", "three"])
def test_a_sheet_has_every_image_and_a_legend(encoded, count):
    drawing = Drawing(RESULTS, match(RESULTS))
    chosen = {index: encoded[index] for index in list(encoded)[:count]}
    sheet = drawing.sheet(chosen, 0.5)
    for kind in (FOUND, MISSED, SPURIOUS):
        assert count_of(sheet, COLOURS[kind]) > 1000
    assert count_of(sheet, COLOURS[CROWD]) < 10  # the edges of letters
    assert (sheet.height > 300) == (count > 0) and sheet.width >= 760


@pytest.mark.parametrize(
    "missed, spurious, text",
    [(0, 0, "no error"), (1, 0, "1 missed"), (0, 2, "2 spurious"), (3, 1, "3 missed, 1 spurious")],
    ids=["none", "missed", "spurious", "both"],
)
def test_errors_are_counted_in_words(missed, spurious, text):
    assert outcome_drawing.counts_text(missed, spurious) == text
