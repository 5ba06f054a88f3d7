"""What differs between what was expected and what was found."""

import pytest

from detection.backends.expectations import Expected, differences
from detection.structures import Detection

BOX = (10.0, 10.0, 110.0, 60.0)
CUP = Detection("cup", 0.9, BOX)


def moved(by):
    return (BOX[0] + by, BOX[1], BOX[2] + by, BOX[3])


@pytest.mark.parametrize(
    "found, number",
    [
        pytest.param([CUP], 0, id="the same"),
        pytest.param([Detection("cup", 0.86, moved(3))], 0, id="within the tolerance"),
        pytest.param([CUP, Detection("cup", 0.32, moved(200))], 0, id="one more, hardly above"),
        pytest.param([CUP, Detection("cup", 0.2, moved(200))], 0, id="one more, below"),
        pytest.param([], 1, id="nothing"),
        pytest.param([Detection("ball", 0.9, BOX)], 2, id="another class"),
        pytest.param([Detection("cup", 0.8, BOX)], 2, id="another score"),
        pytest.param([Detection("cup", 0.9, moved(20))], 2, id="another box"),
        pytest.param([CUP, Detection("cup", 0.5, moved(200))], 1, id="one more"),
    ],
)
def test_what_differs(found, number):
    assert len(differences(Expected((CUP,), 0.3, 0.9, 0.05), found)) == number
