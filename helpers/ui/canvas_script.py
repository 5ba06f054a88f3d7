"""What jupyter_bbox_widget's front end lacks, in the browser: drafts, marks, zoom and pan.

The widget's own module is imported and renders as it always does. What is added here watches what
it has drawn, and catches the mouse before it where the gesture is not for drawing. Points and
lengths in messages are pixels of the canvas.

=============  ===================================  ============================================
message        by                                   means
=============  ===================================  ============================================
``zoom``       the wheel, where the canvas has the  enlarge by ``factor`` around ``at``
               focus or the control key is held
``pan``        dragging with the right or the       move what is shown by ``by``
               middle button
``region``     dragging with the shift key          show what lies between ``first``, ``second``
=============  ===================================  ============================================
"""

from __future__ import annotations

import json

DRAFT_CLASS, MARK_CLASS = "is-draft", "is-marked"
GESTURES = ("zoom", "pan", "region")
BOX_KEYS = ("x", "y", "width", "height", "label")
STYLE = """
g.%s > rect:first-of-type { stroke-dasharray: 9 6; }
svg.%s { position: absolute; top: 0; left: 0; pointer-events: none; }
svg.%s rect { fill: none; stroke: #ff00c8; stroke-width: 3; stroke-dasharray: 2 4; }
svg.%s text { fill: #fff; stroke: #ff00c8; stroke-width: 4; paint-order: stroke; font-size: 14px; }
.zoomed-region { position: absolute; border: 2px dashed #ff00c8; pointer-events: none; }
""" % (DRAFT_CLASS, MARK_CLASS, MARK_CLASS, MARK_CLASS)
_SCRIPT = """
const url = URL.createObjectURL(new Blob([SOURCE], { type: "text/javascript" }));
const widget = (await import(url)).default;
const SVG = "http://www.w3.org/2000/svg";
const WHEEL = 0.0022;  // a notch of the wheel, 100 pixels, enlarges by a quarter

function element(parent, name, attributes, text = "") {
  const made = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
}

/* The boxes in the order in which they are drawn: the selected one last. */
function drawn(model) {
  const boxes = model.get("bboxes"), selected = boxes[model.get("selected_index")];
  return [...boxes.filter((box) => box !== selected), selected];
}

function showDrafts(model, el) {
  const boxes = drawn(model);
  el.querySelectorAll("svg:not(.MARK) > g").forEach((group, index) => {
    const box = boxes[index];
    const same = box && box.draft && KEYS.every((key, place) => box[key] === box.draft[place]);
    group.classList.toggle("DRAFT", Boolean(same));
  });
}

function showMarks(model, el) {
  el.querySelectorAll("svg.MARK").forEach((old) => old.remove());
  const sheet = el.querySelector(".image"), image = el.querySelector("img");
  if (!sheet || !image.naturalWidth) return;
  const svg = sheet.appendChild(document.createElementNS(SVG, "svg"));
  svg.setAttribute("class", "MARK");
  svg.setAttribute("width", image.width);
  svg.setAttribute("height", image.height);
  svg.setAttribute("viewBox", `0 0 ${image.naturalWidth} ${image.naturalHeight}`);
  for (const { x, y, width, height, text } of model.get("marks")) {
    element(svg, "rect", { x, y, width, height });
    const below = Math.min(y + height + 16, image.naturalHeight - 6);
    element(svg, "text", { x: Math.max(x, 4), y: Math.max(below, 18) }, text);
  }
}

function follow(react) {
  return (started) => {
    const start = react.start(started);
    const move = (event) => react.move(start, event);
    const stop = (event) => {
      window.removeEventListener("mousemove", move, true);
      window.removeEventListener("mouseup", stop, true);
      react.stop(start, event);
    };
    window.addEventListener("mousemove", move, true);
    window.addEventListener("mouseup", stop, true);
  };
}

function addGestures(model, el) {
  const image = el.querySelector("img"), sheet = el.querySelector(".image");
  const scale = () => image.naturalWidth / image.getBoundingClientRect().width;
  const point = (event) => {
    const box = image.getBoundingClientRect();
    return [(event.clientX - box.left) * scale(), (event.clientY - box.top) * scale()];
  };
  let turned = 0, waiting = null;
  const onWheel = (event) => {
    if (!event.ctrlKey && !el.contains(document.activeElement)) return;
    event.preventDefault();
    event.stopPropagation();
    turned += event.deltaY * (event.deltaMode ? 33 : 1);
    const at = point(event);
    waiting = waiting || setTimeout(() => {
      model.send({ type: "zoom", factor: Math.exp(-turned * WHEEL), at });
      turned = 0;
      waiting = null;
    }, 40);
  };
  const settle = () => { sheet.style.transform = ""; };
  image.addEventListener("load", settle);
  const pan = follow({
    start: (event) => event,
    move: (start, event) => {
      const right = event.clientX - start.clientX, down = event.clientY - start.clientY;
      sheet.style.transform = `translate(${right}px, ${down}px)`;
    },
    stop: (start, event) => {
      const moved = [start.clientX - event.clientX, start.clientY - event.clientY];
      model.send({ type: "pan", by: moved.map((length) => length * scale()) });
      setTimeout(settle, 500);  // where the photo ends, there is nothing to load
    },
  });
  const region = follow({
    start: (event) => {
      const frame = sheet.appendChild(document.createElement("div"));
      frame.className = "zoomed-region";
      return { event, frame, first: point(event) };
    },
    move: ({ event: begun, frame }, event) => {
      const box = sheet.getBoundingClientRect();
      frame.style.left = `${Math.min(begun.clientX, event.clientX) - box.left}px`;
      frame.style.top = `${Math.min(begun.clientY, event.clientY) - box.top}px`;
      frame.style.width = `${Math.abs(event.clientX - begun.clientX)}px`;
      frame.style.height = `${Math.abs(event.clientY - begun.clientY)}px`;
    },
    stop: ({ event: begun, frame, first }, event) => {
      frame.remove();
      const moved = Math.max(
        Math.abs(event.clientX - begun.clientX), Math.abs(event.clientY - begun.clientY));
      if (moved > 5) model.send({ type: "region", first, second: point(event) });
    },
  });
  sheet.addEventListener("wheel", onWheel, { capture: true, passive: false });
  sheet.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    event.stopPropagation();
  }, true);
  sheet.addEventListener("mousedown", (event) => {
    if (event.button === 0 && !event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    (event.button === 0 ? region : pan)(event);
  }, true);
}

function render({ model, el }) {
  const remove = widget.render({ model, el });
  const show = () => showDrafts(model, el);
  const later = () => requestAnimationFrame(show);
  const marks = () => showMarks(model, el);
  const observer = new MutationObserver(show);
  observer.observe(el.querySelector(".image"), {
    subtree: true, childList: true, attributes: true,
    attributeFilter: ["x", "y", "width", "height"],
  });
  el.querySelector("img").addEventListener("load", marks);
  const sizes = new ResizeObserver(marks);
  sizes.observe(el.querySelector("img"));
  const listeners = [["bboxes", later], ["selected_index", later], ["marks", marks]];
  listeners.forEach(([name, react]) => model.on(`change:${name}`, react));
  addGestures(model, el);
  return () => {
    observer.disconnect();
    sizes.disconnect();
    listeners.forEach(([name, react]) => model.off(`change:${name}`, react));
    remove();
  };
}
export default { render };
"""


def script(source: str) -> str:
    """The module of the front end.

    Args:
        source: of the module that it adds to.
    """
    text = _SCRIPT.replace("MARK", MARK_CLASS).replace("DRAFT", DRAFT_CLASS)
    text = text.replace("KEYS", json.dumps(BOX_KEYS))
    return text.replace("SOURCE", json.dumps(source))
