"""Findings as images: the affected box in red, the message and the remedy below."""

from __future__ import annotations

import html
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Tuple, Union

from IPython.display import HTML
from PIL import Image

from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import ERROR, Finding, short
from helpers.ui import box_drawing, thumbnails

MAX_SIZE = (250, 190)
_RED, _PALE = "#ff0000", "#9a9a9a"
_ERROR_COLOUR, _WARNING_COLOUR = "#b00020", "#8a5a00"
_MESSAGE_LENGTH = 160  # characters; the tooltip has the whole message
_CARD = """<div title="{tooltip}" style="width:{width}px; margin:0 14px 16px 0; font-size:12px;
line-height:1.35; overflow-wrap:anywhere; border-top:3px solid {colour}; padding-top:3px">
<div style="display:flex; justify-content:space-between; padding-bottom:3px">
<b style="color:{colour}; font-size:13px">{title}</b><span>{number}</span></div>
{image}<div><b>{path}</b><br>{message}</div><i>{remedy}</i></div>"""


def severity_colour(finding: Finding) -> str:
    """The colour of a finding's title, ``#rrggbb``.

    Args:
        finding: an error or a warning.
    """
    return _ERROR_COLOUR if finding.severity == ERROR else _WARNING_COLOUR


def gallery(
    findings: Sequence[Finding],
    records: Sequence[ImageRecord],
    images: Union[str, Path],
    each: int = 4,
) -> HTML:
    """Findings by code, errors first, with an image where they refer to one.

    Args:
        findings: in the order to be shown in.
        records: the data set, with the boxes as read.
        images: the image folder.
        each: how many findings of a code are shown; the others are only counted.

    Returns:
        What a notebook shows; it is saved with the notebook.
    """
    if not findings:
        return HTML("<p>Nothing was found that is wrong or odd.</p>")
    known: Dict[str, Optional[ImageRecord]] = dict.fromkeys(ImageIndex(images).paths)
    known.update((record.path, record) for record in records)
    # Most of the time goes into decoding, which Pillow does outside Python's lock.
    with ThreadPool() as pool:
        cards = pool.starmap(
            partial(_card, known=known, images=Path(images)), _numbered(findings, each)
        )
    return HTML(f'<div style="display:flex; flex-wrap:wrap">{"".join(cards)}</div>')


def _numbered(findings: Sequence[Finding], each: int) -> List[Tuple[Finding, str]]:
    """The first findings of each code, with "2 of 7" where there are several."""
    by_code: Dict[str, List[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: finding.severity != ERROR):
        by_code.setdefault(finding.code, []).append(finding)
    return [
        (finding, f"{number} of {len(group)}" if len(group) > 1 else "")
        for group in by_code.values()
        for number, finding in enumerate(group[:each], start=1)
    ]


def _card(
    finding: Finding, number: str, known: Mapping[str, Optional[ImageRecord]], images: Path
) -> str:
    message = html.escape(finding.message, quote=True)
    image = (
        thumbnails.as_html(_image(finding, known[finding.path], images), message)
        if finding.path in known
        else ""
    )
    return _CARD.format(
        width=MAX_SIZE[0],
        colour=severity_colour(finding),
        title=html.escape(finding.title),
        number=number,
        image=image,
        path=html.escape(finding.path or "the whole data set"),
        tooltip=message,
        message=html.escape(short(finding.message, _MESSAGE_LENGTH)),
        remedy=html.escape(finding.remedy),
    )


def _image(finding: Finding, record: Optional[ImageRecord], images: Path) -> Image.Image:
    """The image with the box that the finding refers to in red, the others pale."""
    try:
        record = record or ImageRecord(finding.path, *header(images / finding.path).upright)
        image = thumbnails.make_thumbnail(record, images, MAX_SIZE, enlarge=2.0).image
    except BadInput as problem:
        return thumbnails.error_image(problem, images, MAX_SIZE)
    red, pale = [], []
    for number, drawn in enumerate(thumbnails.class_boxes(record, image, []), start=1):
        if number == finding.object:
            red.append(drawn._replace(colour=_RED, line_width=3))
        else:
            pale.append(drawn._replace(colour=_PALE, text="", line_width=1))
    return box_drawing.draw_boxes(image, pale + red)
