"""Places on photos where a person is to look, such as likely label errors; never saved."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

from helpers.ui.annotation_canvas import CanvasImage


class Mark(NamedTuple):
    """A place to look at.

    Attributes:
        filename: of the photo, relative to the image folder.
        box: ``(x_min, y_min, x_max, y_max)``, pixels of the photo as its annotation has it.
        text: what may be wrong there.
    """

    filename: str
    box: Tuple[float, float, float, float]
    text: str


def on_canvas(marks: Sequence[Mark], image: CanvasImage) -> List[Dict[str, Any]]:
    """The marks of the photo shown, as the front end takes them.

    Args:
        marks: of all photos.
        image: on the canvas.

    Returns:
        Dicts of ``x``, ``y``, ``width``, ``height``, pixels of the canvas, and ``text``.
    """
    places = []
    for mark in marks:
        if mark.filename == image.record.path:
            (left, top), (right, bottom) = image.view.to_canvas([mark.box[:2], mark.box[2:]])
            place = {"x": left, "y": top, "width": right - left, "height": bottom - top}
            places.append(dict(place, text=mark.text))
    return places
