"""How much of each class there is in groups of images, and how much parts of them should have.

Only whole numbers, so that no rounding differs between machines.
"""

from __future__ import annotations

from fractions import Fraction
from typing import List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

# A class counts this much in all, be it frequent or rare: what is compared are shares.
_WHOLE = 2**22


class ClassCounts(NamedTuple):
    """How much of each class each group holds, as the rows of a sparse matrix.

    Attributes:
        starts: of each group in the two that follow, and their end, int64 (n + 1,).
        classes: numbers of classes, int64 (m,); every group has one or more.
        values: how much of them, int64 (m,).
        totals: all there is of each class, about ``_WHOLE`` in the unit of its values, int64 (k,).
    """

    starts: np.ndarray
    classes: np.ndarray
    values: np.ndarray
    totals: np.ndarray

    @classmethod
    def of(cls, groups: Sequence[Mapping[str, int]]) -> "ClassCounts":
        """From the boxes of each group by class name, all above 0."""
        names = sorted({name for group in groups for name in group})
        number = {name: index for index, name in enumerate(names)}
        rows = [sorted((number[name], count) for name, count in group.items()) for group in groups]
        classes, counts = np.array([pair for row in rows for pair in row], np.int64).T
        sums = np.zeros(len(names), np.int64)
        np.add.at(sums, classes, counts)
        units = np.maximum(1, _WHOLE // sums)
        starts = np.cumsum([0] + [len(row) for row in rows], dtype=np.int64)
        return cls(starts, classes, counts * units[classes], sums * units)

    def rows(self) -> List[List[Tuple[int, int]]]:
        """Class and value of each group, as plain numbers."""
        pairs, starts = list(zip(self.classes.tolist(), self.values.tolist())), self.starts.tolist()
        return [pairs[start:end] for start, end in zip(starts, starts[1:])]

    def only(self, groups: np.ndarray) -> "ClassCounts":
        """Those of some groups, by index."""
        lengths = np.diff(self.starts)
        kept = np.zeros(len(lengths), bool)
        kept[groups] = True
        kept = np.repeat(kept, lengths)
        return self._replace(
            starts=np.cumsum(np.append(0, lengths[groups])),
            classes=self.classes[kept],
            values=self.values[kept],
        )

    def each(self, reduced: np.ufunc, values: np.ndarray) -> np.ndarray:
        """One number a group from one for each of its classes, (m,) to (n,)."""
        return reduced.reduceat(values, self.starts[:-1])

    def weighted(self, weights: np.ndarray) -> np.ndarray:
        """The sum of each group's values times the weights (k,) of their classes, int64 (n,)."""
        return self.each(np.add, self.values * weights[self.classes])

    def dense(self, group: int) -> np.ndarray:
        """The values of one group for all classes, int64 (k,)."""
        span = slice(self.starts[group], self.starts[group + 1])
        row = np.zeros_like(self.totals)
        row[self.classes[span]] = self.values[span]
        return row


def whole_sizes(total: int, shares: Sequence[Fraction]) -> List[int]:
    """Whole numbers next to each share of a total that add up to it (largest remainder)."""
    sizes = [int(total * share) for share in shares]
    order = sorted(range(len(shares)), key=lambda part: (sizes[part] - total * shares[part], part))
    for part in order[: total - sum(sizes)]:
        sizes[part] += 1
    return sizes


def targets(
    counts: ClassCounts, sizes: Sequence[int], shares: Sequence[Fraction]
) -> Tuple[List[List[int]], List[int]]:
    """How much of each class, and how many images, each part is to have.

    Args:
        counts: all there is.
        sizes: images of each group.
        shares: of the parts; they add up to 1.

    Returns:
        For each part the values of all classes; and its number of images.
    """
    return (
        [[round(whole * share) for whole in counts.totals.tolist()] for share in shares],
        whole_sizes(sum(sizes), shares),
    )
