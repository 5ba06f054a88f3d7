"""jupyter_bbox_widget made fit for use here: boxes are not undone, and the class stays chosen."""

from __future__ import annotations

import importlib
import sys
from typing import Iterable, List, Mapping

import ipywidgets

from helpers.ui import plots


def drawing_widget():
    """A new ``jupyter_bbox_widget.BBoxWidget`` in the colours of ``draw``."""
    if sys.version_info < (3, 8):
        # It asks the standard library for what Python 3.7 has in a package of its own.
        import importlib_metadata

        importlib.metadata = sys.modules["importlib.metadata"] = importlib_metadata
    from jupyter_bbox_widget import BBoxWidget

    for name in ("bboxes", "label", "selected_index"):
        # What the kernel repeats of a box being begun would arrive while it is drawn, and undo it.
        getattr(BBoxWidget, name).tag(echo_update=False)
    return BBoxWidget(colors=list(plots.PALETTE))


class Classes(ipywidgets.Text):
    """A line in which further classes are typed; keeps the class chosen that a person chose.

    Args:
        canvas: the ``BBoxWidget``; it takes the first class whenever it is given other ones.
    """

    def __init__(self, canvas):
        super().__init__(
            placeholder="another class: type it and press Enter",
            continuous_update=False,
            layout={"width": "300px"},
        )
        self._canvas = canvas
        self._wanted = ""
        canvas.observe(self._chosen, "label")
        self.observe(self._typed, "value")

    def add(self, names: Iterable[str]) -> None:
        """Adds names to choose from; those that are there already stay where they are."""
        new = [name for name in names if name not in self._canvas.classes]
        if new:
            self._choose(self._canvas.label, new)

    def _typed(self, change: Mapping) -> None:
        name = change["new"].strip()
        self.value = ""
        if name:
            self._choose(name, [name])

    def _choose(self, name: str, names: Iterable[str]) -> None:
        classes: List[str] = list(dict.fromkeys([*self._canvas.classes, *names]))
        new = classes != self._canvas.classes
        with self._canvas.require_sync():
            self._canvas.classes = classes
            self._canvas.label = name
        self._wanted = name if new and name != classes[0] else ""

    def _chosen(self, change: Mapping) -> None:
        wanted, self._wanted = self._wanted, ""
        if wanted and change["new"] != wanted:
            self._canvas.label = wanted
