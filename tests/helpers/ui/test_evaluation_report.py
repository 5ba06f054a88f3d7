"""What the page about an evaluation shows: the worst images, every section, true counts."""

import detection_results
import numpy as np
import pytest
from builders import detections, paint
from detection_results import truth
from PIL import Image

from helpers.evaluation.analysis import analyse
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.evaluation.label_errors import likely_label_errors
from helpers.ui import analysis_plots, evaluation_report, report_page
from helpers.ui.evaluation_report import Evaluated

BOX = [0, 0, 20, 20]


def analysed(results, threshold=0.5):
    return analyse(results, coco_metrics(results), threshold)


@pytest.fixture
def content(tmp_path):
    return paint(tmp_path / "a.jpg", (640, 480)).read_bytes()


@pytest.fixture
def reported(content):
    """``reported(results)``: the report about them, with all images that it shows."""

    def report(results, diagnoses=()):
        analysis = analysed(results)
        evaluated = Evaluated(
            "title",
            "sentence",
            [{"backend": "opencv"}],
            {"opencv": analysis},
            likely_label_errors(results),
            diagnoses,
        )
        encoded = {index: content for index in evaluation_report.worst_images(analysis)}
        drawn = evaluation_report.draw_plots(evaluated.analyses)
        return evaluation_report.report(evaluated, drawn, encoded)

    return report


@pytest.mark.parametrize(
    "results",
    [
        detection_results.scattered(1, 5),
        detection_results.one_image(truth(), (BOX, "cat", 0.9)),
        detection_results.one_image(truth(("cat", BOX))),
        detection_results.one_image(truth()),
    ],
    ids=["usual", "no truth", "no detections", "nothing"],
)
def test_a_report_is_made_of_whatever_there_is(reported, results):
    report = reported(results)
    assert len(report.images) == len(results)
    assert all(section.plots or section.rows for section in report.sections)
    assert len(report_page.render(report)) > 10_000


def test_the_page_has_the_worst_images_first_and_no_more_than_it_can_carry(reported):
    made = detection_results.scattered(1, evaluation_report.MAX_IMAGES + 3, most=3)
    report = reported(made)
    rows = analysed(made).images.rows()
    assert [image.filename for image in report.images] == [
        row["image"] for row in rows[: evaluation_report.MAX_IMAGES]
    ]


def test_every_plot_has_its_section(reported):
    sections = reported(detection_results.scattered(1, 5)).sections
    assert sum(len(section.plots) for section in sections) == len(analysis_plots.PLOTS) + 1


def test_diagnoses_come_first_and_label_errors_where_there_are_some(reported):
    rows = [{"code": "boxes-loose", "what is so": "a", "what to do": "b"}]
    good = detection_results.one_image(truth(("cat", BOX)), (BOX, "cat", 0.95))
    names = ["dog", *["cat"] * 80]
    wrong = detection_results.results(
        [truth((name, BOX)) for name in names], [detections((BOX, "cat", 0.95)) for _ in names]
    )
    assert reported(good, rows).sections[0].rows == rows
    counts = [len(reported(made).sections) for made in (good, wrong)]
    assert counts[1] == counts[0] + 1 == len(reported(good, rows).sections)
    assert reported(wrong).sections[-1].rows[0]["image"] == "00000.jpg"


def test_facts_are_the_analysis_own(reported):
    made = detection_results.scattered(1, 5)
    sums, analysis = analysed(made).images.as_dict(), analysed(made)
    facts = reported(made).facts
    assert facts[0].startswith("5 ")
    assert facts[1].startswith(f"{sum(analysis.objects().values())} boxes of 2 ")
    assert f"{sums['found']} found, {sums['missed']} missed" in facts[2]


@pytest.mark.parametrize(
    "classes, end",
    [(["cat"], "cat"), (["cat", "dog"], "cat, dog"), (list("abcdefg"), "7 classes")],
    ids=["one", "two", "many"],
)
def test_the_title_names_what_is_detected(classes, end):
    assert evaluation_report.title_of(classes).endswith(f" of {end}")


def test_sheets_and_plots_are_images(tmp_path, content):
    analysis = analysed(detection_results.scattered(1, 2))
    evaluation_report.draw_sheets({"opencv": analysis, "tflite": analysis}, {0: content}, tmp_path)
    for name in ("opencv", "tflite"):
        with Image.open(str(tmp_path / f"{name}.png")) as image:
            assert image.format == "PNG" and np.ptp(np.asarray(image)) > 100
    drawn = evaluation_report.draw_plots({"opencv": analysis})
    assert list(drawn) == [*analysis_plots.PLOTS, evaluation_report.INTERVALS]
    assert all(content.startswith(b"\x89PNG") for content in drawn.values())
