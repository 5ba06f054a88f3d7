"""Signs that coordinates were read in another unit or order than they were written in.

One box that is too small to see is a speck. Where nearly all boxes of a class are, it is more
likely that the file holds something else than what was read.
"""

from __future__ import annotations

from collections import Counter
from typing import Dict, Iterator, List, Mapping, Sequence, Set, Tuple

from helpers.structures.dataset import ImageRecord, class_counts
from helpers.structures.findings import KINDS, Finding, short

_SIGNS = (
    "box-too-small",
    "box-zero-area",
    "box-from-shape",
    "box-outside-image",
    "box-beyond-border",
    "box-covers-image",
    "box-invalid",
)
_LEAST, _NEARLY_ALL = 5, 0.9


def check(records: Sequence[ImageRecord], findings: Sequence[Finding]) -> Iterator[Finding]:
    """A finding for each sign that nearly all boxes of the set, or else of a class, have.

    Args:
        records: as read.
        findings: about them.
    """
    objects = _objects_with(findings)
    if not objects:
        return
    totals = class_counts(records)
    for code in _SIGNS:
        if code in objects:
            yield from _of_sign(code, _by_class(records, objects[code]), totals)


def _objects_with(findings: Sequence[Finding]) -> Dict[str, Set[Tuple[str, int]]]:
    """Path and number of the objects, by code of their findings."""
    objects: Dict[str, Set[Tuple[str, int]]] = {}
    for finding in findings:
        if finding.code in _SIGNS and finding.object:
            objects.setdefault(finding.code, set()).add((finding.path, finding.object))
    return objects


def _by_class(records: Sequence[ImageRecord], objects: Set[Tuple[str, int]]) -> Mapping[str, int]:
    labels = {record.path: record.objects.labels for record in records}
    return Counter(labels[path][number - 1] for path, number in objects if path in labels)


def _of_sign(code: str, counts: Mapping[str, int], totals: Mapping[str, int]) -> Iterator[Finding]:
    title = KINDS[code].title
    if _nearly_all(sum(counts.values()), sum(totals.values())):
        yield _finding(f"{sum(counts.values())} of all {sum(totals.values())} boxes: {title}")
        return
    classes: List[str] = [
        name for name in sorted(counts) if _nearly_all(counts[name], totals[name])
    ]
    for name in classes:
        yield _finding(
            f"{counts[name]} of the {totals[name]} boxes of the class {short(name)!r}: {title}"
        )


def _nearly_all(count: int, total: int) -> bool:
    return total >= _LEAST and count >= _NEARLY_ALL * total


def _finding(message: str) -> Finding:
    return Finding.of("class-doubtful-reading", "", message)
