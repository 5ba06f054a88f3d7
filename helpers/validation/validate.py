"""Findings: everything about a data set that a person should know before training on it."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.findings import Finding, in_order, short
from helpers.structures.label_map import LabelMap
from helpers.validation import box_checks, doubtful_reading, image_checks
from helpers.validation.image_probe import ImageProbe

_MOST_NAMES = 100
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def validate(
    annotations: Annotations,
    probes: Mapping[str, ImageProbe],
    image_size: int = 300,
    min_boxes: int = 20,
    label_map: Optional[LabelMap] = None,
) -> List[Finding]:
    """Validates a data set by its annotations and the probes of its images; opens no file.

    Args:
        annotations: as a reader gave them.
        probes: of the images, by path (``image_probe.probe_images``); an image without a probe is
            not judged.
        image_size: width and height of what the detector sees, pixels.
        min_boxes: a class with fewer boxes is a finding.
        label_map: the classes there may be; ``None`` allows any.

    Returns:
        All findings in order, the reader's own among them; none means the data set is fine.
    """
    records = annotations.records
    labels = [label for record in records for label in record.objects.labels]
    cleaned = {label: clean(label) for label in dict.fromkeys(labels)}
    names = [cleaned[label] for label in labels]
    known = {(finding.path, finding.object, finding.code) for finding in annotations.findings}
    findings = [
        *box_checks.check(records, names, image_size),
        *_names(records, list(cleaned), label_map),
        *_classes(Counter(filter(None, names)), min_boxes, label_map),
        *image_checks.check(records, probes),
    ]
    all_findings = annotations.findings + [
        finding for finding in findings if (finding.path, finding.object, finding.code) not in known
    ]
    return in_order(all_findings + list(doubtful_reading.check(records, all_findings)))


def clean(label: str) -> str:
    """A class name as files can hold it: on one line, no control signs, no blanks around it."""
    return " ".join(filter(None, (part.strip() for part in _CONTROLS.split(label))))


def _names(
    records: Sequence[ImageRecord], labels: Sequence[str], label_map: Optional[LabelMap]
) -> Iterator[Finding]:
    # Each name is judged once: they are few, objects many. Where they are not, guessing what each
    # should have been takes minutes.
    defects = {
        label: list(_defects(label, label_map, len(labels) <= _MOST_NAMES)) for label in labels
    }
    for record in records if any(defects.values()) else ():
        for number, label in enumerate(record.objects.labels, start=1):
            for code, text in defects[label]:
                yield Finding.of(code, record.path, f"object {number}: {text}", number)


def _defects(label: str, label_map: Optional[LabelMap], guess: bool) -> Iterator[Tuple[str, str]]:
    name = clean(label)
    if not name:
        yield "class-missing", "the class name is blank"
    elif name != label:
        yield (
            "class-padded-name",
            f"blanks around or line breaks in the class name {short(label)!r}",
        )
    if name and label_map and name not in label_map.names:
        near = difflib.get_close_matches(name, label_map.names, 1) if guess else []
        yield (
            "class-unknown",
            f"the class {short(name)!r} is not in the label map"
            + (f"; is it {near[0]!r}" if near else ""),
        )


def _classes(
    counts: Mapping[str, int], min_boxes: int, label_map: Optional[LabelMap]
) -> Iterator[Finding]:
    known = sorted(label_map.names if label_map else counts)
    yield from _unknown(counts, sorted(set(counts) - set(known)))
    for name in known:
        if counts[name] < min_boxes:
            boxes = "1 box" if counts[name] == 1 else f"{counts[name]} boxes"
            yield Finding.of(
                "class-few-examples",
                "",
                f"{boxes} of the class {short(name)!r}, fewer than {min_boxes}",
            )
    yield from _similar(sorted(counts))


def _unknown(counts: Mapping[str, int], names: Sequence[str]) -> Iterator[Finding]:
    if names:
        listed = [f"{short(name)!r} ({counts[name]})" for name in names[:_MOST_NAMES]]
        more = [f"and {len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
        yield Finding.of(
            "class-unknown",
            "",
            "classes that are not in the label map, with their boxes: " + ", ".join(listed + more),
        )


def _similar(names: Sequence[str]) -> Iterator[Finding]:
    spelled: Dict[str, List[str]] = {}
    for name in names:
        spelled.setdefault(re.sub(r"[\s_-]+", "", name).casefold(), []).append(repr(short(name)))
    for spellings in spelled.values():
        if len(spellings) > 1:
            yield Finding.of(
                "class-similar-names",
                "",
                f"{', '.join(spellings)} differ only by case, blanks, hyphens or underscores",
            )
