"""Class counts of groups as a sparse matrix of shares, and the targets of each part."""

from fractions import Fraction

import numpy as np
from builders import SPLIT_SHARES, class_groups, counts_and_sizes
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.splitting.class_counts import ClassCounts, targets, whole_sizes


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([*SPLIT_SHARES, [Fraction(1)]]))
@example(10, SPLIT_SHARES[2])
@example(1, SPLIT_SHARES[3])
def test_whole_sizes_add_up_and_are_next_to_the_shares(total, shares):
    sizes = whole_sizes(total, shares)
    assert sum(sizes) == total
    assert all(abs(size - total * share) < 1 for size, share in zip(sizes, shares))


@settings(max_examples=40, deadline=None)
@given(class_groups())
def test_counts_are_a_matrix_of_shares(groups):
    counts, _ = counts_and_sizes(groups)
    held = ClassCounts.of(counts)
    names = sorted({name for group in counts for name in group})
    dense = np.array([[group.get(name, 0) for name in names] for group in counts])
    ours = np.array([held.dense(number) for number in range(len(groups))])
    np.testing.assert_allclose(ours / held.totals, dense / dense.sum(axis=0))
    assert (ours.sum(axis=0) == held.totals).all()
    assert [dict(row) for row in held.rows()] == [
        {number: value for number, value in enumerate(row.tolist()) if value} for row in ours
    ]
    weights = np.arange(1, len(names) + 1)
    assert held.weighted(weights).tolist() == (ours * weights).sum(axis=1).tolist()
    chosen = np.arange(0, len(groups), 2)
    some = held.only(chosen)
    assert [some.dense(number).tolist() for number in range(len(chosen))] == ours[chosen].tolist()


def test_each_part_is_to_have_its_share_of_every_class():
    held = ClassCounts.of([{"a": 3}, {"a": 1, "b": 2}])
    lacking, room = targets(held, [2, 3], [Fraction(4, 5), Fraction(1, 5)])
    assert room == [4, 1]
    np.testing.assert_allclose(lacking / held.totals, [[0.8, 0.8], [0.2, 0.2]], atol=1e-6)
