"""Likely label errors, opened in the annotator with the suspicious places marked."""

from __future__ import annotations

import html
from typing import List, Union

from IPython.display import HTML

from helpers.evaluation.label_errors import MEANINGS, LabelErrors
from helpers.evaluation.results import DetectionResults
from helpers.ui import annotator
from helpers.ui.annotator import Annotator
from helpers.ui.marks import Mark
from helpers.workspace import Workspace


def review(
    work: Workspace, found: LabelErrors, results: DetectionResults
) -> Union[Annotator, HTML]:
    """The annotator on the photos with likely label errors, or why there is nothing to review.

    Args:
        work: knows where the photos and their annotations are.
        found: what is suspicious.
        results: from which that was found: they know the size of the images that were evaluated.

    Raises:
        BadInput: a photo is no longer in its folder.
    """
    state = work.state()
    if not found.errors:
        return HTML("<p>No annotation is suspicious enough to be looked at.</p>")
    if not (state.get("images") and state.get("annotations")):
        return HTML(
            f"<p>{html.escape(str(work.root))}: the folders of the photos and annotations are not "
            "known. Run notebook 01_annotate_inspect to its end, then this cell again.</p>"
        )
    places = marks_of(found, results)
    return annotator.annotate(state["images"], state["annotations"], "", work.cache, marks=places)


def marks_of(found: LabelErrors, results: DetectionResults) -> List[Mark]:
    """A mark for each likely label error, the most suspicious first.

    Args:
        found: what is suspicious.
        results: of the same images.
    """
    sizes = {
        name: (int(width), int(height))
        for name, (width, height) in zip(results.filenames, results.sizes)
    }
    return [
        Mark(
            one.filename,
            one.box,
            f"{one.class_name}: {MEANINGS[one.kind]} ({one.suspicion:.2f})",
            sizes[one.filename],
        )
        for one in found.errors
    ]
