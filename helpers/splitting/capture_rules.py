"""Images of one moment: bursts by their EXIF time, numbered series of similar images."""

from __future__ import annotations

import itertools
import re
from datetime import datetime
from typing import Dict, Iterator, List, Mapping, Optional, Tuple

from helpers.splitting.name_rules import source_name
from helpers.validation.image_probe import ImageProbe
from helpers.validation.near_duplicates import DisjointSets, has_shapes

BURST_SECONDS = 2  # from one image of a burst to the next, at most
# Bits of the difference hash: of 20,000 pairs of unrelated photos one in 2,000 is as near, of the
# frames of a camera that stands still nearly all.
SERIES_BITS = 10
_REACH = 3  # how many images on, since one of a series may differ from its neighbours
_NUMBERED = re.compile(r"^(.*?)[ ._-]?(\d{1,12})$")


def bursts(probes: Mapping[str, ImageProbe]) -> Dict[str, str]:
    """Images that one camera took within seconds of each other: the first of each.

    Args:
        probes: of the images, by path; those without a camera and a time are in no burst.
    """
    times = sorted(
        (probe.camera, taken, path)
        for path, probe in probes.items()
        for taken in [_seconds(probe.taken)]
        if probe.camera and taken is not None
    )
    first: Dict[str, str] = {}
    for index, (camera, taken, path) in enumerate(times):
        before = times[index - 1] if index else ("", 0.0, "")
        near = before[0] == camera and taken - before[1] <= BURST_SECONDS
        first[path] = first[before[2]] if near else path
    return first


def series(probes: Mapping[str, ImageProbe]) -> Dict[str, str]:
    """Images with consecutive numbers that look nearly the same: the first of each series.

    ``clip_0001``, ``clip_0002`` … are frames of a video where neighbours look so, and photos of
    one camera where they do not.

    Args:
        probes: of the images, by path; one that was not decoded is in no series.
    """
    numbered: Dict[str, List[Tuple[int, str]]] = {}
    for path in sorted(path for path, probe in probes.items() if has_shapes(probe)):
        match = _NUMBERED.match(source_name(path))
        if match:
            numbered.setdefault(match.group(1), []).append((int(match.group(2)), path))
    groups: Dict[str, str] = {}
    for name in sorted(numbered):
        members = [path for _, path in sorted(numbered[name])]
        sets = DisjointSets(len(members))
        for earlier, later in _neighbours(len(members)):
            pair = probes[members[earlier]].dhash, probes[members[later]].dhash
            if _difference(*pair) <= SERIES_BITS:
                sets.join(earlier, later)
        groups.update(zip(members, (members[first] for first in sets.firsts().tolist())))
    return groups


def _neighbours(count: int) -> Iterator[Tuple[int, int]]:
    for earlier, step in itertools.product(range(count), range(1, _REACH + 1)):
        if earlier + step < count:
            yield earlier, earlier + step


def _difference(first: Optional[int], second: Optional[int]) -> int:
    """In how many bits two hashes differ."""
    return bin((first or 0) ^ (second or 0)).count("1")


def _seconds(taken: str) -> Optional[float]:
    try:
        return (
            datetime.strptime(taken.strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S") - datetime.min
        ).total_seconds()
    except ValueError:
        return None  # cameras without a clock write zeros
