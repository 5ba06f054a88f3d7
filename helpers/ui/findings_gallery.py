"""The findings as images: the offending box in red, what is wrong and what to do beneath."""

from __future__ import annotations

import html
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Dict, List, Mapping, Sequence, Union

from IPython.display import HTML

from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import ERROR, Finding, short
from helpers.ui import thumbnails

ROOM = (250, 190)
_RED, _PALE = "#ff0000", "#9a9a9a"
_COLOURS = {True: "#b00020", False: "#8a5a00"}
_LETTERS = 160  # of a message; the rest shows when the mouse rests on it
_CARD = """<div title="{tooltip}" style="width:{width}px; margin:0 14px 16px 0; font-size:12px;
line-height:1.35; overflow-wrap:anywhere; border-top:3px solid {colour}; padding-top:3px">
<div style="display:flex; justify-content:space-between; padding-bottom:3px">
<b style="color:{colour}; font-size:13px">{title}</b><span>{place}</span></div>
{image}<div><b>{path}</b><br>{message}</div><i>{remedy}</i></div>"""


def gallery(
    findings: Sequence[Finding],
    records: Sequence[ImageRecord],
    images: Union[str, Path],
    each: int = 4,
) -> HTML:
    """Findings by code, errors first, with an image where they are about one.

    Args:
        findings: in the order to be shown in.
        records: the data set, with the boxes as read.
        images: the image folder.
        each: how many of a code are shown; the others are only counted.

    Returns:
        What a notebook shows; it stays in the notebook when this is saved.
    """
    by_code: Dict[str, List[Finding]] = {}
    for finding in sorted(findings, key=lambda one: one.severity != ERROR):
        by_code.setdefault(finding.code, []).append(finding)
    if not by_code:
        return HTML("<p>Nothing was found that is wrong or odd.</p>")
    known = dict.fromkeys(ImageIndex(images).paths)
    known.update((record.path, record) for record in records)
    shown = [
        (finding, f"{number} of {len(ones)}" if len(ones) > 1 else "")
        for ones in by_code.values()
        for number, finding in enumerate(ones[:each], start=1)
    ]
    # Most of the time goes into decoding, which Pillow does outside Python's lock.
    with ThreadPool() as pool:
        cards = pool.starmap(partial(_card, known=known, images=Path(images)), shown)
    return HTML(f'<div style="display:flex; flex-wrap:wrap">{"".join(cards)}</div>')


def _card(finding: Finding, place: str, known: Mapping, images: Path) -> str:
    message = html.escape(finding.message, quote=True)
    image = (
        thumbnails.as_html(_image(finding, known[finding.path], images), message)
        if finding.path in known
        else ""
    )
    return _CARD.format(
        width=ROOM[0],
        colour=_COLOURS[finding.severity == ERROR],
        title=html.escape(finding.title),
        place=place,
        image=image,
        path=html.escape(finding.path or "the whole set"),
        tooltip=message,
        message=html.escape(short(finding.message, _LETTERS)),
        remedy=html.escape(finding.remedy),
    )


def _image(finding: Finding, record, images: Path):
    """The image with the boxes that the finding is about in red, the others pale."""
    try:
        record = record or ImageRecord(finding.path, *header(images / finding.path).upright)
        image = thumbnails.make_thumbnail(record, images, ROOM, enlarge=2.0).image
    except BadInput as problem:
        return thumbnails.error_image(problem, images, ROOM)
    boxes = thumbnails.class_boxes(record, image, [])
    pale = [
        one._replace(colour=_PALE, text="", line_width=1)
        for number, one in enumerate(boxes, start=1)
        if number != finding.object
    ]
    red = [
        one._replace(colour=_RED, line_width=3)
        for number, one in enumerate(boxes, start=1)
        if number == finding.object
    ]
    return thumbnails.draw_boxes(image, pale + red)
