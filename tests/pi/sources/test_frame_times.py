"""When each frame of a video is shown."""

import pytest

from detection.sources.frame_times import FrameTimes


@pytest.mark.parametrize(
    "positions, times",
    [
        pytest.param([0, 0.1, 0.2], [0, 0.1, 0.2], id="constant rate"),
        pytest.param([5, 5.1, 5.2], [0, 0.1, 0.2], id="begins late"),
        pytest.param([0, 0.03, 2.4, 3.0], [0, 0.03, 2.4, 3.0], id="variable rate"),
        pytest.param([0, 0, 0, 0], [0, 0.1, 0.2, 0.3], id="no times"),
        pytest.param([0, 0, 0, 0.3], [0, 0.1, 0.2, 0.3], id="some without"),
        pytest.param([0, 0.1, 95443, 95443.1], [0, 0.1, 0.2, 0.3], id="leap"),
        pytest.param([9, 9.1, 0, 0.1], [0, 0.1, 0.2, 0.3], id="back to the start"),
        pytest.param([0, float("nan"), 0.2], [0, 0.1, 0.2], id="not a number"),
    ],
)
def test_times_grow(positions, times):
    of = FrameTimes(10.0)
    assert [of.next(position) for position in positions] == pytest.approx(times, abs=1e-6)
