"""What is wrong or odd about boxes."""

from __future__ import annotations

import itertools
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np

from helpers.structures.dataset import ImageRecord
from helpers.structures.findings import Finding, short
from helpers.validation import box_convention
from helpers.validation.box_convention import (
    AMBIGUOUS,
    SWAPPED,
    WIDTH_HEIGHT,
    Interpretation,
    StackedBoxes,
)

MIN_SIZE = 4  # pixels; under it a box is a speck between the cells of SSD's finest layer
MAX_SHARE = 0.99
BORDER = 1  # pixels
MIN_BOXES = 3  # on an image; a photo of one thing, filling it, is no crop
_BACKWARDS = ("xmax is left of xmin", "ymax is above ymin")
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_BORDERS = ("left", "upper", "right", "lower")


class _Hits(NamedTuple):
    """Indices of the boxes with one defect, and the message about each."""

    code: str
    indices: Sequence[int]
    message: Callable[[int], str]


def check(
    records: Sequence[ImageRecord], labels: Sequence[str], image_size: int
) -> Iterator[Finding]:
    """Everything about the boxes of a data set.

    Args:
        records: as read; boxes may be impossible.
        labels: the class of every box of the set, without blanks around it.
        image_size: width and height of what the detector sees, pixels.
    """
    boxes = box_convention.stack(records)
    with np.errstate(invalid="ignore", over="ignore"):
        interpretation = box_convention.interpret(boxes)
        inside = box_convention.clip(interpretation.corners, boxes.size)
        good = interpretation.known & box_convention.has_area(inside)
        hits = (
            _misread(boxes, interpretation)
            + _impossible(boxes, interpretation, good)
            + _odd(boxes, inside, good, image_size)
            + _duplicates(boxes, interpretation, good, labels)
        )
        truncated = _truncated_images(boxes, interpretation, good)
    for code, indices, message in hits:
        for index in indices:
            yield _finding(code, records, boxes, labels, index, message(index))
    for image in truncated:
        record = records[image]
        yield Finding.of(
            "image-all-boxes-truncated",
            record.path,
            f"all {len(record.objects)} boxes touch the "
            f"border of the {record.width}x{record.height} image",
        )
    if interpretation.reading == WIDTH_HEIGHT:
        yield Finding.of(WIDTH_HEIGHT, "", _whole_set(boxes))


def _hits(code: str, mask: np.ndarray, message: Callable[[int], str]) -> _Hits:
    return _Hits(code, np.flatnonzero(mask).tolist(), message)


def _finding(
    code: str,
    records: Sequence[ImageRecord],
    boxes: StackedBoxes,
    labels: Sequence[str],
    index: int,
    text: str,
) -> Finding:
    record, number = records[boxes.image[index]], int(boxes.number[index])
    box = ", ".join(f"{value:.7g}" for value in boxes.written[index])
    return Finding.of(
        code,
        record.path,
        f"object {number} ({_shown(labels[index])}): box [{box}] on "
        f"{record.width}x{record.height}: {text}",
        number,
    )


def _shown(label: str) -> str:
    return short(label) or "no name"


def _misread(boxes: StackedBoxes, interpretation: Interpretation) -> List[_Hits]:
    backwards = boxes.backwards
    inverted = backwards.any(axis=1)
    copies = _hits(
        "box-copied-corner",
        interpretation.copied,
        lambda index: " and ".join(_equal_names(boxes.written[index])),
    )

    def message(index: int) -> str:
        return " and ".join(text for text, so in zip(_BACKWARDS, backwards[index]) if so)

    hits: Dict[str, List[_Hits]] = {
        "": [copies],
        SWAPPED: [_hits(SWAPPED, inverted & ~interpretation.copied, message), copies],
        AMBIGUOUS: [
            _hits(
                AMBIGUOUS, inverted, lambda index: f"{message(index)}; swapped, or width and height"
            )
        ],
        WIDTH_HEIGHT: [
            _hits(
                WIDTH_HEIGHT, interpretation.known, lambda _: "xmax and ymax hold width and height"
            )
        ],
    }
    return hits[interpretation.reading]


def _equal_names(box: np.ndarray) -> Iterator[str]:
    for first, second in itertools.combinations(range(4), 2):
        if box[first] == box[second]:
            yield f"{_CORNERS[second]} is the same as {_CORNERS[first]}"


def _whole_set(boxes: StackedBoxes) -> str:
    backwards = int(boxes.backwards.any(axis=1).sum())
    return (
        f"{backwards} of {len(boxes.written)} boxes run backwards as corners, and every box "
        "fits its image as x, y, width, height: that is how all of them are read"
    )


def _impossible(
    boxes: StackedBoxes, interpretation: Interpretation, good: np.ndarray
) -> List[_Hits]:
    area = box_convention.has_area(interpretation.corners)
    low, high = interpretation.corners[:, :2], interpretation.corners[:, 2:]
    past = box_convention.past_border(interpretation.corners, boxes.size)

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
        _hits("box-zero-area", interpretation.known & ~area, flat),
        _hits("box-outside-image", interpretation.known & area & ~good, lambda _: "wholly outside"),
        _hits("box-beyond-border", good & past.any(axis=1), beyond),
    ]


def _odd(boxes: StackedBoxes, inside: np.ndarray, good: np.ndarray, image_size: int) -> List[_Hits]:
    sizes = (inside[:, 2:] - inside[:, :2]).astype(float)
    scaled = sizes * image_size / boxes.size
    share = np.prod(sizes / boxes.size, axis=1)
    return [
        _hits(
            "box-too-small",
            good & (scaled < MIN_SIZE).any(axis=1),
            lambda index: (
                f"{scaled[index, 0]:.4g}x{scaled[index, 1]:.4g} px at {image_size}x{image_size}"
            ),
        ),
        _hits(
            "box-covers-image",
            good & (share >= MAX_SHARE),
            lambda index: f"{100 * share[index]:.3g} % of the image",
        ),
    ]


def _duplicates(
    boxes: StackedBoxes, interpretation: Interpretation, good: np.ndarray, labels: Sequence[str]
) -> List[_Hits]:
    by_place: Dict[int, Dict[str, int]] = {}
    earlier: Dict[int, int] = {}
    for before, after in _equal(interpretation.corners, boxes.image, good):
        by_class = by_place.pop(before, {labels[before]: before})
        earlier[after] = by_class.get(labels[after], min(by_class.values()))
        by_class.setdefault(labels[after], after)
        by_place[after] = by_class

    def message(index: int) -> str:
        other = earlier[index]
        return f"the same box as object {boxes.number[other]} ({_shown(labels[other])})"

    same = {index for index, other in earlier.items() if labels[index] == labels[other]}
    return [
        _Hits("box-duplicate", sorted(same), message),
        _Hits("box-conflicting-classes", sorted(set(earlier) - same), message),
    ]


def _equal(corners: np.ndarray, image: np.ndarray, good: np.ndarray) -> Iterable[Tuple[int, int]]:
    """Indices of good boxes that are the same on the same image, each with the next of them."""
    rows = np.column_stack([corners, image]).astype(float)
    # Most boxes already stand alone by one combined number; sorting by all five takes far longer.
    combined = rows[:, 0] + 3 * rows[:, 1] + 5 * rows[:, 2] + 7 * rows[:, 3] + 1e6 * rows[:, 4]
    which = np.flatnonzero(good)
    which = which[np.argsort(combined[which])]
    next_too = combined[which[1:]] == combined[which[:-1]]
    which = np.unique(np.concatenate([which[1:][next_too], which[:-1][next_too]]))
    which = which[np.lexsort(rows[which].T)]  # stable: the lower number comes first
    equal = (rows[which[1:]] == rows[which[:-1]]).all(axis=1)
    return zip(which[:-1][equal].tolist(), which[1:][equal].tolist())


def _truncated_images(
    boxes: StackedBoxes, interpretation: Interpretation, good: np.ndarray
) -> np.ndarray:
    low, high = interpretation.corners[:, :2], interpretation.corners[:, 2:]
    touching = ((low <= BORDER) | (high >= boxes.size - BORDER)).any(axis=1)
    count = np.bincount(boxes.image)
    cut = np.bincount(boxes.image[good & touching], minlength=len(count))
    return np.flatnonzero((count >= MIN_BOXES) & (cut == count))
