"""How uncertain a model is about an image, to annotate first what it would learn most from.

The 1-vs-2 margin of each detection, summed over the image, after C.-A. Brust, C. Käding,
J. Denzler: Active Learning for Deep Object Detection, VISAPP 2019, arXiv:1809.09875; the sum did
best of what they compared.
"""

from __future__ import annotations

import numpy as np

from helpers.structures.boxes import LabeledBoxes, iou

MIN_SCORE = 0.1  # below it a detection is background for sure
SAME_PLACE = 0.5  # IoU


def uncertainty(detections: LabeledBoxes) -> float:
    """How uncertain the detections of an image are.

    A detector with a sigmoid for each class gives no distribution over classes: a detection of
    score s is background with 1 - s, and the classes of other detections in the same place compete
    with it.

    Args:
        detections: of one image, before a threshold was applied, with scores.

    Returns:
        The sum over the detections of (1 - margin)^2, where the margin is that between the two best
        of class, background and competing classes; 0 where nothing is found or all is sure.

    Raises:
        ValueError: there are no scores.
    """
    found = detections.with_min_score(MIN_SCORE)
    if not len(found):
        return 0.0
    scores, labels = np.asarray(found.scores, np.float64), np.array(found.labels)
    competing = (iou(found.boxes, found.boxes) >= SAME_PLACE) & (labels[:, None] != labels)
    others = np.where(competing, scores, 0.0).max(axis=1)
    best = np.sort(np.stack([scores, 1 - scores, others]), axis=0)
    margins = best[-1] - best[-2]
    return float(((1 - margins) ** 2).sum())
