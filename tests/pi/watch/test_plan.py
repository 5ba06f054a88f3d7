"""Plans as plain values."""

import pytest

from detection.structures import Line, Zone
from detection.watch.plan import Action, WatchPlan


@pytest.mark.parametrize(
    "plan, expected",
    [
        (WatchPlan(), False),
        (WatchPlan(zones=(Zone("lawn", ()),)), False),
        (WatchPlan(track=True), True),
        (WatchPlan(lines=(Line("door", (0, 0), (1, 1)),)), True),
        (WatchPlan(actions=(Action("cat", "true"),)), True),
    ],
    ids=["nothing", "a zone", "asked for", "a line", "an action"],
)
def test_what_needs_tracking(plan, expected):
    assert plan.tracks == expected
