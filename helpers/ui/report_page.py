"""One self-contained HTML page about an evaluation, which anybody can open without Python.

Images are inside the page, nothing is loaded from elsewhere (its content security policy forbids
it), and every name is escaped.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple, Union

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from helpers.system import files
from helpers.ui.outcome_boxes import (
    COLOURS,
    CROWD,
    FOUND,
    MEANINGS,
    MISSED,
    SPURIOUS,
    TEXT_COLOURS,
    OutcomeBox,
)
from helpers.ui.outcome_drawing import counts_text, shown_kinds

TEMPLATE = "evaluation_report.html"
LEAST_SCORE = 0.05  # where the slider begins: of lower ones there are too many for a page
SHOWN_SIZE = (380, 400)  # largest width and height of an image on the page, pixels
_BRIGHT = {FOUND: "#8fd0ff", MISSED: "#ffb27a", SPURIOUS: "#f0e442", CROWD: "#e0e0e0"}  # of text
_FONT_PIXELS = 13


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        title: its heading.
        explanation: what to look for.
        rows: of a table; empty without one.
        plots: PNG files' content.
        photos: captions, and JPEG files' content.
    """

    title: str
    explanation: str
    rows: Sequence[Mapping[str, Any]] = ()
    plots: Sequence[bytes] = ()
    photos: Sequence[Tuple[str, bytes]] = ()

    def columns(self) -> List[Tuple[str, str]]:
        """Names of the table's columns, and ``text`` or ``number`` by what they hold."""
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        return [
            (name, "text" if any(isinstance(row[name], str) for row in self.rows) else "number")
            for name in names
        ]


@dataclass(frozen=True, eq=False)
class ReportImage:
    """An image with the outcomes on it.

    Attributes:
        filename: its caption.
        jpeg: content of a small JPEG file.
        size: width and height to which the boxes refer, pixels.
        boxes: annotated and detected.
    """

    filename: str
    jpeg: bytes
    size: Tuple[int, int]
    boxes: Sequence[OutcomeBox]


@dataclass(frozen=True, eq=False)
class Report:
    """What the page shows.

    Attributes:
        title: of the page.
        sentence: how good the model is.
        threshold: with which the worst images are drawn to begin with.
        facts: short statements below the sentence.
        sections: in their order.
        images: the worst first.
        images_explanation: which images they are.
    """

    title: str
    sentence: str
    threshold: float
    facts: Sequence[str] = ()
    sections: Sequence[Section] = ()
    images: Sequence[ReportImage] = ()
    images_explanation: str = field(default="")


def render(report: Report) -> str:
    """The page as HTML.

    Args:
        report: what it shows.
    """
    environment = Environment(
        loader=FileSystemLoader(str(Path(__file__).parent / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(png=_png, jpeg=_jpeg, cell=_cell)
    images = [_image(image, report.threshold) for image in report.images]
    kinds = {box["kind"] for image in images for box in image["boxes"]}
    return environment.get_template(TEMPLATE).render(
        report=report,
        images=images,
        colours=COLOURS,
        bright=_BRIGHT,
        text_colours=TEXT_COLOURS,
        meanings={kind: MEANINGS[kind] for kind in shown_kinds(CROWD in kinds)},
        least_score=LEAST_SCORE,
    )


def save(report: Report, path: Union[str, Path]) -> Path:
    """Writes the page, complete or not at all.

    Args:
        report: what it shows.
        path: of the HTML file.
    """
    return files.write_text(path, render(report))


def _image(image: ReportImage, threshold: float) -> Dict[str, Any]:
    width, height = image.size
    font = _FONT_PIXELS * max(width / SHOWN_SIZE[0], height / SHOWN_SIZE[1])
    boxes = [_box(one, threshold, font, image.size) for one in image.boxes if _is_shown(one)]
    kinds = [box["classes"].split() for box in boxes]
    missed, spurious = (sum(kind in classes for classes in kinds) for kind in (MISSED, SPURIOUS))
    return {
        "filename": image.filename,
        "jpeg": image.jpeg,
        "width": width,
        "height": height,
        "font_size": round(font, 2),
        "boxes": sorted(boxes, key=lambda box: box["kind"] in (MISSED, SPURIOUS)),
        "counts": counts_text(missed, spurious),
    }


def _is_shown(one: OutcomeBox) -> bool:
    return one.score is None or one.score >= LEAST_SCORE


def _box(one: OutcomeBox, threshold: float, font: float, size: Tuple[int, int]) -> Dict[str, Any]:
    left, top, right, bottom = (round(float(corner), 1) for corner in one.box)
    annotated = one.score is None
    kind = one.kind_at(threshold) or "hidden"
    above = top - 0.3 * font if top > 1.3 * font else top + 1.1 * font
    below = bottom + 1.1 * font if bottom + 1.4 * font < size[1] else bottom - 0.4 * font
    return {
        "classes": f"annotated {kind}" if annotated else kind,
        "kind": one.kind,
        # In full: rounded, a score just below a threshold would reach it.
        "score": one.score,
        "found_at": one.found_at,
        "x": left,
        "y": top,
        "width": round(right - left, 1),
        "height": round(bottom - top, 1),
        "text": one.label if one.score is None else f"{one.label} {one.score:.2f}",
        "text_x": left,
        "text_y": round(below if annotated else above, 1),
    }


def _png(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _jpeg(content: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"


def _cell(value: Any) -> str:
    """A value of a table: as many decimals as matter, a dash for what cannot be measured."""
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:.1f}"
