"""Time limits: none, passed, and shares of what is left."""

import pytest

from helpers.structures.errors import MissingPart
from helpers.system.deadline import Deadline


def test_without_a_limit_nothing_ends():
    never = Deadline()
    never.check("anything")
    assert never.left() is None and never.part(0.5).left() is None
    assert never.at_most(7) == 7


@pytest.mark.parametrize("seconds", [0, -1], ids=["at once", "in the past"])
def test_a_limit_that_has_passed(seconds):
    passed = Deadline(seconds)
    assert passed.left() == 0 and passed.at_most(7) == 0
    with pytest.raises(MissingPart, match=f"Fetching x: .* {seconds} s"):
        passed.check("Fetching x")


def test_a_limit_ahead():
    ahead = Deadline(100)
    ahead.check("anything")
    assert 90 < ahead.left() <= 100 and ahead.at_most(7) == 7 and ahead.at_most(1000) <= 100
    assert 40 < ahead.part(0.5).left() <= 50
