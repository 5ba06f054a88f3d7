"""Groups shared out to parts: close to the best that exhaustive search finds."""

import itertools
from random import Random

import numpy as np
import pytest
from builders import SPLIT_SHARES, class_groups, counts_and_sizes
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.splitting.class_counts import whole_sizes
from helpers.splitting.stratify import share_out


def off(counts, sizes, shares, parts):
    """Images, then classes, by their definition: squares of what each part lacks.

    Of one choice of parts (n,), or of many at once (m, n): a row for each, (m, 2).
    """
    parts = np.atleast_2d(parts)
    names = sorted({name for group in counts for name in group})
    held = np.array([[group.get(name, 0) for name in names] for group in counts])
    result = np.zeros((len(parts), 2))
    for part, (share, size) in enumerate(zip(shares, whole_sizes(sum(sizes), shares))):
        result[:, 0] += (size - (parts == part) @ np.array(sizes)) ** 2
        lacks = float(share) - (parts == part) @ held / held.sum(axis=0)
        result[:, 1] += (lacks**2).sum(axis=1)
    return result


def every_choice(count, parts):
    """All ways to share so many groups out, none of the parts empty, (m, n)."""
    choices = np.array(list(itertools.product(range(parts), repeat=count)))
    return choices[[len(set(choice)) == parts for choice in choices.tolist()]]


@pytest.mark.parametrize("shares", SPLIT_SHARES, ids=lambda shares: " ".join(map(str, shares)))
def test_few_groups_are_shared_out_next_to_the_best_there_is(shares):
    count, best_found = 8 if len(shares) == 2 else 7, 0
    choices = every_choice(count, len(shares))
    for seed in range(30):
        chosen = Random(seed)
        counts = [
            {name: chosen.randint(1, 3) for name in "abc" if chosen.random() < 0.6} or {"": 1}
            for _ in range(count)
        ]
        sizes = [chosen.choice([1, 1, 1, 2]) for _ in counts]
        results = sorted(off(counts, sizes, shares, choices).tolist())
        (reached,) = off(
            counts, sizes, shares, share_out(counts, sizes, shares, [-1] * count, complete=False)
        ).tolist()
        assert reached[0] == results[0][0]  # as many images in each part as can be
        assert reached <= results[len(results) // 10]
        best_found += reached[1] <= results[0][1] + 1e-5
    assert best_found >= 24


@settings(max_examples=60, deadline=None)
@given(class_groups(), st.sampled_from(SPLIT_SHARES), st.integers(0, 9), st.booleans())
def test_fixed_groups_stay_and_no_part_is_empty(groups, shares, seed, complete):
    counts, sizes = counts_and_sizes(groups)
    chosen = Random(seed)
    fixed = [chosen.choice([-1, -1, -1, chosen.randrange(len(shares))]) for _ in groups]
    parts = share_out(counts, sizes, shares, fixed, complete)
    assert all(part == before for part, before in zip(parts, fixed) if before >= 0)
    assert set(parts) <= set(range(len(shares)))
    free = sum(before < 0 for before in fixed)
    taken = {before for before in fixed if before >= 0}
    if not complete and free >= len(shares) - len(taken):
        assert set(parts) == set(range(len(shares)))
    movable = {name for group, before in zip(counts, fixed) if before < 0 for name in group}
    if complete and len(groups) > 12 and not taken:
        assert movable <= {
            name for group, part in zip(counts, parts) if part == 0 for name in group
        }
    assert parts == share_out(counts, sizes, shares, fixed, complete)


def test_no_move_and_no_swap_between_two_parts_is_better_any_more():
    for seed in range(15):
        chosen = Random(seed)
        counts = [
            {name: chosen.randint(1, 3) for name in "abc" if chosen.random() < 0.6} or {"": 1}
            for _ in range(12)
        ]
        sizes, shares = [1] * 12, SPLIT_SHARES[1]
        parts = share_out(counts, sizes, shares, [-1] * 12, complete=False)
        (reached,) = off(counts, sizes, shares, parts)
        for first, second in itertools.combinations(range(12), 2):
            swapped = list(parts)
            swapped[first], swapped[second] = parts[second], parts[first]
            assert off(counts, sizes, shares, swapped)[0, 1] > reached[1] - 1e-5
