"""Groups of images moved and swapped between two parts until both have what they should."""

from __future__ import annotations

from fractions import Fraction
from typing import List, Optional, Sequence, Tuple

import numpy as np

from helpers.splitting.class_counts import ClassCounts, targets

_STEPS = 400  # moves and swaps; large sets are close enough long before
_TRIED = 16  # groups for which another one to swap with is sought, each time


class Balance:
    """What the parts still lack, and how moving or swapping groups changes that.

    Of two states the better has the smaller sum of squares of what parts lack: in images, and
    where that is equal in classes.

    Attributes:
        parts: of the groups, int64 (n,).
        room: what each part lacks in images, int64 (p,).
    """

    def __init__(
        self,
        counts: ClassCounts,
        sizes: Sequence[int],
        shares: Sequence[Fraction],
        parts: Sequence[int],
        free: np.ndarray,
        complete: bool,
    ) -> None:
        self.counts, self.sizes, self.parts = counts, np.array(sizes, np.int64), np.array(parts)
        self.free, self.complete = free, complete
        lacking, room = targets(counts, sizes, shares)
        self.lacking, self.room = np.array(lacking, np.int64), np.array(room, np.int64)
        owner = np.repeat(self.parts, np.diff(counts.starts))
        np.subtract.at(self.lacking, (owner, counts.classes), counts.values)
        np.subtract.at(self.room, self.parts, self.sizes)
        self.groups = np.bincount(self.parts, minlength=len(shares))
        self.in_first = np.bincount(counts.classes[owner == 0], minlength=len(counts.totals))

    def off(self) -> Tuple[int, int]:
        """How far off the parts are: in images, then in classes."""
        # Plain numbers, since the squares of many classes are more than 64 bits hold.
        return (
            sum(room**2 for room in self.room.tolist()),
            sum(value**2 for row in self.lacking.tolist() for value in row),
        )

    def fill(self) -> None:
        """Gives a small group to each part that has none, if another has several."""
        for part in np.flatnonzero(self.groups == 0).tolist():
            spare = self.free & (self.groups[self.parts] > 1)
            costly = ~self._can_go(self.counts, self.parts)
            cost = costly * self.sizes.sum() + self.sizes
            group = _least(spare, cost, self.room[self.parts])
            if group is not None:
                self._put(group, part)

    def even_out(self, first: int, second: int) -> bool:
        """Moves and swaps groups between two parts; tells whether anything became better."""
        ours = np.flatnonzero(self.free & ((self.parts == first) | (self.parts == second)))
        if not len(ours):
            return False
        counts = self.counts.only(ours)
        squares = counts.each(np.add, counts.values**2)
        for step in range(_STEPS):
            crossing = self._better(first, second, ours, counts, squares)
            if not crossing:
                return step > 0
            for group in ours[crossing].tolist():
                self._put(group, first if self.parts[group] == second else second)
        return True

    def _better(
        self, first: int, second: int, ours: np.ndarray, counts: ClassCounts, squares: np.ndarray
    ) -> List[int]:
        """Which one or two of these groups should cross over; none if that betters nothing.

        A part that lacks ``a`` of a class and gives away ``v`` lacks ``a + v``; squared, that is
        ``2av + vv`` more. Where two groups cross in opposite directions, the products of their
        values are counted twice too often in either part.
        """
        parts, sizes = self.parts[ours], self.sizes[ours]
        leaves = np.where(parts == first, 1, -1)
        gap, room = self.lacking[first] - self.lacking[second], self.room[first] - self.room[second]
        classes = 2 * (leaves * counts.weighted(gap) + squares)
        images = 2 * sizes * (leaves * room + sizes)
        best = _least(self._can_go(counts, parts), images, classes)
        if best is not None and (images[best], classes[best]) < (0, 0):
            return [best]
        candidates = np.flatnonzero(parts == first)
        candidates = candidates[np.argsort(classes[candidates], kind="stable")[:_TRIED]]
        for group in candidates.tolist():
            row, more = counts.dense(group), sizes[group] - sizes
            images = 2 * more * (room + more)
            both = classes[group] + classes - 4 * counts.weighted(row)
            partners = (parts == second) & self._replaces(counts, row, first)
            best = _least(partners, images, both)
            if best is not None and (images[best], both[best]) < (0, 0):
                return [group, best]
        return []

    def _can_go(self, counts: ClassCounts, parts: np.ndarray) -> np.ndarray:
        """Which groups their part can do without: not its only one, nor the last of a class."""
        several = self.groups[parts] > 1
        if not self.complete:
            return several
        last = counts.each(np.minimum, self.in_first[counts.classes]) < 2
        return several & ~(last & (parts == 0))

    def _replaces(self, counts: ClassCounts, row: np.ndarray, part: int) -> np.ndarray:
        """Which groups have all the classes of which a part has no more than this row."""
        last = (row > 0) & (self.in_first < 2) & (self.complete and part == 0)
        return counts.each(np.add, last[counts.classes].astype(int)) == last.sum()

    def _put(self, group: int, part: int) -> None:
        row, former = self.counts.dense(group), self.parts[group]
        for place, sign in ((former, 1), (part, -1)):
            self.lacking[place] += sign * row
            self.room[place] += sign * self.sizes[group]
            self.groups[place] -= sign
        self.in_first += (row > 0) * (int(part == 0) - int(former == 0))
        self.parts[group] = part


def _least(allowed: np.ndarray, first: np.ndarray, second: np.ndarray) -> Optional[int]:
    """Where the first is least and, among equals, the second; ``None`` if nothing is allowed."""
    if not allowed.any():
        return None
    equals = np.flatnonzero(allowed & (first == first[allowed].min()))
    return int(equals[second[equals].argmin()])
