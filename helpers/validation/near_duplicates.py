"""Near-duplicates: images whose difference hashes are the same but for a few bits.

Only hashes that share a band of bits are compared: where at most three bits differ, one of four
bands is the same.
"""

from __future__ import annotations

from typing import Dict, Iterator, List, Mapping, Tuple

import numpy as np

from helpers.validation.image_probe import ImageProbe

MAX_BITS = 3  # that may differ
# Each band takes its bits from all over the image, since many images have the same sky or the same
# white border.
_BANDS = (np.arange(64) * 37 % 64).reshape(MAX_BITS + 1, 16)
_FLAT = (0, 2**64 - 1)  # of images without shapes, which have nothing else in common


def has_shapes(probe: ImageProbe) -> bool:
    """Whether an image was decoded and its hash tells it from an image of one colour."""
    return probe.dhash is not None and probe.dhash not in _FLAT


def partners(hashes: np.ndarray) -> List[int]:
    """For each hash an earlier one that differs from it in at most three bits, or -1.

    Only hashes that share a band are compared, and one that has a partner no more; so the time
    grows little faster than their number, with many near-duplicates as with few.

    Args:
        hashes: uint64 (n,).
    """
    partner = np.full(len(hashes), -1)
    for values in _band_values(hashes):
        order = np.argsort(values, kind="stable")
        later, step = np.flatnonzero(partner[order] < 0), 0
        while len(later):
            step += 1
            later = later[later >= step]
            later = later[values[order[later]] == values[order[later - step]]]
            second, first = order[later], order[later - step]
            near = _near(hashes[first], hashes[second])
            partner[second[near]] = first[near]
            later = later[~near]
    return partner.tolist()


def groups(probes: Mapping[str, ImageProbe]) -> Dict[str, str]:
    """Groups duplicates, near-duplicates, and whatever is a near-duplicate of one of them.

    Args:
        probes: of the images, by path; one that was not decoded is in a group of its own.

    Returns:
        For every image the first by path of its group, be it itself.
    """
    paths = sorted(path for path in probes if probes[path].decoded)
    sets = DisjointSets(len(paths))
    by_digest: Dict[str, int] = {}
    for number, path in enumerate(paths):
        sets.join(number, by_digest.setdefault(probes[path].digest, number))
    shaped = [number for number, path in enumerate(paths) if has_shapes(probes[path])]
    hashes, same = np.unique(
        np.array([probes[paths[number]].dhash for number in shaped], np.uint64), return_inverse=True
    )
    member: Dict[int, int] = {}
    for number, which in zip(shaped, _components(hashes)[same].tolist()):
        sets.join(number, member.setdefault(which, number))
    leaders = {path: paths[sets.first(number)] for number, path in enumerate(paths)}
    return {path: leaders.get(path, path) for path in probes}


def _components(hashes: np.ndarray) -> np.ndarray:
    """A number for each hash, (n,), the same for those connected by at most three bits.

    A tree of partners joins most of them in little time; but a hash gets one partner there and may
    be near to more, so those with different numbers are compared pair by pair after that.
    """
    sets = DisjointSets(len(hashes))
    for later, earlier in enumerate(partners(hashes)):
        if earlier >= 0:
            sets.join(later, earlier)
    for values in _band_values(hashes):
        for first, second in _near_across(hashes, values, sets.firsts()):
            sets.join(first, second)
    return sets.firsts()


def _near_across(
    hashes: np.ndarray, values: np.ndarray, numbers: np.ndarray
) -> Iterator[Tuple[int, int]]:
    """Pairs of near hashes that have one band value but different numbers."""
    order = np.lexsort((numbers, values))
    keys = np.stack([values[order], numbers[order]])
    begins = np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0))[: len(order)]
    run = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    later, step = np.arange(len(order)), 0
    while len(later):
        step += 1
        later = later[run[later] >= step]
        before = run[later] - step
        later = later[keys[0, later] == keys[0, before]]
        second, first = order[later], order[run[later] - step]
        near = _near(hashes[first], hashes[second])
        yield from zip(first[near].tolist(), second[near].tolist())


def _band_values(hashes: np.ndarray) -> Iterator[np.ndarray]:
    """For each band the number that its bits make in each hash, int64 (n,)."""
    bits = np.unpackbits(hashes.view(np.uint8).reshape(-1, 8), axis=1)
    for places in _BANDS:
        yield bits[:, places] @ (2 ** np.arange(len(places)))


def _near(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Mask (n,): at most three bits differ."""
    different = first ^ second
    for _ in range(MAX_BITS):
        different = different & (different - np.uint64(1))  # without its lowest bit
    return different == 0


class DisjointSets:
    """Numbers from 0, joined into sets whose first is the least."""

    def __init__(self, count: int) -> None:
        self._parent: List[int] = list(range(count))

    def first(self, number: int) -> int:
        """The least number of the set."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def firsts(self) -> np.ndarray:
        """The least number of each number's set, int64 (n,)."""
        return np.array([self.first(number) for number in range(len(self._parent))], np.int64)

    def join(self, number: int, other: int) -> None:
        """Makes one set of the two that these are in."""
        number, other = self.first(number), self.first(other)
        self._parent[max(number, other)] = min(number, other)
