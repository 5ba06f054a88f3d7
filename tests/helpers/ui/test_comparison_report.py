"""The page about two models: both drawn side by side where they differ."""

import detection_results
import pytest
from builders import detections, paint
from detection_results import truth

from helpers.evaluation.comparison import image_differences
from helpers.ui import comparison_report, report_page
from helpers.ui.comparison_report import Compared

BOX = [0, 0, 40, 40]
TRUTH = [truth(("cat", BOX)) for _ in range(3)]
FIRST = detection_results.results(TRUTH, [detections((BOX, "cat", 0.9)) for _ in TRUTH])
SECOND = detection_results.results(
    TRUTH, [detections((BOX, name, 0.9)) for name in ("cat", "dog", "cat")]
)


def compared(names=("old", "new")):
    return Compared(
        names,
        (FIRST, SECOND),
        "sentence",
        [{"metric": "mAP", "old": 1.0}],
        {"cat": (1.0, 0.6), "dog": (None, None)},
        image_differences(FIRST, SECOND, (0.5, 0.4)),
    )


@pytest.mark.parametrize(
    "known, count", [(["00001.jpg"], 2), ([], 0)], ids=["drawn", "the image is gone"]
)
def test_images_are_drawn_for_both_models(tmp_path, known, count):
    content = paint(tmp_path / "a.jpg", (640, 480)).read_bytes()
    report = comparison_report.report(compared(), dict.fromkeys(known, content))
    section = report.sections[1]
    assert len(section.photos) == count
    assert [row["image"] for row in section.rows] == ["00001.jpg"]
    page = report_page.render(report)
    assert page.count("<figure>") == count
    if count:
        assert "old: no error" in section.photos[0][0]
        assert "new: 1 missed, 1 spurious" in section.photos[1][0]
        assert section.photos[0][1] != section.photos[1][1]


def test_names_are_escaped():
    page = report_page.render(comparison_report.report(compared(("<old>", "<new>")), {}))
    assert "<old>" not in page and "&lt;new&gt;" in page
