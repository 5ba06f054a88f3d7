"""What the page about two models shows."""

from __future__ import annotations

from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from matplotlib.figure import Figure

from helpers.evaluation.comparison import ImageDifferences
from helpers.evaluation.matching import match
from helpers.evaluation.results import DetectionResults
from helpers.ui import evaluation_plots, plots, thumbnails
from helpers.ui.outcome_drawing import Drawing, errors_text
from helpers.ui.report_page import Report, Section

MAX_IMAGES = 20
_SIZE, _QUALITY = (380, 380), 75

PerClass = Mapping[str, Tuple[Optional[float], Optional[float]]]


class Compared(NamedTuple):
    """What the page is about.

    Attributes:
        names: of the models.
        results: of the two, images in one order.
        sentence: which is better, and how sure that is.
        rows: metrics of both.
        per_class: AP of both by class.
        images: on which they differ.
    """

    names: Tuple[str, str]
    results: Tuple[DetectionResults, DetectionResults]
    sentence: str
    rows: Sequence[Mapping[str, Any]]
    per_class: PerClass
    images: ImageDifferences


def per_class(values: PerClass, names: Tuple[str, str]) -> Figure:
    """The AP of each class of both models.

    Args:
        values: by class.
        names: of the models.
    """
    return evaluation_plots.two_models(values, names)


def report(compared: Compared, encoded: Mapping[str, bytes]) -> Report:
    """The page's content.

    Args:
        compared: what it is about.
        encoded: content of image files by name; those without one are not shown.
    """
    plot = plots.as_png(per_class(compared.per_class, compared.names))
    return Report(
        f"{compared.names[0]} and {compared.names[1]}",
        compared.sentence,
        compared.images.thresholds[0],
        [f"{len(compared.results[0])} images, the same for both"],
        [
            Section(
                "Metrics",
                "The difference is the second's less the first's. What both models find hard makes "
                "the interval of the difference narrower than those of the two mAPs.",
                compared.rows,
                [plot],
            ),
            _images(compared, encoded),
        ],
    )


def _images(compared: Compared, encoded: Mapping[str, bytes]) -> Section:
    rows = compared.images.rows()
    photos = _photos(compared, encoded)
    return Section(
        "Images on which they differ most",
        f"{len(rows)} of {len(compared.results[0])} images differ; the first {len(photos) // 2} "
        f"are drawn, {compared.names[0]} on the left, {compared.names[1]} on the right. Each model "
        "is taken at its own threshold: "
        f"{compared.images.thresholds[0]:.2f} and {compared.images.thresholds[1]:.2f}.",
        rows[:MAX_IMAGES],
        photos=photos,
    )


def _photos(compared: Compared, encoded: Mapping[str, bytes]) -> List[Tuple[str, bytes]]:
    models = [
        (name, Drawing(results, match(results)), threshold)
        for name, results, threshold in zip(
            compared.names, compared.results, compared.images.thresholds
        )
    ]
    drawn = []
    for index in compared.images.order()[:MAX_IMAGES].tolist():
        filename = compared.results[0].filenames[index]
        for name, drawing, threshold in models if filename in encoded else ():
            small = drawing.thumbnail(index, encoded[filename], _SIZE)
            image = drawing.drawn(index, small, threshold)
            text = errors_text(drawing.errors(threshold), index)
            drawn.append((f"{filename}, {name}: {text}", thumbnails.as_jpeg(image, _QUALITY)))
    return drawn
