"""Likely label errors open in the annotator, the most suspicious first, marked in their place."""

import numpy as np
import pytest
from IPython.display import HTML

from helpers.annotations.formats import voc
from helpers.evaluation.label_errors import LabelErrors, likely_label_errors
from helpers.evaluation.results import DetectionResults
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap
from helpers.ui import label_review
from helpers.ui.annotator import Annotator
from helpers.workspace import Workspace

TRUTH = LabeledBoxes.from_rows([("cat", [5, 10, 55, 35])])
BOTH = LabeledBoxes([[5, 10, 55, 35], [100, 100, 150, 130]], ["cat", "cat"], [0.99, 0.98])


@pytest.fixture
def results():
    """Of images at half their size; on ``b.jpg`` something is found that is not annotated."""
    alone = BOTH.select(np.array([0]))
    return DetectionResults(
        ("a.jpg", "b.jpg", "c.jpg"),
        [(160, 140)] * 3,
        (TRUTH, TRUTH, TRUTH),
        (alone, BOTH, alone),
        LabelMap.of(["cat"]),
    )


@pytest.fixture
def work(folder, record):
    """A work folder that knows the photos and their annotations."""
    for name in ("a", "b", "c"):
        annotated = record(f"{name}.jpg", ("cat", 10, 20, 110, 70), size=(320, 280))
        voc.write_one(annotated, folder / "xml" / f"{name}.xml", folder / "img")
    work = Workspace.at(folder / "work")
    work.remember(images=str(folder / "img"), annotations=str(folder / "xml"))
    return work


def test_the_annotator_opens_where_something_is_suspicious(work, results):
    found = likely_label_errors(results, least=0.0)
    assert found.filenames()[0] == "b.jpg"
    shown = label_review.review(work, found, results)
    assert isinstance(shown, Annotator) and shown.paths == found.filenames()
    mark = shown.canvas.marks[0]
    assert (mark["x"], mark["y"], mark["width"]) == pytest.approx((400, 400, 200))  # twice twice
    assert "cat" in mark["text"]
    assert len(shown.canvas.bboxes) == 1


def test_without_anything_suspicious_that_is_said(work, results):
    shown = label_review.review(work, LabelErrors((), 1), results)
    assert isinstance(shown, HTML) and "<p>" in shown.data


def test_without_the_folders_the_way_is_said(folder, results):
    shown = label_review.review(
        Workspace.at(folder / "other"), likely_label_errors(results, least=0.0), results
    )
    assert isinstance(shown, HTML) and "01_annotate_inspect" in shown.data
