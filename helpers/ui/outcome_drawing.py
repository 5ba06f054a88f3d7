"""Images with what a model found, missed and made up: one by one, or many on a sheet."""

from __future__ import annotations

from typing import List, Mapping, Tuple

from PIL import Image, ImageDraw

from helpers.evaluation.image_errors import ImageErrors, image_errors
from helpers.evaluation.matching import Matches
from helpers.evaluation.results import DetectionResults
from helpers.ui import box_drawing, outcome_boxes, thumbnails
from helpers.ui.outcome_boxes import COLOURS, CROWD, MEANINGS, TEXT_COLOURS

ENLARGE = 2.0
_CELL, _COLUMNS = (380, 300), 3
_GAP, _LINE = 12, 20  # pixels


class Drawing:
    """Draws the outcomes of one model.

    Attributes:
        results: of the model.
        matches: of these results.
    """

    def __init__(self, results: DetectionResults, matches: Matches) -> None:
        self.results, self.matches = results, matches

    def errors(self, threshold: float) -> ImageErrors:
        """The errors of each image at a threshold."""
        return image_errors(self.results, self.matches, threshold)

    def thumbnail(self, index: int, encoded: bytes, max_size: Tuple[int, int]) -> Image.Image:
        """An image without boxes.

        Args:
            index: of the image.
            encoded: content of its file.
            max_size: largest width and height, pixels.
        """
        width, height = self.results.sizes[index].tolist()
        name = self.results.filenames[index]
        return thumbnails.from_bytes(encoded, name, (width, height), max_size, ENLARGE)

    def drawn(self, index: int, small: Image.Image, threshold: float) -> Image.Image:
        """A copy of a thumbnail with what is found, missed and spurious at a threshold."""
        boxes = outcome_boxes.outcome_boxes(self.results, self.matches, index)
        width = int(self.results.sizes[index][0])
        return box_drawing.draw_boxes(small, outcome_boxes.to_draw(boxes, threshold, small, width))

    def sheet(self, encoded: Mapping[int, bytes], threshold: float) -> Image.Image:
        """Images side by side, with names, errors and what the colours mean.

        Args:
            encoded: content of the image files by index, in the order to be shown in.
            threshold: least score of a detection that counts.
        """
        errors = self.errors(threshold)
        cells = [
            (self.drawn(index, self.thumbnail(index, content, _CELL), threshold), index)
            for index, content in encoded.items()
        ]
        rows = [cells[first : first + _COLUMNS] for first in range(0, len(cells), _COLUMNS)]
        heights = [max(image.height for image, _ in row) + _LINE + _GAP for row in rows]
        columns = max(2, min(_COLUMNS, len(cells)))  # the legend is as wide as two
        size = (columns * (_CELL[0] + _GAP) + _GAP, 2 * _GAP + _LINE + sum(heights))
        sheet = Image.new("RGB", size, "white")
        pen = ImageDraw.Draw(sheet)
        crowds = bool(self.matches.truth_ignored.any())
        _write_legend(pen, crowds)
        top = 2 * _GAP + _LINE
        for row, height in zip(rows, heights):
            for column, (image, index) in enumerate(row):
                left = _GAP + column * (_CELL[0] + _GAP)
                sheet.paste(image, (left, top))
                text = f"{errors.filenames[index]}: {errors_text(errors, index)}"
                pen.text((left, top + image.height + 1), text, "black", box_drawing.font())
            top += height
        return sheet


def _write_legend(pen: ImageDraw.ImageDraw, crowds: bool) -> None:
    left = _GAP
    for kind in shown_kinds(crowds):
        width = pen.textbbox((0, 0), MEANINGS[kind], font=box_drawing.font())[2]
        pen.rectangle([left, _GAP, left + width + 10, _GAP + _LINE], fill=COLOURS[kind])
        place = (left + 5, _GAP + 2)
        pen.text(place, MEANINGS[kind], TEXT_COLOURS[kind], box_drawing.font())
        left += width + 10 + _GAP


def shown_kinds(crowds: bool) -> List[str]:
    """The kinds of outcomes that a legend names.

    Args:
        crowds: whether groups are among the boxes.
    """
    return [kind for kind in MEANINGS if kind != CROWD or crowds]


def errors_text(errors: ImageErrors, index: int) -> str:
    """The errors of an image, as in "1 missed, 2 spurious".

    Args:
        errors: of all images.
        index: of the image.
    """
    return counts_text(int(errors.missed[index]), int(errors.spurious[index]))


def counts_text(missed: int, spurious: int) -> str:
    """Numbers of errors in words; "no error" where both are 0."""
    parts = [(missed, "missed"), (spurious, "spurious")]
    return ", ".join(f"{count} {name}" for count, name in parts if count) or "no error"
