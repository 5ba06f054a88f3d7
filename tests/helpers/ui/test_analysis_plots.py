"""Every figure of an analysis can be drawn, whatever there is, with the analysis' own values."""

import detection_results
import pytest
from detection_results import truth

from helpers.evaluation.analysis import analyse
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.structures.label_map import LabelMap
from helpers.ui import analysis_plots

BOX = [0, 0, 20, 20]
MANY = LabelMap.of([f"class {number}" for number in range(20)])
RESULTS = {
    "usual": detection_results.scattered(2, 8),
    "one class": detection_results.scattered(3, 4, LabelMap.of(["cat"])),
    "twenty classes": detection_results.scattered(4, 20, MANY),
    "no truth": detection_results.one_image(truth(), (BOX, "cat", 0.5)),
    "no detections": detection_results.one_image(truth(("cat", BOX))),
    "nothing": detection_results.one_image(truth()),
    "no image": detection_results.results([], []),
}


def analysed(results, threshold=0.5):
    return analyse(results, coco_metrics(results), threshold)


@pytest.mark.parametrize("case", RESULTS)
def test_every_figure_is_drawn(case):
    analysis = analysed(RESULTS[case])
    for name in analysis_plots.PLOTS:
        figure = analysis_plots.draw(name, analysis)
        figure.canvas.draw()
        assert figure.axes, name


def test_plots_show_the_analysis():
    analysis = analysed(RESULTS["usual"])
    texts = [text.get_text() for text in analysis_plots.confusion(analysis).axes[0].texts]
    assert texts == [str(count) for count in analysis.confusion.matrix.ravel() if count]
    bars = analysis_plots.per_class(analysis).axes[0].patches
    assert [bar.get_width() for bar in bars] == sorted(analysis.metrics.per_class.values())
    costs = analysis_plots.error_kinds(analysis).axes[0].patches
    assert [bar.get_width() for bar in costs] == [
        one.cost for one in analysis.errors.errors.values()
    ]
    sizes = analysis_plots.breakdowns(analysis).axes[0].patches
    assert [bar.get_width() for bar in sizes] == [
        one.recall or 0.0 for one in analysis.breakdowns[0].bins
    ]
