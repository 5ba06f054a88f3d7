"""Valid records from a data set with defects: fixed, dropped or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple

import numpy as np

from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS, Finding, as_text, errors_among, printable
from helpers.validation import box_convention, validate

POLICIES = FAIL, DROP = "fail", "drop"
_PADDED, _DUPLICATE = "class-padded-name", "box-duplicate"
_LEAVE_OUT = "To go on without them: --policy drop, or POLICY=drop in notebook 1 and make demo."
# In this order: a box has to be understood before it can be cut.
_BOX_FIXES: Dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    box_convention.WIDTH_HEIGHT: lambda boxes, size: box_convention.from_width_height(boxes),
    box_convention.SWAPPED: lambda boxes, size: box_convention.sort_corners(boxes),
    "box-beyond-border": box_convention.clip,
}
# Numbers of the objects on each image, by the code of their findings.
_Numbers = Dict[str, Dict[str, List[int]]]


class Repaired(NamedTuple):
    """A repaired data set.

    Attributes:
        records: every box with area and on its image, every class with a name; in the order in
            which they came.
        fixed: what was fixed, a line each.
        dropped: the errors for which an object, an image or a whole annotation file was left out.
    """

    records: List[ImageRecord]
    fixed: List[str]
    dropped: List[Finding]


def repair(
    records: Sequence[ImageRecord],
    findings: Sequence[Finding],
    fix: bool = False,
    policy: str = FAIL,
) -> Repaired:
    """Makes records that can be trained on. No file is touched, and the records given stay.

    Args:
        records: as read.
        findings: all that ``validate.validate`` has about them.
        fix: fix whatever has one right answer (``Kind.fix``), also where it is but a warning.
        policy: for the errors that are left. ``drop`` leaves out the object, or the image where
            the finding is not about one of its objects or no object stays; ``fail`` raises.

    Raises:
        BadInput: errors are left and the policy is ``fail``; names them.
    """
    if policy not in POLICIES:
        raise ValueError(f"expected a policy of {POLICIES}, got {policy!r}")
    left = [finding for finding in errors_among(findings) if not (fix and KINDS[finding.code].fix)]
    lost = {(finding.path, finding.object) for finding in left}
    fixable = [
        finding
        for finding in findings
        if fix
        and KINDS[finding.code].fix
        and not lost & {(finding.path, finding.object), (finding.path, None)}
    ]
    repaired, lines = _fixed(records, _by_image(fixable))
    repaired = _rounded(repaired)
    left += _unnamed(repaired, lost)
    if left and policy == FAIL:
        problems = BadInput.several(
            "annotations that cannot be used", [BadInput(as_text(finding)) for finding in left]
        )
        raise BadInput(f"{problems}\n{_LEAVE_OUT}")
    duplicates = [finding for finding in fixable if finding.code == _DUPLICATE]
    kept, emptied = _without(repaired, left + duplicates)
    return Repaired(kept, lines + emptied, [finding for finding in left if finding.path])


def _by_image(findings: Iterable[Finding]) -> _Numbers:
    numbers: _Numbers = {}
    for finding in findings:
        if finding.object:
            by_code = numbers.setdefault(finding.path, {})
            by_code.setdefault(finding.code, []).append(finding.object)
    return numbers


def _fixed(
    records: Sequence[ImageRecord], numbers: _Numbers
) -> Tuple[List[ImageRecord], List[str]]:
    fixed, lines = [], []
    for record in records:
        if record.path in numbers:
            record, changes = _fixed_record(record, numbers[record.path])
            lines += changes
        fixed.append(record)
    return fixed, lines


def _fixed_record(
    record: ImageRecord, numbers: Dict[str, List[int]]
) -> Tuple[ImageRecord, List[str]]:
    labels, boxes = list(record.objects.labels), record.objects.boxes.copy()
    lines = []
    for number in numbers.get(_PADDED, ()):
        label = labels[number - 1]
        labels[number - 1] = validate.clean(label)
        lines.append(_line(record, number, _PADDED, f"{label!r} became {labels[number - 1]!r}"))
    for code in filter(numbers.__contains__, _BOX_FIXES):
        which = np.array(numbers[code]) - 1
        before = boxes[which]
        boxes[which] = _BOX_FIXES[code](before, np.array([record.width, record.height]))
        lines += [
            _line(record, number, code, f"{_box(old)} became {_box(boxes[number - 1])}")
            for number, old in zip(numbers[code], before)
        ]
    lines += [
        _line(record, number, _DUPLICATE, "removed") for number in numbers.get(_DUPLICATE, ())
    ]
    return replace(
        record, objects=replace(record.objects, boxes=boxes, labels=tuple(labels))
    ), lines


def _line(record: ImageRecord, number: int, code: str, text: str) -> str:
    return f"{printable(record.path)}, object {number}: {KINDS[code].title}: {text}"


def _box(box: np.ndarray) -> str:
    return "[" + ", ".join(f"{value:.7g}" for value in box) + "]"


def _rounded(records: Sequence[ImageRecord]) -> List[ImageRecord]:
    """Ends boxes at the border where only rounding took them past it, which is no defect."""
    boxes = box_convention.stack(records)
    past = box_convention.past_border(boxes.written, boxes.size).any(axis=1)
    off = ~(box_convention.is_valid(boxes.written, boxes.size) | past) & box_convention.has_area(
        boxes.written
    )
    exact = np.where(off[:, None], box_convention.clip(boxes.written, boxes.size), boxes.written)
    rounded = list(records)
    for image in np.unique(boxes.image[off]):
        own = slice(*np.searchsorted(boxes.image, [image, image + 1]))
        record = records[image]
        rounded[image] = replace(record, objects=replace(record.objects, boxes=exact[own]))
    return rounded


def _unnamed(records: Sequence[ImageRecord], lost: Set[Tuple[str, Optional[int]]]) -> List[Finding]:
    """What the findings given do not speak of, so that nothing impossible ever gets through."""
    boxes = box_convention.stack(records)
    bad = ~box_convention.is_valid(boxes.written, boxes.size)
    labels = [label for record in records for label in record.objects.labels]
    bad |= np.array([not label or label != validate.clean(label) for label in labels], bool)
    unnamed = []
    for index in np.flatnonzero(bad):
        record, number = records[boxes.image[index]], int(boxes.number[index])
        if not lost & {(record.path, number), (record.path, None)}:
            unnamed.append(
                Finding.of(
                    "box-invalid",
                    record.path,
                    f"object {number} ({labels[index]!r}): "
                    f"box {_box(boxes.written[index])} on {record.width}x"
                    f"{record.height}: cannot be used",
                    number,
                )
            )
    return unnamed


def _without(
    records: Sequence[ImageRecord], findings: Sequence[Finding]
) -> Tuple[List[ImageRecord], List[str]]:
    objects: Dict[str, Set[int]] = {}
    for finding in findings:
        objects.setdefault(finding.path, set()).add(finding.object or 0)
    kept, emptied = [], []
    for record in records:
        gone = objects.get(record.path, set())
        if 0 in gone:
            continue
        remaining = _objects_kept(record, gone) if gone else record
        if gone and not len(remaining.objects):
            emptied.append(
                f"{printable(record.path)}: no object is left; left out, or what is on "
                "it would be learned as background"
            )
        else:
            kept.append(remaining)
    return kept, emptied


def _objects_kept(record: ImageRecord, gone: Set[int]) -> ImageRecord:
    index = [i for i in range(len(record.objects)) if i + 1 not in gone]
    return replace(record, objects=record.objects.select(np.array(index, int)))
