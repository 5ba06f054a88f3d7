"""Classes chosen while reading: renamed, merged, left out; the files stay as they are.

============================  =====================================================
``kitten=cat``                kittens are cats: renamed, or merged with those there
``background=``               no object of this class is kept
``cat=cat, dog=dog, *=``      all other classes are left out
``{"a, b": "c"}``             the same as JSON, for names with commas
============================  =====================================================
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from dataclasses import replace
from typing import Dict, List, Mapping, Sequence, Tuple, Union

import numpy as np

from helpers.structures.dataset import Annotations, ImageRecord, class_counts
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding, short
from helpers.validation.validate import clean

OTHERS = "*"
_MOST_LISTED = 100
ClassMap = Union[str, Mapping[str, str]]


def parse(class_map: ClassMap) -> Dict[str, str]:
    """New names by old ones; an empty new name leaves the class out.

    Args:
        class_map: the names themselves, or as text: see the module.

    Raises:
        BadInput: the text is no class map, or names a class twice.
    """
    text = class_map.strip() if isinstance(class_map, str) else json.dumps(dict(class_map))
    pairs = _of_json(text) if text.startswith("{") else _of_text(text)
    names = [clean(old) for old, _ in pairs]
    for name in names:
        if names.count(name) > 1 or not name:
            raise _bad(text, f"the class {name!r} twice" if name else "a class without a name")
    return {name: clean(new) for name, (_, new) in zip(names, pairs)}


def apply(annotations: Annotations, class_map: Mapping[str, str]) -> Annotations:
    """The data set with other class names, and a finding for each class that was mapped.

    An image whose objects are all left out stays, as one on which there is nothing to find.

    Args:
        annotations: as a reader gave them.
        class_map: as :func:`parse` gives it; ``*`` stands for all classes that it does not name.

    Raises:
        BadInput: a class of the map does not occur, or none is left.
    """
    counts: Dict[str, int] = Counter()
    for name, count in class_counts(annotations.records).items():
        counts[clean(name)] += count
    _require_known(class_map, counts)
    rest = class_map.get(OTHERS)
    new = {name: class_map.get(name, name if rest is None else rest) for name in counts}
    if counts and not any(new.values()):
        raise BadInput.of("class map", "every class left out", "one that is kept", _listed(counts))
    records: List[ImageRecord] = []
    numbers: Dict[Tuple[str, int], int] = {}
    for record in annotations.records:
        mapped, kept = _mapped(record, new)
        records.append(mapped)
        numbers.update({(record.path, old + 1): now for now, old in enumerate(kept, start=1)})
    paths = {record.path for record in records}
    findings = [
        one._replace(object=numbers.get((one.path, one.object or 0), one.object))
        for one in annotations.findings
        if not one.object or one.path not in paths or (one.path, one.object) in numbers
    ]
    return Annotations(records, findings + _told(counts, new))


def _mapped(record: ImageRecord, new: Mapping[str, str]) -> Tuple[ImageRecord, Sequence[int]]:
    """A record with the new names, and which of its objects are left, from 0."""
    labels = [new[clean(label)] for label in record.objects.labels]
    kept = [
        index for index, label in enumerate(labels) if label or not record.objects.labels[index]
    ]
    renamed = replace(
        record.objects,
        labels=tuple(
            label if clean(label) == now else now
            for label, now in zip(record.objects.labels, labels)
        ),
    )
    if len(kept) < len(labels):
        renamed = renamed.select(np.array(kept, int))
    return replace(record, objects=renamed), kept


def _told(counts: Mapping[str, int], new: Mapping[str, str]) -> List[Finding]:
    told = []
    for name in sorted(counts):
        boxes = f"{counts[name]} {'box' if counts[name] == 1 else 'boxes'} of {short(name)!r}"
        if new[name] and new[name] != name:
            others = counts.get(new[name], 0) if new.get(new[name]) == new[name] else 0
            joined = f", as the {others} that were so named" if others else ""
            told.append(f"{boxes} became {short(new[name])!r}{joined}")
        elif not new[name]:
            told.append(f"{boxes} left out")
    return [Finding.of("class-mapped", "", text) for text in told]


def _require_known(class_map: Mapping[str, str], counts: Mapping[str, int]) -> None:
    unknown = sorted(set(class_map) - set(counts) - {OTHERS})
    if unknown:
        near = difflib.get_close_matches(unknown[0], list(counts), 1)
        hint = f" (is it {near[0]!r}?)" if near else ""
        raise BadInput.of(
            "class map",
            f"no object of the class {short(unknown[0])!r}{hint}",
            "classes that occur",
            _listed(counts),
        )


def _listed(counts: Mapping[str, int]) -> str:
    names = [f"{short(name)!r} ({counts[name]})" for name in sorted(counts)[:_MOST_LISTED]]
    more = f" and {len(counts) - _MOST_LISTED} more" if len(counts) > _MOST_LISTED else ""
    return f"There are, with their boxes: {', '.join(names) or 'none'}{more}."


def _of_text(text: str) -> List[Tuple[str, str]]:
    entries = [entry for entry in text.split(",") if entry.strip()]
    for entry in entries:
        if entry.count("=") != 1:
            raise _bad(text, repr(short(entry.strip())))
    return [(old, new) for old, _, new in (entry.partition("=") for entry in entries)]


def _of_json(text: str) -> List[Tuple[str, str]]:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except ValueError as error:
        raise _bad(text, f"broken JSON ({error})") from error
    if not all(isinstance(new, str) for _, new in pairs):
        raise _bad(text, "names that are no text")
    return [(old, new) for old, new in pairs]


def _bad(text: str, actual: str) -> BadInput:
    return BadInput.of(
        f"class map {short(text)!r}",
        actual,
        "OLD=NEW, or OLD= to leave a class out, with commas between them",
        'Names with commas go as JSON: {"OLD": "NEW"}.',
    )
