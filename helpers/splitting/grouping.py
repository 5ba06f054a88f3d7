"""Which images belong together, and by which rule: none of a group may be in another split.

Near-duplicates are found by what is on them, sources by name, moments by time. A rule that would
leave too little for one of the splits is not used, and says so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Collection, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Tuple

from helpers.splitting import capture_rules, name_rules
from helpers.structures.findings import short
from helpers.validation import near_duplicates
from helpers.validation.image_probe import ImageProbe
from helpers.validation.near_duplicates import DisjointSets

AUTO, NONE = "auto", "none"
Groups = Mapping[str, str]


class GroupRule(NamedTuple):
    """What one rule found.

    Attributes:
        rule: what it goes by, for people.
        images: how many are in groups of two or more.
        groups: how many such groups.
        example: the first image of the largest group.
        most: how many images that one has.
        unused: why it was not used; empty when it was.
    """

    rule: str
    images: int
    groups: int
    example: str
    most: int
    unused: str = ""

    def as_text(self) -> str:
        """What it found, as one line."""
        if self.unused:
            return f"not used: {self.rule}: {self.unused}"
        return (
            f"kept together: {self.rule}: {self.images} images in {self.groups} groups, the "
            f"largest {self.most} images from {short(self.example)} on"
        )

    def as_row(self) -> Dict[str, Any]:
        """What it found, for a table on screen."""
        return {**self._asdict(), "unused": self.unused or "used"}


@dataclass(frozen=True)
class Grouping:
    """Images that stay together.

    Attributes:
        groups: for every image the first by path of its group, be it itself.
        rules: those that found anything, in the order in which they were applied.
    """

    groups: Groups = field(default_factory=dict)
    rules: Sequence[GroupRule] = ()


def group(
    paths: Sequence[str],
    probes: Mapping[str, ImageProbe],
    classes: Collection[str],
    rule: str,
    most: int,
) -> Grouping:
    """Joins what each rule puts together.

    Args:
        paths: of the images.
        probes: of the images that could be compared, by path.
        classes: names of the classes.
        rule: ``auto`` for all rules, ``none`` for near-duplicates alone, or a regular expression
            that takes the place of all rules but that for near-duplicates.
        most: images that a group may have, where no one asked for its rule.

    Raises:
        BadInput: the regular expression is none, or matches no image.
    """
    ordered = sorted(paths)
    number = {path: index for index, path in enumerate(ordered)}
    joined: List[int] = list(range(len(ordered)))
    rules: List[GroupRule] = []
    for name, keys, asked in _rules(ordered, probes, classes, rule):
        found = _summary(name, keys)
        if not found.groups:
            continue
        wider = _joined(joined, number, keys)
        largest = Counter(wider).most_common(1)[0][1]
        if not asked and largest > max(most, Counter(joined).most_common(1)[0][1]):
            unused = f"{largest} of {len(ordered)} images would be one group, too many for a split"
            found = found._replace(unused=unused)
        else:
            joined = wider
        rules.append(found)
    return Grouping(dict(zip(ordered, (ordered[first] for first in joined))), rules)


def _rules(
    ordered: Sequence[str], probes: Mapping[str, ImageProbe], classes: Collection[str], rule: str
) -> Iterator[Tuple[str, Groups, bool]]:
    """Name and groups of each rule, and whether it applies however large they are."""
    yield "near-duplicates", near_duplicates.groups(probes), True
    if rule not in (AUTO, NONE):
        yield f"group by {rule}", name_rules.given(ordered, rule), True
    if rule != AUTO:
        return
    yield "copies of one photo (NAME.rf.HASH)", name_rules.copies(ordered), False
    yield "tiles of one photo, by name", name_rules.tiles(ordered, classes), False
    yield "frames of one video, by name", name_rules.frames(ordered), False
    yield "numbered series of similar images", capture_rules.series(probes), False
    yield "bursts, by EXIF time", capture_rules.bursts(probes), False


def _summary(name: str, keys: Groups) -> GroupRule:
    counts = Counter(keys.values())
    several = {key: count for key, count in counts.items() if count > 1}
    if not several:
        return GroupRule(name, 0, 0, "", 0)
    largest = min(several, key=lambda key: (-several[key], key))
    example = min(path for path, key in keys.items() if key == largest)
    return GroupRule(name, sum(several.values()), len(several), example, several[largest])


def _joined(joined: Sequence[int], number: Mapping[str, int], keys: Groups) -> List[int]:
    """The first of each image's set, once those with the same key are joined."""
    sets = DisjointSets(len(joined))
    for index, first in enumerate(joined):
        sets.join(first, index)
    first_of: Dict[str, int] = {}
    for path, key in keys.items():
        sets.join(first_of.setdefault(key, number[path]), number[path])
    firsts: List[int] = sets.firsts().tolist()
    return firsts
