"""A browser of annotated images: filtered, and turned by buttons and by the arrow keys."""

from __future__ import annotations

import html
from collections import Counter
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Set, Union

import ipywidgets
import numpy as np

from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.structures.dataset import ImageRecord, class_counts
from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS, Finding
from helpers.ui import thumbnails
from helpers.ui.keyboard import AREA, Keys

ROOM = (960, 560)
ENLARGE = 2.0
# By the side of a square as large as the box, as a part of that of the image.
SIZES = {"small": (0.0, 0.15), "medium": (0.15, 0.4), "large": (0.4, float("inf"))}
_STEPS = {"ArrowLeft": -1, "ArrowRight": 1}
_MARK = "#ff0000"


def browser(
    records: Sequence[ImageRecord], images: Union[str, Path], findings: Sequence[Finding] = ()
) -> "Browser":
    """Images with their boxes, one at a time.

    Args:
        records: the data set.
        images: the image folder.
        findings: about it; images that only they speak of can be seen too.
    """
    return Browser(records, images, findings)


def size_of(record: ImageRecord) -> List[str]:
    """For each box whether it is small, medium or large (``SIZES``); empty where it is no box."""
    sides = np.abs(record.objects.boxes[:, 2:] - record.objects.boxes[:, :2])
    parts = np.sqrt(sides.prod(axis=1) / (record.width * record.height))
    return [
        next((name for name, (low, high) in SIZES.items() if low <= part < high), "")
        for part in parts
    ]


class Browser(ipywidgets.VBox):
    """The browser as a widget; see :func:`browser`.

    Attributes:
        shown: paths of the images that the filters leave, sorted.
        path: of the image on the screen; empty when the filters leave none.
    """

    def __init__(
        self,
        records: Sequence[ImageRecord],
        images: Union[str, Path],
        findings: Sequence[Finding] = (),
    ):
        self._images = Path(images)
        self._records = {record.path: record for record in records}
        self._classes = class_counts(records)
        self._findings = _by_path(findings)
        self._paths = sorted(
            set(self._records).union(
                path for path in ImageIndex(images).paths if path in self._findings
            )
        )
        self._sizes = {path: size_of(record) for path, record in self._records.items()}
        self.shown: List[str] = []
        self.path = ""
        self._make_controls(findings)
        super().__init__(
            [ipywidgets.HBox(self._filters), self._bar, self._image, self._notes, self._keys]
        )
        self.add_class(AREA)
        self._filter()

    def _make_controls(self, findings: Sequence[Finding]) -> None:
        # Hidden widgets still listen; the one for the keys has nothing to show.
        self._keys = Keys(observed_keys=list(_STEPS), layout=ipywidgets.Layout(display="none"))
        self._keys.on_key(lambda key: self.turn(_STEPS[key]))
        self.of_class = _choice("class", {"every class": None, **_counted(self._classes)})
        codes = Counter(finding.code for finding in findings if finding.path in self._paths)
        self.of_finding = _choice(
            "finding", {"with or without": None, "without any": "", **_counted_by_title(codes)}
        )
        self.of_size = _choice("size", {"every size": None, **{name: name for name in SIZES}})
        self._filters = [self.of_class, self.of_finding, self.of_size]
        for one in self._filters:
            one.observe(lambda change: self._filter(), "value")
        self.back, self.forth = (
            _button(icon, tip)
            for icon, tip in (
                ("arrow-left", "the image before (left arrow)"),
                ("arrow-right", "the next image (right arrow)"),
            )
        )
        self.back.on_click(lambda button: self.turn(-1))
        self.forth.on_click(lambda button: self.turn(1))
        self.number = ipywidgets.BoundedIntText(min=1, max=1, layout={"width": "80px"})
        self.number.observe(self._turned, "value")
        self._title = ipywidgets.HTML()
        self._bar = ipywidgets.HBox([self.back, self.number, self.forth, self._title])
        self._image = ipywidgets.Image(
            format="jpeg", layout={"max_width": "100%", "align_self": "flex-start"}
        )
        self._notes = ipywidgets.HTML()

    def turn(self, steps: int) -> None:
        """Goes on by some images, at the end on to the first one again."""
        if self.shown:
            self.number.value = (self.number.value - 1 + steps) % len(self.shown) + 1

    def _turned(self, change: Mapping) -> None:
        self._show()

    def _filter(self) -> None:
        """Applies the filters and stays at the image on the screen where they leave it."""
        self.shown = [path for path in self._paths if self._fits(path)]
        place = self.shown.index(self.path) if self.path in self.shown else 0
        self.number.unobserve(self._turned, "value")
        self.number.max = max(1, len(self.shown))
        self.number.value = place + 1
        self.number.observe(self._turned, "value")
        self._show()

    def _fits(self, path: str) -> bool:
        label, size, code = self.of_class.value, self.of_size.value, self.of_finding.value
        codes = {finding.code for finding in self._findings.get(path, ())}
        if code is not None and code not in (codes or {""}):
            return False
        objects = (
            zip(self._records[path].objects.labels, self._sizes[path])
            if path in self._records
            else ()
        )
        return (label, size) == (None, None) or any(
            label in (None, own_label) and size in (None, own_size)
            for own_label, own_size in objects
        )

    def _show(self) -> None:
        self.path = self.shown[self.number.value - 1] if self.shown else ""
        findings = self._findings.get(self.path, ())
        self._title.value = _title(len(self.shown), self.path)
        self._notes.value = "".join(_note(finding) for finding in findings)
        self._image.layout.display = None if self.path else "none"
        if self.path:
            self._image.value = thumbnails.as_jpeg(self._drawn(findings))

    def _drawn(self, findings: Sequence[Finding]):
        try:
            record = self._records.get(self.path) or ImageRecord(
                self.path, *header(self._images / self.path).upright
            )
            image = thumbnails.make_thumbnail(record, self._images, ROOM, ENLARGE).image
        except BadInput as problem:
            return thumbnails.error_image(problem, self._images, ROOM)
        boxes = thumbnails.class_boxes(record, image, list(self._classes))
        at_fault = _numbers(findings, self.of_finding.value)
        drawn = thumbnails.draw_boxes(
            image,
            [
                one._replace(colour=_MARK, line_width=4) if number in at_fault else one
                for number, one in enumerate(boxes, start=1)
            ],
        )
        drawn.thumbnail(ROOM)
        return drawn


def _by_path(findings: Sequence[Finding]) -> Dict[str, List[Finding]]:
    found: Dict[str, List[Finding]] = {}
    for finding in findings:
        if finding.path:
            found.setdefault(finding.path, []).append(finding)
    return found


def _numbers(findings: Sequence[Finding], code: Optional[str]) -> Set[int]:
    """The objects that findings of the chosen code are about."""
    return {
        finding.object for finding in findings if finding.object and code in (None, finding.code)
    }


def _counted(counts: Mapping[str, int]) -> Dict[str, str]:
    return {f"{name or '(no name)'} ({counts[name]})": name for name in sorted(counts)}


def _counted_by_title(counts: Mapping[str, int]) -> Dict[str, str]:
    titles = {code: KINDS[code].title for code in counts}
    return {
        f"{titles[code]} ({counts[code]})": code for code in sorted(counts, key=titles.__getitem__)
    }


def _choice(name: str, options: Mapping[str, Optional[str]]) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        options=list(options.items()),
        index=0,
        description=name,
        style={"description_width": "initial"},
        layout={"width": "280px"},
    )


def _button(icon: str, tip: str) -> ipywidgets.Button:
    return ipywidgets.Button(icon=icon, tooltip=tip, layout={"width": "48px"})


def _title(count: int, path: str) -> str:
    if not count:
        return "No image is left by these filters."
    return f"of {count} &nbsp; <b>{html.escape(path)}</b>"


def _note(finding: Finding) -> str:
    colour = "#b00020" if finding.severity == "error" else "#8a5a00"
    return (
        f'<div style="line-height:1.5"><b style="color:{colour}">'
        f"{html.escape(finding.title)}</b>: {html.escape(finding.message)}</div>"
    )
