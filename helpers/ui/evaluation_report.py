"""What the page about an evaluation shows, from the analyses of each backend."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Sequence

from helpers.evaluation.analysis import Analysis
from helpers.evaluation.label_errors import LabelErrors
from helpers.system import files
from helpers.ui import analysis_plots, outcome_boxes, plots, thumbnails
from helpers.ui.outcome_drawing import Drawing
from helpers.ui.report_page import Report, ReportImage, Section

MAX_IMAGES = 40  # on the page, so that it stays small enough to be sent
INTERVALS = "intervals"  # the plot of all backends
MAX_NAMED = 6  # classes in the title
_MAX_SIZE, _QUALITY = (460, 460), 75
# Of each section its title, what to look for, and the names of its plots; a table has the name of
# the first of them.
_SECTIONS = (
    (
        "Each class",
        "Average precision over IoU 0.5 to 0.95, the lowest first. Of a class with a pale bar "
        "there are too few boxes to say much.",
        ("per_class",),
    ),
    (
        "Threshold",
        "Precision is the share of the detections that is right, recall the share of the objects "
        "that is found, F1 their harmonic mean. A higher threshold misses more and invents less; "
        "the dots are where F1 is best.",
        ("best_thresholds", "precision_recall", "f1_by_threshold"),
    ),
    (
        "Kinds of error",
        "By how much mAP would rise without the errors of a kind, counting every score, and how "
        "many there are at the threshold. Classification: the right place, another class. "
        "Localization: the right class, a loose box. Both: a loose box of another class. "
        "Duplicate: found twice. Background: nothing is there.",
        ("error_kinds",),
    ),
    (
        "Confusion",
        "A row is what a person annotated, a column what was detected there. Blue is right; the "
        "last column was missed, the last row is where nothing is annotated.",
        ("confusion",),
    ),
    (
        "Size, shape and place",
        "The share of the annotated boxes that is found at the threshold; pale bars stand for few "
        "boxes.",
        ("breakdowns",),
    ),
    (
        "Calibration",
        "Where the line is below the diagonal, scores promise too much: of the detections with "
        "that score fewer are right. It does not change mAP, but the threshold to take.",
        ("calibration",),
    ),
)
_LABEL_ERRORS = 20  # shown


class Evaluated(NamedTuple):
    """What a report is about.

    Attributes:
        title: of the page.
        sentence: how good the model is.
        backends: rows of the table of backends.
        analyses: by backend, the one in detail first.
        label_errors: places where the annotation is probably wrong.
        diagnoses: rows of what explains the metrics; empty where that was not asked.
    """

    title: str
    sentence: str
    backends: Sequence[Mapping[str, Any]]
    analyses: Mapping[str, Analysis]
    label_errors: LabelErrors
    diagnoses: Sequence[Mapping[str, Any]] = ()


def title_of(classes: Sequence[str]) -> str:
    """The title of a page about a model.

    Args:
        classes: what it detects.
    """
    shown = ", ".join(classes) if len(classes) <= MAX_NAMED else f"{len(classes)} classes"
    return f"Evaluation: a detector of {shown}"


def worst_images(analysis: Analysis) -> List[int]:
    """Indices of the images that a report shows, the worst first.

    Args:
        analysis: of the backend in detail.
    """
    order: List[int] = analysis.images.worst_first().tolist()
    return order[:MAX_IMAGES]


def report(
    evaluated: Evaluated, drawn_plots: Mapping[str, bytes], encoded: Mapping[int, bytes]
) -> Report:
    """The page's content.

    Args:
        evaluated: what it is about.
        drawn_plots: PNG files' content by name, of the first analysis.
        encoded: content of the image files of :func:`worst_images`, by index.
    """
    name, analysis = next(iter(evaluated.analyses.items()))
    return Report(
        evaluated.title,
        evaluated.sentence,
        analysis.threshold,
        _facts(name, analysis),
        [
            *_diagnosis(evaluated),
            _backends(evaluated, drawn_plots),
            *_sections(analysis, drawn_plots),
            *_label_errors(evaluated.label_errors),
        ],
        [_image(analysis, index, encoded[index]) for index in encoded],
        f"{len(encoded)} of {len(analysis.results)} images, those with most errors at threshold "
        f"{analysis.threshold:.2f} first. Move the slider to see what another threshold finds.",
    )


def _facts(name: str, analysis: Analysis) -> List[str]:
    sums, objects = analysis.images.as_dict(), analysis.objects()
    classes = "1 class" if len(objects) == 1 else f"{len(objects)} classes"
    return [
        f"{sums['images']} images",
        f"{sum(objects.values())} boxes of {classes}",
        f"at threshold {analysis.threshold:.2f}: {sums['found']} found, {sums['missed']} missed, "
        f"{sums['spurious']} spurious",
        f"plots and images: {name}",
    ]


def _diagnosis(evaluated: Evaluated) -> List[Section]:
    explanation = "What stands out, in the order in which to see to it."
    return [Section("Diagnosis", explanation, evaluated.diagnoses)] if evaluated.diagnoses else []


def _backends(evaluated: Evaluated, drawn_plots: Mapping[str, bytes]) -> Section:
    return Section(
        "Backends",
        "The same model run in several ways; the mAP should hardly differ. The interval says how "
        "sure it is with so many images. Times are those of the machine that evaluated it, not of "
        "the device.",
        evaluated.backends,
        [drawn_plots[INTERVALS]],
    )


def _sections(analysis: Analysis, drawn_plots: Mapping[str, bytes]) -> List[Section]:
    tables = _tables(analysis)
    return [
        Section(
            title,
            explanation,
            tables.get(names[0], ()),
            [drawn_plots[name] for name in names if name in drawn_plots],
        )
        for title, explanation, names in _SECTIONS
    ]


def _tables(analysis: Analysis) -> Dict[str, List[Dict[str, Any]]]:
    """Of those plots that a table adds to."""
    tables = analysis.tables()
    return {
        "per_class": tables["per_class"],
        "best_thresholds": [
            {name: row[name] for name in ("class", "threshold", "precision", "recall", "f1")}
            for row in tables["best_thresholds"][-1 if len(analysis.objects()) == 1 else 0 :]
        ],
        "error_kinds": [
            {"kind": row["kind"], "errors": row["at the threshold"], "costs mAP": row["costs mAP"]}
            for row in tables["error_kinds"]
        ],
    }


def _label_errors(label_errors: LabelErrors) -> List[Section]:
    rows = label_errors.rows()
    if not rows:
        return []
    names = ("image", "meaning", "class", "annotated", "suspicion")
    return [
        Section(
            "Likely label errors",
            "Where the model contradicts the annotation so clearly that a person should look. "
            f"The first {min(len(rows), _LABEL_ERRORS)} of {len(rows)}.",
            [{name: row[name] for name in names} for row in rows[:_LABEL_ERRORS]],
        )
    ]


def _image(analysis: Analysis, index: int, encoded: bytes) -> ReportImage:
    results, matches = analysis.results, analysis.errors.matches
    small = Drawing(results, matches).thumbnail(index, encoded, _MAX_SIZE)
    width, height = results.sizes[index].tolist()
    return ReportImage(
        results.filenames[index],
        thumbnails.as_jpeg(small, _QUALITY),
        (width, height),
        outcome_boxes.outcome_boxes(results, matches, index),
    )


def draw_plots(analyses: Mapping[str, Analysis]) -> Dict[str, bytes]:
    """Draws every plot of the first analysis, and the intervals of all.

    Args:
        analyses: by backend, the one in detail first.

    Returns:
        PNG files' content by name.
    """
    first = next(iter(analyses.values()))
    drawn = {name: analysis_plots.draw(name, first) for name in analysis_plots.PLOTS}
    drawn[INTERVALS] = analysis_plots.intervals(analyses)
    return {name: plots.as_png(figure) for name, figure in drawn.items()}


def draw_sheets(
    analyses: Mapping[str, Analysis], encoded: Mapping[int, bytes], folder: Path
) -> None:
    """Writes ``BACKEND.png`` for each backend: what it finds on the same images.

    Args:
        analyses: by backend.
        encoded: content of the image files by index, in the order to be shown in.
        folder: to write into.
    """
    for name, analysis in analyses.items():
        drawing = Drawing(analysis.results, analysis.errors.matches)
        with files.replacing(folder / f"{name}.png") as temporary:
            drawing.sheet(encoded, analysis.threshold).save(str(temporary), "PNG")
