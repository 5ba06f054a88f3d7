"""jupyter_bbox_widget with what it lacks: drafts, marks, zoom; no box is undone by an echo."""

from __future__ import annotations

import functools
import importlib
import sys
from typing import Any, Callable, Iterable, List, Mapping, Optional

import ipywidgets
import traitlets

from helpers.ui import canvas_script, plots

GestureReaction = Callable[[Mapping[str, Any]], None]


def new_bbox_widget() -> Any:
    """A new ``jupyter_bbox_widget.BBoxWidget`` in the colours of ``plots``.

    It has a further attribute, ``marks``: dicts of ``x``, ``y``, ``width``, ``height`` in pixels of
    the canvas, and ``text``; they are shown, and cannot be edited. What ``on_gesture`` registers is
    called with each message of :mod:`.canvas_script`.
    """
    return _bbox_widget()(colors=list(plots.PALETTE))


@functools.lru_cache(maxsize=1)
def _bbox_widget() -> Any:
    if sys.version_info < (3, 8):
        # It imports importlib.metadata, which in Python 3.7 is a package of its own.
        import importlib_metadata

        importlib.metadata = sys.modules["importlib.metadata"] = importlib_metadata
    from jupyter_bbox_widget import bbox

    for name in ("bboxes", "label", "selected_index"):
        # The kernel's echo of a box being begun would arrive while it is drawn, and undo it.
        getattr(bbox.BBoxWidget, name).tag(echo_update=False)

    class Canvas(bbox.BBoxWidget):
        _esm = canvas_script.script(bbox.ESM)
        _css = bbox.CSS + canvas_script.STYLE
        marks = traitlets.List().tag(sync=True)
        _gesture_reaction: Optional[GestureReaction] = None

        def on_gesture(self, react: GestureReaction) -> None:
            self._gesture_reaction = react

        def _handle_custom_msg(self, content: Mapping[str, Any], buffers: Any) -> None:
            super()._handle_custom_msg(content, buffers)  # which calls nobody else
            if self._gesture_reaction and content["type"] in canvas_script.GESTURES:
                self._gesture_reaction(content)

    return Canvas


class ClassInput(ipywidgets.Text):
    """A text field for further classes; keeps the class chosen that a person chose.

    Args:
        canvas: the ``BBoxWidget``; it chooses the first class whenever its classes change.
    """

    def __init__(self, canvas: Any) -> None:
        super().__init__(
            placeholder="another class: type it and press Enter",
            continuous_update=False,
            layout={"width": "300px"},
        )
        self._canvas = canvas
        self._pending = ""
        canvas.observe(self._chosen, "label")
        self.observe(self._typed, "value")

    def add(self, names: Iterable[str]) -> None:
        """Adds class names to choose from; existing ones keep their place.

        Args:
            names: class names.
        """
        new = [name for name in names if name not in self._canvas.classes]
        if new:
            self._choose(self._canvas.label, new)

    def _typed(self, change: Mapping[str, Any]) -> None:
        name = change["new"].strip()
        self.value = ""
        if name:
            self._choose(name, [name])

    def _choose(self, name: str, names: Iterable[str]) -> None:
        classes: List[str] = list(dict.fromkeys([*self._canvas.classes, *names]))
        changed = classes != self._canvas.classes
        with self._canvas.hold_sync():
            self._canvas.classes = classes
            self._canvas.label = name
        self._pending = name if changed and name != classes[0] else ""

    def _chosen(self, change: Mapping[str, Any]) -> None:
        pending, self._pending = self._pending, ""
        if pending and change["new"] != pending:
            self._canvas.label = pending
