"""Moves and swaps between two parts: what a part lacks is right after each of them."""

import itertools

import numpy as np
from builders import SPLIT_SHARES, class_groups, counts_and_sizes
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.splitting.balance import Balance
from helpers.splitting.class_counts import ClassCounts


@settings(max_examples=60, deadline=None)
@given(class_groups(), st.sampled_from(SPLIT_SHARES), st.integers(0, 9))
def test_what_parts_lack_is_exact_after_every_move(groups, shares, seed):
    counts, sizes = counts_and_sizes(groups)
    chosen = np.random.RandomState(seed)
    parts = chosen.randint(len(shares), size=len(groups))
    free = chosen.rand(len(groups)) < 0.8

    def from_scratch():
        return Balance(ClassCounts.of(counts), sizes, shares, balance.parts, free, True)

    balance = Balance(ClassCounts.of(counts), sizes, shares, parts, free, True)
    for first, second in itertools.combinations(range(len(shares)), 2):
        before = balance.off()
        better = balance.even_out(first, second)
        assert (balance.off() < before) == better and balance.off() <= before
        for name in ("lacking", "room", "groups", "in_first"):
            np.testing.assert_array_equal(getattr(balance, name), getattr(from_scratch(), name))
        assert not balance.even_out(first, second)
    assert (balance.parts[~free] == parts[~free]).all()
    balance.fill()
    np.testing.assert_array_equal(balance.groups, from_scratch().groups)
