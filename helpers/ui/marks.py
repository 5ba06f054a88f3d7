"""Places on photos where a person is to look, such as likely label errors; never saved."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from helpers.ui.annotation_canvas import CanvasImage


class Mark(NamedTuple):
    """A place to look at.

    Attributes:
        filename: of the photo, relative to the image folder.
        box: ``(x_min, y_min, x_max, y_max)``, pixels.
        text: what may be wrong there.
        size: width and height of the image whose pixels these are, where it is not the photo
            itself but a smaller copy, as records hold it.
    """

    filename: str
    box: Tuple[float, float, float, float]
    text: str
    size: Optional[Tuple[int, int]] = None


def on_canvas(marks: Sequence[Mark], image: CanvasImage) -> List[Dict[str, Any]]:
    """The marks of the photo shown, as the front end takes them.

    Args:
        marks: of all photos.
        image: on the canvas.

    Returns:
        Dicts of ``x``, ``y``, ``width``, ``height``, pixels of the canvas, and ``text``.
    """
    return [
        dict(_place(mark, image), text=mark.text)
        for mark in marks
        if mark.filename == image.record.path
    ]


def _place(mark: Mark, image: CanvasImage) -> Dict[str, float]:
    photo = image.view.photo
    width, height = mark.size or photo
    turned = (width > height) != (photo[0] > photo[1])  # annotated as it is stored, lying down
    box = (0, 0, width, height) if turned else mark.box
    scale = np.array(photo) / (width, height)
    corners = image.view.to_canvas(np.reshape(box, (2, 2)) * scale)
    (left, top), (right, bottom) = corners.tolist()
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}
