"""What is wrong or odd about boxes."""

from __future__ import annotations

from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np

from helpers.structures.dataset import ImageRecord
from helpers.structures.findings import Finding, short
from helpers.validation import box_convention
from helpers.validation.box_convention import EITHER, SIDES, SWAPPED, Boxes, Understood

SMALL_SIDE = 4  # pixels; under it a box is a speck between the cells of SSD's finest layer
HUGE_SHARE = 0.99
BORDER = 1  # pixels
CROWD = 3  # boxes; a photo of one thing, filling it, is no crop
_BACKWARDS = ("xmax is left of xmin", "ymax is above ymin")
_BORDERS = ("left", "upper", "right", "lower")


class _Hits(NamedTuple):
    """Indices of the boxes of which something is true, and how to say it of each."""

    kind: str
    where: Sequence[int]
    say: Callable[[int], str]


def check(
    records: Sequence[ImageRecord], labels: Sequence[str], image_size: int
) -> Iterator[Finding]:
    """Everything about the boxes of a data set.

    Args:
        records: as read; boxes may be impossible.
        labels: the class of every box of the set, without blanks around it.
        image_size: width and height of what the detector sees, pixels.
    """
    boxes = box_convention.gather(records)
    with np.errstate(invalid="ignore", over="ignore"):
        meant = box_convention.understand(boxes)
        inside = box_convention.cut(meant.corners, boxes.size)
        good = meant.known & box_convention.with_area(inside)
        hits = (
            _misread(boxes, meant)
            + _impossible(boxes, meant, good)
            + _odd(boxes, inside, good, image_size)
            + _twins(boxes, meant, good, labels)
        )
        crowds = _cut_crowds(boxes, meant, good)
    for kind, where, say in hits:
        for index in where:
            yield _finding(kind, records, boxes, labels, index, say(index))
    for image in crowds:
        record = records[image]
        yield Finding.of(
            "image-all-boxes-truncated",
            record.path,
            f"all {len(record.objects)} boxes touch the "
            f"border of the {record.width}x{record.height} image",
        )
    if meant.reading == SIDES:
        yield Finding.of(SIDES, "", _whole_set(boxes))


def _hits(kind: str, mask: np.ndarray, say: Callable[[int], str]) -> _Hits:
    return _Hits(kind, np.flatnonzero(mask).tolist(), say)


def _finding(
    kind: str,
    records: Sequence[ImageRecord],
    boxes: Boxes,
    labels: Sequence[str],
    index: int,
    text: str,
) -> Finding:
    record, number = records[boxes.image[index]], int(boxes.number[index])
    box = ", ".join(f"{value:.7g}" for value in boxes.written[index])
    return Finding.of(
        kind,
        record.path,
        f"object {number} ({_called(labels[index])}): box [{box}] on "
        f"{record.width}x{record.height}: {text}",
        number,
    )


def _called(label: str) -> str:
    return short(label) or "no name"


def _misread(boxes: Boxes, meant: Understood) -> List[_Hits]:
    backwards = boxes.backwards
    some = backwards.any(axis=1)

    def say(index: int) -> str:
        return " and ".join(text for text, so in zip(_BACKWARDS, backwards[index]) if so)

    either = _hits(EITHER, some, lambda index: f"{say(index)}; swapped, or width and height")
    return {
        "": [],
        SWAPPED: [_hits(SWAPPED, some, say)],
        EITHER: [either],
        SIDES: [_hits(SIDES, meant.known, lambda _: "xmax and ymax hold width and height")],
    }[meant.reading]


def _whole_set(boxes: Boxes) -> str:
    backwards = int(boxes.backwards.any(axis=1).sum())
    return (
        f"{backwards} of {len(boxes.written)} boxes run backwards as corners, and every box "
        "fits its image as x, y, width, height: that is how all of them are read"
    )


def _impossible(boxes: Boxes, meant: Understood, good: np.ndarray) -> List[_Hits]:
    area = box_convention.with_area(meant.corners)
    low, high = meant.corners[:, :2], meant.corners[:, 2:]
    past = box_convention.past_border(meant.corners, boxes.size)

    def beyond(index: int) -> str:
        return " and ".join(
            f"{by:.4g} px beyond the {name} border" for name, by in zip(_BORDERS, past[index]) if by
        )

    def flat(index: int) -> str:
        return " and ".join(
            text for text, so in zip(("no width", "no height"), low[index] >= high[index]) if so
        )

    return [
        _hits("box-invalid", ~np.isfinite(boxes.written).all(axis=1), lambda _: "not four numbers"),
        _hits("box-zero-area", meant.known & ~area, flat),
        _hits("box-outside-image", meant.known & area & ~good, lambda _: "wholly outside"),
        _hits("box-beyond-border", good & past.any(axis=1), beyond),
    ]


def _odd(boxes: Boxes, inside: np.ndarray, good: np.ndarray, image_size: int) -> List[_Hits]:
    sides = (inside[:, 2:] - inside[:, :2]).astype(float)
    seen = sides * image_size / boxes.size
    share = np.prod(sides / boxes.size, axis=1)
    return [
        _hits(
            "box-too-small",
            good & (seen < SMALL_SIDE).any(axis=1),
            lambda index: (
                f"{seen[index, 0]:.4g}x{seen[index, 1]:.4g} px at {image_size}x{image_size}"
            ),
        ),
        _hits(
            "box-covers-image",
            good & (share >= HUGE_SHARE),
            lambda index: f"{100 * share[index]:.3g} % of the image",
        ),
    ]


def _twins(boxes: Boxes, meant: Understood, good: np.ndarray, labels: Sequence[str]) -> List[_Hits]:
    at_one_place: Dict[int, Dict[str, int]] = {}
    earlier: Dict[int, int] = {}
    for before, after in _equal(meant.corners, boxes.image, good):
        by_class = at_one_place.pop(before, {labels[before]: before})
        earlier[after] = by_class.get(labels[after], min(by_class.values()))
        by_class.setdefault(labels[after], after)
        at_one_place[after] = by_class

    def say(index: int) -> str:
        other = earlier[index]
        return f"the same box as object {boxes.number[other]} ({_called(labels[other])})"

    same = {index for index, other in earlier.items() if labels[index] == labels[other]}
    return [
        _Hits("box-duplicate", sorted(same), say),
        _Hits("box-conflicting-classes", sorted(set(earlier) - same), say),
    ]


def _equal(corners_: np.ndarray, image: np.ndarray, good: np.ndarray) -> Iterable[Tuple[int, int]]:
    """Indices of good boxes that are the same on the same image, each with the next of them."""
    rows = np.column_stack([corners_, image]).astype(float)
    # Most boxes already stand alone by one mixed figure; sorting by all five takes far longer.
    mixed = rows[:, 0] + 3 * rows[:, 1] + 5 * rows[:, 2] + 7 * rows[:, 3] + 1e6 * rows[:, 4]
    which = np.flatnonzero(good)
    which = which[np.argsort(mixed[which])]
    next_too = mixed[which[1:]] == mixed[which[:-1]]
    which = np.unique(np.concatenate([which[1:][next_too], which[:-1][next_too]]))
    which = which[np.lexsort(rows[which].T)]  # stable: the lower number comes first
    equal = (rows[which[1:]] == rows[which[:-1]]).all(axis=1)
    return zip(which[:-1][equal].tolist(), which[1:][equal].tolist())


def _cut_crowds(boxes: Boxes, meant: Understood, good: np.ndarray) -> np.ndarray:
    low, high = meant.corners[:, :2], meant.corners[:, 2:]
    touching = ((low <= BORDER) | (high >= boxes.size - BORDER)).any(axis=1)
    count = np.bincount(boxes.image)
    cut = np.bincount(boxes.image[good & touching], minlength=len(count))
    return np.flatnonzero((count >= CROWD) & (cut == count))
