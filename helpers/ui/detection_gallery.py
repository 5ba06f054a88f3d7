"""The worst images of an evaluation, with a slider for the threshold."""

from __future__ import annotations

import html
import math
from typing import Any, Dict, List, Mapping, Sequence

import ipywidgets
from PIL import Image

from helpers.evaluation.image_errors import ImageErrors
from helpers.evaluation.matching import match
from helpers.evaluation.results import DetectionResults
from helpers.ui import thumbnails
from helpers.ui.keyboard import AREA
from helpers.ui.outcome_boxes import COLOURS, MEANINGS, TEXT_COLOURS
from helpers.ui.outcome_drawing import Drawing, counts_text, errors_text, shown_kinds
from helpers.ui.pager import Pager

PAGE = 6  # images
MAX_SIZE = (380, 300)
_KEPT = 120  # decoded thumbnails


class DetectionGallery(ipywidgets.VBox):
    """Images with what is found, missed and spurious at a threshold, the worst first.

    The slider redraws when it is let go; the widgets stay the same, so a notebook does not grow.

    Attributes:
        slider: the threshold.
        pager: turns the pages.
        order: indices of the images, the worst first.
        shown: indices of those on the page.
    """

    def __init__(
        self, results: DetectionResults, encoded: Sequence[bytes], threshold: float = 0.3
    ) -> None:
        """The first page.

        Args:
            results: of a model.
            encoded: the image files' content, in the order of the results.
            threshold: to begin with.

        Raises:
            ValueError: there are not as many images as results.
        """
        if len(encoded) != len(results):
            raise ValueError(f"expected {len(results)} images, got {len(encoded)}")
        self._results, self._encoded = results, encoded
        self._drawing = Drawing(results, match(results))
        self._small: Dict[int, Image.Image] = {}
        self.order: List[int] = []
        self.shown: List[int] = []
        self.slider = ipywidgets.FloatSlider(
            threshold,
            min=0,
            max=1,
            step=0.01,
            continuous_update=False,
            description="threshold",
            layout={"width": "420px"},
        )
        self.slider.observe(self._on_threshold, "value")
        self.pager = Pager("page", self._show)
        self.summary = ipywidgets.HTML()
        self._cells = [_Cell() for _ in range(min(PAGE, len(results)))]
        grid = ipywidgets.HBox(self._cells, layout={"flex_flow": "row wrap"})
        bar = ipywidgets.HBox([self.slider, self.pager])
        colours = legend(bool(self._drawing.matches.truth_ignored.any()))
        super().__init__([bar, self.summary, ipywidgets.HTML(colours), grid])
        self.add_class(AREA)
        self._rank()

    def _on_threshold(self, change: Mapping[str, Any]) -> None:
        self._rank()

    def _rank(self) -> None:
        """Puts the worst images at the threshold first, and shows the first page."""
        errors = self._drawing.errors(self.slider.value)
        self._errors = errors
        self.order = errors.worst_first().tolist()
        self.pager.reset(math.ceil(len(self.order) / PAGE))
        self.summary.value = summary(errors)
        self._show()

    def _show(self) -> None:
        first = self.pager.index * PAGE
        self.shown = self.order[first : first + PAGE]
        self.pager.title.value = f"of {max(1, self.pager.count)} pages"
        for number, cell in enumerate(self._cells):
            index = self.shown[number] if number < len(self.shown) else None
            cell.layout.display = None if index is not None else "none"
            if index is not None:
                cell.caption.value = caption(self._errors, index)
                cell.image.value = thumbnails.as_jpeg(self._draw(index))

    def _draw(self, index: int) -> Image.Image:
        if index not in self._small:
            if len(self._small) >= _KEPT:
                self._small.clear()
            self._small[index] = self._drawing.thumbnail(index, self._encoded[index], MAX_SIZE)
        return self._drawing.drawn(index, self._small[index], self.slider.value)


class _Cell(ipywidgets.VBox):
    def __init__(self) -> None:
        self.image = ipywidgets.Image(format="jpeg", layout={"max_width": f"{MAX_SIZE[0]}px"})
        self.caption = ipywidgets.HTML()
        super().__init__([self.image, self.caption], layout={"margin": "0 12px 8px 0"})


def caption(errors: ImageErrors, index: int) -> str:
    """Name and errors of an image, as HTML."""
    return f"<b>{html.escape(errors.filenames[index])}</b> &nbsp; {errors_text(errors, index)}"


def summary(errors: ImageErrors) -> str:
    """What is right and wrong on all images, as HTML."""
    sums = errors.as_dict()
    objects = sums["found"] + sums["missed"]
    return (
        f"{sums['found']} of {objects} objects found, "
        f"{counts_text(sums['missed'], sums['spurious'])}; "
        f"errors on {sums['images_with_errors']} of {sums['images']} images, the worst first"
    )


def legend(crowds: bool) -> str:
    """What the colours mean, as HTML.

    Args:
        crowds: whether groups are among them.
    """
    return "".join(
        f'<span style="background:{COLOURS[kind]}; color:{TEXT_COLOURS[kind]}; padding:1px 6px; '
        f'margin-right:10px">{MEANINGS[kind]}</span>'
        for kind in shown_kinds(crowds)
    )
