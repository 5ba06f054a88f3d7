"""What a person who makes no mistake has to do with mouse and keys to annotate a photo.

With drafts, each is compared with the object that it overlaps most, and an object with one draft:

=======================================  ========================================================
draft                                    actions
=======================================  ========================================================
IoU of ``GOOD`` or more, its class       none
the same, another class                  a digit, and a click on the box's name
IoU of ``NEAR`` or more                  drags of corners: one where two adjacent edges are off at
                                         most, else two
of no object                             a click on its cross
=======================================  ========================================================

An object without a draft is drawn, with a digit before where its class is not the one chosen
already; and Enter ends the photo.
"""

from collections import Counter

import numpy as np

from helpers.structures.boxes import iou

GOOD, NEAR = 0.7, 0.3
_OFF = 0.05  # of the object's size: an edge that is further away is dragged
DRAW, DRAG, DELETE, RELABEL, CLASS, ENTER = "draw", "drag", "delete", "relabel", "class", "enter"
MOUSE = (DRAW, DRAG, DELETE, RELABEL)


def pairs(drafts, truth):
    """Drafts and objects that belong together, best IoU first, each of them once."""
    overlaps = iou(drafts.boxes, truth.boxes)
    order = np.dstack(np.unravel_index(np.argsort(-overlaps, axis=None), overlaps.shape))[0]
    chosen, used = [], (set(), set())
    for draft, thing in order.tolist():
        near = overlaps[draft, thing] >= NEAR
        if near and draft not in used[0] and thing not in used[1]:
            used[0].add(draft)
            used[1].add(thing)
            chosen.append((draft, thing, overlaps[draft, thing]))
    return chosen


def actions(drafts, truth, last_class=None):
    """The actions that a photo takes, by their kind.

    Args:
        drafts: boxes that a model drew.
        truth: boxes that are to be there at the end.
        last_class: that was chosen last.
    """
    found, counts = pairs(drafts, truth), Counter({ENTER: 1})
    counts[DELETE] = len(drafts) - len(found)
    for draft, thing, overlap in found:
        if drafts.labels[draft] != truth.labels[thing]:
            counts[RELABEL] += 1
            counts[CLASS] += truth.labels[thing] != last_class
            last_class = truth.labels[thing]
        if overlap < GOOD:
            counts[DRAG] += corner_drags(drafts.boxes[draft], truth.boxes[thing])
    drafted = {thing for _, thing, _ in found}
    for thing in set(range(len(truth))) - drafted:
        counts[DRAW] += 1
        counts[CLASS] += truth.labels[thing] != last_class
        last_class = truth.labels[thing]
    return +counts, last_class


def corner_drags(box, target):
    """How many corners have to be dragged so that all edges fit: one or two."""
    size = np.tile(target[2:] - target[:2], 2)
    left, top, right, bottom = np.abs(box - target) > _OFF * size
    return 2 if (left and right) or (top and bottom) else 1
