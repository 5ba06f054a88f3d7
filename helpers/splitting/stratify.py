"""Groups of images shared out to parts so that each gets its share of every class.

Iterative stratification after Sechidis, Tsoumakas and Vlahavas, "On the Stratification of
Multi-Label Data" (ECML PKDD 2011): the class with the fewest groups left goes first, and each of
its groups to the part that lacks most of it. That leaves sizes and frequent classes a little off,
which moving and swapping groups makes good.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import List, Mapping, Sequence

import numpy as np

from helpers.splitting.balance import Balance
from helpers.splitting.class_counts import ClassCounts, targets

_ROUNDS = 3  # over all pairs of parts
_FEW, _TRIES = 2000, 8  # so few groups are shared out in several orders, and the best is taken


def share_out(
    groups: Sequence[Mapping[str, int]],
    sizes: Sequence[int],
    shares: Sequence[Fraction],
    fixed: Sequence[int],
    complete: bool = True,
) -> List[int]:
    """Puts every group into a part.

    Args:
        groups: how much of each class each of them holds, above 0; none is empty. Among equals
            the earlier goes first, so that their order is the random choice.
        sizes: images of each group.
        shares: of the parts; they add up to 1.
        fixed: the part that a group is in already and stays in, else -1.
        complete: the first part shall have some of every class, whatever its share.

    Returns:
        The part of each group. None is empty as long as there are groups for it.
    """
    count = len(groups)
    tries = min(count, _TRIES) if count <= _FEW else 1
    results = []
    for start in [count * number // tries for number in range(tries)]:
        order = [*range(start, count), *range(start)]
        balance = _balanced(
            [groups[group] for group in order],
            [sizes[group] for group in order],
            shares,
            [fixed[group] for group in order],
            complete,
        )
        part_of = dict(zip(order, balance.parts.tolist()))
        results.append((balance.off(), start, [part_of[group] for group in range(count)]))
    return min(results)[2]


def _balanced(
    groups: Sequence[Mapping[str, int]],
    sizes: Sequence[int],
    shares: Sequence[Fraction],
    fixed: Sequence[int],
    complete: bool,
) -> Balance:
    counts = ClassCounts.of(groups)
    parts = _stratified(counts, sizes, shares, fixed, complete)
    balance = Balance(counts, sizes, shares, parts, np.array(fixed) < 0, complete)
    balance.fill()
    for _ in range(_ROUNDS):
        pairs, better = list(itertools.combinations(range(len(shares)), 2)), False
        while pairs:
            pairs.sort(key=lambda pair: abs(balance.room[pair[0]] - balance.room[pair[1]]))
            better |= balance.even_out(*pairs.pop())
        if not better:
            break
    return balance


def _stratified(
    counts: ClassCounts,
    sizes: Sequence[int],
    shares: Sequence[Fraction],
    fixed: Sequence[int],
    complete: bool,
) -> List[int]:
    rows, parts = counts.rows(), list(fixed)
    lacking, room = targets(counts, sizes, shares)
    waiting: List[List[int]] = [[] for _ in counts.totals]
    unseen = set(range(len(waiting))) if complete else set()

    def put(group: int, part: int) -> None:
        parts[group] = part
        room[part] -= sizes[group]
        for number, value in rows[group]:
            lacking[part][number] -= value
            if not part:
                unseen.discard(number)

    for group, part in enumerate(fixed):
        if part >= 0:
            put(group, part)
        else:
            for number, _ in rows[group]:
                waiting[number].append(group)
    left = [len(groups) for groups in waiting]
    while any(left):
        rarest = min((count, number) for number, count in enumerate(left) if count)[1]
        for group in waiting[rarest]:
            if parts[group] < 0:
                wants = [(lacking[part][rarest], room[part], -part) for part in range(len(shares))]
                put(group, 0 if rarest in unseen else -max(wants)[2])
                for number, _ in rows[group]:
                    left[number] -= 1
    return parts
