"""Gives objects numbers that stay theirs from frame to frame.

Each object has a filter of constant velocity; detections are assigned to where the objects are
expected, the sure ones first, then the unsure ones to what is left, which keeps objects alive that
are detected badly for a while. Two rounds: Y. Zhang et al., ByteTrack, ECCV 2022, arXiv:2110.06864.
The filter's gains: E. Brookner, Tracking and Kalman Filtering Made Easy, 1998, 1.2.10 (expanding
memory polynomial filter), kept above a floor so that it follows an object that turns.
"""

from __future__ import annotations

from typing import List, NamedTuple, Sequence, Tuple

import numpy as np

# An object is looked for within this many of its diagonals of where it is expected; one seen once
# has no velocity yet.
_REACH, _FIRST_REACH = 0.6, 1.6
# How much farther for each second since it was detected, in diagonals, and how far at most.
_REACH_A_SECOND, _FARTHEST = 0.5, 2.0
# Natural logarithm of how much a width or height may change: by a half.
_RESIZED = 0.7
_LEAST_GAINS = (0.5, 0.15)  # of position, of velocity
_SIZE_GAIN = 0.4
# Where frames are rare, an object is looked for on this many of them in any case.
_LEAST_MISSES = 3
_FALLBACK_STEP = 1 / 25  # seconds, where a video's times stand still or go back


class Tracks(NamedTuple):
    """The objects followed, in the order of their numbers.

    Attributes:
        ids: Their numbers, from 1, (n,) int.
        labels: Class names, n.
        boxes: Smoothed, pixels, ``[x_min, y_min, x_max, y_max]``, (n, 4); where an object is not
            detected now, where it is expected.
        hits: On how many frames each was detected, (n,) int.
        seen: Whether each is detected now, (n,) bool.
    """

    ids: np.ndarray
    labels: Tuple[str, ...]
    boxes: np.ndarray
    hits: np.ndarray
    seen: np.ndarray


class Tracker:
    """Follows the objects of one camera or video."""

    def __init__(self, lost_after: float = 2.0) -> None:
        """Starts with no object.

        Args:
            lost_after: Seconds for which an object that is not detected keeps its number.
        """
        self._lost_after = lost_after
        self._next_id = 1
        self._forget()

    def _forget(self) -> None:
        self._now = -np.inf
        self._ids = np.zeros(0, int)
        self._labels: List[str] = []
        # Center x, y, width, height; pixels.
        self._states = np.zeros((0, 4))
        self._velocities = np.zeros((0, 2))
        self._hits = np.zeros(0, int)
        self._misses = np.zeros(0, int)
        self._last_seen = np.zeros(0)

    def restart(self) -> None:
        """Forgets the objects, for another video; numbers go on."""
        self._forget()

    def update(
        self, boxes: np.ndarray, labels: Sequence[str], sure: np.ndarray, seconds: float
    ) -> np.ndarray:
        """Takes the detections of the next frame.

        Args:
            boxes: ``[x_min, y_min, x_max, y_max]``, pixels, (n, 4).
            labels: Class names, n.
            sure: Whether a detection may begin an object, (n,) bool; others go on with one.
            seconds: Time of the frame in the stream.

        Returns:
            The number of each detection's object, (n,); 0 where it has none.
        """
        self._advance(seconds)
        sure = np.asarray(sure, bool)
        states = _states(np.asarray(boxes, float).reshape(-1, 4))
        numbers = np.zeros(len(states), int)
        free = np.ones(len(self._ids), bool)
        for eligible in (sure, ~sure):
            chosen = np.flatnonzero(eligible)
            named = [labels[index] for index in chosen]
            for track, index in self._assign(states[chosen], named, free):
                free[track] = False
                numbers[chosen[index]] = self._ids[track]
        self._follow(states, numbers)
        self._drop_lost()
        self._begin(states, labels, numbers, sure)
        return numbers

    def tracks(self) -> Tracks:
        """Returns the objects followed, after the last update."""
        half = self._states[:, 2:] / 2
        corners = np.hstack([self._states[:, :2] - half, self._states[:, :2] + half])
        seen = self._last_seen == self._now
        return Tracks(self._ids, tuple(self._labels), corners, self._hits, seen)

    def _advance(self, seconds: float) -> None:
        """Moves every object to where it is expected now."""
        step = seconds - self._now if seconds > self._now else _FALLBACK_STEP
        if np.isinf(self._now):
            self._now, step = seconds, 0.0
        else:
            self._now += step
        self._step = max(step, 1e-6)
        self._states[:, :2] += self._velocities * step

    def _assign(
        self, states: np.ndarray, labels: Sequence[str], free: np.ndarray
    ) -> List[Tuple[int, int]]:
        """Pairs objects with detections, the closest first."""
        if not len(states) or not free.any():
            return []
        costs = self._costs(states)
        same = np.array(self._labels, object)[:, None] == np.array(labels, object)[None]
        tracks, detections = np.nonzero((costs < 1) & same & free[:, None])
        order = np.argsort(costs[tracks, detections], kind="stable")
        pairs: List[Tuple[int, int]] = []
        taken_tracks, taken = set(), set()
        for track, index in zip(tracks[order].tolist(), detections[order].tolist()):
            if track not in taken_tracks and index not in taken:
                taken_tracks.add(track)
                taken.add(index)
                pairs.append((track, index))
        return pairs

    def _costs(self, states: np.ndarray) -> np.ndarray:
        """How badly each detection fits each object, (tracks, detections); 1 is beyond reach."""
        gap = self._states[:, None, :2] - states[None, :, :2]
        distance = np.hypot(gap[..., 0], gap[..., 1])
        diagonal = np.hypot(self._states[:, 2], self._states[:, 3])
        since = self._now - self._last_seen
        reach = np.where(self._hits > 1, _REACH, _FIRST_REACH) + _REACH_A_SECOND * since
        moved = distance / (diagonal * np.minimum(reach, _FARTHEST))[:, None]
        ratios = np.abs(np.log(self._states[:, None, 2:] / states[None, :, 2:]))
        resized = ratios.max(axis=2) / _RESIZED
        # A change of size counts less than a step: boxes breathe.
        return np.where(resized < 1, np.hypot(moved, 0.5 * resized), np.inf)

    def _follow(self, states: np.ndarray, numbers: np.ndarray) -> None:
        """Corrects the objects that are detected."""
        detections = np.flatnonzero(numbers)
        tracks = np.searchsorted(self._ids, numbers[detections])
        hits = self._hits[tracks].astype(float)
        position = np.maximum(2 * (2 * hits + 1) / ((hits + 1) * (hits + 2)), _LEAST_GAINS[0])
        velocity = np.maximum(6 / ((hits + 1) * (hits + 2)), _LEAST_GAINS[1])
        error = states[detections] - self._states[tracks]
        since = np.maximum(self._now - self._last_seen[tracks], self._step)
        self._states[tracks, :2] += position[:, None] * error[:, :2]
        self._states[tracks, 2:] += _SIZE_GAIN * error[:, 2:]
        self._velocities[tracks] += (velocity / since)[:, None] * error[:, :2]
        self._last_seen[tracks] = self._now
        self._misses += 1
        self._misses[tracks] = 0
        self._hits[tracks] += 1

    def _drop_lost(self) -> None:
        unseen = self._now - self._last_seen
        kept = (unseen <= self._lost_after) | (self._misses < _LEAST_MISSES)
        if kept.all():
            return
        self._ids, self._states = self._ids[kept], self._states[kept]
        self._velocities, self._hits = self._velocities[kept], self._hits[kept]
        self._misses, self._last_seen = self._misses[kept], self._last_seen[kept]
        self._labels = [label for label, keep in zip(self._labels, kept) if keep]

    def _begin(
        self, states: np.ndarray, labels: Sequence[str], numbers: np.ndarray, sure: np.ndarray
    ) -> None:
        """Gives the detections that are sure and no object's yet numbers of their own."""
        new = np.flatnonzero(sure & (numbers == 0))
        if not len(new):
            return
        ids = np.arange(self._next_id, self._next_id + len(new))
        numbers[new] = ids
        self._next_id += len(new)
        self._ids = np.append(self._ids, ids)
        self._labels += [labels[index] for index in new]
        self._states = np.vstack([self._states, states[new]])
        self._velocities = np.vstack([self._velocities, np.zeros((len(new), 2))])
        self._hits = np.append(self._hits, np.ones(len(new), int))
        self._misses = np.append(self._misses, np.zeros(len(new), int))
        self._last_seen = np.append(self._last_seen, np.full(len(new), self._now))


def _states(boxes: np.ndarray) -> np.ndarray:
    """Returns center, width and height of boxes; none is smaller than a tenth of a pixel."""
    sizes = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.1)
    return np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2, sizes])
