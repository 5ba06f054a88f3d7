"""What ipywidgets lack: pressed keys, and how far the browser has followed the kernel."""

from __future__ import annotations

from typing import Callable

import anywidget
import traitlets

# The nearest element around the widget with this class is the one whose keys count: while something
# inside it has the focus that is not itself something to type into or to choose from.
AREA = "answers-keys"
_SCRIPT = (
    """
function render({ model, el }) {
  const area = () => el.closest(".%s");
  const taken = (target) => target.closest("input, select, textarea, [contenteditable=true]");
  const onKey = (event) => {
    const around = area();
    if (!around || !around.contains(event.target) || taken(event.target)) return;
    const key = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + event.key;
    if (!model.get("observed_keys").includes(key)) return;
    event.preventDefault();
    event.stopPropagation();
    model.send({ key });
  };
  const focusable = () => { if (area()) area().tabIndex = 0; };
  const acknowledge = () => {
    model.set("rendered_revision", model.get("revision"));
    model.save_changes();
  };
  window.addEventListener("keydown", onKey, true);  // before JupyterLab, which has keys of its own
  document.addEventListener("pointerdown", focusable, true);
  model.on("change:revision", acknowledge);
  requestAnimationFrame(focusable);
  acknowledge();
  return () => {
    window.removeEventListener("keydown", onKey, true);
    document.removeEventListener("pointerdown", focusable, true);
    model.off("change:revision", acknowledge);
  };
}
export default { render };
"""
    % AREA
)
# Below the first class the mouse selects no text, which would turn drawing into dragging it away;
# below the second a box that exists already lets the mouse through to the image.
DRAWN_ON, DRAWS_OVER = "is-drawn-on", "draws-over-boxes"
_STYLE = """
.%s svg { user-select: none; -webkit-user-select: none; }
.%s svg g { pointer-events: none; }
""" % (DRAWN_ON, DRAWS_OVER)


class Keys(anywidget.AnyWidget):
    """An invisible widget that listens to keys and acknowledges what the browser has rendered.

    Attributes:
        observed_keys: names of the keys to listen to, as ``KeyboardEvent.key`` has them, with
            ``Ctrl+`` before where the control or command key is held.
        revision: to be increased after other widgets were changed.
        rendered_revision: the last revision that the browser has received. Messages arrive in
            order, so as long as it differs from ``revision``, events of other widgets refer to
            what these showed before.
    """

    _esm = _SCRIPT
    _css = _STYLE
    observed_keys = traitlets.List(traitlets.Unicode()).tag(sync=True)
    revision = traitlets.Int(0).tag(sync=True)
    rendered_revision = traitlets.Int(0).tag(sync=True)

    @property
    def up_to_date(self) -> bool:
        """Whether the browser shows the current revision."""
        return self.rendered_revision == self.revision

    def on_key(self, react: Callable[[str], None]) -> None:
        """Registers a callback.

        Args:
            react: called with the name of each key that is pressed.
        """
        self.on_msg(lambda _, content, buffers: react(content["key"]))
