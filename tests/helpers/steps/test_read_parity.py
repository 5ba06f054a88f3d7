"""What the parity check found, as tables."""

import pytest

from helpers.export import parity
from helpers.steps.read_parity import COLUMNS, metrics_as_text, read_parity


def test_the_report_of_the_parity_check(trained):
    report = read_parity(trained.graph)
    assert report.report["passed"]
    assert [row["backend"] for row in report.rows()] == ["opencv", "tflite"]
    assert all(row["unmatched"] == 0 for row in report.rows())
    assert report.as_text().splitlines()[1].startswith(parity.REFERENCE)


@pytest.mark.parametrize("value, shown", [(None, "-"), (0.25, "0.25")], ids=["none", "number"])
def test_a_metric_that_there_is_none_of_is_a_dash(value, shown):
    metrics = dict.fromkeys(COLUMNS, value)
    text = metrics_as_text({"backends": {"opencv": metrics}})
    assert text.splitlines()[1].split() == ["opencv"] + 5 * [shown]
