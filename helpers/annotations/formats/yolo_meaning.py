"""Which layout the lines of a YOLO source have, decided once from ``data.yaml`` and all lines.

A layout is taken where the lines fit it and no other that gives other boxes; where both fit, or
none does, nothing is guessed.

- ``kpt_shape`` of ``data.yaml`` says that lines of that length are keypoints.
- Coordinates are pixels where most lines have one beyond 2.
- Lines of many lengths are outlines; keypoints are of one length.
- A third number that is always 0, 1 or 2 is a visibility; a last one that counts, without a double
  in a file, is a track, where it is more than 1 or there are ten.
- Else lines of one length are keypoints where each is a box in the image with its keypoints in or
  near it, and a third of them would cross themselves as outlines; they are outlines where a fifth
  or more is no such box, and few cross themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Collection, Dict, List, NamedTuple, NoReturn, Sequence, Tuple

import numpy as np

from helpers.annotations.formats import yolo_evidence, yolo_layout
from helpers.annotations.formats.yolo_evidence import Lines
from helpers.annotations.formats.yolo_layout import SHORT, Layout
from helpers.annotations.text_io import shown
from helpers.structures.errors import BadInput

LARGEST_FRACTION = 2  # beyond it a coordinate is one of pixels
_FEW, _MANY, _SOME = 0.02, 0.9, 0.1  # shares of the lines
_BOXES_AT_MOST, _BOXES_AT_LEAST = 0.8, 0.95  # that are boxes: of outlines, of keypoints
_CROSSING_AT_MOST, _CROSSING_AT_LEAST = 0.2, 1 / 3  # themselves: of outlines, of keypoints
_ENOUGH = 3  # lines, or lengths of lines, that are no accident
_TRIANGLES = 10  # whose last corner is on the border, each time the only one of its file
_QUAD = 8  # numbers of four points, which tools also write crosswise


class Source(NamedTuple):
    """All lines of a source whose images are known.

    Attributes:
        root: its folder, for messages.
        lines: by the number of values after the class.
        paths: of the files, as ``Lines.files`` counts them.
        keypoints: what ``data.yaml`` declares: how many, and of how many numbers each.
    """

    root: Path
    lines: Dict[int, Lines]
    paths: Sequence[Path]
    keypoints: Collection[Tuple[int, int]] = ()

    @property
    def long(self) -> Dict[int, Lines]:
        """The lines that are more than a box with one more number."""
        return {count: own for count, own in self.lines.items() if count > max(SHORT)}


def layout_of(source: Source, name: str = "") -> Layout:
    """Decides the layout of a source.

    Args:
        source: all its lines.
        name: the layout that the user names; empty leaves it to the lines.

    Raises:
        BadInput: there is no such layout, or the lines can be read in several ways, or in none.
    """
    layout = yolo_layout.named(name) if name else Layout()
    source = source._replace(
        lines={count: own for count, own in source.lines.items() if count >= SHORT[0]}
    )
    if not source.lines:
        return layout
    layout = layout._replace(pixels=_in_pixels(source))
    if name:
        return layout
    if source.long:
        by_length = _declared(source) if source.keypoints else _by_statistics(source, layout)
        layout = by_length._replace(pixels=layout.pixels)
    elif max(SHORT) in source.lines:
        layout = layout._replace(name=_fifth_number(source))
    return layout._replace(box=_box_kind(source, layout))


def _in_pixels(source: Source) -> bool:
    """Whether coordinates are pixels; the first four numbers are coordinates in every layout."""
    four = np.concatenate([own.values[:, :4] for own in source.lines.values()])
    large = (np.abs(four) > LARGEST_FRACTION).any(1)
    if large.mean() < 0.5:
        return False
    fractions = ((four >= 0) & (four <= 1)).all(1) & (four != np.floor(four)).any(1)
    if fractions.any():
        raise BadInput.of(
            source.root,
            f"{large.sum()} lines in pixels and {fractions.sum()} in fractions of the image",
            "one of the two",
            "Read the two kinds of files one after the other.",
        )
    return True


def _declared(source: Source) -> Layout:
    lengths = {4 + count * each for count, each in source.keypoints}
    counts = {length + more for length in lengths for more in (0, 1, 2)}
    each = min(each for _, each in source.keypoints)
    if not counts & set(source.long):
        raise BadInput.of(
            source.root,
            f"lines of {shown(sorted(source.long))} numbers after the class",
            f"{' or '.join(map(str, sorted(lengths)))}, as kpt_shape of its YAML says",
            "Correct kpt_shape, or name the layout: --layout "
            f"{' or '.join(yolo_layout.LAYOUTS)} (LAYOUT in notebook 1 and with make).",
        )
    keypoints = tuple(*source.keypoints) if len(source.keypoints) == 1 else ()
    return Layout(f"pose{each}", counts=frozenset(counts), keypoints=keypoints)


def _fifth_number(source: Source) -> str:
    lines = source.lines[max(SHORT)]
    if yolo_evidence.are_shares(lines.values[:, 4]):
        return "confidence"
    if yolo_evidence.are_tracks(lines):
        return "track"
    raise BadInput.of(
        source.paths[lines.files[0]],
        f"a fifth number after the class that is no confidence and no track ({_example(lines)})",
        "centre x, centre y, width and height, or an outline",
        "If it is an angle, export the corners (OBB) instead; else --layout confidence leaves it "
        "out (LAYOUT in notebook 1 and with make).",
    )


def _by_statistics(source: Source, unit: Layout) -> Layout:
    """The layout of lines of more than five numbers."""
    long = source.long
    total = sum(len(own.values) for own in long.values())
    longest = max(long, key=lambda count: (len(long[count].values), count))
    if len(long[longest].values) >= _MANY * total:
        return _of_one_length(source, longest, unit)
    odd = sum(len(own.values) for count, own in long.items() if count % 2) / total
    of_parity = {
        count: own
        for count, own in long.items()
        if count % 2 == (odd >= 0.5) and len(own.values) > _FEW * total
    }
    if _SOME < odd < _MANY:
        _refuse(source, min(long), ("segment", "segment-confidence"))
    boxes = [
        max(share for share, _ in _box_readings(own, unit)) * len(own.values)
        for own in of_parity.values()
    ]
    if len(of_parity) < _ENOUGH and sum(boxes) >= _BOXES_AT_MOST * total:
        _refuse(source, min(of_parity), ("pose2", "pose3", "segment"))
    name = _kind_of_outline(source, of_parity, unit)
    if not name:
        _refuse(source, min(of_parity), ("segment", "segment-confidence", "segment-track"))
    return Layout(name)


def _of_one_length(source: Source, count: int, unit: Layout) -> Layout:
    lines = source.long[count]
    boxes, name = max(_box_readings(lines, unit), key=lambda reading: reading[0])
    keypoints, certain = Layout(name, counts=frozenset([count])), _certain_box(lines, unit)
    if certain:
        if yolo_evidence.is_box(lines.values, "detect").mean() < _BOXES_AT_MOST:
            _refuse(source, count, (certain, "segment"))
        return keypoints._replace(name=certain)
    if count == 6 and not unit.pixels and _ends_in_tracks(lines):
        _refuse(source, count, ("track", "segment"))
    if count % 2 and len(lines.values) < _ENOUGH and boxes < _BOXES_AT_MOST:
        return Layout("segment")  # the few lines do not fit it, and say so
    outline = Layout(_kind_of_outline(source, {count: lines}, unit))
    if not outline.name:
        if boxes < _BOXES_AT_LEAST:
            _refuse(source, count, (name, "segment", "segment-track"))
        return keypoints
    crossing = yolo_evidence.crossing_share(_in_unit(lines, unit), outline.trailing(count))
    if boxes < _BOXES_AT_MOST and crossing <= _CROSSING_AT_MOST:
        return outline
    enough = len(lines.values) >= _ENOUGH and count != _QUAD
    if boxes < _BOXES_AT_LEAST or crossing < _CROSSING_AT_LEAST or not enough:
        _refuse(source, count, (name, outline.name))
    return keypoints


def _certain_box(lines: Lines, unit: Layout) -> str:
    """The layout of lines that no outline can be; empty when one can."""
    values = lines.values
    if unit.pixels:
        return ""
    if yolo_evidence.shows_visibility(values):
        return "pose3"
    if values.shape[1] != 6 or not _ends_in_tracks(lines):
        return ""
    many = len(values) >= _TRIANGLES
    return "track" if many or (values[:, 5] > 1).any() else ""


def _ends_in_tracks(lines: Lines) -> bool:
    """Whether the last two numbers can be a confidence and the number of a track."""
    return yolo_evidence.are_tracks(lines) and yolo_evidence.are_shares(lines.values[:, -2])


def _box_readings(lines: Lines, unit: Layout) -> List[Tuple[float, str]]:
    """For each layout with a box: the share of the lines that fit it, and its name."""
    values = _in_unit(lines, unit)
    readings = [
        (float(yolo_evidence.has_keypoints(values, each, trailing).mean()), f"pose{each}")
        for each, trailing in yolo_evidence.keypoint_layouts(values.shape[1])
    ]
    return readings or [(0.0, "pose2")]


def _kind_of_outline(source: Source, groups: Dict[int, Lines], unit: Layout) -> str:
    """Which outlines lines of even or of odd lengths are; empty when they can be none.

    An odd number ends them, a confidence or a track; or the two of them end those of even length.
    """
    counts = list(groups)
    ends = Lines(*(np.concatenate(part) for part in zip(*map(_ends, groups.values()))))
    tracks = yolo_evidence.are_tracks(ends) and not unit.pixels
    shares = yolo_evidence.are_shares(ends.values[:, 1])
    more = 0
    if counts[0] % 2:
        if not shares and not tracks:
            return ""
        more = 1
    elif tracks and bool(((ends.values[:, 0] > 0) & (ends.values[:, 0] <= 1)).all()):
        if shares and min(counts) > 6:
            _refuse(source, counts[0], ("segment", "segment-track"))
        more = 0 if shares else 2
    if counts == [_QUAD + more]:
        return "obb"
    return "segment" if not more else "segment-confidence" if shares else "segment-track"


def _ends(lines: Lines) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    return lines.values[:, -2:], lines.sizes, lines.files


def _in_unit(lines: Lines, unit: Layout) -> np.ndarray:
    return yolo_evidence.as_fractions(lines) if unit.pixels else lines.values


def _box_kind(source: Source, layout: Layout) -> str:
    """How four numbers give a box: of ``yolo_layout.BOXES``."""
    groups = {count: own for count, own in source.lines.items() if not layout.is_outline(count)}
    if not groups:
        return "detect"
    four = np.concatenate([_in_unit(own, layout)[:, :4] for own in groups.values()])
    wrong = {kind: 1 - yolo_evidence.is_box(four, kind).mean() for kind in yolo_layout.BOXES}
    fitting = [kind for kind, share in wrong.items() if share <= (_FEW if layout.pixels else 0)]
    if not layout.pixels and (wrong["detect"] <= _SOME / 2 or not fitting):
        return "detect"
    others = [kind for kind, share in wrong.items() if share < _SOME]
    if layout.pixels and fitting == others and len(fitting) == 1:
        return fitting[0]
    readings = fitting if layout.pixels else ["detect", *fitting]
    _refuse(source, min(groups), readings or list(wrong))


def _refuse(source: Source, count: int, names: Sequence[str]) -> NoReturn:
    """Says how a line can be read, and how to choose."""
    lines = source.lines[count]
    pixels = bool((np.abs(lines.values[:, :4]) > LARGEST_FRACTION).any(1).mean() >= 0.5)
    size = (int(lines.sizes[0][0]), int(lines.sizes[0][1]))
    readings = []
    for name in dict.fromkeys(names):
        box = yolo_layout.named(name)._replace(pixels=pixels).box_of(lines.values[0].tolist(), size)
        numbers = ", ".join(f"{value:.4g}" for value in box or ())
        readings.append(f"{name} [{numbers}]" if box else name)
    raise BadInput.of(
        source.paths[lines.files[0]],
        f"lines of {count} numbers after the class ({_example(lines)}) that may be "
        f"{' or '.join(readings)}",
        "lines of one meaning",
        f"Name it: --layout {' or '.join(dict.fromkeys(names))} (LAYOUT in notebook 1 and with "
        "make).",
    )


def _example(lines: Lines) -> str:
    return shown(" ".join(f"{value:.6g}" for value in lines.values[0]))
