"""The text of the live page. It loads nothing from elsewhere: a device may have no internet."""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>detect.py</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: #14171a; color: #e8eaed;
  font: 16px/1.5 system-ui, sans-serif; }
main { display: grid; grid-template-columns: minmax(0, 3fr) minmax(17rem, 1fr); gap: 1rem;
  max-width: 110rem; margin: 0 auto; padding: 1rem; }
#view { background: #000; border-radius: .5rem; overflow: hidden; }
#view img { display: block; width: 100%; max-height: calc(100vh - 6rem); object-fit: contain; }
h1 { font-size: 1.1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: .8rem; margin: 1rem 0 .25rem; color: #9aa0a6; text-transform: uppercase;
  letter-spacing: .05em; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem 1rem; margin: 0; }
dt { color: #9aa0a6; }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
td { padding: .2rem 0; border-bottom: 1px solid #2b3036; overflow-wrap: anywhere; }
td:last-child { text-align: right; font-variant-numeric: tabular-nums; padding-left: 1rem; }
.buttons { display: flex; gap: .5rem; margin-top: .75rem; flex-wrap: wrap; }
button, .buttons a { background: #2b3036; color: inherit; border: 0; border-radius: .4rem;
  padding: .6rem 1rem; font: inherit; text-decoration: none; cursor: pointer; }
button:hover, .buttons a:hover { background: #3c4249; }
#alarm { background: #8c2f1b; border-radius: .4rem; padding: .4rem .7rem; margin: .5rem 0; }
#alarm[hidden] { display: none; }
@media (max-width: 50rem) {
  main { grid-template-columns: minmax(0, 1fr); padding: .5rem; gap: .5rem; }
  #view img { max-height: 60vh; }
}
</style>
</head>
<body>
<main>
<section>
<div id="view"><img id="image" alt="The current frame with its detections"></div>
<div class="buttons">
<button id="pause" type="button">Pause</button>
<a id="save" href="frame.jpg" download="frame.jpg">Save frame</a>
<a id="json" href="detections.json" target="_blank" rel="noopener">JSON</a>
</div>
</section>
<section>
<h1 id="source">Waiting for the first frame</h1>
<p id="alarm" role="alert" hidden></p>
<h2>Now</h2>
<table><tbody id="detections"></tbody></table>
<h2 id="lines" hidden>Counted</h2>
<table><tbody id="counts"></tbody></table>
<h2>Device</h2>
<dl>
<dt>Frames a second</dt><dd id="rate">-</dd>
<dt>Frame</dt><dd id="frame">-</dd>
<dt>Time</dt><dd id="time">-</dd>
<dt>Temperature</dt><dd id="temperature">-</dd>
</dl>
</section>
</main>
<script>
"use strict";
const at = id => document.getElementById(id);
let paused = false;
function rows(id, pairs) {
  at(id).replaceChildren(...pairs.map(pair => {
    const row = document.createElement("tr");
    for (const text of pair) row.appendChild(document.createElement("td")).textContent = text;
    return row;
  }));
}
function show(state) {
  at("source").textContent = state.source;
  at("rate").textContent = state.fps.toFixed(1);
  at("frame").textContent = (state.frame === null ? "" : state.frame + ", ")
    + state.width + " x " + state.height;
  at("time").textContent = state.time.slice(11, 19);
  at("temperature").textContent =
    state.temperature === null ? "-" : state.temperature.toFixed(0) + " \\u00b0C";
  const found = state.detections.map(d =>
    [d.label + (d.track === undefined ? "" : " #" + d.track), Math.round(d.score * 100) + " %"]);
  rows("detections", found.length ? found : [["nothing", ""]]);
  const counts = Object.entries(state.counts || {}).flatMap(([line, directions]) =>
    Object.entries(directions).map(([direction, n]) => [line + ", " + direction, n]));
  rows("counts", counts);
  at("lines").hidden = !counts.length;
  alarm((state.throttled || []).length ? "Slowed down: " + state.throttled.join(", ") : "");
}
function alarm(text) { at("alarm").textContent = text; at("alarm").hidden = !text; }
function stream() { at("image").src = "stream.mjpg?" + Date.now(); }
let lost = false;
async function update() {
  if (!paused) {
    try {
      const answer = await fetch("detections.json", {signal: AbortSignal.timeout(5000)});
      if (answer.status === 200) show(await answer.json());
      if (lost) stream();
      lost = false;
    } catch (error) {
      lost = true;
      alarm("The detector does not answer; trying again");
    }
  }
  setTimeout(update, 500);
}
at("pause").addEventListener("click", () => {
  paused = !paused;
  at("pause").textContent = paused ? "Go on" : "Pause";
  if (paused) at("image").src = "frame.jpg?" + Date.now(); else stream();
});
stream();
update();
</script>
</body>
</html>
"""

TOKEN_FORM = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>detect.py</title>
<link rel="icon" href="data:,">
<body style="background: #14171a; color: #e8eaed; font: 16px/1.5 system-ui, sans-serif;
  padding: 1rem">
<form action="/">
<label for="token">Token, as detect.py printed it at its start</label><br>
<input id="token" name="token" autofocus autocomplete="off" style="font: inherit; padding: .4rem">
<button style="font: inherit; padding: .4rem 1rem">Open</button>
</form>
</body>
</html>
"""
