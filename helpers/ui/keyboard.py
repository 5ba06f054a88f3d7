"""What ipywidgets do not tell: keys that were pressed, and what the browser has shown by now."""

from __future__ import annotations

from typing import Callable

import anywidget
import traitlets

# The nearest element around this widget with this class is what it belongs to. Keys count while
# something inside that has the focus, and is not itself something to type into or to choose from.
AREA = "answers-keys"
_SCRIPT = (
    """
function render({ model, el }) {
  const area = () => el.closest(".%s");
  const taken = (target) => target.closest("input, select, textarea, [contenteditable=true]");
  const onKey = (event) => {
    const here = area();
    if (!here || !here.contains(event.target) || taken(event.target)) return;
    if (!model.get("listens_to").includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    model.send({ key: event.key });
  };
  const focusable = () => { if (area()) area().tabIndex = 0; };
  const tell = () => { model.set("seen", model.get("turn")); model.save_changes(); };
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("pointerdown", focusable, true);
  model.on("change:turn", tell);
  requestAnimationFrame(focusable);
  tell();
  return () => {
    document.removeEventListener("keydown", onKey, true);
    document.removeEventListener("pointerdown", focusable, true);
    model.off("change:turn", tell);
  };
}
export default { render };
"""
    % AREA
)
# Below the first class the mouse selects no text, which would turn drawing into dragging it away;
# below the second a box that is there already lets the mouse through to the image.
DRAWN_ON, DRAWS_OVER = "is-drawn-on", "draws-over-boxes"
_STYLE = """
.%s svg { user-select: none; -webkit-user-select: none; }
.%s svg g { pointer-events: none; }
""" % (DRAWN_ON, DRAWS_OVER)


class Keys(anywidget.AnyWidget):
    """An invisible widget that listens to keys and answers when the browser has caught up.

    Attributes:
        listens_to: names of keys as ``KeyboardEvent.key`` has them.
        turn: to be raised after other widgets were changed.
        seen: the last turn the browser has come to. Messages arrive in order, so as long as it is
            not ``turn``, what other widgets report was done to what they showed before.
    """

    _esm = _SCRIPT
    _css = _STYLE
    listens_to = traitlets.List(traitlets.Unicode()).tag(sync=True)
    turn = traitlets.Int(0).tag(sync=True)
    seen = traitlets.Int(0).tag(sync=True)

    @property
    def caught_up(self) -> bool:
        """Nothing is on its way that was done before the last turn."""
        return self.seen == self.turn

    def on_key(self, react: Callable[[str], None]) -> None:
        """Calls ``react`` with the name of each key that is pressed."""
        self.on_msg(lambda _, content, buffers: react(content["key"]))
