"""Splits that a data set comes with, kept as they are."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Dict, Hashable, List, Mapping, Sequence, Set, Tuple

from helpers.annotations.given_split import SPLIT_NAMES
from helpers.splitting.partition import Partition, compared, partition
from helpers.splitting.split import Split, reported
from helpers.structures.dataset import ImageRecord
from helpers.structures.findings import Finding

_GIVEN = "as the data set itself is divided"


def split_as_given(
    records: Sequence[ImageRecord],
    given: Mapping[str, str],
    seed: int,
    groups: Mapping[str, Hashable],
    earlier: Mapping[str, str],
) -> Split:
    """Splits images as the data set is divided; those it says nothing of go by its shares.

    Images that belong together but were given to different splits stay there, with a finding;
    that a class is missing from training is a finding too.

    Args:
        records: the data set, each image once.
        given: the split, of ``SPLIT_NAMES``, of each image that has one, by path; there are
            ``train`` and others.
        seed: of the random choice for the others.
        groups: images, by path, with the same value stay together, as far as ``given`` allows.
        earlier: the split where an image was before.

    Raises:
        BadInput: an image comes twice.
    """
    counts = Counter(given.values())
    targets = {name: Fraction(counts[name], len(given)) for name in SPLIT_NAMES}
    apart, across = _kept_apart(given, groups)
    divided = partition(records, targets, seed, apart, {**earlier, **given}, _GIVEN)
    parts = {record.path: name for name, part in divided.parts.items() for record in part}
    before = {path: split for path, split in earlier.items() if path in parts}
    result = reported(
        divided.parts, targets, Partition(divided.parts, *compared(parts, before, _GIVEN))
    )
    return result._replace(findings=[*across, *result.findings], given=len(given))


def _kept_apart(
    given: Mapping[str, str], groups: Mapping[str, Hashable]
) -> Tuple[Dict[str, Hashable], List[Finding]]:
    """Groups of which each is in one split, and a finding for those that were not."""
    splits: Dict[Hashable, Set[str]] = {}
    for path, group in groups.items():
        if path in given:
            splits.setdefault(group, set()).add(given[path])
    torn = {group for group, own in splits.items() if len(own) > 1}
    apart: Dict[str, Hashable] = {
        path: (group, given.get(path, min(splits[group], key=SPLIT_NAMES.index)))
        if group in torn
        else group
        for path, group in groups.items()
    }
    members = sorted(path for path, group in groups.items() if group in torn and path in given)
    if not members:
        return apart, []
    other = next(
        path
        for path in members
        if groups[path] == groups[members[0]] and given[path] != given[members[0]]
    )
    message = (
        f"{len(members)} images in {len(torn)} groups, such as {members[0]} in "
        f"{given[members[0]]} and {other} in {given[other]}: the metrics will be too good"
    )
    return apart, [Finding.of("split-group-across", members[0], message)]
