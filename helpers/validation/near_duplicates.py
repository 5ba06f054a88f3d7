"""Which images show the same thing, so that a split does not come between them."""

from __future__ import annotations

from typing import Dict, Iterator, List, Mapping, Tuple

import numpy as np

from helpers.validation.image_checks import partners
from helpers.validation.image_probe import ImageProbe

_ALIKE_BITS = 3
_BANDS, _BAND_BITS = 4, 16  # four bands, three bits that differ: one band is always the same
_FLAT = (0, 2**64 - 1)  # of images without shapes, which are alike in nothing else
_ONES = np.unpackbits(np.arange(2**16, dtype=np.uint16).view(np.uint8).reshape(-1, 2), axis=1).sum(
    axis=1, dtype=np.uint8
)  # of each 16 bits


def groups(looks: Mapping[str, ImageProbe]) -> Dict[str, str]:
    """Puts together identical images, near-duplicates, and whatever is like one of them.

    Args:
        looks: at the images, by path; one that was not decoded is like no other.

    Returns:
        For every image the first by path of those it belongs with, be it itself.
    """
    paths = sorted(path for path in looks if looks[path].decoded)
    sets = _Sets(len(paths))
    first: Dict[str, int] = {}
    for number, path in enumerate(paths):
        sets.join(number, first.setdefault(looks[path].digest, number))
    shaped = [number for number, path in enumerate(paths) if looks[path].dhash not in _FLAT]
    hashes, same = np.unique(
        np.array([looks[paths[number]].dhash for number in shaped], np.uint64), return_inverse=True
    )
    member: Dict[int, int] = {}
    for number, which in zip(shaped, _near(hashes)[same].tolist()):
        sets.join(number, member.setdefault(which, number))
    found = {path: paths[sets.first(number)] for number, path in enumerate(paths)}
    return {path: found.get(path, path) for path in looks}


def _near(hashes: np.ndarray) -> np.ndarray:
    """A number for each hash, (n,), the same for those that differ in at most three bits.

    A tree of partners joins most of them in little time; but a hash gets one partner there and may
    be near to more, so those with different numbers are compared after that, one by one.
    """
    sets = _Sets(len(hashes))
    for later, earlier in enumerate(partners(hashes)):
        if earlier >= 0:
            sets.join(later, earlier)
    for band in range(_BANDS):
        values = hashes >> np.uint64(band * _BAND_BITS) & np.uint64(2**_BAND_BITS - 1)
        for one, other in _across(hashes, values, sets.firsts()):
            sets.join(one, other)
    return sets.firsts()


def _across(
    hashes: np.ndarray, values: np.ndarray, numbers: np.ndarray
) -> Iterator[Tuple[int, int]]:
    """Pairs of near hashes that have one value but different numbers."""
    order = np.lexsort((numbers, values))
    keys = np.stack([values[order], numbers[order].astype(np.uint64)])
    begins = np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0))[: len(order)]
    run = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    later, step = np.arange(len(order)), 0
    while len(later):
        step += 1
        later = later[run[later] >= step]
        before = run[later] - step
        later = later[keys[0, later] == keys[0, before]]
        one, other = order[later], order[run[later] - step]
        near = _differing(hashes[one], hashes[other]) <= _ALIKE_BITS
        yield from zip(one[near].tolist(), other[near].tolist())


def _differing(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return _ONES[(first ^ second).view(np.uint16).reshape(-1, 4)].sum(axis=1)


class _Sets:
    """Numbers from 0, joined into sets whose first is the least."""

    def __init__(self, count: int):
        self._upper: List[int] = list(range(count))

    def first(self, number: int) -> int:
        """The least number of the set."""
        upper = self._upper
        while upper[number] != number:
            upper[number] = upper[upper[number]]
            number = upper[number]
        return number

    def firsts(self) -> np.ndarray:
        """The least of each one's set, int64 (n,)."""
        return np.array([self.first(number) for number in range(len(self._upper))], np.int64)

    def join(self, one: int, other: int) -> None:
        """Makes one set of the two that these are in."""
        one, other = self.first(one), self.first(other)
        self._upper[max(one, other)] = min(one, other)
