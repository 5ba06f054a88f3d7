"""A browser of annotated images with filters, buttons and arrow keys."""

from __future__ import annotations

import html
from collections import Counter
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Set, Union

import ipywidgets
import numpy as np
from PIL import Image

from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.structures.dataset import ImageRecord, class_counts
from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS, Finding
from helpers.ui import box_drawing, thumbnails
from helpers.ui.findings_gallery import severity_colour
from helpers.ui.keyboard import AREA
from helpers.ui.pager import Pager

MAX_SIZE = (960, 560)
ENLARGE = 2.0
# By the square root of the box's share of the image's area: from (inclusive) and to.
SIZES = {"small": (0.0, 0.15), "medium": (0.15, 0.4), "large": (0.4, float("inf"))}
_RED = "#ff0000"


def browser(
    records: Sequence[ImageRecord], images: Union[str, Path], findings: Sequence[Finding] = ()
) -> "Browser":
    """Images with their boxes, one at a time.

    Args:
        records: the data set.
        images: the image folder.
        findings: of its validation; images without a record are shown if they have findings.
    """
    return Browser(records, images, findings)


def size_names(record: ImageRecord) -> List[str]:
    """The size of each box, ``small``, ``medium`` or ``large``; empty if it has no area.

    Args:
        record: an image and its boxes.
    """
    lengths = np.abs(record.objects.boxes[:, 2:] - record.objects.boxes[:, :2])
    shares = np.sqrt(lengths.prod(axis=1) / (record.width * record.height))
    return [
        next((name for name, (low, high) in SIZES.items() if low <= share < high), "")
        for share in shares
    ]


class Browser(ipywidgets.VBox):
    """The browser as a widget; see :func:`browser`.

    Attributes:
        shown: paths of the images that match the filters, sorted.
        path: of the image on the screen; empty when no image matches.
        pager: turns the images.
    """

    def __init__(
        self,
        records: Sequence[ImageRecord],
        images: Union[str, Path],
        findings: Sequence[Finding] = (),
    ) -> None:
        self._images = Path(images)
        self._records = {record.path: record for record in records}
        self._classes = class_counts(records)
        self._findings = _by_path(findings)
        unrecorded = (path for path in ImageIndex(images).paths if path in self._findings)
        self._paths = sorted({*self._records, *unrecorded})
        self._sizes = {path: size_names(record) for path, record in self._records.items()}
        self.shown: List[str] = []
        self.path = ""
        self._create_filters(findings)
        self._create_screen()
        super().__init__([ipywidgets.HBox(self._filters), self.pager, self._image, self._notes])
        self.add_class(AREA)
        self._apply_filters()

    def _create_filters(self, findings: Sequence[Finding]) -> None:
        codes = Counter(finding.code for finding in findings if finding.path in self._paths)
        self.class_filter = _dropdown("class", {"every class": None, **_counted(self._classes)})
        self.finding_filter = _dropdown(
            "finding", {"with or without": None, "without any": "", **_counted_by_title(codes)}
        )
        self.size_filter = _dropdown("size", {"every size": None, **{name: name for name in SIZES}})
        self._filters = [self.class_filter, self.finding_filter, self.size_filter]
        for dropdown in self._filters:
            dropdown.observe(lambda change: self._apply_filters(), "value")

    def _create_screen(self) -> None:
        self.pager = Pager("image", self._show)
        self._image = ipywidgets.Image(
            format="jpeg", layout={"max_width": "100%", "align_self": "flex-start"}
        )
        self._notes = ipywidgets.HTML()

    def move(self, steps: int) -> None:
        """Moves by some images; the first follows the last.

        Args:
            steps: number of images; negative moves back.
        """
        self.pager.move(steps)

    def _apply_filters(self) -> None:
        """Finds the images that match and stays at the current one if it is among them."""
        self.shown = [path for path in self._paths if self._matches(path)]
        index = self.shown.index(self.path) if self.path in self.shown else 0
        self.pager.reset(len(self.shown), index)
        self._show()

    def _matches(self, path: str) -> bool:
        code, label = self.finding_filter.value, self.class_filter.value
        size = self.size_filter.value
        codes = {finding.code for finding in self._findings.get(path, ())} or {""}
        if code is not None and code not in codes:
            return False
        if label is None and size is None:
            return True
        record = self._records.get(path)
        objects = zip(record.objects.labels, self._sizes[path]) if record else ()
        return any(
            label in (None, box_label) and size in (None, box_size)
            for box_label, box_size in objects
        )

    def _show(self) -> None:
        self.path = self.shown[self.pager.index] if self.shown else ""
        findings = self._findings.get(self.path, ())
        self.pager.title.value = _title(len(self.shown), self.path)
        self._notes.value = "".join(_note(finding) for finding in findings)
        self._image.layout.display = None if self.path else "none"
        if self.path:
            self._image.value = thumbnails.as_jpeg(self._draw(findings))

    def _draw(self, findings: Sequence[Finding]) -> Image.Image:
        try:
            record = self._records.get(self.path) or ImageRecord(
                self.path, *header(self._images / self.path).upright
            )
            image = thumbnails.make_thumbnail(record, self._images, MAX_SIZE, ENLARGE).image
        except BadInput as problem:
            return thumbnails.error_image(problem, self._images, MAX_SIZE)
        marked = _object_numbers(findings, self.finding_filter.value)
        boxes = [
            drawn._replace(colour=_RED, line_width=4) if number in marked else drawn
            for number, drawn in enumerate(
                thumbnails.class_boxes(record, image, list(self._classes)), start=1
            )
        ]
        annotated = box_drawing.draw_boxes(image, boxes)
        annotated.thumbnail(MAX_SIZE)
        return annotated


def _by_path(findings: Sequence[Finding]) -> Dict[str, List[Finding]]:
    by_path: Dict[str, List[Finding]] = {}
    for finding in findings:
        if finding.path:
            by_path.setdefault(finding.path, []).append(finding)
    return by_path


def _object_numbers(findings: Sequence[Finding], code: Optional[str]) -> Set[int]:
    """The objects that findings of the chosen code refer to."""
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


def _dropdown(name: str, options: Mapping[str, Optional[str]]) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        options=list(options.items()),
        index=0,
        description=name,
        style={"description_width": "initial"},
        layout={"width": "280px"},
    )


def _title(count: int, path: str) -> str:
    if not count:
        return "No image matches these filters."
    return f"of {count} &nbsp; <b>{html.escape(path)}</b>"


def _note(finding: Finding) -> str:
    return (
        f'<div style="line-height:1.5"><b style="color:{severity_colour(finding)}">'
        f"{html.escape(finding.title)}</b>: {html.escape(finding.message)}</div>"
    )
